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


def draft(*, expires_in):
    now = timezone.now()
    return EoiDraftFactory(
        started_at=now - 40 * DAY, saved_at=now - 35 * DAY, expires_at=now + expires_in
    )


def test_tasks_look_after_drafts_also_when_they_come_twice():
    kept, warned = draft(expires_in=20 * DAY), draft(expires_in=2 * DAY)
    draft(expires_in=-DAY)
    MemberFactory(submission_key=draft(expires_in=20 * DAY).submission_key)

    for _time in range(2):
        tasks.warn_of_expiry()
        tasks.delete_expired_drafts()
        tasks.delete_submitted_drafts()

    assert set(EoiDraft.objects.all()) == {kept, warned}
    assert [letter.reference for letter in Message.objects.all()] == [warned.reference]


def test_answer_link_requests_answers_once_also_when_it_comes_twice():
    person = FocalPointFactory()
    LinkRequestFactory(email=person.email)

    for _time in range(2):
        tasks.send_requested_links()

    assert list(LinkRequest.objects.all()) == []
    assert Message.objects.get().recipient == person.email


def test_tell_of_moved_deadlines_tells_once_also_when_it_comes_twice():
    now = timezone.now()
    call = CallFactory(opens_at=now - 9 * DAY, closes_at=now + 2 * DAY)
    EoiDraftFactory(
        call=call,
        announced_closes_at=now + DAY,
        started_at=now,
        saved_at=now,
        expires_at=now + 30 * DAY,
    )

    for _time in range(2):
        tasks.notify_of_moved_deadlines()

    assert Message.objects.count() == 1


def test_announce_open_call_tells_once_also_when_it_comes_twice():
    now = timezone.now()
    waiting = CallAlertFactory()
    CallAlertFactory(confirmed_at=None, requested_at=now - 8 * DAY)
    CallFactory(opens_at=now - DAY, closes_at=now + DAY)

    for _time in range(2):
        tasks.announce_open_call()
        tasks.delete_finished_alerts()

    assert Message.objects.get().recipient == waiting.email
    assert list(CallAlert.objects.all()) == [waiting]
