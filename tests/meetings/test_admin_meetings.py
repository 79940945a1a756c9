import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from focus_areas.models import FocusArea
from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import cancel_meeting, change_meeting
from tests.factories import NOON, MeetingFactory, UserFactory
from tests.meetings.desk import staff_with, staff_within_reach
from tests.meetings.series_desk import LIST, page_of
from tests.meetings.test_meetings import as_shown, typed

LINK = "https://meet.example.org/abc"
WHOLE_COALITION = "Leave empty for the whole coalition."


def to_come():
    starts_at = timezone.now() + timedelta(days=9)
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}


def stored(meeting):
    return Meeting.objects.filter(pk=meeting.pk).values().get()


def test_meeting_add_drafts_a_meeting_in_the_name_of_the_officer(client, officer):
    # There is no field for the status.
    more = {"status": "scheduled", "sequence": "9"}
    response = client.post(f"{LIST}add/", typed(title="Skills", time_zone="Africa/Kigali", **more))

    meeting = Meeting.objects.get(title="Skills")
    assert response["Location"] == LIST
    assert (meeting.status, meeting.sequence) == (MeetingStatus.DRAFT, 0)
    assert meeting.starts_at == datetime(2021, 10, 25, 12, tzinfo=UTC)
    assert meeting.history.get().history_user == officer


@pytest.mark.parametrize(("numbers", "chosen"), [([1], 1), ([1, 2], None)])
def test_meeting_add_has_chosen_the_only_area_of_a_coordinator(client, numbers, chosen):
    coordinator = staff_within_reach("add_meeting", "view_meeting")
    areas = {number: FocusArea.objects.get(number=number) for number in numbers}
    for area in areas.values():
        area.coordinators.add(coordinator)
    client.force_login(coordinator)

    page = client.get(f"{LIST}add/")

    form = page.context["adminform"].form
    assert form["focus_area"].value() == (chosen and areas[chosen].pk)
    assert WHOLE_COALITION not in page.text


def test_meeting_that_is_only_shown_names_its_language_and_its_area(client):
    client.force_login(staff_with("view_meeting"))

    page = client.get(page_of(MeetingFactory(language="fr", focus_area=None))).text

    assert "French" in page
    assert "Whole coalition" in page
    assert WHOLE_COALITION not in page


def test_form_of_a_new_meeting_offers_the_whole_coalition_and_no_removal_of_a_join_link(
    client, officer
):
    new, stored_one = client.get(f"{LIST}add/").text, client.get(page_of(MeetingFactory())).text

    assert WHOLE_COALITION in new
    assert ["Remove the join link" in page for page in (new, stored_one)] == [False, True]


def test_meeting_of_one_day_is_moved_by_its_first_day_alone(client, officer):
    meeting = MeetingFactory(starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    day = meeting.local_day + timedelta(days=2)

    client.post(page_of(meeting), as_shown(meeting, first_day=day.isoformat()))

    meeting.refresh_from_db()
    assert (meeting.local_day, meeting.ends_at) == (day, NOON + timedelta(days=2, hours=1))


def test_meeting_change_shows_utc_beside_the_clocks_of_the_zone(client, officer):
    meeting = MeetingFactory(starts_at=NOON, time_zone="Asia/Kolkata", is_tentative=True)
    others = staff_with("view_meeting")

    form, listed = client.get(page_of(meeting)), client.get(LIST, {"when": "all"})
    client.force_login(others)
    to_read = client.get(page_of(meeting))

    assert 'value="17:30"' in form.text
    assert "Monday 25 October 2021, 12:00 to 13:00 UTC" in form.text
    assert "25 Oct 2021, 17:30 Kolkata (UTC+5:30), to be confirmed" in listed.text
    assert "7 Jun 2022" in listed.text
    assert "Monday 25 October 2021, 17:30 to 18:30 Kolkata (UTC+5:30)" in to_read.text
    assert 'name="_save"' not in to_read.text


def test_put_on_the_calendar_shows_the_draft_of_which_it_is_the_next_step(client, officer):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)
    pages = ("put-on-the-calendar", "delete-draft", "cancel")
    steps = [f'href="{page_of(meeting, page)}"' for page in pages]

    before = client.get(page_of(meeting)).text
    response = client.post(page_of(meeting, "put-on-the-calendar"), {"version": 1})
    after = client.get(page_of(meeting)).text

    assert response["Location"] == page_of(meeting)
    meeting.refresh_from_db()
    assert meeting.status == MeetingStatus.SCHEDULED
    assert meeting.history.latest("history_id").history_user == officer
    assert [[step in page for step in steps] for page in (before, after)] == [
        [True, True, False],
        [False, False, True],
    ]


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


