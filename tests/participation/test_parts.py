"""Meetings for a part of a working group: who is invited, who is told, and who may not join."""

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from core.conflicts import NothingChanged, Refused
from meetings.models import Meeting, MeetingStatus, Part
from meetings.services.meetings import change_meeting, draft_meeting
from meetings.services.series import change_recurrence
from meetings.services.series_plan import Scope
from members.models import FocalPoint, Member
from members.services.private_links import InvalidLink, LinkPurpose
from outbox.models import Message
from papers.models import PaperKind
from participation.models import PartMember, Rsvp
from participation.services.expected_attendees import invited_focal_points
from participation.services.invited import is_invited, load_parts
from participation.services.meeting_answers import answer_counts
from participation.services.meeting_links import meeting_link_of
from participation.services.my_papers import visible_papers
from participation.services.notices import cancel_expired_notices, send_notices
from participation.services.parts import PartConflict, add_part, change_part, possible_members
from participation.services.reminders import send_reminders
from participation.services.rsvps import NotInvited
from tests.factories import (
    NOON,
    MemberFactory,
    PaperFactory,
    RsvpFactory,
    UserFactory,
)
from tests.meetings.desk import staff_with
from tests.meetings.repeated import rule, to_come
from tests.meetings.series_desk import page_of
from tests.meetings.test_meetings import as_shown
from tests.participation.group import feed_of
from tests.participation.invitations import event_in, invited
from tests.participation.notices import DAY, HOUR, SETTLED, THEN, changed, told_meeting
from tests.participation.people import (
    LINK,
    focal_point_in,
    meeting_of,
    signed_in_as,
)
from tests.participation.sittings import answered
from tests.triage.staff import coordinator

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(area):
    return focal_point_in(area, email="editor@example.org")


@pytest.fixture
def other(area):
    return focal_point_in(area, email="other@example.org")


@pytest.fixture
def editors(area, editor, other):
    """A part with one of the two focal points."""
    return part_of(area, editor)


def part_of(area, *people, at=NOON - 30 * DAY):
    return add_part(
        focus_area=area,
        name="Editors",
        members=[person.member_id for person in people],
        by=UserFactory(),
        at=at,
    )


def edit(part, *people, at=NOON, name="Editors", version=None):
    return change_part(
        part=part,
        name=name,
        members=[person.member_id for person in people],
        version=version,
        by=UserFactory(),
        at=at,
    )


def read(person):
    return FocalPoint.objects.select_related("member").get(pk=person.pk)


def recipients():
    return sorted(Message.objects.values_list("recipient", flat=True))


def test_only_members_of_the_part_are_invited(area, editors, editor, other):
    meeting, for_all = meeting_of(area, part=editors), meeting_of(area)

    assert [is_invited(meeting, read(person)) for person in (editor, other)] == [True, False]
    assert [is_invited(for_all, read(person)) for person in (editor, other)] == [True, True]
    assert list(invited_focal_points(meeting)) == [editor]
    RsvpFactory(meeting=meeting, focal_point=other)
    counts = answer_counts([meeting])[meeting.pk]
    assert (counts.invited, counts.yes) == (1, 0)


def test_part_of_the_coalition_crosses_its_groups(area, other_area, editor):
    there = focal_point_in(other_area)
    part = part_of(None, editor, there)
    meeting = meeting_of(None, part=part)

    assert set(invited_focal_points(meeting)) == {editor, there}


def test_who_left_the_part_stays_invited_to_what_was_before(area, editors, editor, other):
    past = meeting_of(area, part=editors, starts_at=NOON + DAY)
    coming = meeting_of(area, part=editors, starts_at=THEN)

    edit(editors, other, at=NOON + 2 * DAY)

    assert list(invited_focal_points(past)) == [editor]
    assert list(invited_focal_points(coming)) == [other]


# Notices, reminders, invitations


def test_notices_and_reminders_go_to_the_part_alone(area, editors, editor):
    meeting = meeting_of(area, part=editors, starts_at=THEN, changed_at=NOON)

    send_notices(at=SETTLED)
    assert recipients() == [editor.email]

    send_reminders(at=THEN - DAY)
    assert recipients() == [editor.email] * 2
    assert is_invited(meeting, read(editor))


