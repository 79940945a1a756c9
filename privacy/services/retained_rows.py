"""Which records each retention period covers, since when, and what staff read about them.

The page and the task that deletes use the same rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import ListReading, ReadingEvent, SignInEvent, User
from commitments.models import LetterDraft as CommitmentLetterDraft
from core.personal_data import ERASED_TEXT
from inbox.models import IncomingMail
from members.models import (
    ClosingReason,
    LetterDraft,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from opportunities.models import LetterDraft as OpportunityLetterDraft
from outbox.models import ERASED, FINAL_STATUSES, Message
from participation.models import MemberAccount
from privacy.models import DataRequest, RetentionHold, RetentionKind
from privacy.services import emptying
from privacy.services.tables import history_models

SUSPECTED: Final = Q(closing_reason=ClosingReason.NOT_GENUINE) | ~Q(spam_signal="")
# A transaction deletes at most so many rows.
BATCH_SIZE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RetainedTable:
    """The records of one table that one retention period covers.

    `rows` returns those that were not deleted yet, with `since`: when their period began. `delete`
    deletes or empties some of them, by key, in the transaction of its caller. `member` is the path
    to the organisation, if any; a path that ends with `reference` has the member's reference. A
    hold is placed on `held_model` and on the key in the column `held_key`. Rows that are unchanging
    need no lock, which PostgreSQL gives only to those who may change them.
    """

    model: type[Model]
    name: str | Promise
    rows: Callable[[], QuerySet[Any]]
    title: Callable[[Any], str]
    delete: Callable[[list[int], datetime], None]
    member: str = ""
    held_model: str = ""
    held_key: str = "pk"
    related: tuple[str, ...] = ()
    batch_size: int = BATCH_SIZE
    is_unchanging: bool = False

    @property
    def label(self) -> str:
        """The label of the model, by which addresses name the table."""
        return self.model._meta.label

    @property
    def hold_label(self) -> str:
        return self.held_model or self.label

    def kept(self, *, at: datetime) -> QuerySet[Any]:
        """Return the records that were not deleted yet, without those that are held."""
        return self.rows().exclude(self._is_held(at))

    def due(self, before: datetime, *, at: datetime) -> QuerySet[Any]:
        """Return those of them whose period began before a time."""
        return self.kept(at=at).filter(since__lt=before)

    def held_record(self, row: Any) -> int:
        """Return the key of the record on which a hold of a row is placed."""
        column = {"pk": "pk", "member": "member_id"}.get(self.held_key, self.held_key)
        return int(getattr(row, column))

    def hold_name(self, record: int) -> str | None:
        """Return the name of a record on which a hold can be placed; None if there is none."""
        model = apps.get_model(self.hold_label)
        found = model._default_manager.filter(pk=record).first()
        return str(found) if found is not None else None

    def _is_held(self, at: datetime) -> Q:
        holds = RetentionHold.objects.in_force(at)
        held = Q(**{f"{self.held_key}__in": _keys(holds, self.hold_label)})
        if self.member:
            members = Member.objects.filter(pk__in=_keys(holds, Member._meta.label))
            is_by_reference = self.member.endswith("reference")
            kept = members.values("reference" if is_by_reference else "pk")
            held |= Q(**{f"{self.member}__in": kept})
        return held


def retained_tables(kind: str) -> list[RetainedTable]:
    """Return the tables that a retention period covers."""
    return _tables()[kind]


def find_table(model: str) -> RetainedTable | None:
    """Return a table by the label of the model on which its holds are placed."""
    tables = (table for tables in _tables().values() for table in tables)
    return next((table for table in tables if table.hold_label == model), None)


@cache
def _tables() -> dict[str, list[RetainedTable]]:
    return {
        RetentionKind.DRAFTS: [
            RetainedTable(
                model=LetterDraft,
                name=gettext_lazy("drafts of letters"),
                rows=lambda: LetterDraft.objects.open().annotate(since=F("saved_at")),
                title=lambda draft: f"{draft.member.reference} · {draft.get_kind_display()}",
                delete=emptying.delete_rows(LetterDraft),
                member="member",
                related=("member",),
            ),
            RetainedTable(
                model=CommitmentLetterDraft,
                name=gettext_lazy("drafts of letters"),
                rows=lambda: CommitmentLetterDraft.objects.open().annotate(since=F("saved_at")),
                title=str,
                delete=emptying.delete_rows(CommitmentLetterDraft),
                member="commitment__lead",
                related=("commitment",),
            ),
            RetainedTable(
                model=OpportunityLetterDraft,
                name=gettext_lazy("drafts of letters"),
                rows=lambda: OpportunityLetterDraft.objects.open().annotate(since=F("saved_at")),
                title=str,
                delete=emptying.delete_rows(OpportunityLetterDraft),
                member="opportunity__member",
                related=("opportunity",),
            ),
        ],
        RetentionKind.DECLINED: [_members("decided_at", Q(status=MemberStatus.DECLINED))],
        RetentionKind.WITHDRAWN: [_members("withdrawn_at", Q(status=MemberStatus.WITHDRAWN))],
        RetentionKind.CLOSED: [_members("decided_at", Q(status=MemberStatus.CLOSED) & ~SUSPECTED)],
        RetentionKind.SUSPECTED: [_members("decided_at", Q(SUSPECTED, status=MemberStatus.CLOSED))],
        RetentionKind.FORMER_FOCAL_POINTS: [
            RetainedTable(
                model=TimelineEntry,
                name=gettext_lazy("former focal points"),
                rows=_replacements,
                title=lambda entry: f"{entry.member.reference} · {entry.note}",
                delete=emptying.empty_former_focal_points,
                member="member",
                held_model=Member._meta.label,
                held_key="member",
                related=("member",),
                batch_size=20,
            )
        ],
        RetentionKind.FORMER_MEMBER_ACCOUNTS: [_accounts(_former_member_accounts)],
        RetentionKind.FORMER_STAFF: [_accounts(_former_staff)],
        RetentionKind.MESSAGES: [
            RetainedTable(
                model=Message,
                name=gettext_lazy("messages"),
                rows=_finished_messages,
                title=_title_of_message,
                delete=emptying.empty_messages,
                member="reference",
            ),
            RetainedTable(
                model=IncomingMail,
                name=gettext_lazy("incoming mail"),
                rows=_mails_of_no_member,
                title=str,
                delete=emptying.delete_mails,
            ),
            RetainedTable(
                model=DataRequest,
                name=gettext_lazy("requests about people's data"),
                rows=_answered_data_requests,
                title=str,
                delete=emptying.empty_data_requests,
            ),
        ],
        RetentionKind.HISTORIES: [*_histories(), _timelines(), _log()],
        RetentionKind.SIGN_IN_EVENTS: [_events(SignInEvent)],
        RetentionKind.READING_EVENTS: [_events(ReadingEvent), _events(ListReading)],
    }


def _members(column: str, condition: Q) -> RetainedTable:
    return RetainedTable(
        model=Member,
        name=gettext_lazy("expressions of interest"),
        rows=lambda: Member.objects.filter(
            condition, personal_data_deleted_at__isnull=True
        ).annotate(since=F(column)),
        title=str,
        delete=emptying.empty_members,
        batch_size=5,
    )


def _replacements() -> QuerySet[Any]:
    """Return the timeline entries of people who took over a role, with the names of both."""
    taken_over = TimelineEntry.objects.filter(kind=TimelineKind.ROLE_TAKEN_OVER)
    return taken_over.exclude(note=ERASED_TEXT).annotate(since=F("at"))


def _answered_data_requests() -> QuerySet[Any]:
    answered = DataRequest.objects.filter(answered_at__isnull=False, emptied_at=None)
    return answered.annotate(since=F("answered_at"))


def _accounts(rows: Callable[[], QuerySet[Any]]) -> RetainedTable:
    return RetainedTable(
        model=User,
        name=gettext_lazy("accounts"),
        rows=rows,
        title=str,
        delete=emptying.empty_accounts,
        batch_size=5,
    )


def _former_member_accounts() -> QuerySet[Any]:
    ended = MemberAccount.objects.filter(user=OuterRef("pk"), ended_at__isnull=False)
    accounts = _inactive_accounts().filter(Exists(ended), is_staff=False)
    return accounts.annotate(since=Subquery(ended.values("ended_at")[:1]))


def _former_staff() -> QuerySet[Any]:
    """Return the accounts of former staff, since they were deactivated or last changed."""
    history: Any = User
    versions = history.history.filter(id=OuterRef("pk")).order_by("-history_date")
    latest = Subquery(versions.values("history_date")[:1])
    ended = MemberAccount.objects.filter(user=OuterRef("pk"), ended_at__isnull=False)
    accounts = _inactive_accounts().exclude(Exists(ended), is_staff=False)
    return accounts.annotate(since=Coalesce(latest, "joined_at"))


def _inactive_accounts() -> QuerySet[User]:
    return User.objects.filter(is_active=False).exclude(email__endswith=emptying.ERASED_DOMAIN)


def _finished_messages() -> QuerySet[Any]:
    finished = Message.objects.filter(status__in=FINAL_STATUSES)
    is_emptied = Q(recipient=ERASED, body=ERASED_TEXT)
    return finished.exclude(is_emptied).annotate(since=Coalesce("sent_at", "due_at"))


def _mails_of_no_member() -> QuerySet[Any]:
    """Return the mails that came back and that no member has: those go with the member."""
    members = Member.objects.filter(reference=OuterRef("reference"))
    return IncomingMail.objects.exclude(Exists(members)).annotate(since=F("received_at"))


def _histories() -> Iterable[RetainedTable]:
    for model, history in history_models().items():
        yield _history(model, history)


def _history(model: type[Model], history: type[Model]) -> RetainedTable:
    related = tuple(each.name for each in history._meta.fields if each.is_relation)
    return RetainedTable(
        model=history,
        name=model._meta.verbose_name_plural or "",
        rows=lambda: history._default_manager.exclude(
            history_by_name__startswith=emptying.ROLE_BRACKET
        ).annotate(since=F("history_date")),
        title=_title_of_version,
        delete=emptying.empty_versions(model, history),
        member=emptying.DECLARED[model._meta.label].member
        if model._meta.label in emptying.DECLARED
        else "",
        held_model=model._meta.label,
        held_key="id",
        related=related,
    )


def _title_of_message(message: Message) -> str:
    """Return the subject, with the reference of the member if it does not name it."""
    if message.reference in str(message):
        return str(message)
    return f"{message.reference} · {message}"


def _title_of_version(version: Any) -> str:
    return _("%(record)s, changed by %(name)s") % {
        "record": version.history_object,
        "name": version.history_by_name or _("the portal"),
    }


def _timelines() -> RetainedTable:
    return RetainedTable(
        model=TimelineEntry,
        name=gettext_lazy("timelines"),
        rows=lambda: (
            TimelineEntry.objects.exclude(by_name="")
            .exclude(by_name__startswith=emptying.ROLE_BRACKET)
            .annotate(since=F("at"))
        ),
        title=lambda entry: f"{entry.member.reference} · {entry.get_kind_display()}",
        delete=emptying.empty_timeline_authors,
        member="member",
        held_model=Member._meta.label,
        held_key="member",
        related=("member",),
    )


def _log() -> RetainedTable:
    return RetainedTable(
        model=LogEntry,
        name=gettext_lazy("log of the administration"),
        rows=lambda: LogEntry.objects.exclude(object_repr=ERASED_TEXT).annotate(
            since=F("action_time")
        ),
        title=lambda entry: str(entry.object_repr),
        delete=emptying.empty_log_entries,
    )


def _events(model: type[Model]) -> RetainedTable:
    return RetainedTable(
        model=model,
        name=model._meta.verbose_name_plural or "",
        rows=lambda: model._default_manager.annotate(since=F("at")),
        title=lambda event: capfirst(str(event)),
        delete=emptying.delete_old_events(model),
        batch_size=1000,
        is_unchanging=True,
    )


def _keys(holds: Any, label: str) -> Any:
    return holds.filter(model=label).values("record")
