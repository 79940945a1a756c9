"""Declining a member, for reasons that the letter states."""

from members.models import MemberStatus, TimelineKind
from outbox.models import Message
from tests.factories import NOON, UserFactory
from tests.members.decisions.files import decline, member_with_focal_point
from tests.triage.staff import reasons


def test_decline_says_why():
    officer = UserFactory()
    member = member_with_focal_point()

    entry = decline(member, reasons=reasons("not-enough-known", "not-authorised"), by=officer)

    member.refresh_from_db()
    assert (member.status, member.decided_by, member.decided_at, member.focus_area) == (
        MemberStatus.DECLINED,
        officer,
        NOON,
        None,
    )
    told = [
        (
            "We asked the organisation, and it did not confirm that the interest was expressed "
            "on its behalf."
        ),
        "What we know of the organisation and its work is not enough for us to decide.",
    ]
    assert (entry.kind, entry.note, entry.is_public) == (TimelineKind.DECLINED, "", True)
    given = entry.reasons_given.order_by("position")
    assert [(reason.position, reason.text) for reason in given] == list(enumerate(told, start=1))
    assert "\n\n".join(told) in Message.objects.get().body
