"""Coordinators ask for a date, take one or close the poll, and members are told once."""

from datetime import timedelta

import pytest

from core.conflicts import Refused
from meetings.models import Meeting, MeetingStatus
from outbox.models import Message, MessageStatus
from outbox.services.delivery import compose
from participation.models import DatePoll, DatePollStatus, DateProposal
from participation.services.date_nights import date_nights
from participation.services.date_polls import AlreadySettled, close_date_poll, take_date
from participation.services.notices import send_notices
from tests.factories import NOON, UserFactory
from tests.participation.date_polls import DAY, FACTS, HOUR, STARTS, asked_for_a_date
from tests.participation.notices import text_of
from tests.participation.people import focal_point_in

pytestmark = pytest.mark.django_db
LATER = NOON + DAY


def states():
    return list(DatePoll.objects.order_by("pk").values_list("status", "settled_at", "meeting"))


def test_poll_keeps_what_was_typed_and_its_dates_in_order(area, focal_point):
    officer = UserFactory()

    poll = asked_for_a_date(area, starts=STARTS[::-1], by=officer)

    kept = DatePoll.objects.get()
    assert kept == poll
    assert {name: getattr(kept, name) for name in FACTS} == FACTS
    assert (kept.focus_area, kept.asked_by, kept.asked_at) == (area, officer, NOON)
    dates = kept.proposals.order_by("pk").values_list("starts_at", flat=True)
    assert tuple(dates) == STARTS
    assert states() == [(DatePollStatus.OPEN, None, None)]
    assert not Meeting.objects.exists()


def test_members_of_the_group_get_one_letter_with_the_dates_and_their_own_link(
    area, other_area, focal_point
):
    focal_point_in(other_area)

    poll = asked_for_a_date(area)

    [message] = Message.objects.all()
    assert message.recipient == focal_point.email
    assert message.subject == "Which date suits you: Power for schools"
    assert message.expires_at == STARTS[-1]
    assert message.topic.startswith(f"date-poll-{poll.pk}/")
    text = text_of(message)
    for words in (
        "until Monday 1 November 2021, 15:00 Nairobi (13:00 Geneva)",
        "1 h, online",
        "Sunday 14 November 2021, 15:00 Nairobi (13:00 Geneva)",
        "Tuesday 16 November 2021, 23:00 Nairobi (21:00 Geneva)",
        "If need be: you can attend, but the hour is bad for you.",
        f"/en/my/date-polls/{poll.uid}/",
    ):
        assert words in text
    [address] = message.private_links.split()
    assert "/en/date-poll/" in address
    assert f"Say which dates suit you <{address}>" in compose(message).body


def test_person_with_two_organisations_gets_one_letter_with_a_link_for_each(area, focal_point):
    focal_point_in(area, "Agency", email=focal_point.email.upper())

    asked_for_a_date(area)

    [message] = Message.objects.all()
    assert len(message.private_links.split()) == 2
    assert "Answer for" in text_of(message)
    assert "Agency" in text_of(message)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"starts": STARTS[:1]}, "number_of_dates"),
        ({"starts": [NOON + n * DAY for n in range(10, 17)]}, "number_of_dates"),
        ({"starts": [*STARTS, STARTS[0]]}, "same_date_twice"),
        ({"starts": [NOON, *STARTS]}, "starts_in_the_past"),
        ({"answer_by": NOON}, "deadline_past"),
        ({"answer_by": STARTS[0]}, "deadline_too_late"),
    ],
)
def test_poll_with_impossible_dates_is_refused(area, focal_point, facts, code):
    with pytest.raises(Refused) as refused:
        asked_for_a_date(area, **facts)

    assert refused.value.code == code
    assert not DatePoll.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("starts", [STARTS[:2], [NOON + n * DAY for n in range(10, 16)]])
def test_poll_has_two_to_six_dates(area, focal_point, starts):
    assert asked_for_a_date(area, starts=starts).proposals.count() == len(starts)


def test_same_poll_is_refused_while_it_is_open(area, other_area, focal_point):
    focal_point_in(other_area)
    poll = asked_for_a_date(area)
    asked_for_a_date(other_area)

    with pytest.raises(Refused) as refused:
        asked_for_a_date(area)

    assert refused.value.code == "already_open"
    assert DatePoll.objects.count() == Message.objects.count() == 2
    close_date_poll(poll=poll, by=UserFactory(), at=LATER)
    assert asked_for_a_date(area).is_open


def test_group_without_members_is_not_asked(area, other_area):
    focal_point_in(other_area)

    with pytest.raises(Refused) as refused:
        asked_for_a_date(area)

    assert refused.value.code == "nobody_to_ask"
    assert not DatePoll.objects.exists()


