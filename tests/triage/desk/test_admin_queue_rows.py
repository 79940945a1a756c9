"""What a row of the queue says of a file."""

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
from tests.triage.staff import QUEUE, listed, observer, officer, signed_in
from triage.desk.services.waiting_times import waiting_in_words


def test_queue_and_file_say_at_once_that_a_mail_was_refused_until_it_is_written_again():
    client = signed_in(observer())
    member = MemberFactory(reference="P2C-REFUS2")
    MemberFactory()
    FocalPointFactory(member=member)
    failed = MessageFactory(reference="P2C-REFUS2", status=MessageStatus.FAILED)
    mark = '<span class="mark mark-alarm">mail failed</span>'
    file = reverse("admin:members_member_change", args=[member.pk])

    told = [client.get(page).content.decode().count(mark) for page in (QUEUE, file)]
    MessageFactory(reference="P2C-REFUS2", resent_from=failed)
    told_again = [client.get(page).content.decode().count(mark) for page in (QUEUE, file)]

    assert told == [1, 1]
    assert told_again == [0, 0]


def test_queue_shows_marks_of_what_is_worth_knowing():
    client = signed_in(observer())
    MemberFactory(spam_signal=SpamSignal.TOO_FAST, replied_at=NOON)

    page = client.get(QUEUE).content.decode()

    assert '<span class="mark">suspected: filled in too fast</span>' in page
    assert '<span class="mark">replied</span>' in page


@pytest.mark.parametrize(
    ("category", "words"),
    [
        (Category.MEMBER_STATE, "Member State"),
        (Category.SECTOR_MEMBER, "Sector Member"),
        (Category.ACADEMIA, "Academia"),
        (Category.REGIONAL_INTERNATIONAL_ORGANISATION, "Regional / int’l"),
        (Category.UN_SPECIALIZED_AGENCY, "UN agency"),
        (Category.OTHER, "Other"),
    ],
)
def test_queue_names_the_category_in_few_words(category, words):
    client = signed_in(observer())
    MemberFactory(category=category)

    page = client.get(QUEUE).content.decode()

    assert f'<span class="in-few-words">{words}</span>' in page


def test_queue_shows_what_was_typed_as_text():
    client = signed_in(observer())
    MemberFactory(organisation_name="<b>Bold</b> & Co")

    page = client.get(QUEUE).content.decode()

    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Co" in page
    assert "<b>Bold" not in page


@pytest.mark.parametrize(
    ("status", "days", "words"),
    [
        (MemberStatus.PENDING, 0, "today, on us"),
        (MemberStatus.PENDING, 1, "1 day, on us"),
        (MemberStatus.PENDING, 3, "3 days, on us"),
        (MemberStatus.INFORMATION_REQUESTED, 0, "today, on them"),
        (MemberStatus.INFORMATION_REQUESTED, 1, "1 day, on them"),
        (MemberStatus.INFORMATION_REQUESTED, 3, "3 days, on them"),
        (MemberStatus.ADMITTED, 3, ""),
    ],
)
def test_waiting_is_said_in_words(status, days, words):
    MemberFactory(status=status, submitted_at=NOON)

    member = Member.objects.with_waiting_since().get()

    assert waiting_in_words(member, NOON + timedelta(days=days)) == words


def test_waiting_counts_the_days_of_geneva():
    # Half past midnight in Geneva, which was still the day before in UTC.
    MemberFactory(submitted_at=NOON.replace(hour=22, minute=30))

    member = Member.objects.with_waiting_since().get()

    assert waiting_in_words(member, NOON + timedelta(days=1)) == "today, on us"


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

    queue = client.get(QUEUE)
    file = client.get(reverse("admin:members_member_change", args=[old.pk]))

    assert listed(queue) == [old.organisation_name, "Younger"]
    for response in (queue, file):
        assert "2 days, on them" in response.content.decode()
        assert "9 days" not in response.content.decode()


@pytest.mark.parametrize("query", [{}, {"status": "all", "o": "4"}, {"q": "organisation"}])
def test_queue_has_at_most_eight_columns(query):
    MemberFactory()

    response = signed_in(officer()).get(QUEUE, query)

    _checkbox, *columns = response.context["cl"].list_display
    assert len(columns) <= 8


def row_of(member):
    """The row of a file in the queue, each run of spaces one."""
    page = " ".join(signed_in(observer()).get(QUEUE, {"status": "all"}).content.decode().split())
    _head, *rows = page.split('<th class="field-organisation')
    [row] = [row for row in rows if f"/{member.pk}/change/" in row]
    return row


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        ([], "none"),
        ([MessageStatus.QUEUED], "queued"),
        ([MessageStatus.SENDING], "queued"),
        ([MessageStatus.SENT], "sent"),
        ([MessageStatus.FAILED], "failed"),
        ([MessageStatus.CANCELLED], "cancelled"),
        ([MessageStatus.FAILED, MessageStatus.SENT], "sent"),
        ([MessageStatus.SENT, MessageStatus.FAILED], "failed"),
    ],
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
            lease="6f1f3a0e-6a43-4d0c-9d0e-0d6a7c1f0001"
            if status == MessageStatus.SENDING
            else None,
            leased_until=NOON if status == MessageStatus.SENDING else None,
        )

    cell = row_of(member).split('field-last_message">')[1].split("</td>")[0]

    assert re.sub(r"<[^>]*>", "", cell).split() == [word]


@pytest.mark.parametrize(("days", "is_marked"), [(0, False), (10, False), (40, True)])
def test_queue_and_file_mark_what_waits_on_us_for_longer_than_promised(days, is_marked):
    member = MemberFactory(submitted_at=now() - timedelta(days=days))
    FocalPointFactory(member=member)
    MemberFactory(
        status=MemberStatus.INFORMATION_REQUESTED, submitted_at=now() - timedelta(days=90)
    )
    mark = '<span class="mark mark-alarm mark-overdue">overdue</span>'
    client = signed_in(observer())
    file = reverse("admin:members_member_change", args=[member.pk])

    pages = [client.get(page).content.decode() for page in (QUEUE, file)]

    assert [page.count(mark) for page in pages] == [int(is_marked)] * 2


def test_queue_tells_of_the_address_while_the_file_waits():
    waiting, admitted = MemberFactory(), MemberFactory(status=MemberStatus.ADMITTED)
    for member in (waiting, admitted):
        FocalPointFactory(member=member)
    mark = '<span class="mark mark-quiet">unconfirmed</span>'

    assert mark in row_of(waiting)
    assert mark not in row_of(admitted)


def test_queue_shows_country_and_region():
    assert "Switzerland</span> <abbr" in row_of(MemberFactory(country="CH"))
    assert "<abbr" not in row_of(MemberFactory(country="GL"))
