"""Amendments of members: kept as they are typed, sent, changed, supported and withdrawn.

A member takes one position about a paragraph: a change, its deletion, or to keep it. It may send
any number of additions and comments. Every function locks the framework first, so that an amendment
never changes while it is answered or while its draft is followed by the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.autosave import Draft as KeptText
from core.autosave import Outcome, Page, autosave
from core.conflicts import Conflict, NothingChanged, Refused, lock
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH
from framework.models import (
    POSITIONS,
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    Answer,
    Draft,
    Framework,
    Paragraph,
    ParagraphKind,
    Support,
)
from members.models import FocalPoint, GrantedRole, Member

# What `Amendment.typed` has beside the fields of the form: the page that saved them, and the other
# version with its page.
PAGE, OTHER, OTHER_PAGE = KEPT_NAMES = ("_page", "_other", "_other_page")
# The words of a reason, and the characters of a proposed text.
MAX_REASON_WORDS: Final = 150
MAX_TEXT_LENGTH: Final = 5000
# Additions and comments of one member in one draft.
MAX_AMENDMENTS: Final = 200

Typed = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """Where an amendment stands: a paragraph of a draft, and what is proposed about it.

    An addition stands after the paragraph; without one, at the beginning.
    """

    draft: Draft
    paragraph: Paragraph | None
    kind: AmendmentKind

    @property
    def facts(self) -> dict[str, Any]:
        return {"draft": self.draft, "paragraph": self.paragraph, "kind": self.kind}


@dataclass(frozen=True)
class AmendmentContent:
    """What a member proposes. `language` is that of the reason; the text is in English."""

    reason: str
    language: str
    text: str = ""
    added_kind: str = ""


class AmendmentConflict(Conflict):
    """A colleague of the same organisation changed the amendment after the page was opened."""

    def __init__(self, amendment: Amendment) -> None:
        self.amendment = amendment
        super().__init__(
            _(
                "%(name)s changed this proposal on %(when)s, after you opened it. What you typed "
                "is not sent."
            )
            % {
                "name": amendment.saved_by_name or _("Somebody"),
                "when": format_datetime(amendment.saved_at, GENEVA),
            }
        )


class DraftClosed(Refused):
    """The draft takes no proposals, or no longer. What was typed is kept all the same."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        when = format_datetime(draft.closes_at, GENEVA) if draft.closes_at else ""
        super().__init__(
            _("Draft %(number)s closed on %(when)s and takes no more proposals.")
            % {"number": draft.number, "when": when}
        )


class MayNotPropose(Refused):
    """The organisation does not take part in the drafting."""

    def __init__(self) -> None:
        super().__init__(
            _("Only members of this working group can propose changes. Observers can if asked to.")
        )


def may_propose(framework: Framework, member: Member) -> bool:
    """Return whether a member, as shown to it, may propose changes to a framework now."""
    if member.focus_area_id != framework.focus_area_id:
        return False
    return member.granted_role != GrantedRole.OBSERVER or framework.observers_may_propose


def amendments_of(member: Member, draft: Draft) -> QuerySet[Amendment]:
    """Return the amendments of a member to a draft, sent or not, without those withdrawn."""
    found = Amendment.objects.exclude(status=AmendmentStatus.WITHDRAWN)
    return found.filter(member=member, draft=draft).order_by("pk")


@transaction.atomic
def save_typed(
    *,
    place: Place,
    amendment: Amendment | None,
    typed: Typed,
    page: Page,
    by: FocalPoint,
    at: datetime,
) -> tuple[Amendment, Outcome]:
    """Keep what a focal point typed about a place, or into one of their own amendments.

    Also after the draft has closed, so that nothing that was typed meanwhile is lost.

    Raises MayNotPropose, ThirdVersion, and DraftClosed for a draft that never was open.
    """
    _lock_member(place.draft, by)
    if place.draft.closes_at is None:
        raise DraftClosed(place.draft)
    kept = _stored(place, amendment, by, at)
    draft, outcome = autosave(_kept_text(kept), dict(typed), page=page, at=at)
    _store(kept, draft, by)
    return kept, outcome