def test_date_that_is_taken_becomes_a_meeting_of_which_members_are_told_once(area, focal_point):
    poll, officer = asked_for_a_date(area, place="Kigali"), UserFactory()
    proposal = poll.proposals.get(starts_at=STARTS[1])
    asking = Message.objects.get()

    meeting = take_date(proposal=proposal, by=officer, at=LATER)

    assert meeting == Meeting.objects.get()
    assert (meeting.status, meeting.focus_area) == (MeetingStatus.SCHEDULED, area)
    assert (meeting.title, meeting.language) == ("Power for schools", "en")
    assert (meeting.starts_at, meeting.ends_at) == (STARTS[1], STARTS[1] + HOUR)
    assert (meeting.time_zone, meeting.place) == ("Africa/Nairobi", "Kigali")
    assert meeting.join_link == FACTS["join_link"]
    poll.refresh_from_db()
    assert (poll.status, poll.settled_by) == (DatePollStatus.TAKEN, officer)
    assert (poll.settled_at, poll.meeting) == (LATER, meeting)
    assert list(DateProposal.objects.filter(is_taken=True)) == [proposal]
    asking.refresh_from_db()
    assert asking.status == MessageStatus.CANCELLED
    for hours in (1, 2):
        send_notices(at=LATER + hours * HOUR)
    [notice] = Message.objects.exclude(pk=asking.pk)
    assert notice.recipient == focal_point.email
    assert notice.subject.startswith("New: Power for schools")


def test_date_that_has_passed_is_not_taken(area, focal_point):
    poll = asked_for_a_date(area)

    with pytest.raises(Refused) as refused:
        take_date(proposal=poll.proposals.get(starts_at=STARTS[0]), by=UserFactory(), at=STARTS[0])

    assert refused.value.code == "starts_in_the_past"
    assert states() == [(DatePollStatus.OPEN, None, None)]
    assert not Meeting.objects.exists()
    assert not DateProposal.objects.filter(is_taken=True).exists()
    take_date(
        proposal=poll.proposals.get(starts_at=STARTS[1]), by=UserFactory(), at=STARTS[1] - HOUR
    )


def test_poll_is_closed_without_a_meeting_and_without_mail(area, focal_point):
    poll, officer = asked_for_a_date(area), UserFactory()

    close_date_poll(poll=poll, by=officer, at=LATER)

    assert states() == [(DatePollStatus.CLOSED, LATER, None)]
    assert DatePoll.objects.get().settled_by == officer
    assert not Meeting.objects.exists()
    assert Message.objects.get().status == MessageStatus.CANCELLED


@pytest.mark.parametrize("first", ["taken", "closed"])
def test_settled_poll_is_neither_taken_nor_closed_again(area, focal_point, first):
    poll = asked_for_a_date(area)
    by = UserFactory(name="Aline Uwase")
    one, other, _third = poll.proposals.order_by("starts_at")
    if first == "taken":
        take_date(proposal=one, by=by, at=LATER)
    else:
        close_date_poll(poll=poll, by=by, at=LATER)
    before = states(), Meeting.objects.count()

    with pytest.raises(AlreadySettled, match="Aline Uwase has settled this poll"):
        take_date(proposal=other, by=UserFactory(), at=LATER + HOUR)
    with pytest.raises(AlreadySettled):
        close_date_poll(poll=poll, by=UserFactory(), at=LATER + HOUR)

    assert (states(), Meeting.objects.count()) == before
    assert not DateProposal.objects.filter(pk=other.pk, is_taken=True).exists()


def test_nights_name_parts_of_the_world_and_hours_only_of_three_people(area, focal_point):
    for zone, number in (("Asia/Tokyo", 3), ("America/Lima", 1), ("America/New_York", 2)):
        for _number in range(number):
            focal_point_in(area, time_zone=zone)
    early = NOON + 20 * DAY - timedelta(hours=5)
    poll = asked_for_a_date(area, starts=[early, *STARTS[:2]])

    nights = date_nights(poll, poll.proposals.order_by("starts_at"))

    first, second, third = nights.values()
    # At 07:00 UTC it is 02:00 in Lima and New York; at 12:00 UTC 21:00 in Tokyo.
    assert first.words == "Night for 3 of 7: Americas 3, at 02:00"
    assert (first.number, second.number, third.number) == (3, 0, 3)
    assert (second.words, second.is_fewest) == ("Night for nobody", True)
    assert not first.is_fewest
    assert third.words == "Night for 3 of 7: Asia 3, at 22:00"
    assert third.words_for("Asia/Tokyo") == "Night for 3 of 7, you too: Asia 3, at 22:00"
    assert third.words_for("Africa/Nairobi") == third.words


def test_no_date_is_marked_if_all_are_the_same(area, focal_point):
    poll = asked_for_a_date(area, starts=STARTS[:2])

    nights = date_nights(poll, poll.proposals.all())

    assert [night.is_fewest for night in nights.values()] == [False, False]
