"""Drafts that are sent after the deadline: their owner asks, and an officer decides.

Staff decide by the name that the person entered for them and the time of the request. They never
read the answers of a draft.
"""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.conflicts import Refused
from core.dates import GENEVA, format_datetime
from eoi.models import EoiDraft, LateRequest, LateRequestState
from eoi.services.drafts import DRAFT_LIFETIME, DraftNotFound
from eoi.services.letters import send_late_acceptance, send_late_refusal
from members.models import Call
from members.services.intake import LateAcceptance

# How long after the decision a draft can be sent. Shorter than a draft is kept.
MAX_ACCEPTANCE: Final = timedelta(days=14)


class AcceptanceOutOfRange(Refused):
    """The acceptance would end too early or too late."""

    def __init__(self) -> None:
        super().__init__(
            _("Choose a last day within the next %(days)d days.") % {"days": MAX_ACCEPTANCE.days}
        )


def late_request_of(draft: EoiDraft) -> LateRequest | None:
    """Return the request of a draft, if there is one."""
    return LateRequest.objects.select_related("draft__call").filter(draft=draft).first()


def late_acceptance_of(draft: EoiDraft, *, at: datetime) -> LateAcceptance | None:
    """Return who accepted a draft after the deadline, while it can be sent."""
    accepted = LateRequest.objects.select_related("decided_by").filter(
        draft=draft, accepted_until__gt=at
    )
    late_request = accepted.first()
    if late_request is None or late_request.decided_by is None or late_request.decided_at is None:
        return None
    return LateAcceptance(by=late_request.decided_by, at=late_request.decided_at)


@transaction.atomic
def request_late(*, draft: EoiDraft, organisation_name: str, at: datetime) -> LateRequest:
    """Ask staff to accept a draft after the deadline, and keep the draft meanwhile.

    A request that waits or was accepted is returned as it is. One that has ended is made again.

    Raises DraftNotFound if the draft was deleted or sent or has no address, and Refused (not_late)
    or (late_request_refused).
    """
    _lock(draft, at)
    if Call.objects.open_at(at).exists() or draft.call.grace_ends_at > at:
        raise Refused(_("A call is open. You can send the form as usual."), code="not_late")
    late_request = late_request_of(draft)
    state = late_request.state_at(at) if late_request else LateRequestState.ENDED
    if state == LateRequestState.REFUSED:
        sentence = _("We could not accept this form after the deadline.")
        raise Refused(sentence, code="late_request_refused")
    if late_request and state != LateRequestState.ENDED:
        return late_request

    late_request = late_request or LateRequest(draft=draft)
    late_request.organisation_name = organisation_name
    late_request.requested_at = at
    late_request.decided_at = late_request.decided_by = late_request.accepted_until = None
    late_request.refusal = ""
    late_request.save()
    _keep_until(draft, at + DRAFT_LIFETIME)
    return late_request


@transaction.atomic
def accept_late(
    *, late_request: LateRequest, until: datetime, by: User, at: datetime
) -> LateRequest:
    """Let a draft be sent until a time that is not included, and tell its owner.

    Raises Refused (no_decision_needed) or (already_decided), and AcceptanceOutOfRange.
    """
    _lock_waiting(late_request, at)
    if not at < until <= at + MAX_ACCEPTANCE:
        raise AcceptanceOutOfRange

    late_request.decided_at, late_request.decided_by = at, by
    late_request.accepted_until = until
    late_request.save(update_fields=["decided_at", "decided_by", "accepted_until"])
    _keep_until(late_request.draft, at + DRAFT_LIFETIME)
    send_late_acceptance(late_request, at=at)
    return late_request


@transaction.atomic
def refuse_late(*, late_request: LateRequest, reason: str, by: User, at: datetime) -> LateRequest:
    """Refuse to accept a draft after the deadline, and tell its owner why.

    Raises Refused (no_decision_needed) or (already_decided).
    """
    _lock_waiting(late_request, at)

    late_request.decided_at, late_request.decided_by = at, by
    late_request.refusal = reason
    late_request.save(update_fields=["decided_at", "decided_by", "refusal"])
    send_late_refusal(late_request, at=at)
    return late_request


def _lock(draft: EoiDraft, at: datetime) -> None:
    """Refresh and lock a draft that has an address. Raises DraftNotFound, also if it was sent."""
    drafts = EoiDraft.objects.kept_at(at).unsent().written_to()
    try:
        draft.refresh_from_db(from_queryset=drafts.select_for_update())
    except EoiDraft.DoesNotExist as refused:
        raise DraftNotFound from refused


def _lock_waiting(late_request: LateRequest, at: datetime) -> None:
    """Refresh a request that waits, under the lock of its draft.

    The draft is locked, because it is deleted, sent and saved under that lock.
    """
    try:
        _lock(late_request.draft, at)
        late_request.refresh_from_db()
    except (DraftNotFound, LateRequest.DoesNotExist) as refused:
        raise _no_decision_needed() from refused
    if late_request.decided_at is not None:
        moment = format_datetime(late_request.decided_at, GENEVA)
        raise Refused(
            _("%(name)s decided this request on %(moment)s.")
            % {"name": late_request.decided_by, "moment": moment},
            code="already_decided",
        )
    if late_request.state_at(at) != LateRequestState.WAITING:
        raise _no_decision_needed()


def _no_decision_needed() -> Refused:
    """Return the refusal if the draft was sent or deleted, or the deadline has moved."""
    return Refused(
        _(
            "This request does not need a decision any more: the form was sent or deleted, or "
            "the deadline was moved."
        ),
        code="no_decision_needed",
    )


def _keep_until(draft: EoiDraft, expires_at: datetime) -> None:
    """Keep a locked draft at least until a time, before which its owner is warned again."""
    if draft.expires_at < expires_at:
        draft.expires_at, draft.expiry_warned_at = expires_at, None
        draft.save(update_fields=["expires_at", "expiry_warned_at"])
