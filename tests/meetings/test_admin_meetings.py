from datetime import UTC, datetime, timedelta

import pytest

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import cancel_meeting, change_meeting
from tests.factories import NOON, MeetingFactory, UserFactory
from tests.meetings.desk import queries_of, staff_with
from tests.meetings.test_meetings import as_shown, typed

LIST = "/admin/meetings/meeting/"
LINK = "https://meet.example.org/abc"


def page_of(meeting, page="change"):
    return f"{LIST}{meeting.pk}/{page}/"


def stored(meeting):
    return Meeting.objects.filter(pk=meeting.pk).values().get()


def test_meeting_add_drafts_a_meeting_in_the_name_of_the_officer(client, officer):
    response = client.post(f"{LIST}add/", typed(title="Skills", time_zone="Africa/Kigali"))

    meeting = Meeting.objects.get(title="Skills")
    assert response["Location"] == LIST
    assert meeting.status == MeetingStatus.DRAFT
    assert meeting.starts_at == datetime(2021, 10, 25, 12, tzinfo=UTC)
    assert meeting.history.get().history_user == officer


def test_meeting_add_has_no_field_for_the_status(client, officer):
    client.post(f"{LIST}add/", typed(title="Skills", status="scheduled", sequence="9"))

    meeting = Meeting.objects.get(title="Skills")
    assert (meeting.status, meeting.sequence) == (MeetingStatus.DRAFT, 0)


def test_meeting_add_keeps_what_was_typed_when_a_time_cannot_be(client, officer):
    response = client.post(
        f"{LIST}add/", typed(title="Skills", first_day="2022-03-27", start_time="02:30")
    )

    assert "02:30 does not exist on this day in Geneva" in response.text
    assert 'value="Skills"' in response.text
    assert 'value="02:30"' in response.text
    assert not Meeting.objects.filter(title="Skills").exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "0202-10-25"])
@pytest.mark.parametrize("times", [{}, {"start_time": "", "end_time": ""}], ids=["times", "days"])
def test_meeting_add_refuses_a_day_at_which_no_calendar_is(client, officer, day, times):
    sent = typed(first_day=day, last_day=day, time_zone="Asia/Tokyo", **times)

    response = client.post(f"{LIST}add/", sent)

    assert response.status_code == 200
    assert "first_day" in response.context["adminform"].form.errors
    assert not Meeting.objects.filter(title="Kick-off").exists()


def test_meeting_change_shows_utc_beside_the_clocks_of_the_zone(client, officer):
    meeting = MeetingFactory(
        starts_at=NOON, ends_at=NOON + timedelta(hours=1), time_zone="Asia/Kolkata"
    )

    response = client.get(page_of(meeting))

    assert 'value="17:30"' in response.text
    assert "Monday 25 October 2021, 12:00 to 13:00 UTC" in response.text


def test_meeting_change_saves_as_the_next_version(client, officer):
    meeting = MeetingFactory(title="First", join_link=LINK, place="")

    response = client.post(
        page_of(meeting), as_shown(meeting, title="Second", place="Kigali", join_link="")
    )

    assert response["Location"] == LIST
    meeting.refresh_from_db()
    assert (meeting.title, meeting.place, meeting.join_link) == ("Second", "Kigali", LINK)
    assert (meeting.version, meeting.sequence) == (2, 1)
    assert meeting.history.latest("history_id").history_user == officer


def test_meeting_change_of_a_stale_form_names_the_colleague_and_keeps_what_was_typed(
    client, officer
):
    meeting = MeetingFactory(title="First")
    sent = as_shown(meeting, title="Mine", agenda="What I typed")
    change_meeting(meeting=meeting, by=UserFactory(name="Amina Diallo"), at=NOON, title="Theirs")
    before = stored(meeting)

    response = client.post(page_of(meeting), sent)

    assert response.status_code == 409
    assert (
        "Amina Diallo changed this meeting after you opened it, on Monday 25 October 2021, 14:00 "
        "Geneva (UTC+2). Nothing of yours was saved."
    ) in response.text
    assert 'value="Mine"' in response.text
    assert "What I typed" in response.text
    assert stored(meeting) == before


