"""The staff pages on which coordinators ask for a date, read the answers, and take one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import ReadingEvent
from meetings.models import Meeting
from outbox.models import Message
from participation.models import DatePoll, DatePollStatus
from tests.factories import NOON
from tests.participation.date_polls import (
    IF_NEED_BE,
    NO,
    STARTS,
    YES,
    answered,
    asked_for_a_date,
    later,
)
from tests.participation.people import focal_point_in
from tests.queries import queries_of
from tests.triage.staff import coordinator, desk_manager, observer, read, signed_in

pytestmark = pytest.mark.django_db
CONFIRMED = {"confirmed": "1"}
LIST = "/admin/participation/datepoll/"
NOW = timedelta(days=(timezone.now() - NOON).days + 1)


@pytest.fixture
def poll(area, focal_point):
    return asked_for_a_date(area, **later(NOW))


@pytest.fixture
def staff(area):
    return signed_in(coordinator(area, name="Aline Uwase"))


def page_of(poll, *parts):
    return "".join([LIST, f"{poll.pk}/", *(f"{part}/" for part in parts or ["change"])])


def typed(area, **changed):
    days = [(start + NOW).date().isoformat() for start in STARTS]
    sent = {
        "focus_area": area.pk,
        "title": "Power for schools",
        "language": "en",
        "minutes": "60",
        "place": "",
        "join_link": "",
        "time_zone": "Africa/Nairobi",
        "answer_by_day": (NOON + NOW + timedelta(days=3)).date().isoformat(),
        "answer_by_time": "18:00",
    }
    for number, day in enumerate(days, start=1):
        sent |= {f"date_{number}_day": day, f"date_{number}_time": "15:00"}
    return {**sent, **changed}


def test_list_says_what_it_is_for_while_it_is_empty(staff):
    assert "No polls found. Propose up to six dates" in staff.get(LIST).text
    assert f'href="{LIST}add/"' in staff.get(LIST).text


def test_list_has_the_polls_of_ones_own_areas(area, other_area, poll, staff, focal_point):
    focal_point_in(other_area)
    asked_for_a_date(other_area, title="Elsewhere")
    answered(poll, focal_point, at=NOON + NOW)

    words = read(staff.get(LIST))

    assert "Power for schools" in words
    assert "Open for answers" in words
    assert "Elsewhere" not in words
    assert '<td class="field-replies_so_far">1</td>' in words


def test_form_asks_the_working_group(area, focal_point, staff):
    response = staff.post(f"{LIST}add/", typed(area))

    poll = DatePoll.objects.get()
    assert response["Location"] == page_of(poll)
    assert (poll.title, poll.focus_area, poll.minutes) == ("Power for schools", area, 60)
    starts = [each.starts_at for each in poll.proposals.order_by("starts_at")]
    assert [f"{start:%H:%M}" for start in starts] == ["12:00"] * 3
    assert f"{poll.answer_by:%H:%M}" == "15:00"
    assert Message.objects.get().recipient == focal_point.email


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "Enter a title."),
        ({"date_1_time": ""}, "Enter a time."),
        ({"date_1_day": ""}, "Enter a day."),
        ({"date_1_day": "soon"}, "Enter a valid date."),
        ({"answer_by_day": "", "answer_by_time": ""}, "Enter until when answers are asked for."),
        ({"focus_area": "0"}, "Select a valid choice."),
    ],
)
def test_form_names_what_is_wrong_and_sends_nothing(area, focal_point, staff, changed, words):
    response = staff.post(f"{LIST}add/", typed(area, **changed))

    assert response.status_code == 422
    assert words in response.text
    assert not DatePoll.objects.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"date_2_day": "", "date_2_time": "", "date_3_day": "", "date_3_time": ""},
            "Propose 2 to 6 dates.",
        ),
        ({"date_1_day": "2021-11-14"}, "This time has passed."),
        ({"answer_by_day": "2021-11-14"}, "The deadline for answers has passed."),
    ],
)
def test_refused_poll_keeps_what_was_typed(area, focal_point, staff, changed, words):
    response = staff.post(f"{LIST}add/", typed(area, **changed))

    assert response.status_code == 409
    assert words in response.text
    assert 'value="Power for schools"' in response.text
    assert not DatePoll.objects.exists()


def test_coordinator_asks_only_their_own_areas(area, other_area, staff):
    focal_point_in(other_area)

    assert staff.post(f"{LIST}add/", typed(other_area)).status_code == 422
    assert not DatePoll.objects.exists()


def test_page_has_the_answers_by_date_and_by_organisation(area, poll, focal_point, staff):
    answered(poll, focal_point, YES, IF_NEED_BE, NO, word="<b>Not</b> on Fridays.", at=NOON + NOW)

    words = read(staff.get(page_of(poll)))

    assert "Ministry of Somewhere" in words
    assert "&lt;b&gt;Not&lt;/b&gt; on Fridays." in words
    row = words[words.index("Replies by organisation") :]
    assert row.index(">Yes<") < row.index(">If need be<") < row.index(">No<")
    assert words.count("/take/") == 3
    assert "Fewest at night" in words
    event = ReadingEvent.objects.get()
    assert (event.record_type, event.record_pk) == ("participation.datepoll", poll.pk)


def test_page_without_answers_says_so(poll, staff):
    assert "Nobody has answered yet." in read(staff.get(page_of(poll)))


def test_date_is_taken_after_a_confirmation(area, poll, focal_point, staff):
    proposal = poll.proposals.first()
    page = page_of(poll, "take", proposal.pk)
    assert "gets one email about it" in read(staff.get(page))
    assert staff.post(page).status_code == 422
    assert not Meeting.objects.exists()

    response = staff.post(page, CONFIRMED, follow=True)

    meeting = Meeting.objects.get()
    assert response.redirect_chain == [(f"/admin/meetings/meeting/{meeting.pk}/change/", 302)]
    assert "The meeting is on the calendar." in response.text
    assert "Participants get an email about it in ten minutes." in response.text
    taken = read(staff.get(page_of(poll)))
    assert "Aline Uwase took a date on" in taken
    assert "/take/" not in taken
    again = staff.post(page, CONFIRMED)
    assert again.status_code == 409
    assert "has settled this poll" in again.text
    assert Meeting.objects.count() == 1


def test_poll_is_closed_after_a_confirmation(poll, staff):
    page = page_of(poll, "close")
    assert "nobody gets an email" in read(staff.get(page))

    response = staff.post(page, CONFIRMED, follow=True)

    assert "closed the poll without a meeting on" in response.text
    poll.refresh_from_db()
    assert poll.status == DatePollStatus.CLOSED
    assert staff.post(page, CONFIRMED).status_code == 409


def test_observer_reads_and_changes_nothing(poll):
    client, proposal = signed_in(observer()), poll.proposals.first()

    words = read(client.get(page_of(poll)))

    assert "/take/" not in words
    assert "/close/" not in words
    for page in (f"{LIST}add/", page_of(poll, "take", proposal.pk), page_of(poll, "close")):
        assert client.get(page).status_code == 403
        assert client.post(page, CONFIRMED).status_code == 403
    poll.refresh_from_db()
    assert poll.is_open


def test_poll_of_another_area_does_not_exist(other_area, poll):
    client, proposal = signed_in(coordinator(other_area)), poll.proposals.first()

    for page in (page_of(poll), page_of(poll, "take", proposal.pk), page_of(poll, "close")):
        assert client.get(page).status_code == 404


def test_date_of_another_poll_does_not_exist(area, poll, staff):
    other = asked_for_a_date(area, title="Other", **later(NOW))

    assert staff.get(page_of(poll, "take", other.proposals.first().pk)).status_code == 404


def test_pages_need_as_many_queries_with_eighty_replies(area, poll, focal_point):
    client = signed_in(desk_manager())
    answered(poll, focal_point, at=NOON + NOW)
    few = [queries_of(client, page) for page in (LIST, page_of(poll))]
    for number in range(79):
        answered(poll, focal_point_in(area, f"Agency {number}"), at=NOON + NOW)
    for number in range(2):
        asked_for_a_date(area, title=f"Poll {number}", **later(NOW))

    assert [queries_of(client, page) for page in (LIST, page_of(poll))] == few
