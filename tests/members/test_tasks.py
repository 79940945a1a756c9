from datetime import timedelta

from django.utils import timezone

from members.models import Successor
from members.tasks import end_unanswered_successors
from tests.factories import SuccessorFactory


def test_end_unanswered_successors_ends_those_whose_time_is_over_and_no_other():
    now = timezone.now()
    SuccessorFactory(named_at=now - timedelta(days=14), expires_at=now)
    kept = SuccessorFactory(named_at=now, expires_at=now + timedelta(days=14))

    end_unanswered_successors()
    end_unanswered_successors()

    assert Successor.objects.get() == kept