def test_meeting_change_of_a_stale_form_is_saved_once_the_change_was_read(client, officer):
    meeting = MeetingFactory(title="First")
    sent = as_shown(meeting, title="Mine")
    change_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON, title="Theirs")
    refused = client.post(page_of(meeting), sent)

    response = client.post(page_of(meeting), {**sent, "version_read": "2"})

    assert '<input type="checkbox" name="version_read" value="2">' in refused.text
    assert '<input type="hidden" name="version_shown" value="1"' in refused.text
    assert response["Location"] == LIST
    meeting.refresh_from_db()
    assert (meeting.title, meeting.version) == ("Mine", 3)


def test_meeting_change_is_refused_again_when_it_changed_after_it_was_read(client, officer):
    meeting = MeetingFactory(title="First")
    sent = as_shown(meeting, title="Mine")
    change_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON, title="Theirs")
    change_meeting(meeting=meeting, by=UserFactory(name="Bo"), at=NOON, title="Again")
    before = stored(meeting)

    response = client.post(page_of(meeting), {**sent, "version_read": "2"})

    assert response.status_code == 409
    assert "Bo changed this meeting after you opened it" in response.text
    assert '<input type="checkbox" name="version_read" value="3">' in response.text
    assert stored(meeting) == before


def test_meeting_change_of_what_was_cancelled_meanwhile_says_who_cancelled_it(client, officer):
    meeting = MeetingFactory()
    sent = as_shown(meeting, title="Mine")
    cancel_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON)
    before = stored(meeting)

    response = client.post(page_of(meeting), sent)

    assert response.status_code == 409
    assert "Amina cancelled this meeting on Monday 25 October 2021, 14:00 Geneva" in response.text
    assert 'value="Mine"' in response.text
    assert stored(meeting) == before


def test_meeting_change_that_changes_nothing_says_so(client, officer):
    meeting = MeetingFactory()
    before = stored(meeting)

    response = client.post(page_of(meeting), as_shown(meeting))

    assert response.status_code == 409
    assert "Nothing was saved: you changed nothing." in response.text
    assert 'type="checkbox" name="version_read"' not in response.text
    assert stored(meeting) == before


def test_meeting_change_shows_a_cancelled_meeting_to_read(client, officer):
    meeting = MeetingFactory(status=MeetingStatus.CANCELLED)

    response = client.get(page_of(meeting))

    assert "cannot be changed any more" in response.text
    assert 'name="_save"' not in response.text
    assert 'name="title"' not in response.text


def test_meeting_change_shows_an_observer_everything_to_read(client, observer):
    meeting = MeetingFactory(starts_at=NOON, join_link=LINK, time_zone="Asia/Kolkata")

    response = client.get(page_of(meeting))

    assert "Monday 25 October 2021, 17:30 to 18:30 Kolkata (UTC+5:30)" in response.text
    assert 'name="_save"' not in response.text


def test_meeting_change_by_an_observer_is_refused(client, observer):
    meeting = MeetingFactory()
    before = stored(meeting)

    response = client.post(page_of(meeting), as_shown(meeting, title="Mine"))

    assert response.status_code == 403
    assert stored(meeting) == before


def test_put_on_the_calendar_names_who_will_see_the_meeting(client, officer):
    area = FocusArea.objects.get(number=2)
    meeting = MeetingFactory(status=MeetingStatus.DRAFT, focus_area=area, is_public=False)
    before = stored(meeting)

    response = client.get(page_of(meeting, "put-on-the-calendar"))

    assert "The members of the working group Empowering Communities see" in response.text
    assert "It is not public: nobody else sees it." in response.text
    assert stored(meeting) == before


def test_put_on_the_calendar_of_a_public_meeting_says_that_everybody_sees_it(client, officer):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT, focus_area=None, is_public=True)

    response = client.get(page_of(meeting, "put-on-the-calendar"))

    assert "The members of all four working groups see" in response.text
    assert "It is public: everybody sees it" in response.text


def test_put_on_the_calendar_shows_the_draft(client, officer):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)

    response = client.post(page_of(meeting, "put-on-the-calendar"), {"version": 1})

    assert response["Location"] == page_of(meeting)
    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.SCHEDULED
    assert meeting.history.latest("history_id").history_user == officer


def test_cancel_names_the_meeting_before_it_is_cancelled(client, officer):
    meeting = MeetingFactory(title="Skills", starts_at=NOON, time_zone="Africa/Kigali")
    before = stored(meeting)

    response = client.get(page_of(meeting, "cancel"))

    assert "“<bdi>Skills</bdi>” will be called off." in response.text
    assert "Monday 25 October 2021, 14:00 to 15:00 Kigali (UTC+2)" in response.text
    assert stored(meeting) == before


