from datetime import timedelta

from django.utils import timezone

from eoi import tasks
from eoi.models import CallAlert, EoiDraft, LinkRequest
from outbox.models import Message
from tests.factories import (
    CallAlertFactory,
    CallFactory,
    EoiDraftFactory,
    FocalPointFactory,
    LinkRequestFactory,
    MemberFactory,
)

DAY = timedelta(days=1)


def draft(*, expires_in=20 * DAY, **facts):
    now = timezone.now()
    dates = {"started_at": now - 40 * DAY, "saved_at": now - 35 * DAY}
    return EoiDraftFactory(**dates, expires_at=now + expires_in, **facts)


def test_tasks_do_their_work_once_also_when_they_come_twice():
    now = timezone.now()
    call = CallFactory(opens_at=now - 9 * DAY, closes_at=now + 2 * DAY)
    kept, warned = draft(), draft(expires_in=2 * DAY)
    moved = draft(call=call, announced_closes_at=now + DAY)
    draft(expires_in=-DAY)
    MemberFactory(submission_key=draft().submission_key)
    person = FocalPointFactory()
    LinkRequestFactory(email=person.email)
    alert = CallAlertFactory()
    CallAlertFactory(confirmed_at=None, requested_at=now - 8 * DAY)

    for _time in range(2):
        tasks.warn_of_expiry()
        tasks.delete_expired_drafts()
        tasks.delete_submitted_drafts()
        tasks.send_requested_links()
        tasks.notify_of_moved_deadlines()
        tasks.announce_open_call()
        tasks.delete_finished_alerts()

    assert set(EoiDraft.objects.all()) == {kept, warned, moved}
    assert (list(LinkRequest.objects.all()), list(CallAlert.objects.all())) == ([], [alert])
    assert list(Message.objects.order_by("pk").values_list("recipient", flat=True)) == [
        warned.email,
        person.email,
        moved.email,
        alert.email,
    ]
