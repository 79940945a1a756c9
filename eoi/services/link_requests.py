"""Links that were lost: asked for by an address, and sent to it if we know it."""

from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Q

from eoi.models import EoiDraft, LinkRequest
from eoi.services.letters import resend_draft_link, send_eoi_link_again
from members.models import SIGNALS_HOLDING_ACKNOWLEDGEMENT, FocalPoint, MemberStatus
from members.services.private_links import with_open_pages

# Of each kind, the latest: whoever has more of them writes to us.
MAX_LINKS_PER_REQUEST: Final = 10
# The rest waits for the next time, so that nobody else's work does.
BATCH_SIZE: Final = 200
# Not written to before an officer has looked: a robot may have typed somebody else's address.
NOT_WRITTEN_TO_YET: Final = Q(
    member__status=MemberStatus.PENDING,
    member__replied_at__isnull=True,
    member__spam_signal__in=SIGNALS_HOLDING_ACKNOWLEDGEMENT,
)


@transaction.atomic
def request_links(*, email: str, at: datetime) -> LinkRequest:
    """Take down that somebody wants the links of an address; whether we know it is not asked.

    For every address it is one row and nothing else, so that neither the answer nor how long it
    takes tells anything.
    """
    return LinkRequest.objects.create(email=email, asked_at=at)


def send_requested_links(*, at: datetime) -> int:
    """Send what was asked for, the earliest first, and return how many requests were answered.

    Each in a transaction of its own: run twice or by two at once, each is answered once.
    """
    answered = 0
    while answered < BATCH_SIZE and _answer_next(at):
        answered += 1
    return answered


@transaction.atomic
def _answer_next(at: datetime) -> bool:
    """Answer the earliest request that nobody else is answering, and say whether there was one."""
    skips = connection.features.has_select_for_update_skip_locked
    requests = LinkRequest.objects.select_for_update(skip_locked=skips)
    asked = requests.order_by("pk").first()
    if asked is None:
        return False
    _send_links(asked, at)
    asked.delete()
    return True


def _send_links(asked: LinkRequest, at: datetime) -> None:
    """Queue a letter for each EOI and each draft that the address has with us."""
    focal_points = (
        with_open_pages(FocalPoint.objects.filter(email__iexact=asked.email), at)
        .exclude(NOT_WRITTEN_TO_YET)
        .select_related("member")
        .order_by("-member__submitted_at", "-member_id", "-is_alternate")
    )
    # Whoever is both focal point and alternate is written to as the first, once: the later wins.
    one_of_each = {person.member_id: person for person in focal_points[: 2 * MAX_LINKS_PER_REQUEST]}
    for person in list(one_of_each.values())[:MAX_LINKS_PER_REQUEST]:
        send_eoi_link_again(person, asked, at=at)
    drafts = EoiDraft.objects.kept_at(at).filter(email__iexact=asked.email)
    for draft in drafts.order_by("-saved_at", "-pk")[:MAX_LINKS_PER_REQUEST]:
        if draft.is_written_to:
            resend_draft_link(draft, asked, at=at)
