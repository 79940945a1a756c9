"""Opinions that officers asked of colleagues."""

from datetime import datetime, timedelta

from accounts.models import User
from members.models import Member, MemberStatus, Recommendation
from members.services.opinions import answer_opinion, ask_opinion
from p2c_portal.demonstration.texts import OPINION, OPINION_QUESTIONS

ASKED_BEFORE, ANSWERED_BEFORE = timedelta(hours=3), timedelta(hours=1)


def ask_for_opinions(coordinator: User, observer: User, at: datetime) -> None:
    """Ask two colleagues about the oldest assigned member. One has answered."""
    waiting = Member.objects.filter(status=MemberStatus.PENDING, assignee__isnull=False)
    member = waiting.order_by("submitted_at", "pk")[0]
    asked_at = at - ASKED_BEFORE
    for colleague, question in zip((coordinator, observer), OPINION_QUESTIONS, strict=True):
        ask_opinion(
            member=member,
            asked_of=colleague,
            question=question,
            by=member.assignee,  # type: ignore[arg-type]  # Only assigned members are found.
            at=asked_at,
        )
    answer_opinion(
        opinion=member.opinion_requests.get(asked_of=observer),
        answer=OPINION,
        recommendation=Recommendation.IN_FAVOUR,
        by=observer,
        at=at - ANSWERED_BEFORE,
    )