def test_meeting_change_of_a_stale_form_is_saved_once_the_colleagues_change_was_read(
    client, officer
):
    meeting = MeetingFactory(title="First")
    sent = as_shown(meeting, title="Mine", agenda="What I typed")
    change_meeting(meeting=meeting, by=UserFactory(name="Amina Diallo"), at=NOON, title="Theirs")
    before = stored(meeting)

    refused = client.post(page_of(meeting), sent)
    after_refusal = stored(meeting)
    saved = client.post(page_of(meeting), {**sent, "version_read": "2"})

    assert refused.status_code == 409
    for words in (
        (
            "Amina Diallo changed this meeting on Monday 25 October 2021, 14:00 Geneva (UTC+2), "
            "after you opened it. Your changes were not saved."
        ),
        'value="Mine"',
        "What I typed",
        '<input type="checkbox" name="version_read" value="2">',
        '<input type="hidden" name="version_shown" value="1"',
    ):
        assert words in refused.text
    assert after_refusal == before
    assert saved["Location"] == LIST
    meeting.refresh_from_db()
    assert (meeting.title, meeting.version) == ("Mine", 3)


def test_meeting_change_of_what_was_cancelled_meanwhile_says_who_cancelled_it(client, officer):
    meeting = MeetingFactory()
    sent = as_shown(meeting, title="Mine")
    cancel_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON)
    before = stored(meeting)

    response, opened = client.post(page_of(meeting), sent), client.get(page_of(meeting))

    assert response.status_code == 409
    assert "Amina cancelled this meeting on Monday 25 October 2021, 14:00 Geneva" in response.text
    assert 'value="Mine"' in response.text
    assert stored(meeting) == before
    # It is read-only.
    assert "Cancelled: it stays on the calendar" in opened.text
    assert 'name="title"' not in opened.text


def test_meeting_change_that_changes_nothing_says_so(client, officer):
    meeting = MeetingFactory()
    before = stored(meeting)

    response = client.post(page_of(meeting), as_shown(meeting))

    assert response.status_code == 409
    assert "There are no changes to save." in response.text
    assert 'type="checkbox" name="version_read"' not in response.text
    assert stored(meeting) == before


@pytest.mark.parametrize(
    ("number", "is_public", "group", "public"),
    [
        (2, False, "the working group Empowering Communities", "It is not public: nobody else can"),
        (None, True, "all four working groups", "It is public: everybody can"),
    ],
)
def test_put_on_the_calendar_names_who_will_see_the_meeting(
    client, officer, number, is_public, group, public
):
    area = FocusArea.objects.filter(number=number).first()
    meeting = MeetingFactory(status=MeetingStatus.DRAFT, focus_area=area, is_public=is_public)

    page = client.get(page_of(meeting, "put-on-the-calendar")).text

    assert f"The members of {group} will see" in page
    assert f"{public} see it" in page


