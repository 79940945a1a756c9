"""The row of a member in the queue."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from members.models import Category, Member, MemberStatus, SpamSignal, TimelineKind
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    MessageFactory,
    TimelineEntryFactory,
)
from tests.triage.staff import QUEUE, listed, observer, signed_in
from triage.desk.services.waiting_times import waiting_in_words


def test_queue_and_file_say_at_once_that_a_mail_was_refused_until_it_is_written_again():
    client = signed_in(observer())
    member = MemberFactory(reference="P2C-REFUS2")
    MemberFactory()
    FocalPointFactory(member=member)
    failed = MessageFactory(reference="P2C-REFUS2", status=MessageStatus.FAILED)
    mark = '<span class="chip is-late">email failed</span>'
    file = reverse("admin:members_member_change", args=[member.pk])

    told = [client.get(page).text.count(mark) for page in (QUEUE, file)]
    MessageFactory(reference="P2C-REFUS2", resent_from=failed)
    told_again = [client.get(page).text.count(mark) for page in (QUEUE, file)]

    assert told == [1, 1]
    assert told_again == [0, 0]


def test_queue_shows_country_and_region_and_marks_of_what_is_worth_knowing():
    marked = row_of(MemberFactory(spam_signal=SpamSignal.TOO_FAST, replied_at=NOON, country="CH"))
    without_region = row_of(MemberFactory(country="GL"))

    assert '<span class="chip is-behind">possible spam: submitted too fast</span>' in marked
    assert '<span class="chip is-new">reply received</span>' in marked
    assert "Switzerland</span> <abbr" in marked
    assert "<abbr" not in without_region
    assert "chip is-behind" not in without_region


def test_queue_names_the_category_in_few_words():
    for category in Category:
        MemberFactory(category=category)

    page = signed_in(observer()).get(QUEUE).text

    assert {*re.findall(r'<span class="muted small">(.*?)</span>', page)} == {
        "Member State",
        "Sector Member",
        "Academia",
        "Regional / int’l",
        "UN agency",
        "Other",
    }


@pytest.mark.parametrize(
    ("status", "after", "words"),
    [
        (MemberStatus.PENDING, timedelta(0), "waiting for us since today"),
        # Half past midnight in Geneva, which was still the day before in UTC.
        (MemberStatus.PENDING, timedelta(hours=10, minutes=30), "waiting for us: 1 day"),
        (MemberStatus.PENDING, timedelta(days=3), "waiting for us: 3 days"),
        (
            MemberStatus.INFORMATION_REQUESTED,
            timedelta(0),
            "waiting for the organisation since today",
        ),
        (
            MemberStatus.INFORMATION_REQUESTED,
            timedelta(days=3),
            "waiting for the organisation: 3 days",
        ),
        (MemberStatus.ADMITTED, timedelta(days=3), ""),
    ],
)
def test_waiting_is_said_in_words_by_the_days_of_geneva(status, after, words):
    MemberFactory(status=status, submitted_at=NOON)

    member = Member.objects.with_waiting_since().get()

    assert waiting_in_words(member, NOON + after) == words


def test_queue_and_file_say_how_long_they_were_asked_and_not_how_old_the_file_is():
    client = signed_in(observer())
    today = now()
    old = MemberFactory(
        status=MemberStatus.INFORMATION_REQUESTED, submitted_at=today - timedelta(days=9)
    )
    FocalPointFactory(member=old)
    TimelineEntryFactory(
        member=old, kind=TimelineKind.INFORMATION_REQUESTED, at=today - timedelta(days=2)
    )
    MemberFactory(submitted_at=today - timedelta(days=5), organisation_name="Younger")

    queue = client.get(QUEUE, {"view": "undecided"})
    file = client.get(reverse("admin:members_member_change", args=[old.pk]))

    assert listed(queue) == [old.organisation_name, "Younger"]
    for response in (queue, file):
        assert "waiting for the organisation: 2 days" in response.text
        assert "9 days" not in response.text


def row_of(member):
    """The row of a member in the queue, with single spaces."""
    page = " ".join(signed_in(observer()).get(QUEUE, {"view": "all"}).text.split())
    _head, *rows = page.split('<th class="field-organisation')
    [row] = [row for row in rows if f"/{member.pk}/change/" in row]
    return row


@pytest.mark.parametrize(
    ("statuses", "word"),
    [([], "none"), (["failed", "sent"], "sent"), (["sent", "failed"], "failed")],
)
def test_queue_says_in_a_word_what_became_of_the_latest_message(statuses, word):
    member = MemberFactory(reference="P2C-LATEST")
    MessageFactory(reference="P2C-OTHER2", status=MessageStatus.CANCELLED)
    for days, status in enumerate(statuses):
        MessageFactory(
            reference="P2C-LATEST",
            status=status,
            queued_at=NOON + timedelta(days=days),
            sent_at=NOON if status == MessageStatus.SENT else None,
        )

    cell = row_of(member).split('field-last_message">')[1].split("</td>")[0]

    assert re.sub(r"<[^>]*>", "", cell).split() == [word]


@pytest.mark.parametrize(("days", "is_marked"), [(10, False), (40, True)])
def test_queue_and_file_mark_what_waits_on_us_for_longer_than_promised(days, is_marked):
    member = MemberFactory(submitted_at=now() - timedelta(days=days))
    FocalPointFactory(member=member)
    MemberFactory(
        status=MemberStatus.INFORMATION_REQUESTED, submitted_at=now() - timedelta(days=90)
    )
    mark = '<span class="chip is-late">overdue</span>'
    client = signed_in(observer())
    file = reverse("admin:members_member_change", args=[member.pk])

    pages = [client.get(page).text for page in (QUEUE, file)]

    assert [page.count(mark) for page in pages] == [int(is_marked)] * 2


def test_queue_tells_of_the_address_while_the_file_waits():
    waiting, admitted = MemberFactory(), MemberFactory(status=MemberStatus.ADMITTED)
    for member in (waiting, admitted):
        FocalPointFactory(member=member)
    mark = '<span class="chip">not confirmed</span>'

    assert mark in row_of(waiting)
    assert mark not in row_of(admitted)
