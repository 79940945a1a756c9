"""The agenda of a meeting: its items, who may change them, and where they are shown."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from core.conflicts import NothingChanged
from meetings.forms.agenda import AgendaItemForm
from meetings.forms.ordered_rows import MAX_ROWS, OrderedRows, rearranged
from meetings.models import AgendaItem, Meeting, MeetingStatus
from meetings.services.agenda import agenda_in_words, agenda_of, items_of, rows_of, set_agenda
from meetings.services.ical import write_calendar, write_meeting
from meetings.services.meetings import (
    AlreadyCancelled,
    MeetingConflict,
    MeetingDeleted,
    delete_draft,
)
from papers.models import Paper
from tests.factories import NOON, AgendaItemFactory, MeetingFactory, PaperFactory, UserFactory
from tests.meetings.desk import staff_with, staff_within_reach

pytestmark = pytest.mark.django_db
CHANGE = ("change_meeting", "view_meeting")


def typed(title="Opening", minutes=5, speaker="", key=None):
    return {"key": key, "title": title, "minutes": minutes, "speaker": speaker}


def in_short(meeting):
    return [(item.title, item.minutes, item.speaker) for item in items_of(own(meeting))]


def own(meeting):
    return Meeting.objects.get(pk=meeting.pk)


def with_items(*minutes, **facts):
    meeting = MeetingFactory(**facts)
    for position, length in enumerate(minutes, start=1):
        AgendaItemFactory(
            meeting=meeting, position=position, title=f"Item {position}", minutes=length
        )
    return meeting


def test_set_agenda_saves_its_items_in_their_order_as_a_version_of_the_meeting():
    meeting, officer = MeetingFactory(reason="Moved"), UserFactory()

    set_agenda(
        meeting=meeting,
        items=[typed("Opening"), typed("Targets", 35, "Maria Conti")],
        by=officer,
        at=NOON + timedelta(hours=1),
        version=1,
    )

    saved = own(meeting)
    assert in_short(meeting) == [("Opening", 5, ""), ("Targets", 35, "Maria Conti")]
    assert (saved.version, saved.sequence) == (2, 0)
    assert saved.changed_at == NOON + timedelta(hours=1)
    assert saved.history.latest("history_id").history_user == officer
    authors = AgendaItem.history.values_list("history_user", flat=True)
    assert list(authors) == [officer.pk, officer.pk]


def test_set_agenda_changes_moves_and_deletes_items_and_writes_only_what_changed():
    meeting = with_items(5, 10, 15)
    first, second, third = items_of(meeting)
    paper, gone = (PaperFactory(meeting=meeting, agenda_item=each) for each in (third, second))

    set_agenda(
        meeting=meeting,
        items=[*rows_of([third]), {**typed("First of all", 7), "key": first.pk}],
        by=None,
        at=NOON,
    )

    assert in_short(meeting) == [("Item 3", 15, ""), ("First of all", 7, "")]
    assert [item.pk for item in items_of(own(meeting))] == [third.pk, first.pk]
    assert Paper.objects.get(pk=paper.pk).agenda_item == third
    off = Paper.objects.get(pk=gone.pk)
    assert (off.agenda_item, off.meeting) == (None, meeting)
    kinds = AgendaItem.history.order_by("history_id").values_list("id", "history_type")
    assert list(kinds)[3:] == [(third.pk, "~"), (first.pk, "~"), (second.pk, "-")]


def test_set_agenda_makes_a_new_item_of_one_that_is_not_of_the_meeting():
    meeting, other = with_items(5), with_items(20)
    [foreign] = items_of(other)

    set_agenda(meeting=meeting, items=[typed("Mine", 5, key=foreign.pk)], by=None, at=NOON)

    assert (in_short(meeting), in_short(other)) == ([("Mine", 5, "")], [("Item 1", 20, "")])


def test_set_agenda_refuses_and_writes_nothing():
    def refusal_of(meeting, items, **seen):
        before = list(AgendaItem.objects.order_by("pk").values()), list(Meeting.objects.values())
        with pytest.raises(Exception) as refused:  # noqa: PT011  # Compared below.
            set_agenda(meeting=meeting, items=items, by=None, at=NOON, **seen)
        after = list(AgendaItem.objects.order_by("pk").values()), list(Meeting.objects.values())
        assert before == after
        return refused.type

    meeting = with_items(5)
    same = rows_of(items_of(meeting))
    cancelled = with_items(5, status=MeetingStatus.CANCELLED)
    deleted = MeetingFactory(status=MeetingStatus.DRAFT)
    delete_draft(meeting=own(deleted), by=None, at=NOON)

    assert refusal_of(meeting, same) == NothingChanged
    assert refusal_of(MeetingFactory(), []) == NothingChanged
    assert refusal_of(meeting, [typed()], version=7) == MeetingConflict
    assert refusal_of(cancelled, [typed()]) == AlreadyCancelled
    assert refusal_of(deleted, [typed()]) == MeetingDeleted


def test_draft_with_an_agenda_can_be_deleted():
    draft = with_items(5, status=MeetingStatus.DRAFT)

    delete_draft(meeting=draft, by=None, at=NOON)

    assert list(AgendaItem.objects.all()) == []


def test_each_item_begins_when_the_one_before_it_ends_in_the_zone_of_the_reader():
    meeting = with_items(5, 30, 10, agenda="As a text")

    agenda = agenda_of(meeting, zone="Asia/Kathmandu")

    assert [timed.time for timed in agenda.items] == ["17:45", "17:50", "18:20"]
    assert agenda.text == ""
    assert agenda.items[1].details == ["30 minutes"]


def test_text_is_shown_if_there_are_no_items_and_whole_days_have_no_times():
    text = agenda_of(MeetingFactory(agenda="As a text"), zone="UTC")
    whole = agenda_of(with_items(5, 30, is_all_day=True), zone="UTC")

    assert (text.items, text.text, bool(text)) == ([], "As a text", True)
    assert [(timed.time, timed.starts_at) for timed in whole.items] == [("", None), ("", None)]
    assert not agenda_of(MeetingFactory(), zone="UTC")


def test_feed_and_file_have_the_agenda_in_the_zone_of_the_meeting():
    meeting = with_items(5, 30, time_zone="Africa/Nairobi")
    words = "Agenda, times in Nairobi:\n15:00 Item 1 · 5 minutes\n15:05 Item 2 · 30 minutes"

    assert agenda_in_words(meeting) == words
    file = write_meeting(meeting, with_join_links=False, at=NOON)
    feed = write_calendar(Meeting.objects.for_a_feed(), name="-", with_join_links=False)
    for written in (file, feed):
        unfolded = written.decode().replace("\r\n ", "")
        assert r"15:00 Item 1 · 5 minutes\n15:05 Item 2 · 30 minutes" in unfolded


@pytest.mark.parametrize("number", [1, 3])
def test_feed_reads_all_agendas_at_once(django_assert_num_queries, number):
    for _each in range(number):
        with_items(5, 10)

    with django_assert_num_queries(2):
        write_calendar(Meeting.objects.for_a_feed(), name="-", with_join_links=False)


def test_rows_are_added_moved_and_removed_within_their_limits():
    rows = [{"title": title} for title in "abc"]

    def after(action, number=0):
        return "".join(row.get("title", "+") for row in rearranged(rows, action, number))

    assert (after("up", 2), after("up", 0), after("down", 0), after("down", 2)) == (
        "acb",
        "abc",
        "bac",
        "abc",
    )
    assert (after("remove", 1), after("remove", 9), after("add")) == ("ac", "abc", "abc+")
    assert len(rearranged([{}] * MAX_ROWS, "add", 0)) == MAX_ROWS


# The page of staff.


def page_of(meeting):
    return f"/admin/meetings/meeting/{meeting.pk}/agenda/"


def sent(*rows, version=1, **more):
    fields = {"version": version, **more}
    for number, row in enumerate(rows):
        for name, value in row.items():
            fields[f"item-{number}-{name}"] = "" if value is None else value
    return fields


def test_staff_save_an_agenda(client):
    client.force_login(staff_with(*CHANGE))
    meeting = with_items(5)
    [item] = items_of(meeting)

    shown = client.get(page_of(meeting))
    response = client.post(
        page_of(meeting),
        sent(typed("Opening", 10, key=item.pk), typed("", ""), typed("Targets", 20, "World Bank")),
    )

    assert 'value="Item 1"' in shown.text
    assert response.url == f"/admin/meetings/meeting/{meeting.pk}/change/"
    assert in_short(meeting) == [("Opening", 10, ""), ("Targets", 20, "World Bank")]


def test_rows_that_are_moved_are_shown_as_typed_and_not_saved(client):
    client.force_login(staff_with(*CHANGE))
    meeting = with_items(5)

    response = client.post(
        page_of(meeting), sent(typed("One", "x"), typed("Two", 2), move="item down 0")
    )

    rows = response.context["rows"].rows
    assert [(row["title"].value(), row["minutes"].value()) for row in rows] == [
        ("Two", "2"),
        ("One", "x"),
    ]
    assert "Nothing is saved yet." in response.text
    assert (response.status_code, in_short(meeting)) == (200, [("Item 1", 5, "")])


def test_wrong_rows_are_shown_again_with_their_errors(client):
    client.force_login(staff_with(*CHANGE))
    meeting = MeetingFactory()

    response = client.post(page_of(meeting), sent(typed("", 5), typed("Long", 1441)))

    assert response.status_code == 422
    assert "Enter a title." in response.text
    assert 'value="Long"' in response.text
    assert in_short(meeting) == []


def test_too_many_rows_are_refused():
    fields = sent(*[typed(f"Item {number}") for number in range(MAX_ROWS + 1)])
    data = QueryDict(mutable=True)
    data.update(fields)

    rows = OrderedRows(AgendaItemForm, data=data)

    assert not rows.is_valid()
    assert len(rows.rows) == MAX_ROWS


def test_edit_conflict_keeps_what_was_typed_until_the_changes_are_read(client):
    client.force_login(staff_with(*CHANGE))
    meeting = with_items(5)
    set_agenda(meeting=own(meeting), items=[typed("Of a colleague", 9)], by=UserFactory(), at=NOON)

    refused = client.post(page_of(meeting), sent(typed("Mine")))

    assert refused.status_code == 409
    assert "Of a colleague" in refused.text
    assert 'value="Mine"' in refused.text
    assert in_short(meeting) == [("Of a colleague", 9, "")]

    client.post(page_of(meeting), sent(typed("Mine"), version_read=2))
    assert in_short(meeting) == [("Mine", 5, "")]


def test_agenda_without_changes_says_so(client):
    client.force_login(staff_with(*CHANGE))
    meeting = with_items(5)

    response = client.post(page_of(meeting), sent(*rows_of(items_of(meeting))), follow=True)

    assert "There are no changes to save." in response.text
    assert own(meeting).version == 1


def test_only_staff_who_may_change_a_meeting_in_their_area_change_its_agenda(client):
    meeting = with_items(5)

    client.force_login(staff_with("view_meeting"))
    assert client.post(page_of(meeting), sent(typed())).status_code == 403
    client.force_login(staff_within_reach(*CHANGE))
    assert client.post(page_of(meeting), sent(typed())).status_code == 404
    assert in_short(meeting) == [("Item 1", 5, "")]


def test_public_page_shows_the_items_with_times_of_the_meeting(client):
    meeting = with_items(5, 30, is_public=True, time_zone="Africa/Nairobi", agenda="As a text")

    page = client.get(f"/en/calendar/{meeting.uid}/").text

    assert "Times in Nairobi" in page
    assert ">15:05</time>" in page
    assert "As a text" not in page