@transaction.atomic
def send_amendment(
    *,
    place: Place,
    amendment: Amendment | None,
    content: AmendmentContent,
    version: int,
    by: FocalPoint,
    at: datetime,
) -> Amendment:
    """Send an amendment, or send another wording of one.

    A position takes the place of the member's former one about the paragraph, which is withdrawn.

    Raises DraftClosed, MayNotPropose, AmendmentConflict, NothingChanged, and Refused (gone,
    answered, too_many, not_theirs).
    """
    draft = place.draft
    _lock_member(draft, by)
    _check_open(draft, at)
    paragraph = place.paragraph
    if paragraph and not draft.wordings.filter(paragraph=paragraph).exists():
        raise Refused(_("This paragraph is no longer in the draft."), code="gone")
    sent = _stored(place, amendment, by, at)
    if sent.version != version and sent.pk:
        raise AmendmentConflict(sent)
    _check_changeable(sent, by)
    facts = {
        "text": content.text,
        "reason": content.reason,
        "language": content.language,
        "added_kind": content.added_kind,
    }
    is_sent = sent.status == AmendmentStatus.SENT
    if is_sent and all(getattr(sent, name) == value for name, value in facts.items()):
        raise NothingChanged
    _check_limit(sent, by)
    for former in _other_positions(sent):
        _withdraw(former, at)
    for name, value in facts.items():
        setattr(sent, name, value)
    sent.status = AmendmentStatus.SENT
    sent.sent_at = sent.sent_at or at
    sent.sent_by, sent.sent_by_name = by, by.full_name[:MAX_NAME_LENGTH]
    sent.saved_at, sent.saved_by_name = at, sent.sent_by_name
    sent.typed = {}
    sent.version += 1
    sent.sent_version = sent.version
    sent.save()
    return sent


@transaction.atomic
def withdraw_amendment(*, amendment: Amendment, by: FocalPoint, at: datetime) -> Amendment:
    """Withdraw a member's own amendment.

    Raises DraftClosed, MayNotPropose, and Refused (not_theirs, answered, withdrawn).
    """
    _lock_member(amendment.draft, by)
    _check_open(amendment.draft, at)
    lock(amendment)
    _check_changeable(amendment, by)
    if amendment.status != AmendmentStatus.SENT:
        raise Refused(_("This proposal is withdrawn already."), code="withdrawn")
    _withdraw(amendment, at)
    return amendment


@transaction.atomic
def support_amendment(
    *, amendment: Amendment, version: int, by: FocalPoint, at: datetime
) -> Support:
    """Support the amendment of another member, in the wording that the page showed.

    A member that supported an earlier wording supports the present one then.

    Raises DraftClosed, MayNotPropose, AmendmentConflict, NothingChanged, and Refused (own,
    withdrawn).
    """
    _lock_member(amendment.draft, by)
    _check_open(amendment.draft, at)
    lock(amendment)
    if amendment.status != AmendmentStatus.SENT:
        raise Refused(_("This proposal was withdrawn."), code="withdrawn")
    if amendment.member_id == by.member_id:
        raise Refused(_("Your organisation sent this proposal itself."), code="own")
    if amendment.sent_version != version:
        raise AmendmentConflict(amendment)
    facts = {
        "amendment_version": version,
        "at": at,
        "by": by,
        "by_name": by.full_name[:MAX_NAME_LENGTH],
    }
    support = Support.objects.filter(amendment=amendment, member=by.member).first()
    if support and support.amendment_version == version:
        raise NothingChanged
    support = support or Support(amendment=amendment, member=by.member)
    for name, value in facts.items():
        setattr(support, name, value)
    support.save()
    return support


@transaction.atomic
def withdraw_support(*, amendment: Amendment, by: FocalPoint, at: datetime) -> None:
    """Take back the support of a member. Raises DraftClosed, MayNotPropose and NothingChanged."""
    _lock_member(amendment.draft, by)
    _check_open(amendment.draft, at)
    deleted, _by_model = Support.objects.filter(amendment=amendment, member=by.member).delete()
    if not deleted:
        raise NothingChanged


