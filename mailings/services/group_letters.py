"""Letters of co-leads to their working group, which become mailings when they are released."""

from datetime import datetime
from functools import partial
from typing import Any, Final, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy, override

from accounts.models import User
from core.addresses import normalise_address
from core.conflicts import Conflict, Refused, lock
from core.dates import GENEVA, format_datetime
from mailings.models import GroupLetter, Mailing, MailingKind, Recipient, Selection
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
from members.services.co_leads import is_co_lead
from members.services.submissions import SubmissionType, release, submit
from outbox.services.rendering import escape_inline


class LetterFacts(TypedDict):
    """What a co-lead types. `body` is Markdown with the placeholders of mailings."""

    language: str
    subject: str
    body: str
    shows_address: bool


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


LETTERS: Final = SubmissionType(
    max_waiting=5,
    unique_fields=["subject"],
    may_release="mailings.send_mailing",
    staff_page="admin:mailings_mailing_group_letter",
    waiting_message=GROUP_LETTER_WAITING,
    released_message=GROUP_LETTER_RELEASED,
    returned_message=GROUP_LETTER_RETURNED,
    topic=lambda letter: f"group-letter-{letter.pk}/version-{letter.version}",
    already_submitted=gettext_lazy(
        "A letter with this subject is already waiting. Nothing was added."
    ),
    too_many=ngettext_lazy(
        "%(number)d letter to your working group is already waiting. Withdraw one, or wait for the "
        "coordinators.",
        "%(number)d letters to your working group are already waiting. Withdraw one, or wait for "
        "the coordinators.",
        "number",
    ),
    settled=gettext_lazy(
        "%(name)s has settled this letter on %(when)s: %(status)s. Nothing was changed."
    ),
    not_theirs=gettext_lazy("Only the organisation that wrote the letter can change it."),
    conflict=LetterConflict,
)


def submit_letter(
    *, person: FocalPoint, by: User, at: datetime, **facts: Unpack[LetterFacts]
) -> GroupLetter:
    """Submit a letter of a co-lead to their working group, and tell the coordinators.

    Raises NotCoLead, AlreadySubmitted, and Refused (too_many).
    """
    return submit(GroupLetter(**facts), LETTERS, person=person, by=by, at=at)


@transaction.atomic
def release_letter(
    *, letter: GroupLetter, version: int, number: int, by: User, at: datetime
) -> Mailing:
    """Send a letter to all focal points of the working group, and tell the co-lead.

    `version` is that of the text that the coordinator read, and `number` the number of recipients
    that the page showed.

    Raises AlreadySettled, LetterConflict, NoRecipients, RecipientCountChanged, and Refused
    (author_left, faulty).
    """
    # Locked first, as when the co-lead acts, so that the author keeps the role meanwhile.
    lock(Member(pk=letter.focal_point.member_id))
    make_mailing = partial(_make_mailing, letter, number, by, at)
    return release(letter, LETTERS, make_mailing, version=version, by=by, at=at)


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


def _typed(name: str) -> str:
    """Return a name as it is written in a text with placeholders, in which braces are doubled."""
    return escape_inline(name).replace("{", "{{").replace("}", "}}")


def _make_mailing(letter: GroupLetter, number: int, by: User, at: datetime) -> Mailing:
    """Create the mailing of a letter, and confirm it. Raises as `release_letter` does."""
    author, area = FocalPoint.objects.get(pk=letter.focal_point_id), letter.focus_area
    if author.link_version != letter.link_version or not is_co_lead(author, area, at=at):
        text = _(
            "The person who wrote this letter no longer acts for a co-lead of the group. "
            "Return it: the co-lead can then submit it again."
        )
        raise Refused(text, code="author_left")
    if faults := validate_mailing_text(letter.subject, whole_text(letter)):
        sentences = [sentence for field in faults.values() for sentence in field]
        text = _(
            "This letter cannot be sent. %(faults)s Return it, so that the co-lead corrects it."
        )
        raise Refused(text % {"faults": " ".join(sentences)}, code="faulty")
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
        # The co-lead wrote it, and the coordinator releases it.
        has_second_person=True,
        by=by,
        at=at,
    )
    return mailing


def front_page_letters(user: User) -> dict[str, Any]:
    """Return how many letters of co-leads wait for a user, who may release them."""
    if not user.has_perm(LETTERS.may_release):
        return {}
    return {"letters_waiting": GroupLetter.objects.waiting().visible_to(user).count()}