def test_cancel_marks_the_meeting(client, officer):
    meeting = MeetingFactory(title="Skills")

    response = client.post(page_of(meeting, "cancel"), {"version": 1}, follow=True)

    assert "“Skills” is cancelled. It stays on the calendar, struck through." in response.text
    meeting.refresh_from_db()
    assert (meeting.status, meeting.sequence) == (MeetingStatus.CANCELLED, 1)


def test_cancel_of_what_a_colleague_moved_shows_it_as_it_is_now(client, officer):
    meeting = MeetingFactory(place="Geneva")
    change_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON, place="Kigali")
    before = stored(meeting)

    response = client.post(page_of(meeting, "cancel"), {"version": 1})

    assert response.status_code == 409
    assert "Amina changed this meeting after you opened it" in response.text
    assert "Kigali" in response.text
    assert '<input type="hidden" name="version" value="2"' in response.text
    assert stored(meeting) == before


def test_cancel_without_a_version_does_nothing(client, officer):
    meeting = MeetingFactory()
    before = stored(meeting)

    response = client.post(page_of(meeting, "cancel"), {})

    assert response.status_code == 200
    assert stored(meeting) == before


@pytest.mark.parametrize("page", ["put-on-the-calendar", "cancel"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_steps_are_for_those_who_have_their_permission(client, page, method):
    client.force_login(staff_with("view_meeting", "change_meeting"))
    meeting = MeetingFactory()
    before = stored(meeting)

    response = getattr(client, method)(page_of(meeting, page), {"version": 1})

    assert response.status_code == 403
    assert stored(meeting) == before


def test_steps_of_a_meeting_that_is_not_there_are_not_found(client, officer):
    assert client.get(f"{LIST}999999/cancel/").status_code == 404


@pytest.mark.parametrize(
    ("status", "offered", "not_offered"),
    [
        (MeetingStatus.DRAFT, "put-on-the-calendar/", "cancel/"),
        (MeetingStatus.SCHEDULED, "cancel/", "put-on-the-calendar/"),
    ],
)
def test_meeting_change_offers_the_step_that_comes_next(
    client, officer, status, offered, not_offered
):
    meeting = MeetingFactory(status=status)

    response = client.get(page_of(meeting))

    assert f'href="{LIST}{meeting.pk}/{offered}"' in response.text
    assert f'href="{LIST}{meeting.pk}/{not_offered}"' not in response.text


@pytest.mark.parametrize("row", ["meetings/meeting", "focus_areas/focusarea", "focus_areas/link"])
def test_nothing_is_deleted_even_by_a_superuser(client, row):
    client.force_login(UserFactory(is_superuser=True))
    MeetingFactory(pk=1001)

    response = client.post(f"/admin/{row}/1/delete/", {"post": "yes"})

    assert response.status_code == 403


def test_history_of_a_meeting_says_what_changed_from_what_to_what(client, officer):
    meeting = MeetingFactory(place="Geneva")
    change_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON, place="Kigali")

    response = client.get(page_of(meeting, "history"))

    assert "Amina" in response.text
    assert "Geneva" in response.text
    assert "Kigali" in response.text


@pytest.mark.parametrize("address", [LIST, f"{LIST}?q=Meeting", f"{LIST}?status__exact=scheduled"])
def test_meeting_list_takes_as_many_queries_for_three_as_for_one(client, officer, address):
    Meeting.objects.all().delete()
    MeetingFactory(focus_area=FocusArea.objects.get(number=1))
    for_one = queries_of(client, address)
    MeetingFactory(focus_area=FocusArea.objects.get(number=2))
    MeetingFactory(focus_area=FocusArea.objects.get(number=3))

    assert queries_of(client, address) == for_one


def test_meeting_list_says_when_in_the_meetings_zone(client, officer):
    MeetingFactory(starts_at=NOON, time_zone="Asia/Kolkata", is_tentative=True)

    response = client.get(LIST)

    assert "25 Oct 2021, 17:30 Kolkata (UTC+5:30), to be confirmed" in response.text
    assert "7 Jun 2022" in response.text


def test_meeting_change_takes_as_many_queries_among_three_as_alone(client, officer):
    Meeting.objects.all().delete()
    meeting = MeetingFactory()
    for_one = queries_of(client, page_of(meeting))
    MeetingFactory.create_batch(2)

    assert queries_of(client, page_of(meeting)) == for_one