def typed_fields(amendment: Amendment) -> dict[str, str]:
    """Return what was typed last, without what belongs to autosave."""
    return {name: value for name, value in amendment.typed.items() if name not in KEPT_NAMES}


def other_fields(amendment: Amendment) -> dict[str, str]:
    """Return what another page typed, or nothing."""
    return dict(amendment.typed.get(OTHER) or {})


def _lock_member(draft: Draft, by: FocalPoint) -> None:
    """Lock the member and the framework, and check that the member still takes part."""
    lock(by.member)
    lock(draft.framework)
    draft.refresh_from_db(fields=["status", "opens_at", "closes_at"])
    if not may_propose(draft.framework, by.member):
        raise MayNotPropose


def _check_open(draft: Draft, at: datetime) -> None:
    if not draft.is_open_at(at):
        raise DraftClosed(draft)


def _stored(place: Place, amendment: Amendment | None, by: FocalPoint, at: datetime) -> Amendment:
    """Return the locked amendment, or the member's unsent one about the place, or a new one."""
    if amendment is not None:
        lock(amendment)
        return amendment
    own = Amendment.objects.select_for_update().filter(member=by.member, **place.facts)
    if place.kind in POSITIONS:
        found = own.exclude(status=AmendmentStatus.WITHDRAWN).first()
    else:
        found = own.filter(status=AmendmentStatus.DRAFT).first()
    is_addition = place.kind == AmendmentKind.ADD
    return found or Amendment(
        **place.facts,
        member=by.member,
        version=0,
        saved_at=at,
        added_kind=ParagraphKind.TEXT if is_addition else "",
    )


def _check_changeable(amendment: Amendment, by: FocalPoint) -> None:
    if amendment.member_id != by.member_id:
        raise Refused(_("This is the proposal of another organisation."), code="not_theirs")
    if amendment.pk and Answer.objects.filter(amendment=amendment).exists():
        raise Refused(_("This proposal has an answer already."), code="answered")


def _check_limit(amendment: Amendment, by: FocalPoint) -> None:
    sent = Amendment.objects.sent().filter(draft=amendment.draft, member=by.member)
    if amendment.status != AmendmentStatus.SENT and sent.count() >= MAX_AMENDMENTS:
        raise Refused(
            _("One organisation can send %(number)s proposals to a draft.")
            % {"number": MAX_AMENDMENTS},
            code="too_many",
        )


def _other_positions(amendment: Amendment) -> QuerySet[Amendment]:
    """Return the member's other position about the paragraph, if it takes one."""
    if not amendment.is_position:
        return Amendment.objects.none()
    own = Amendment.objects.sent().filter(
        draft=amendment.draft,
        paragraph=amendment.paragraph,
        member=amendment.member,
        kind__in=POSITIONS,
    )
    return own.exclude(pk=amendment.pk)


def _withdraw(amendment: Amendment, at: datetime) -> None:
    amendment.status, amendment.withdrawn_at = AmendmentStatus.WITHDRAWN, at
    amendment.version += 1
    amendment.save(update_fields=["status", "withdrawn_at", "version"])


def _kept_text(amendment: Amendment) -> KeptText[dict[str, str]]:
    typed = amendment.typed
    return KeptText(
        typed_fields(amendment),
        amendment.version,
        str(typed.get(PAGE, "")),
        amendment.saved_at,
        typed.get(OTHER),
        str(typed.get(OTHER_PAGE, "")),
    )


def _store(amendment: Amendment, kept: KeptText[dict[str, str]], by: FocalPoint) -> None:
    amendment.typed = {**kept.text, PAGE: kept.page}
    if kept.other is not None:
        amendment.typed |= {OTHER: kept.other, OTHER_PAGE: kept.other_page}
    amendment.version, amendment.saved_at = kept.version, kept.saved_at
    amendment.saved_by_name = by.full_name[:MAX_NAME_LENGTH]
    amendment.save()
