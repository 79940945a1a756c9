"""Partners of a commitment: invited by a private link, they confirm or decline once."""

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
from commitments.services.contributors import retract
from commitments.services.events import add_event, lock_commitment, save_with_event
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


def partner_of(token: str) -> Partner:
    """Return the partner of a private link, with its commitment and lead.

    Raises InvalidLink, also if the lead left the partner out meanwhile, or sent a new link.
    """
    partners = Partner.objects.filter(is_current=True)
    return row_of(token, partners.select_related("commitment__lead", "member"))


def is_open(partner: Partner) -> bool:
    """Return whether the commitment of a partner still stands."""
    return partner.commitment.status in OPEN


def invite_new_partners(
    commitment: Commitment, *, by: FocalPoint | None, at: datetime
) -> list[Partner]:
    """Invite the partners of a locked commitment who were not invited yet, where possible."""
    rows = commitment.partners.filter(is_current=True, answer=PartnerAnswer.NOT_INVITED)
    partners = list(rows.select_related("member", "commitment__lead").order_by("position", "pk"))
    reachable = [partner for partner in partners if readers_of(partner)]
    for partner in reachable:
        _invite(partner, at=at)
        kind = EventKind.PARTNER_INVITED
        add_event(commitment, kind, by=by, at=at, note=partner.name)
    return reachable


@transaction.atomic
def invite_partner(*, partner: Partner, by: FocalPoint, at: datetime) -> CommitmentEvent:
    """Invite a partner, also again: the links that were sent before stop working.

    Raises Refused (not_lead, nobody_to_ask), WrongStatus, AlreadyAnswered, InvitedAlready, and
    InvalidLink if the lead left the partner out meanwhile.
    """
    commitment = partner.commitment
    lock_lead(commitment.lead_id, by)
    lock_commitment(commitment, *OPEN)
    _lock_current(partner)
    if partner.answer in (PartnerAnswer.CONFIRMED, PartnerAnswer.DECLINED):
        raise AlreadyAnswered(partner)
    if partner.invited_at is not None and partner.invited_at + PAUSE > at:
        raise InvitedAlready(partner.invited_at)
    if not readers_of(partner):
        raise Refused(
            _("There is no email address of a contact. Add one to the partner, then invite it."),
            code="nobody_to_ask",
        )
    if _invitations_of(partner) >= MAX_INVITATIONS:
        raise InvitedAlready(None)
    _invite(partner, at=at)
    return save_with_event(commitment, EventKind.PARTNER_INVITED, by=by, at=at, note=partner.name)


@transaction.atomic
def revoke_invitation(*, partner: Partner, by: FocalPoint, at: datetime) -> Partner:
    """Revoke the link of a partner who has not answered, and cancel the mail that waits.

    Raises Refused (not_lead), AlreadyAnswered, and InvalidLink if the partner was left out.
    """
    lock_lead(partner.commitment.lead_id, by)
    lock(partner.commitment)
    _lock_current(partner)
    if partner.answer in (PartnerAnswer.CONFIRMED, PartnerAnswer.DECLINED):
        raise AlreadyAnswered(partner)
    cancel(topic=invitation_topic(partner), at=at)
    partner.link_secret = new_link_secret()
    partner.save(update_fields=["link_secret"])
    return partner


@transaction.atomic
def answer_invitation(
    *, partner: Partner, confirms: bool, name: str, at: datetime
) -> CommitmentEvent:
    """Record what a partner answers, and tell the lead. `name` is the person who answers.

    The amounts that the partner gives count from now on, or are taken out of what is published. The
    link that was opened must still be the current one.

    Raises InvalidLink, NoLongerAsked and AlreadyAnswered.
    """
    commitment, secret = partner.commitment, partner.link_secret
    lock(commitment)
    _lock_current(partner)
    if partner.link_secret != secret:
        raise InvalidLink
    if not is_open(partner):
        raise NoLongerAsked
    if partner.answer != PartnerAnswer.INVITED:
        raise AlreadyAnswered(partner)
    partner.answer = PartnerAnswer.CONFIRMED if confirms else PartnerAnswer.DECLINED
    partner.answered_at, partner.answered_by_name = at, name[:MAX_NAME_LENGTH]
    partner.save(update_fields=["answer", "answered_at", "answered_by_name"])
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
        topic=f"partner-{partner.key.hex}/answered",
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


def _invite(partner: Partner, *, at: datetime) -> None:
    """Give a partner a new link, and send it. The caller locked the commitment, and records it."""
    cancel(topic=invitation_topic(partner), at=at)
    partner.link_secret = new_link_secret()
    partner.answer, partner.invited_at = PartnerAnswer.INVITED, at
    partner.save(update_fields=["link_secret", "answer", "invited_at"])
    write_to_partner(partner, at=at)


def _invitations_of(partner: Partner) -> int:
    """Return how many times a partner was invited."""
    invited = partner.commitment.events.filter(kind=EventKind.PARTNER_INVITED)
    return invited.filter(note=partner.name).count()
