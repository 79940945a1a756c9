"""Partners of a commitment: invited by a private link, they confirm or decline.

A partner that gives money is asked with each sum, and its word is for these sums: if the lead
changes one, the partner is asked again. What it has confirmed before stays confirmed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from commitments.models import (
    UNDECIDED,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    EventKind,
    Partner,
    PartnerAnswer,
)
from commitments.services import money, partner_types
from commitments.services.contributors import retract, write_words
from commitments.services.events import add_event, lock_commitment, save_with_event
from commitments.services.given_sums import (
    GivenSum,
    digest_of,
    given_sums,
    sums_of,
    unconfirmed,
)
from commitments.services.lead_letters import (
    invitation_topic,
    readers_of,
    write_to_lead,
    write_to_partner,
)
from commitments.services.leads import lock_lead
from core.conflicts import Refused, lock, save_next_version
from core.dates import GENEVA, format_datetime
from core.history import MAX_NAME_LENGTH
from members.models import FocalPoint
from members.models.focal_point import new_link_secret
from members.services.private_links import InvalidLink, row_of
from outbox.services.queue import cancel
from outbox.services.rendering import escape_inline, one_line

# A partner is not asked again before this time has passed.
PAUSE: Final = timedelta(hours=24)
# In these, a partner can be invited and can answer.
OPEN: Final = (
    *UNDECIDED,
    CommitmentStatus.APPROVED,
    CommitmentStatus.PUBLISHED,
    CommitmentStatus.ENDED,
)
# How many times one partner is invited at most.
MAX_INVITATIONS: Final = 5


class AlreadyAnswered(Refused):
    """The partner confirmed or declined before."""

    def __init__(self, partner: Partner) -> None:
        self.partner = partner
        words = {
            PartnerAnswer.CONFIRMED: _("%(name)s confirmed this for “%(partner)s” on %(moment)s."),
            PartnerAnswer.DECLINED: _("%(name)s declined this for “%(partner)s” on %(moment)s."),
        }
        super().__init__(
            words[PartnerAnswer(partner.answer)]
            % {
                "name": partner.answered_by_name,
                "partner": partner.name,
                "moment": format_datetime(partner.answered_at, GENEVA)
                if partner.answered_at
                else "",
            }
        )


class NoLongerAsked(Refused):
    """The commitment was withdrawn or declined, so that no answer is needed."""

    def __init__(self) -> None:
        super().__init__(_("This commitment no longer stands, so no answer is needed."))


class InvitedAlready(Refused):
    """The partner was invited a short time ago, or often."""

    def __init__(self, invited_at: datetime | None) -> None:
        if invited_at is None:
            super().__init__(
                _("This partner was invited several times. Please ask it in another way.")
            )
        else:
            super().__init__(
                _(
                    "This partner was invited less than a day ago. It can be invited again on "
                    "%(moment)s."
                )
                % {"moment": format_datetime(invited_at + PAUSE, GENEVA)}
            )


class SumsChanged(Refused):
    """The lead changed the sums after the partner opened its page."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Not confirmed: the amounts were changed after you opened this page. Read them "
                "again below, then answer."
            )
        )


def partner_of(token: str) -> Partner:
    """Return the partner of a private link, with its commitment and lead.

    Raises InvalidLink, also if the lead left the partner out meanwhile, or sent a new link.
    """
    partners = Partner.objects.filter(is_current=True)
    return row_of(token, partners.select_related("commitment__lead", "member"))


def is_open(partner: Partner) -> bool:
    """Return whether the commitment of a partner still stands."""
    return partner.commitment.status in OPEN


def ask_partners(commitment: Commitment, *, by: FocalPoint | None, at: datetime) -> list[Partner]:
    """Ask the partners of a locked commitment who were not asked yet about what it says now.

    These are partners who were not invited, and those who give other sums than they were asked
    about. Somebody must be able to answer for them. Returns those that were asked.
    """
    rows = commitment.partners.filter(is_current=True).select_related("member", "commitment__lead")
    sums = given_sums([commitment.pk])
    asked = []
    for partner in rows.order_by("position", "pk"):
        given = sums.get(partner.pk, ())
        if partner.asked_again_at and not unconfirmed(partner, given):
            _end_question(partner, given, at=at)
        elif _is_news(partner, given) and readers_of(partner):
            _ask(partner, given, at=at)
            kind = EventKind.PARTNER_INVITED
            add_event(commitment, kind, by=by, at=at, note=partner.name)
            asked.append(partner)
    return asked


def _is_news(partner: Partner, given: Sequence[GivenSum]) -> bool:
    """Return whether a partner was not asked yet about what it is said to do and give."""
    is_other = digest_of(given) != partner.asked_sums
    match partner.answer:
        case PartnerAnswer.NOT_INVITED:
            return True
        case PartnerAnswer.INVITED:
            return is_other
        case _:
            return is_other and bool(unconfirmed(partner, given))


def may_be_asked(partner: Partner, given: Sequence[GivenSum]) -> bool:
    """Return whether there is something to ask a partner: all, or sums that changed."""
    is_unanswered = partner.answer in (PartnerAnswer.NOT_INVITED, PartnerAnswer.INVITED)
    return is_unanswered or bool(unconfirmed(partner, given))


