from datetime import timedelta

from django.utils import timezone

from members import tasks
from members.models import LetterDraft, RoleTransfer
from tests.factories import NOON, LetterDraftFactory, RoleTransferFactory

DAY = timedelta(days=1)


def test_end_unanswered_successors_ends_those_whose_time_is_over_and_no_other():
    now = timezone.now()
    RoleTransferFactory(named_at=now - 14 * DAY, expires_at=now)
    kept = RoleTransferFactory(named_at=now, expires_at=now + 14 * DAY)

    tasks.expire_role_transfers()
    tasks.expire_role_transfers()

    assert RoleTransfer.objects.get() == kept


def test_drafts_that_a_settled_decision_ended_are_deleted():
    LetterDraftFactory(ended_at=NOON)
    kept = LetterDraftFactory()

    tasks.delete_ended_drafts()

    assert LetterDraft.objects.get() == kept
