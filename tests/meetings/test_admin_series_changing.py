"""The admin page of a meeting when a change applies to several of its series."""

import re
from datetime import timedelta

from meetings.models import Meeting
from meetings.services.meetings import change_meeting
from tests.factories import NOON, UserFactory
from tests.meetings.repeated import everything, occurrences_of, on_the_clocks, to_come
from tests.meetings.series_desk import LIST, confirmed, hidden, outcomes, page_of
from tests.meetings.test_meetings import as_shown


def test_meeting_change_of_several_shows_what_becomes_of_each_and_then_does_it(client, officer):
    meetings = to_come()
    change_meeting(meeting=meetings[3], by=None, at=NOON, place="Room A")
    before = everything()

    sent = as_shown(meetings[1], place="Kigali", start_time="14:30", scope="later")
    preview = client.post(page_of(meetings[1]), sent)
    after_the_preview = everything()
    response = confirmed(client, page_of(meetings[1]), preview)

    assert after_the_preview == before
    assert outcomes(preview) == ["moved", "moved", "moved"]
    assert "Place: <s><bdi>–</bdi></s> → <bdi>Kigali</bdi>" in preview.text
    assert "Unchanged (edited individually): place" in preview.text
    day = meetings[2].local_day
    assert re.search(rf"<s>[^<]*{day.day} [^<]*15:00 to 16:00[^<]*</s>", preview.text)
    changed = Meeting.objects.order_by("occurrence").filter(series__isnull=False)
    assert response["Location"] == page_of(meetings[1], "series")
    read = [(m.place, on_the_clocks(m)[11:]) for m in changed]
    assert read == [("", "15:00"), ("Kigali", "14:30"), ("Kigali", "14:30"), ("Room A", "14:30")]
    assert changed[3].history.latest("history_id").history_user == officer


def test_meeting_change_of_this_one_alone_is_saved_at_once(client, officer):
    meetings = to_come()
    sent = as_shown(meetings[1], place="Kigali", scope="this")

    response = client.post(page_of(meetings[1]), sent)

    assert response["Location"] == LIST
    assert [m.place for m in occurrences_of(meetings[0].series)] == ["", "Kigali", "", ""]


def test_meeting_change_of_several_over_a_colleagues_change_is_refused_and_shown_anew(
    client, officer
):
    meetings = to_come()
    preview = client.post(page_of(meetings[1]), as_shown(meetings[1], place="Kigali", scope="all"))
    change_meeting(meeting=meetings[3], by=UserFactory(name="Amina"), at=NOON, title="Theirs")
    before = everything()

    refused = confirmed(client, page_of(meetings[1]), preview)

    assert refused.status_code == 409
    assert "Amina changed the meeting of" in refused.text
    assert everything() == before
    assert confirmed(client, page_of(meetings[1]), refused).status_code == 302


def test_meeting_change_of_several_with_other_versions_is_refused(client, officer):
    meetings = to_come()
    preview = client.post(page_of(meetings[1]), as_shown(meetings[1], place="Kigali", scope="all"))
    before = everything()

    for versions in ("", "1:1", "x", "1:1 2"):
        sent = {**hidden(preview), "versions": versions, "confirmed": "1"}
        assert client.post(page_of(meetings[1]), sent).status_code == 409
    assert everything() == before


def test_meeting_change_of_several_from_a_stale_form_is_refused_with_what_was_typed(
    client, officer
):
    meetings = to_come()
    sent = as_shown(meetings[1], place="Kigali", scope="all")
    change_meeting(meeting=meetings[1], by=UserFactory(name="Amina"), at=NOON, title="Theirs")

    response = client.post(page_of(meetings[1]), sent)

    assert response.status_code == 409
    assert re.search("Amina changed this meeting on [^<]+, after you opened it", response.text)
    assert 'value="Kigali"' in response.text


def test_meeting_change_of_several_to_another_day_says_what_to_do(client, officer):
    meetings = to_come()
    day = (meetings[1].local_day + timedelta(days=1)).isoformat()

    response = client.post(
        page_of(meetings[1]), as_shown(meetings[1], first_day=day, last_day=day, scope="later")
    )

    assert response.status_code == 409
    assert "change the days of the series" in response.text


def test_meeting_change_of_several_goes_back_to_what_was_typed(client, officer):
    meetings = to_come()
    answers = {"start_time": "14:30", "is_tentative": "on", "agenda": "A\nB"}
    sent = as_shown(meetings[1], place="Kigali", scope="all", **answers)
    preview = client.post(page_of(meetings[1]), sent)

    response = client.post(page_of(meetings[1]), {**hidden(preview), "again": "1"})

    assert response.status_code == 200
    assert "Nothing is saved yet." in response.text
    assert "Please correct the error" not in response.text
    form = response.context["adminform"].form
    values = [form[name].value() for name in ("place", "scope", "start_time", "agenda")]
    assert values == ["Kigali", "all", "14:30", "A\nB"]
    ticked = [" checked" in str(form[name]) for name in ("is_tentative", "is_public")]
    assert ticked == [True, False]
