"""Requests for lost links: stored for any address, and answered if the address is known."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Q

from eoi.models import EoiDraft, LinkRequest
from eoi.services.letters import resend_draft_link, send_eoi_link_again
from members.models import SIGNALS_HOLDING_ACKNOWLEDGEMENT, FocalPoint, MemberStatus
from members.services.private_links import with_open_pages

# The maximum number of EOIs, and of drafts, whose links are sent for one request: the latest.
MAX_LINKS_PER_REQUEST: Final = 10
# The others are left to the next run.
BATCH_SIZE: Final = 200
# These get no letter until staff have checked them: a robot may have typed another person's
# address.
NOT_WRITTEN_TO_YET: Final = Q(
    member__status=MemberStatus.PENDING,
    member__replied_at__isnull=True,
    member__spam_signal__in=SIGNALS_HOLDING_ACKNOWLEDGEMENT,
)


@transaction.atomic
def request_links(*, email: str, at: datetime) -> LinkRequest:
    """Store a request for the links of an address.

    One row is stored for any address, so that neither the response nor its duration tells whether
    the address is known.
    """
    return LinkRequest.objects.create(email=email, asked_at=at)


def send_requested_links(*, at: datetime) -> int:
    """Answer the requests for links, the earliest first, and return their number.

    Each has its own transaction, and is answered once even if two runs overlap.
    """
    answered = 0
    while answered < BATCH_SIZE and _answer_next(at):
        answered += 1
    return answered


@transaction.atomic
def _answer_next(at: datetime) -> bool:
    """Answer the earliest request that no other run is answering; return whether there was one."""
    skips = connection.features.has_select_for_update_skip_locked
    requests = LinkRequest.objects.select_for_update(skip_locked=skips)
    asked = requests.order_by("pk").first()
    if asked is None:
        return False
    _send_links(asked, at)
    asked.delete()
    return True


def _send_links(asked: LinkRequest, at: datetime) -> None:
    """Queue a letter for each EOI and each draft of the address."""
    focal_points = (
        with_open_pages(FocalPoint.objects.filter(email__iexact=asked.email), at)
        .exclude(NOT_WRITTEN_TO_YET)
        .select_related("member")
        .order_by("-member__submitted_at", "-member_id", "-is_alternate")
    )
    # A focal point who is also the alternate gets one letter, as the primary one, which comes
    # later.
    one_of_each = {person.member_id: person for person in focal_points[: 2 * MAX_LINKS_PER_REQUEST]}
    for person in list(one_of_each.values())[:MAX_LINKS_PER_REQUEST]:
        send_eoi_link_again(person, asked, at=at)
    drafts = EoiDraft.objects.kept_at(at).filter(email__iexact=asked.email)
    for draft in drafts.order_by("-saved_at", "-pk")[:MAX_LINKS_PER_REQUEST]:
        if draft.is_written_to:
            resend_draft_link(draft, asked, at=at)
