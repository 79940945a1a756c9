"""Letters of co-leads to their working group: the only code that changes one.

A co-lead submits a letter. A coordinator releases it, and then it is a mailing like any other; or
returns it with a reason, and the co-lead may change it and submit it again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypedDict, Unpack

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.models import User
from core.addresses import normalise_address
from core.conflicts import Conflict, NothingChanged, Refused, check_version, lock
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH, set_history_actor
from focus_areas.models import FocusArea
from mailings.models import (
    GroupLetter,
    GroupLetterStatus,
    Mailing,
    MailingKind,
    Recipient,
    Selection,
)
from mailings.services.drafts import DraftText, save_draft
from mailings.services.eligibility import EligibilityCheck
from mailings.services.group_letter_types import (
    GROUP_LETTER_RELEASED,
    GROUP_LETTER_RETURNED,
    GROUP_LETTER_WAITING,
)
from mailings.services.letters import validate_mailing_text
from mailings.services.recipients import create_mailing
from mailings.services.sending import confirm_mailing
from members.models import NOTE_LANGUAGE, FocalPoint, Member
from members.services.co_leads import area_of, is_co_lead, lock_co_lead
from members.services.letters.co_leads import notify_co_lead, notify_coordinators
from outbox.services.rendering import escape_inline, escape_paragraphs

# The limit of waiting letters of one working group.
MAX_WAITING: Final = 5
MAY_RELEASE: Final = "mailings.send_mailing"


class LetterFacts(TypedDict):
    """What a co-lead types. `body` is Markdown with the placeholders of mailings."""

    language: str
    subject: str
    body: str
    shows_address: bool


class AlreadySubmitted(Refused):
    """A letter with this subject waits already."""

    def __init__(self) -> None:
        super().__init__(_("A letter with this subject is already waiting. Nothing was added."))


class TooManyLetters(Refused):
    """The working group has as many waiting letters as it may have."""

    def __init__(self) -> None:
        super().__init__(
            ngettext(
                "%(number)d letter to your working group is already waiting. Withdraw one, or wait "
                "for the coordinators.",
                "%(number)d letters to your working group are already waiting. Withdraw one, or "
                "wait for the coordinators.",
                MAX_WAITING,
            )
            % {"number": MAX_WAITING}
        )


class LetterSettled(Refused):
    """The letter is released, returned or withdrawn."""

    def __init__(self, letter: GroupLetter) -> None:
        when = letter.decided_at
        super().__init__(
            _("%(name)s has settled this letter on %(when)s: %(status)s. Nothing was changed.")
            % {
                "name": letter.decided_by,
                "when": format_datetime(when, GENEVA) if when else "",
                "status": letter.get_status_display(),
            }
        )


class LetterConflict(Conflict):
    """The co-lead changed the letter after the person opened it."""

    def __init__(self, letter: GroupLetter) -> None:
        super().__init__(
            _(
                "%(name)s changed this letter on %(when)s, after you opened it. Nothing was "
                "changed. Read it again."
            )
            % {
                "name": letter.written_by_name,
                "when": format_datetime(letter.submitted_at, GENEVA),
            }
        )


class NotTheirLetter(Refused):
    """The letter is of another organisation or group."""

    def __init__(self) -> None:
        super().__init__(_("Only the organisation that wrote the letter can change it."))


class AuthorLeft(Refused):
    """The person who wrote the letter no longer acts for a co-lead of the group."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The person who wrote this letter no longer acts for a co-lead of the group. "
                "Return it: the co-lead can then submit it again."
            )
        )


class FaultyLetter(Refused):
    """The text of the letter has errors; the message has a sentence for each."""

    def __init__(self, faults: Mapping[str, Sequence[str]]) -> None:
        sentences = [sentence for field in faults.values() for sentence in field]
        super().__init__(
            _("This letter cannot be sent. %(faults)s Return it, so that the co-lead corrects it.")
            % {"faults": " ".join(sentences)}
        )


@transaction.atomic
def submit_letter(
    *, person: FocalPoint, by: User, at: datetime, **facts: Unpack[LetterFacts]
) -> GroupLetter:
    """Submit a letter of a co-lead to their working group, and tell the coordinators.

    Raises NotCoLead, AlreadySubmitted, TooManyLetters.
    """
    co_lead = lock_co_lead(person, by=by, at=at)
    letter = GroupLetter(**facts, focus_area=area_of(co_lead), focal_point=co_lead)
    _submit(letter, co_lead, by, at)
    return letter


