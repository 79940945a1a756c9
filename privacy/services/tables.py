"""All tables with data about people, as the apps declare them, why and how long they are kept."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final

from django.apps import apps
from django.db.models import Model, Q, TextChoices
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.services.personal_data import PERSONAL_TABLES as ACCOUNTS
from commitments.services.personal_data import PERSONAL_TABLES as COMMITMENTS
from core.personal_data import DataSubject, PersonalTable
from eoi.services.personal_data import PERSONAL_TABLES as EOI
from framework.services.personal_data import PERSONAL_TABLES as FRAMEWORK
from inbox.services.personal_data import PERSONAL_TABLES as INBOX
from mailings.services.personal_data import PERSONAL_TABLES as MAILINGS
from meetings.services.personal_data import PERSONAL_TABLES as MEETINGS
from members.models import FocalPoint
from members.services.personal_data import PERSONAL_TABLES as MEMBERS
from opportunities.services.personal_data import PERSONAL_TABLES as OPPORTUNITIES
from outbox.services.personal_data import PERSONAL_TABLES as OUTBOX
from papers.services.personal_data import PERSONAL_TABLES as PAPERS
from participation.services.personal_data import PERSONAL_TABLES as PARTICIPATION
from privacy.services.personal_data import PERSONAL_TABLES as PRIVACY
from triage.personal_data import PERSONAL_TABLES as TRIAGE


class Purpose(TextChoices):
    """The purposes of the privacy notice."""

    APPLICATIONS = "applications", _("To receive and decide expressions of interest")
    MEMBERSHIP = "membership", _("To work with the members of the coalition")
    MEETINGS = "meetings", _("To invite to meetings and record who attended")
    COMMITMENTS = "commitments", _("To publish commitments and follow them up")
    OPPORTUNITIES = "opportunities", _("To bring needs and offers of members together")
    FRAMEWORKS = "frameworks", _("To write the Action Frameworks with the working groups")
    CORRESPONDENCE = "correspondence", _("To write to people, and to know what arrived")
    NEWS = "news", _("To send news to those who asked for it")
    ACCOUNTS = "accounts", _("To let people sign in safely")
    ACCOUNTABILITY = "accountability", _("To show who changed what, and when")


class DataKind(TextChoices):
    """What the data are kept for, and so which period applies to them."""

    DRAFTS = "drafts", _("Unfinished expressions of interest and requests")
    SUSPECTED = "suspected", _("Expressions of interest that seem to be spam")
    DECLINED = "declined", _("Expressions of interest that were declined or closed")
    WITHDRAWN = "withdrawn", _("Members that withdrew")
    MEMBERS = "members", _("Organisations, while they wait or are admitted")
    FORMER_FOCAL_POINTS = (
        "former_focal_points",
        _("Focal points who handed over their role"),
    )
    MESSAGES = "messages", _("Messages that were sent")
    INCOMING = "incoming", _("Emails that were received")
    SUPPRESSIONS = "suppressions", _("Addresses to which nothing may be sent")
    SUBSCRIPTIONS = "subscriptions", _("Subscriptions, until they are cancelled")
    HISTORIES = "histories", _("Earlier versions of records")
    SIGN_IN_EVENTS = "sign_in_events", _("Sessions and events of sign-ins")
    READING_EVENTS = "reading_events", _("Records of who read personal data")
    RECORDS = "records", _("Records of exports, imports and exceptions")
    MEMBER_ACCOUNTS = "member_accounts", _("Accounts of focal points")
    STAFF_ACCOUNTS = "staff_accounts", _("Accounts of staff")
    COMMITMENTS = "commitments", _("Commitments, a public record")
    FRAMEWORKS = "frameworks", _("Action Frameworks, a public record")
    OPPORTUNITIES = "opportunities", _("Needs and offers, a public record")
    WORK = "work", _("Working copies of staff, until the work is done")


DECLARED_TABLES: Final = (
    *ACCOUNTS,
    *OUTBOX,
    *MEETINGS,
    *PAPERS,
    *MEMBERS,
    *INBOX,
    *EOI,
    *TRIAGE,
    *MAILINGS,
    *PARTICIPATION,
    *FRAMEWORK,
    *COMMITMENTS,
    *OPPORTUNITIES,
    *PRIVACY,
)
# What replaces the author of a version: the role stays known, the name does not.
ERASED_ACCOUNT: Final = "[erased account]"
ERASED_FOCAL_POINT: Final = "[erased focal point]"


def model_of(table: PersonalTable) -> type[Model]:
    """Return the model of a declared table."""
    return apps.get_model(table.model)


@cache
def personal_tables() -> tuple[PersonalTable, ...]:
    """Return the declared tables and their histories."""
    histories = {model._meta.label: history for model, history in history_models().items()}
    return (
        *DECLARED_TABLES,
        *(
            _history_of(table, histories[table.model])
            for table in DECLARED_TABLES
            if table.model in histories
        ),
    )


@cache
def author_tables() -> tuple[PersonalTable, ...]:
    """Return every history of the portal as a table of the authors of its versions."""
    members = {table.model: table.member for table in DECLARED_TABLES}
    return tuple(
        PersonalTable(
            model=history._meta.label,
            name=_("authors of earlier versions"),
            purpose=Purpose.ACCOUNTABILITY,
            retention=DataKind.HISTORIES,
            about=_wrote(members.get(model._meta.label, "")),
            fields={"history_by_name": _erased_author},
            exported=("history_date", "history_by_name", "history_type"),
            kept_because=_("What was changed and when stays, without the name of the author."),
        )
        for model, history in history_models().items()
    )


@cache
def history_models() -> dict[type[Model], type[Model]]:
    """Return the history of each model that has one."""
    found = {}
    for history in apps.get_models():
        model = getattr(history, "instance_type", None)
        if hasattr(history, "history_by_name") and model is not None:
            found[model] = history
    return found


def _history_of(table: PersonalTable, history: type[Model]) -> PersonalTable:
    """Return the history of a table. What a row may do is kept in it: only texts are replaced."""
    columns = {field.name for field in history._meta.get_fields()}
    texts = {
        name: value
        for name, value in table.fields.items()
        if value is not None and not isinstance(value, bool)
    }
    return replace(
        table,
        model=history._meta.label,
        # Not with %, which would translate it once and for all.
        name=format_lazy(_("earlier versions: {name}"), name=table.name),
        retention=DataKind.HISTORIES,
        fields=_known(texts, columns),
        free_text=tuple(name for name in table.free_text if name in columns),
        exported=tuple(name for name in table.exported if name in columns),
        organisation_fields=_known(table.organisation_fields, columns),
    )


def _known(values: object, columns: set[str]) -> dict[str, object]:
    return {name: value for name, value in dict(values).items() if name in columns}  # type: ignore[call-overload]


def _wrote(member: str) -> Callable[[DataSubject], Q]:
    """Return the condition that a person is the author of a version.

    A person without an account is known by the name alone. If another person has the same name,
    only versions of rows of their own members are theirs. `member` is the path to it.
    """

    def condition(person: DataSubject) -> Q:
        roles = FocalPoint.objects.filter(pk__in=person.keys("members.FocalPoint"))
        by_name = Q(history_by_name__in=person.distinct_names | person.addresses)
        if member and person.shared_names:
            own = Q(**{f"{member}__in": roles.values("member")})
            by_name |= own & Q(history_by_name__in=person.shared_names)
        return person.has_account("history_user") | Q(by_name, history_user__isnull=True)

    return condition


def _erased_author(_name: str, person: DataSubject) -> str:
    return ERASED_ACCOUNT if person.keys("accounts.User") else ERASED_FOCAL_POINT