@pytest.mark.usefixtures("mailbox")
def test_who_joins_is_told_of_the_meeting_and_who_leaves_that_it_is_not_theirs(
    area, editors, editor, other
):
    meeting = told_meeting(area, part=editors)
    invited(editor)
    invited(other)

    edit(editors, other)
    send_notices(at=SETTLED)

    events = {each.recipient: event_in(each) for each in Message.objects.all()}
    assert {to: method for to, (method, _event) in events.items()} == {
        editor.email: "CANCEL",
        other.email: "REQUEST",
    }
    meeting.refresh_from_db()
    assert {event["SEQUENCE"] for _method, event in events.values()} == {meeting.sequence} == {1}
    assert send_notices(at=SETTLED + HOUR) == 0


def test_choice_of_a_part_after_the_notice_tells_those_who_are_left_out(
    area, editors, editor, other
):
    meeting = told_meeting(area)

    changed(meeting, part=editors)
    send_notices(at=SETTLED)

    assert recipients() == [other.email]
    assert "no longer a meeting of your working group" in Message.objects.get().body


def test_member_who_joins_and_leaves_before_the_notice_hears_nothing(area, editors, editor, other):
    told_meeting(area, part=editors)

    edit(editors, editor, other)
    edit(editors, editor, at=NOON)

    assert send_notices(at=SETTLED) == 0


def test_reminder_to_who_left_the_part_is_cancelled(area, editors, editor, other):
    told_meeting(area, part=editors)
    send_reminders(at=THEN - DAY)
    assert recipients() == [editor.email]

    edit(editors, other, at=THEN - DAY)

    assert cancel_expired_notices(at=THEN - DAY) == 1


# Pages and feeds


def test_others_see_the_meeting_in_the_calendar_and_cannot_answer_or_join(
    area, editors, editor, other
):
    meeting = meeting_of(area, part=editors, title="Drafting", join_link=LINK)
    client = signed_in_as(other)
    address = f"/en/my/meetings/{meeting.uid}/"

    shown = client.get("/en/my/calendar/").text
    page = client.get(address).text

    for text in (shown, page):
        assert "For a part of the group" in text
        assert f"{address}join/" not in text
        assert f"{address}rsvp/" not in text
    assert "Drafting" not in client.get("/en/my/").text
    assert client.get(f"{address}join/").status_code == 404
    assert signed_in_as(editor).get(f"{address}join/").status_code == 200
    assert "For a part of the group" not in signed_in_as(editor).get(address).text


def test_answer_of_who_is_not_invited_is_refused_and_nothing_written(area, editors, other):
    meeting = meeting_of(area, part=editors)

    with pytest.raises(NotInvited):
        answered(meeting, read(other))

    assert list(Rsvp.objects.all()) == []


def test_feed_has_only_meetings_to_which_the_person_is_invited(
    client, area, editors, editor, other
):
    caches["feeds"].clear()
    meeting_of(area, part=editors, title="Drafting")
    meeting_of(area, title="For all")

    def titles(person):
        feed = Calendar.from_ical(client.get(feed_of(person)).content)
        return sorted(str(event["SUMMARY"]) for event in feed.events)

    assert titles(other) == ["For all"]
    assert titles(editor) == ["Drafting", "For all"]
    edit(editors, other)
    assert titles(other) == ["Drafting", "For all"]
    assert titles(editor) == ["For all"]


def test_papers_of_the_meeting_are_for_the_part(area, editors, editor, other):
    meeting = meeting_of(area, part=editors)
    paper = PaperFactory(meeting=meeting, focus_area=None, kind=PaperKind.AGENDA)

    assert list(visible_papers([read(editor)])) == [paper]
    assert list(visible_papers([read(other)])) == []


# Choosing


def test_change_of_a_part_keeps_the_rows_of_who_left(editors, editor, other):
    by = UserFactory()

    change_part(
        part=editors,
        name="Writers",
        members=[other.member_id],
        version=1,
        by=by,
        at=NOON,
    )

    editors.refresh_from_db()
    assert (editors.name, editors.version) == ("Writers", 2)
    rows = PartMember.objects.order_by("pk").values_list(
        "member", "removed_at", "removed_by", "added_at"
    )
    assert list(rows) == [
        (editor.member_id, NOON, by.pk, NOON - 30 * DAY),
        (other.member_id, None, None, NOON),
    ]


