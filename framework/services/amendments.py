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
from django.utils.translation import gettext as _

from core.autosave import Draft as KeptText
from core.autosave import Outcome, Page, as_json, autosave, draft_in
from core.conflicts import Conflict, NothingChanged, Refused, lock
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH
from framework.models import (
    KINDS_WITH_TEXT,
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
    Wording,
)
from framework.services.texts import check_reason, check_text, clean_text
from members.models import FocalPoint, GrantedRole, Member
from members.services.participants import lock_participant

# The amendments of one member to one draft.
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
        if draft.closes_at is None:
            super().__init__(_("This draft takes no proposals."))
            return
        super().__init__(
            _("Draft %(number)s closed on %(when)s and takes no more proposals.")
            % {"number": draft.number, "when": format_datetime(draft.closes_at, GENEVA)}
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


def amendment_at(place: Place, member_id: int, *, at: datetime) -> Amendment:
    """Return the amendment that a member writes about a place, or a new one, of version 0.

    A position can be sent already; of additions and comments, it is the one that is not sent.
    """
    own = Amendment.objects.filter(member=member_id, **place.facts)
    if place.kind in POSITIONS:
        found = own.exclude(status=AmendmentStatus.WITHDRAWN).first()
    else:
        found = own.filter(status=AmendmentStatus.DRAFT).first()
    is_addition = place.kind == AmendmentKind.ADD
    return found or Amendment(
        **place.facts,
        member_id=member_id,
        version=0,
        saved_at=at,
        added_kind=ParagraphKind.TEXT if is_addition else "",
    )


def other_position(place: Place, member_id: int) -> Amendment | None:
    """Return the sent position of a member that one about the place would replace."""
    if place.kind not in POSITIONS:
        return None
    sent = Amendment.objects.sent().filter(draft=place.draft, paragraph=place.paragraph)
    return sent.filter(member=member_id, kind__in=POSITIONS).exclude(kind=place.kind).first()


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

    Raises MayNotPropose, ThirdVersion, DraftClosed for a draft that never was open,
    AmendmentConflict if a colleague sent another wording meanwhile, and Refused (not_theirs,
    withdrawn).
    """
    _lock_proposer(place.draft, by, at)
    if place.draft.closes_at is None:
        raise DraftClosed(place.draft)
    kept = _stored(place, amendment, by, at)
    if not kept.typed and kept.version != page.version:
        raise AmendmentConflict(kept)
    draft, outcome = autosave(draft_in(kept), dict(typed), page=page, at=at)
    if outcome is not Outcome.OUTDATED:
        _store(kept, draft, by if outcome is Outcome.SAVED else None)
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

    `version` is that of the amendment which the page showed, or 0 without one. A position takes the
    place of the member's former one about the paragraph, which is withdrawn.

    Raises DraftClosed, MayNotPropose, AmendmentConflict, NothingChanged, and Refused (gone,
    answered, too_many, not_theirs, withdrawn, same_text, and those of `check_text`).
    """
    draft = place.draft
    _lock_proposer(draft, by, at)
    _check_open(draft, at)
    facts = _checked(place, content)
    sent = _stored(place, amendment, by, at)
    # Also with an earlier version, which a second click has.
    if _is_sent_already(sent, facts):
        raise NothingChanged
    if sent.version != version:
        raise AmendmentConflict(sent)
    _check_not_answered(sent)
    _check_limit(sent, by)
    if former := other_position(place, by.member_id):
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

    Raises DraftClosed, MayNotPropose, and Refused (not_theirs, answered, withdrawn, not_sent).
    """
    _lock_proposer(amendment.draft, by, at)
    _check_open(amendment.draft, at)
    _lock_own(amendment, by)
    _check_not_answered(amendment)
    if amendment.status != AmendmentStatus.SENT:
        raise Refused(_("This proposal was not sent."), code="not_sent")
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
    _lock_proposer(amendment.draft, by, at)
    _check_open(amendment.draft, at)
    lock(amendment)
    if amendment.status != AmendmentStatus.SENT:
        raise Refused(_("This proposal was withdrawn."), code="withdrawn")
    if amendment.member_id == by.member_id:
        raise Refused(_("Your organisation sent this proposal itself."), code="own")
    if amendment.sent_version != version:
        raise AmendmentConflict(amendment)
    support = Support.objects.filter(amendment=amendment, member=by.member_id).first()
    if support and support.amendment_version == version:
        raise NothingChanged
    support = support or Support(amendment=amendment, member_id=by.member_id)
    support.amendment_version, support.at = version, at
    support.by, support.by_name = by, by.full_name[:MAX_NAME_LENGTH]
    support.save()
    return support


@transaction.atomic
def withdraw_support(*, amendment: Amendment, by: FocalPoint, at: datetime) -> None:
    """Take back the support of a member. Raises DraftClosed, MayNotPropose and NothingChanged."""
    _lock_proposer(amendment.draft, by, at)
    _check_open(amendment.draft, at)
    deleted, _by_model = Support.objects.filter(amendment=amendment, member=by.member).delete()
    if not deleted:
        raise NothingChanged


@transaction.atomic
def discard_typed(*, amendment: Amendment, version: int, by: FocalPoint, at: datetime) -> None:
    """Delete what a member typed and did not send, as the page showed it.

    Also after the draft has closed. Raises MayNotPropose, NothingChanged after a second click,
    AmendmentConflict if a colleague typed more, and Refused (not_theirs, withdrawn, sent).
    """
    _lock_proposer(amendment.draft, by, at)
    if not Amendment.objects.filter(pk=amendment.pk).exists():
        raise NothingChanged
    _lock_own(amendment, by)
    if amendment.status != AmendmentStatus.DRAFT:
        raise Refused(_("This proposal is sent already."), code="sent")
    if amendment.version != version:
        raise AmendmentConflict(amendment)
    amendment.delete()


def _lock_proposer(draft: Draft, by: FocalPoint, at: datetime) -> None:
    """Lock the member and the framework, and check that the member still takes part."""
    person = lock_participant(by, at=at)
    lock(draft.framework)
    draft.refresh_from_db(fields=["status", "opens_at", "closes_at"])
    if person is None or not may_propose(draft.framework, person.member):
        raise MayNotPropose


def _check_open(draft: Draft, at: datetime) -> None:
    # A request that has waited has an earlier time than the closing of the draft.
    if not draft.is_open_at(at) or draft.framework.drafts.filter(number__gt=draft.number).exists():
        raise DraftClosed(draft)


def _checked(place: Place, content: AmendmentContent) -> dict[str, str]:
    """Return what an amendment says, if it can be said about the place."""
    wording = Wording.objects.filter(draft=place.draft, paragraph=place.paragraph).first()
    is_addition = place.kind == AmendmentKind.ADD
    if wording is None and (place.paragraph or not is_addition):
        raise Refused(_("This paragraph is no longer in the draft."), code="gone")
    facts = {"text": "", "added_kind": "", "language": content.language}
    facts["reason"] = clean_text(content.reason)
    if is_addition:
        facts["added_kind"] = content.added_kind or ParagraphKind.TEXT
    if place.kind in KINDS_WITH_TEXT:
        facts["text"] = clean_text(content.text)
        kind = facts["added_kind"] or (wording.kind if wording else "")
        check_text(facts["text"], kind=kind)
    if place.kind == AmendmentKind.CHANGE and wording and facts["text"] == wording.text_en:
        raise Refused(_("The text is the same as that of the draft."), code="same_text")
    check_reason(facts["reason"])
    return facts


def _stored(place: Place, amendment: Amendment | None, by: FocalPoint, at: datetime) -> Amendment:
    """Return the locked amendment, or the member's unsent one about the place, or a new one."""
    if amendment is not None:
        _lock_own(amendment, by)
        return amendment
    found = amendment_at(place, by.member_id, at=at)
    if found.pk:
        lock(found)
    return found


def _lock_own(amendment: Amendment, by: FocalPoint) -> None:
    lock(amendment)
    if amendment.member_id != by.member_id:
        raise Refused(_("This is the proposal of another organisation."), code="not_theirs")
    if amendment.status == AmendmentStatus.WITHDRAWN:
        raise Refused(_("Your organisation withdrew this proposal."), code="withdrawn")


def _check_not_answered(amendment: Amendment) -> None:
    if amendment.pk and Answer.objects.filter(amendment=amendment).exists():
        raise Refused(_("This proposal has an answer already."), code="answered")


def _is_sent_already(amendment: Amendment, facts: Mapping[str, str]) -> bool:
    """Return whether the member says the same already, such as after a second click."""
    if amendment.status == AmendmentStatus.SENT:
        return all(getattr(amendment, name) == value for name, value in facts.items())
    same = Amendment.objects.sent().filter(
        draft=amendment.draft,
        paragraph=amendment.paragraph,
        kind=amendment.kind,
        member=amendment.member_id,
        **facts,
    )
    return same.exists()


def _check_limit(amendment: Amendment, by: FocalPoint) -> None:
    sent = Amendment.objects.sent().filter(draft=amendment.draft, member=by.member)
    if amendment.status != AmendmentStatus.SENT and sent.count() >= MAX_AMENDMENTS:
        raise Refused(
            _("One organisation can send %(number)s proposals to a draft.")
            % {"number": MAX_AMENDMENTS},
            code="too_many",
        )


def _withdraw(amendment: Amendment, at: datetime) -> None:
    amendment.status, amendment.withdrawn_at = AmendmentStatus.WITHDRAWN, at
    amendment.version += 1
    amendment.save(update_fields=["status", "withdrawn_at", "version"])


def _store(amendment: Amendment, kept: KeptText[dict[str, str]], by: FocalPoint | None) -> None:
    amendment.typed = as_json(kept)
    amendment.version, amendment.saved_at = kept.version, kept.saved_at
    if by is not None:
        amendment.saved_by_name = by.full_name[:MAX_NAME_LENGTH]
    amendment.save()