@transaction.atomic
def invite_partner(*, partner: Partner, by: FocalPoint, at: datetime) -> CommitmentEvent:
    """Ask a partner, also again: the links that were sent before stop working.

    One that has confirmed is asked about the sums that it has not confirmed.

    Raises Refused (not_lead, nobody_to_ask), WrongStatus, AlreadyAnswered, InvitedAlready, and
    InvalidLink if the lead left the partner out meanwhile.
    """
    commitment = partner.commitment
    lock_lead(commitment.lead_id, by)
    lock_commitment(commitment, *OPEN)
    _lock_current(partner)
    given = sums_of(partner)
    if not may_be_asked(partner, given):
        raise AlreadyAnswered(partner)
    asked_at = partner.asked_again_at or (
        partner.invited_at if partner.answer == PartnerAnswer.INVITED else None
    )
    if asked_at is not None and asked_at + PAUSE > at:
        raise InvitedAlready(asked_at)
    if not readers_of(partner):
        raise Refused(
            _("There is no email address of a contact. Add one to the partner, then invite it."),
            code="nobody_to_ask",
        )
    if _invitations_of(partner) >= MAX_INVITATIONS:
        raise InvitedAlready(None)
    partner.link_secret = new_link_secret()
    _ask(partner, given, at=at)
    return save_with_event(commitment, EventKind.PARTNER_INVITED, by=by, at=at, note=partner.name)


@transaction.atomic
def revoke_invitation(*, partner: Partner, by: FocalPoint, at: datetime) -> Partner:
    """Revoke the link of a partner who is asked, and cancel the mail that waits.

    Raises Refused (not_lead), AlreadyAnswered, and InvalidLink if the partner was left out.
    """
    lock_lead(partner.commitment.lead_id, by)
    lock(partner.commitment)
    _lock_current(partner)
    if partner.answer in (PartnerAnswer.CONFIRMED, PartnerAnswer.DECLINED) and not partner.is_asked:
        raise AlreadyAnswered(partner)
    cancel(topic=invitation_topic(partner), at=at)
    partner.link_secret = new_link_secret()
    partner.save(update_fields=["link_secret"])
    return partner


@transaction.atomic
def answer_invitation(
    *, partner: Partner, confirms: bool, name: str, seen: str = "", at: datetime
) -> CommitmentEvent:
    """Record what a partner answers, and tell the lead. `name` is the person who answers.

    The sums that the partner gives count from now on, or are taken out of what is published.
    `seen` is the digest of the sums that the page showed, empty if there were none. The link
    that was opened must still be the current one.

    Raises InvalidLink, NoLongerAsked, AlreadyAnswered and SumsChanged.
    """
    commitment, secret = partner.commitment, partner.link_secret
    lock(commitment)
    _lock_current(partner)
    if partner.link_secret != secret:
        raise InvalidLink
    if not is_open(partner):
        raise NoLongerAsked
    if not partner.is_asked:
        raise AlreadyAnswered(partner)
    given = sums_of(partner)
    if confirms and digest_of(given) != seen:
        raise SumsChanged
    if confirms:
        write_words(partner, (each.amount for each in given))
    partner.answer = PartnerAnswer.CONFIRMED if confirms else PartnerAnswer.DECLINED
    partner.answered_at, partner.answered_by_name = at, name[:MAX_NAME_LENGTH]
    partner.asked_again_at, partner.asked_sums = None, digest_of(given)
    partner.save(
        update_fields=[
            *("answer", "answered_at", "answered_by_name", "asked_again_at", "asked_sums"),
        ]
    )
    kind = EventKind.PARTNER_CONFIRMED if confirms else EventKind.PARTNER_DECLINED
    if commitment.published_at is not None:
        money.decide_counting(commitment, at=at)
        if not confirms:
            retract(commitment, partner, at=at)
    save_next_version(commitment, by=None, at=at)
    event = add_event(
        commitment, kind, by=None, by_name=partner.answered_by_name, at=at, note=partner.name
    )
    write_to_lead(
        commitment,
        partner_types.PARTNER_CONFIRMED if confirms else partner_types.PARTNER_DECLINED,
        topic=f"partner-{partner.key.hex}/answered/event-{event.pk}",
        values={
            "partner": escape_inline(partner.name),
            "by": escape_inline(partner.answered_by_name),
        },
        subject_values={"partner": one_line(partner.name)},
        at=at,
    )
    return event


def _lock_current(partner: Partner) -> None:
    """Lock a partner, after its commitment. Raises InvalidLink if it is no longer one."""
    commitment = partner.commitment
    try:
        lock(partner)
    except Partner.DoesNotExist as gone:
        raise InvalidLink from gone
    partner.commitment = commitment
    if not partner.is_current:
        raise InvalidLink


def _ask(partner: Partner, given: Sequence[GivenSum], *, at: datetime) -> None:
    """Send a partner its link with a question. The caller locked the commitment, and records it.

    The link stays, so that a page that is open says that the sums have changed.
    """
    cancel(topic=invitation_topic(partner), at=at)
    partner.asked_sums = digest_of(given)
    if partner.answer == PartnerAnswer.CONFIRMED:
        partner.asked_again_at = at
    else:
        partner.answer, partner.invited_at = PartnerAnswer.INVITED, at
    partner.save(
        update_fields=["link_secret", "asked_sums", "answer", "invited_at", "asked_again_at"]
    )
    write_to_partner(partner, given, at=at)


def _end_question(partner: Partner, given: Sequence[GivenSum], *, at: datetime) -> None:
    """End a question about sums that the lead no longer states."""
    cancel(topic=invitation_topic(partner), at=at)
    partner.asked_again_at, partner.asked_sums = None, digest_of(given)
    partner.save(update_fields=["asked_again_at", "asked_sums"])


def _invitations_of(partner: Partner) -> int:
    """Return how many times a partner was asked since its latest answer."""
    invited = partner.commitment.events.filter(kind=EventKind.PARTNER_INVITED)
    if partner.answered_at is not None:
        invited = invited.filter(at__gte=partner.answered_at)
    return invited.filter(note=partner.name).count()
