"""The pictures of the chapter on failed mail."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Member, MemberStatus
from outbox.models import NO_PRIVATE_VALUES, HoldReason, Message, MessageStatus, Queue
from outbox.services.installation import begin_hold
from outbox.services.worker_health import show_beat_alive, show_worker_alive
from tests.triage.staff import QUEUE


@pytest.fixture
def letters():
    """Some letters to focal points that were sent last, in English."""
    sent = Message.objects.filter(status=MessageStatus.SENT, language="en", queue=Queue.MAIL)
    admitted = Member.objects.filter(status=MemberStatus.ADMITTED).values("reference")
    to_focal_points = sent.filter(topic__contains="/focal-point-", reference__in=admitted)
    keys = to_focal_points.order_by("-pk").values_list("pk", flat=True)[:6]
    return Message.objects.filter(pk__in=list(keys))


def test_failed_letter_on_the_page_of_the_member(desk, take, words, letters):
    letters.filter(pk=letters.first().pk).update(
        status=MessageStatus.FAILED, sent_at=None, server_response="550 5.1.1 User unknown"
    )
    page = desk("officer", viewport={"width": 800, "height": 800})
    page.goto(f"{QUEUE}?view=mail_failed")
    page.locator("#result_list th a").last.click()

    form = page.locator("form[action*=write-again]")
    take(page, "mail-failures-resend", form.locator(".."), margin=4)


def test_delivery_is_stalled(desk, take, letters):
    at = timezone.now()
    show_beat_alive(at=at)
    show_worker_alive(name="mail", queues=Queue.values, at=at)
    # The demonstration may be some seconds old, and less than a minute without mail is no trouble.
    Message.objects.filter(status=MessageStatus.SENT).update(sent_at=at - timedelta(minutes=5))
    letters.update(
        status=MessageStatus.QUEUED,
        sent_at=None,
        first_due_at=at - timedelta(minutes=5),
        due_at=at + timedelta(hours=6),
        server_trouble_at=at,
        server_response="ConnectionRefusedError: [Errno 111] Connection refused",
    )
    page = desk("officer", viewport={"width": 1000, "height": 800})
    page.goto("/admin/")

    take(page, "mail-failures-stalled", page.locator("section[aria-labelledby=standstill-title]"))


def test_held_email(desk, take, words, letters):
    at = timezone.now()
    Message.objects.waiting().update(
        status=MessageStatus.SENT, sent_at=at, server_trouble_at=None, **NO_PRIVATE_VALUES
    )
    letters.update(
        status=MessageStatus.QUEUED,
        sent_at=None,
        queued_at=at - timedelta(hours=2),
        first_due_at=at - timedelta(hours=2),
        due_at=at - timedelta(hours=2),
    )
    held = begin_hold(reason=HoldReason.RESTORED, at=at)
    held.backup_at, held.outside_at = at - timedelta(hours=1), at - timedelta(minutes=10)
    held.last_message = letters.order_by("-pk")[2].pk
    held.save()
    letters.filter(pk__gt=held.last_message).update(queued_at=at, first_due_at=at, due_at=at)
    page = desk("manager", viewport={"width": 1000, "height": 800})
    page.goto("/admin/")
    page.get_by_role("link", name=words("See the held messages")).click()

    shown = [
        page.get_by_role("heading", level=1),
        page.get_by_role("button", name=words("Release the email")),
        page.get_by_role("table"),
    ]
    take(page, "mail-failures-held", shown)
