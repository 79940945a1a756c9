from datetime import timedelta

from django.utils import timezone

from members import tasks
from members.models import Successor
from tests.factories import SuccessorFactory

DAY = timedelta(days=1)


def test_end_unanswered_successors_ends_those_whose_time_is_over_and_no_other():
    now = timezone.now()
    SuccessorFactory(named_at=now - 14 * DAY, expires_at=now)
    kept = SuccessorFactory(named_at=now, expires_at=now + 14 * DAY)

    tasks.end_unanswered_successors()
    tasks.end_unanswered_successors()

    assert Successor.objects.get() == kept