def test_change_of_a_part_is_a_new_version_of_its_meetings_to_come_alone(
    area, editors, editor, other
):
    coming = meeting_of(area, part=editors, starts_at=THEN)
    others = [
        meeting_of(area, part=editors, starts_at=NOON - DAY),
        meeting_of(area, part=editors, starts_at=THEN, status=MeetingStatus.DRAFT),
        meeting_of(area, starts_at=THEN),
    ]

    edit(editors, editor, other)

    coming.refresh_from_db()
    assert (coming.version, coming.sequence, coming.changed_at) == (2, 1, NOON)
    assert {Meeting.objects.get(pk=each.pk).version for each in others} == {1}


def state():
    return (
        list(Part.objects.order_by("pk").values_list("name", "version")),
        list(PartMember.objects.order_by("pk").values_list("member", "removed_at")),
    )


@pytest.mark.parametrize(
    ("name", "who", "version", "refusal"),
    [
        ("Editors", "nobody", 1, "nobody_chosen"),
        ("Editors", "stranger", 1, "not_in_the_group"),
        ("Writers", "editor", 1, "name_taken"),
        ("Editors", "editor", 1, NothingChanged),
        ("Editors", "other", 7, PartConflict),
    ],
)
def test_change_of_a_part_is_refused_and_writes_nothing(
    area, other_area, editors, editor, other, name, who, version, refusal
):
    stranger = focal_point_in(other_area)
    add_part(focus_area=area, name="Writers", members=[other.member_id], by=UserFactory(), at=NOON)
    people = {"editor": [editor], "other": [other], "stranger": [stranger], "nobody": []}[who]
    before = state()

    with pytest.raises(Refused) as refused:
        edit(editors, *people, name=name, version=version)

    assert refused.value.code == refusal or type(refused.value) is refusal
    assert state() == before


@pytest.mark.parametrize(
    ("name", "who", "code"),
    [
        ("Editors", "other", "name_taken"),
        ("Writers", "nobody", "nobody_chosen"),
        ("Writers", "stranger", "not_in_the_group"),
    ],
)
def test_new_part_is_refused_and_writes_nothing(area, editors, other, name, who, code):
    people = {"other": [other.member_id], "nobody": [], "stranger": [MemberFactory().pk]}[who]
    before = state()

    with pytest.raises(Refused) as refused:
        add_part(focus_area=area, name=name, members=people, by=UserFactory(), at=NOON)

    assert refused.value.code == code
    assert state() == before


def test_who_left_the_group_may_stay_in_its_part_when_another_joins(
    area, other_area, editors, editor, other
):
    Member.objects.filter(pk=editor.member_id).update(focus_area=other_area)

    edit(editors, editor, other)

    assert PartMember.objects.filter(removed_at=None).count() == 2


def test_meeting_of_another_group_cannot_be_for_the_part(area, other_area, editors):
    facts = {"kind": "meeting", "title": "-", "starts_at": THEN, "ends_at": THEN + HOUR}

    with pytest.raises(Refused) as refused:
        draft_meeting(focus_area=other_area, part=editors, by=None, at=NOON, **facts)
    assert refused.value.code == "part_of_another_group"

    meeting = meeting_of(area, part=editors)
    with pytest.raises(Refused):
        change_meeting(meeting=meeting, focus_area=other_area, by=None, at=NOON)
    meeting.refresh_from_db()
    assert meeting.focus_area == area


def test_possible_members_are_those_of_the_group_by_name(area, other_area):
    second = focal_point_in(area, "B").member
    first = focal_point_in(area, "A").member
    third = focal_point_in(other_area, "C").member
    MemberFactory()

    assert possible_members(area) == [first, second]
    assert possible_members(None) == [first, second, third]


