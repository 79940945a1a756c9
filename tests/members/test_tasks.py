from datetime import timedelta

from django.utils import timezone

from members import tasks
from members.models import RoleTransfer
from tests.factories import (
    RoleTransferFactory,
)

DAY = timedelta(days=1)


def test_end_unanswered_successors_ends_those_whose_time_is_over_and_no_other():
    now = timezone.now()
    RoleTransferFactory(named_at=now - 14 * DAY, expires_at=now)
    kept = RoleTransferFactory(named_at=now, expires_at=now + 14 * DAY)

    tasks.expire_role_transfers()
    tasks.expire_role_transfers()

    assert RoleTransfer.objects.get() == kept