@transaction.atomic
def change_letter(
    *,
    letter: GroupLetter,
    person: FocalPoint,
    version: int,
    by: User,
    at: datetime,
    **facts: Unpack[LetterFacts],
) -> GroupLetter:
    """Change a waiting or returned letter of a co-lead's own organisation, and submit it again.

    Raises NotCoLead, LetterSettled, NotTheirLetter, LetterConflict, NothingChanged,
    AlreadySubmitted, TooManyLetters.
    """
    co_lead = _lock_own(letter, person, by, at)
    check_version(letter, version, LetterConflict)
    is_unchanged = all(getattr(letter, name) == value for name, value in facts.items())
    if letter.is_waiting and is_unchanged:
        raise NothingChanged
    for name, value in facts.items():
        setattr(letter, name, value)
    letter.version += 1
    _submit(letter, co_lead, by, at)
    return letter


@transaction.atomic
def withdraw_letter(
    *, letter: GroupLetter, person: FocalPoint, by: User, at: datetime
) -> GroupLetter:
    """Withdraw a waiting or returned letter of a co-lead's own organisation.

    Raises NotCoLead, LetterSettled, NotTheirLetter.
    """
    _lock_own(letter, person, by, at)
    letter.reason = ""
    _settle(letter, GroupLetterStatus.WITHDRAWN, by, at)
    return letter


@transaction.atomic
def release_letter(
    *, letter: GroupLetter, version: int, number: int, by: User, at: datetime
) -> Mailing:
    """Send a letter to all focal points of the working group, and tell the co-lead.

    `version` is that of the text that the coordinator read, and `number` the number of recipients
    that the page showed.

    Raises LetterSettled, LetterConflict, AuthorLeft, FaultyLetter, NoRecipients and
    RecipientCountChanged.
    """
    # Locked first, as when the co-lead acts, so that the author keeps the role meanwhile.
    lock(Member(pk=letter.focal_point.member_id))
    _lock_waiting(letter, version)
    author, area = FocalPoint.objects.get(pk=letter.focal_point_id), letter.focus_area
    if author.link_version != letter.link_version or not is_co_lead(author, area, at=at):
        raise AuthorLeft
    if faults := validate_mailing_text(letter.subject, whole_text(letter)):
        raise FaultyLetter(faults)
    with override(NOTE_LANGUAGE):
        words = area.name
    mailing = create_mailing(
        kind=MailingKind.LETTER,
        language=letter.language,
        members=Member.objects.of_working_group(area),
        selection=Selection.AREA,
        selection_in_words=words,
        by=by,
        at=at,
    )
    save_draft(
        mailing=mailing,
        kind=MailingKind.LETTER,
        language=letter.language,
        texts={letter.language: DraftText(letter.subject, whole_text(letter))},
        version=mailing.version,
        by=by,
        at=at,
    )
    confirm_mailing(
        mailing=mailing,
        scheduled_for=None,
        number=number,
        version=mailing.version,
        by=by,
        at=at,
    )
    letter.mailing = mailing
    _settle(letter, GroupLetterStatus.RELEASED, by, at)
    _tell_co_lead(letter, GROUP_LETTER_RELEASED, at)
    return mailing


@transaction.atomic
def return_letter(
    *, letter: GroupLetter, version: int, reason: str, by: User, at: datetime
) -> GroupLetter:
    """Return a letter with a reason, and tell the co-lead.

    Raises LetterSettled, LetterConflict.
    """
    _lock_waiting(letter, version)
    letter.reason = reason
    _settle(letter, GroupLetterStatus.RETURNED, by, at)
    _tell_co_lead(letter, GROUP_LETTER_RETURNED, at)
    return letter