def test_links_of_a_mail_end_when_the_person_leaves_the_part(area, editors, editor, other):
    meeting_of(area, part=editors, starts_at=THEN, changed_at=NOON)
    send_notices(at=SETTLED)
    token = Message.objects.get().private_links.split()[0].split("/")[-3]

    edit(editors, other)

    with pytest.raises(InvalidLink):
        meeting_link_of(token, LinkPurpose.RSVP, at=SETTLED)


def test_several_meetings_of_parts_are_read_in_one_query(
    area, editors, editor, django_assert_num_queries
):
    meetings = [meeting_of(area, part=editors) for _number in range(3)]
    person = read(editor)

    with django_assert_num_queries(1):
        load_parts(meetings)
        assert all(is_invited(each, person) for each in meetings)


@pytest.mark.parametrize("page", ["", "calendar/", "calendar/?view=list"])
def test_pages_read_the_parts_of_many_meetings_in_the_queries_of_two(area, editors, editor, page):
    client = signed_in_as(editor)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/en/my/{page}").status_code == 200
        return len(captured)

    for day in range(2):
        meeting_of(area, part=editors, starts_at=timezone.now() + (day + 1) * HOUR)
    few = queries()
    for day in range(3):
        meeting_of(area, part=editors, starts_at=timezone.now() + (day + 3) * HOUR)

    assert queries() == few


def test_meetings_of_a_series_are_for_the_same_part_and_so_are_those_of_other_days(area, editors):
    meeting, *others = to_come(focus_area=area, part=editors)

    change_recurrence(
        meeting=meeting,
        scope=Scope.ALL,
        rule=rule(first_day=meeting.occurrence, count=len(others) + 3),
        by=None,
        at=timezone.now(),
    )

    meetings = Meeting.objects.filter(series=meeting.series)
    assert {each.part for each in meetings} == {editors}
    assert len(meetings) == len(others) + 3


# The pages of staff

PARTS = "/admin/meetings/meeting/parts/"


@pytest.fixture
def officer(client):
    user = staff_with("view_meeting", "change_meeting")
    client.force_login(user)
    return user


def test_staff_add_a_part_and_choose_it_in_a_meeting(client, officer, area, editor, other):
    sent = {"version": "0", "name": "Editors", "members": [editor.member_id]}

    shown = client.get(f"{PARTS}new/{area.slug}/")
    saved = client.post(f"{PARTS}new/{area.slug}/", sent, follow=True)

    assert f'value="{other.member_id}"' in shown.text
    part = Part.objects.get()
    assert (part.name, part.focus_area) == ("Editors", area)
    assert PartMember.objects.get().member_id == editor.member_id
    assert f"{PARTS}{part.pk}/" in saved.text
    meeting = meeting_of(area)
    client.post(page_of(meeting), as_shown(meeting, part=part.pk))
    meeting.refresh_from_db()
    assert meeting.part == part


def test_staff_change_a_part_and_read_why_it_was_refused(client, officer, editors, other):
    page = f"{PARTS}{editors.pk}/"

    empty = client.post(page, {"version": "1", "name": "Editors"})
    late = client.post(page, {"version": "7", "name": "Editors", "members": [other.member_id]})
    client.post(page, {"version": "1", "name": "Writers", "members": [other.member_id]})

    assert (empty.status_code, late.status_code) == (422, 409)
    assert "after you opened it" in late.text
    editors.refresh_from_db()
    assert (editors.name, editors.version) == ("Writers", 2)


def test_coordinator_sees_the_parts_of_their_own_groups_alone(client, area, other_area, editors):
    client.force_login(coordinator(other_area))

    assert "Editors" not in client.get(PARTS).text
    for address in (f"{PARTS}{editors.pk}/", f"{PARTS}new/{area.slug}/", f"{PARTS}new/coalition/"):
        assert client.get(address).status_code == 404
    assert client.get(f"{PARTS}new/{other_area.slug}/").status_code == 200


def test_part_of_another_group_is_refused_on_the_form(client, officer, area, other_area, editors):
    meeting = meeting_of(other_area)

    page = client.post(page_of(meeting), as_shown(meeting, part=editors.pk))

    assert "This part belongs to another group." in page.text
    meeting.refresh_from_db()
    assert meeting.part is None
