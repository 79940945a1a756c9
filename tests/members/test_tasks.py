from datetime import timedelta

import pytest
from django.utils import timezone

from members import tasks
from members.models import EoiDraft
from outbox.models import Message
from tests.factories import EoiDraftFactory, MemberFactory

DAY = timedelta(days=1)


def draft(*, expires_in):
    now = timezone.now()
    return EoiDraftFactory(
        started_at=now - 40 * DAY, saved_at=now - 35 * DAY, expires_at=now + expires_in
    )


@pytest.mark.parametrize("times", [1, 2])
def test_tasks_look_after_drafts_however_often_they_come(times):
    kept, warned = draft(expires_in=20 * DAY), draft(expires_in=2 * DAY)
    draft(expires_in=-DAY)
    MemberFactory(submission_key=draft(expires_in=20 * DAY).submission_key)

    for _time in range(times):
        tasks.warn_of_expiry()
        tasks.delete_what_is_over()
        tasks.delete_what_was_sent()

    assert set(EoiDraft.objects.all()) == {kept, warned}
    assert [letter.reference for letter in Message.objects.all()] == [warned.reference]