def whole_text(letter: GroupLetter) -> str:
    """Return the text of a letter, with who wrote it and where answers go, in its language."""
    with override(letter.language):
        author = _("This message is from %(name)s, %(organisation)s, co-lead of %(area)s.") % {
            "name": _typed(letter.written_by_name),
            "organisation": _typed(letter.organisation_name),
            "area": _typed(letter.focus_area.name),
        }
        if letter.shows_address:
            answers = _(
                "To answer the co-lead, write to %(address)s. If you reply, your answer goes to "
                "the secretariat of the coalition."
            ) % {"address": f"<{letter.focal_point.email}>"}
        else:
            answers = _("If you reply, your answer goes to the secretariat of the coalition.")
    return f"{letter.body}\n\n{author}\n\n{answers}"


def number_of_recipients(letter: GroupLetter, *, by: User, at: datetime) -> int:
    """Return how many addresses would get a letter if a colleague released it now."""
    members = Member.objects.of_working_group(letter.focus_area).visible_to(by).order_by()
    people = FocalPoint.objects.filter(member__in=members.values("pk")).select_related("member")
    rows = [
        Recipient(pk=person.pk, focal_point=person, address=normalise_address(person.email))
        for person in people.order_by("member__submitted_at", "member_id", "is_alternate")
    ]
    EligibilityCheck(Mailing(kind=MailingKind.LETTER, created_at=at)).judge(rows)
    return sum(not row.exclusion for row in rows)


def topic_of(letter: GroupLetter) -> str:
    """Return the prefix of the topics of mail about a version of a letter."""
    return f"group-letter-{letter.pk}/version-{letter.version}"


def _typed(name: str) -> str:
    """Return a name as it is written in a text with placeholders, in which braces are doubled."""
    return escape_inline(name).replace("{", "{{").replace("}", "}}")


def _submit(letter: GroupLetter, co_lead: FocalPoint, by: User, at: datetime) -> None:
    """Check the limits of the group, save a letter as waiting, and tell the coordinators."""
    # Locked, so that the co-leads of a group do not exceed the limit together.
    lock(FocusArea(pk=letter.focus_area_id))
    others = GroupLetter.objects.waiting().filter(focus_area=letter.focus_area)
    others = others.exclude(pk=letter.pk)
    if others.filter(subject=letter.subject).exists():
        raise AlreadySubmitted
    if others.count() >= MAX_WAITING:
        raise TooManyLetters
    letter.link_version = co_lead.link_version
    letter.organisation_name = co_lead.member.organisation_name
    letter.written_by_name = co_lead.full_name[:MAX_NAME_LENGTH]
    letter.focal_point = co_lead
    letter.submitted_at = at
    letter.status = GroupLetterStatus.WAITING
    letter.decided_by, letter.decided_at, letter.reason = None, None, ""
    set_history_actor(letter, by, at)
    letter.save()
    notify_coordinators(
        co_lead,
        GROUP_LETTER_WAITING,
        permission=MAY_RELEASE,
        title=letter.subject,
        page=reverse("admin:mailings_mailing_group_letter", args=[letter.pk]),
        topic=f"{topic_of(letter)}/waiting",
        at=at,
    )


def _lock_own(letter: GroupLetter, person: FocalPoint, by: User, at: datetime) -> FocalPoint:
    """Lock an open letter of a co-lead's own organisation, and return the co-lead."""
    co_lead = lock_co_lead(person, by=by, at=at)
    lock(letter)
    if not letter.is_open:
        raise LetterSettled(letter)
    own = (co_lead.member_id, co_lead.member.focus_area_id)
    if (letter.focal_point.member_id, letter.focus_area_id) != own:
        raise NotTheirLetter
    return co_lead


def _lock_waiting(letter: GroupLetter, version: int) -> None:
    lock(letter)
    if not letter.is_waiting:
        raise LetterSettled(letter)
    check_version(letter, version, LetterConflict)


def _settle(letter: GroupLetter, status: GroupLetterStatus, by: User, at: datetime) -> None:
    letter.status, letter.decided_by, letter.decided_at = status, by, at
    set_history_actor(letter, by, at)
    letter.save(update_fields=["status", "decided_by", "decided_at", "reason", "mailing"])


def _tell_co_lead(letter: GroupLetter, kind: str, at: datetime) -> None:
    notify_co_lead(
        letter.focal_point,
        kind,
        focus_area=letter.focus_area,
        title=letter.subject,
        topic=f"{topic_of(letter)}/settled",
        at=at,
        values={"reason": escape_paragraphs(letter.reason)},
    )