def test_cancel_names_the_meeting_before_it_is_cancelled(client, officer):
    meeting = MeetingFactory(title="Skills", starts_at=NOON, time_zone="Africa/Kigali")
    before = stored(meeting)

    page = client.get(page_of(meeting, "cancel"))
    without_version = client.post(page_of(meeting, "cancel"), {})
    after_both = stored(meeting)
    cancelled = client.post(page_of(meeting, "cancel"), {"version": 1}, follow=True)

    assert "“<bdi>Skills</bdi>” will be cancelled." in page.text
    assert "Monday 25 October 2021, 14:00 to 15:00 Kigali (UTC+2)" in page.text
    assert without_version.status_code == 200
    assert after_both == before
    assert "“Skills” is cancelled. It stays on the calendar, struck through." in cancelled.text
    meeting.refresh_from_db()
    assert (meeting.status, meeting.sequence) == (MeetingStatus.CANCELLED, 1)


def test_cancel_of_what_a_colleague_moved_shows_it_as_it_is_now(client, officer):
    meeting = MeetingFactory(place="Geneva")
    change_meeting(meeting=meeting, by=UserFactory(name="Amina"), at=NOON, place="Kigali")
    before = stored(meeting)

    response = client.post(page_of(meeting, "cancel"), {"version": 1})

    assert response.status_code == 409
    assert re.search("Amina changed this meeting on [^<]+, after you opened it", response.text)
    assert "Kigali" in response.text
    assert '<input type="hidden" name="version" value="2"' in response.text
    assert stored(meeting) == before


def test_put_back_names_the_meeting_that_takes_place_after_all(client, officer):
    meeting = MeetingFactory(title="Skills", status=MeetingStatus.CANCELLED, **to_come())
    before = stored(meeting)

    opened, page = client.get(page_of(meeting)), client.get(page_of(meeting, "put-back"))
    after_both = stored(meeting)
    done = client.post(page_of(meeting, "put-back"), {"version": 1}, follow=True)
    again = client.post(page_of(meeting, "put-back"), {"version": 2})

    assert f'href="{page_of(meeting, "put-back")}"' in opened.text
    assert "“<bdi>Skills</bdi>” takes place after all, with its papers and RSVPs." in page.text
    assert after_both == before
    assert "“Skills” takes place after all." in done.text
    meeting.refresh_from_db()
    assert (meeting.status, meeting.sequence) == (MeetingStatus.SCHEDULED, 1)
    assert again.status_code == 409
    assert "This meeting is not cancelled, so there is nothing to put back." in again.text
    assert "Put back</button>" not in again.text


def test_delete_draft_names_the_draft_before_it_is_deleted(client, officer):
    draft = MeetingFactory(title="Skills", status=MeetingStatus.DRAFT)
    scheduled = MeetingFactory(title="Other")

    page = client.get(page_of(draft, "delete-draft"))
    without_version = client.post(page_of(draft, "delete-draft"), {})
    is_kept = Meeting.objects.filter(pk=draft.pk).exists()
    deleted = client.post(page_of(draft, "delete-draft"), {"version": 1}, follow=True)
    again = client.post(page_of(draft, "delete-draft"), {"version": 1})
    refused = client.post(page_of(scheduled, "delete-draft"), {"version": 1})

    assert "The draft “<bdi>Skills</bdi>” will be deleted." in page.text
    assert (without_version.status_code, is_kept) == (200, True)
    assert deleted.redirect_chain == [(LIST, 302)]
    assert "The draft “Skills” is deleted." in deleted.text
    assert (again.status_code, refused.status_code) == (404, 409)
    assert "This meeting is already scheduled." in refused.text
    assert "will be deleted" not in refused.text
    assert "Delete draft</button>" in page.text
    assert "Delete draft</button>" not in refused.text
    assert list(Meeting.objects.filter(pk__in=[draft.pk, scheduled.pk])) == [scheduled]


@pytest.mark.parametrize("page", ["put-on-the-calendar", "cancel", "put-back", "delete-draft"])
def test_steps_are_for_those_who_have_their_permission(client, page):
    client.force_login(staff_with("view_meeting", "change_meeting"))
    meeting = MeetingFactory()
    before = stored(meeting)

    answers = [client.get(page_of(meeting, page)), client.post(page_of(meeting, page), {})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert stored(meeting) == before
