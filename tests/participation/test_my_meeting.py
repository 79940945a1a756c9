"""The page of a meeting for its participants, and their RSVPs."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from meetings.models import MeetingKind, MeetingStatus
from meetings.services.meetings import cancel_meeting, move_meeting
from papers.models import PaperKind
from participation.models import Rsvp, RsvpChoice
from participation.services.my_meetings import my_meetings
from tests.factories import NOON, AgendaItemFactory, PaperFactory, PaperVersionFactory, RsvpFactory
from tests.participation.people import (
    LINK,
    SOON,
    account_of,
    focal_point_in,
    meeting_of,
    withdrawn,
)

HOUR = timedelta(hours=1)


def page_of(meeting):
    return f"/en/my/meetings/{meeting.uid}/"


def file_of(meeting):
    return f"/en/my/meetings/{meeting.uid}.ics"


def answering(person, meeting, choice=RsvpChoice.YES, **more):
    starts_at = meeting.starts_at.isoformat()
    return {"focal_point": person.pk, "choice": choice, "starts_at": starts_at, **more}


def send(client, meeting, sent, **more):
    return client.post(f"{page_of(meeting)}answer/", sent, **more)


def test_meeting_shows_all_that_there_is_of_it(mine, area):
    meeting = meeting_of(
        area,
        title="Third meeting",
        time_zone="Asia/Tokyo",
        starts_at=NOON,
        place="Kigali",
        agenda="Opening\nDrafting",
        recording_link="https://videos.example.org/3",
    )
    paper = PaperFactory(meeting=meeting, kind=PaperKind.AGENDA, title="Agenda as a paper")
    PaperVersionFactory(paper=paper)
    move_meeting(meeting=meeting, starts_at=SOON, ends_at=SOON + HOUR, by=None, at=NOON)
    move_meeting(meeting=meeting, starts_at=NOON, ends_at=NOON + HOUR, by=None, at=NOON)

    page = mine.get(page_of(meeting)).text

    for words in (
        "Third meeting",
        "Empowering Communities",
        "Monday 25 October 2021, 15:00 to 16:00 Nairobi (UTC+3)",
        "Monday 25 October 2021, 14:00 to 15:00 Geneva (UTC+2)",
        "Monday 25 October 2021, 21:00 to 22:00 Tokyo (UTC+9)",
        "Kigali",
        "Opening<br>Drafting",
        "Agenda as a paper",
        'href="https://videos.example.org/3"',
        "What has changed",
        "Rescheduled. Previously: Monday 25 October 2021",
    ):
        assert words in page


def test_meeting_shows_its_agenda_in_the_zone_of_the_reader_with_the_papers_of_each_item(
    mine, area
):
    meeting = meeting_of(area, starts_at=SOON, agenda="As a text")
    first = AgendaItemFactory(meeting=meeting, minutes=5)
    second = AgendaItemFactory(meeting=meeting, position=2, title="Targets", speaker="Maria Conti")
    under, other = (
        PaperVersionFactory(paper=PaperFactory(meeting=meeting, agenda_item=item)).paper
        for item in (second, None)
    )

    response = mine.get(page_of(meeting))

    items = [(each.timed.item, each.papers) for each in response.context["items"]]
    assert items == [(first, []), (second, [under])]
    assert response.context["papers"] == [other]
    local = SOON.astimezone(ZoneInfo("Africa/Nairobi")) + timedelta(minutes=5)
    for words in (f">{local:%H:%M}</time>", "Targets", "Maria Conti", "Other papers"):
        assert words in response.text
    assert "As a text" not in response.text


@pytest.mark.parametrize(
    ("facts", "words", "can_be_joined", "has_file"),
    [
        ({}, "Your answer", True, True),
        ({"status": MeetingStatus.CANCELLED}, "This meeting is cancelled.", False, False),
        ({"starts_at": NOON}, "This meeting is over.", False, False),
        ({"join_link": ""}, "No join link yet.", False, True),
        ({"kind": MeetingKind.DEADLINE}, "Address to join", True, True),
    ],
)
def test_meeting_is_joined_from_its_page_or_says_why_it_cannot_be(
    mine, area, facts, words, can_be_joined, has_file
):
    page = mine.get(page_of(meeting_of(area, **facts))).text

    assert words in page
    assert ("You can join from" in page) == can_be_joined
    assert ("Address to join:" in page) == can_be_joined
    # The address of the room is on no page.
    assert LINK not in page
    assert (".ics" in page) == has_file
    if "kind" in facts:
        # A deadline needs no RSVP.
        assert "Your answer" not in page
        assert "RSVPs" not in page


def test_meeting_says_how_many_come_and_for_whom(mine, area, other_area):
    meeting = meeting_of(area, place="Kigali")
    for name, choice in zip(("Agency", "Bank", "Court"), RsvpChoice, strict=True):
        RsvpFactory(meeting=meeting, focal_point=focal_point_in(area, name), choice=choice)
    gone = focal_point_in(area, "Gone")
    RsvpFactory(meeting=meeting, focal_point=gone)
    withdrawn(gone)
    moved_since = focal_point_in(area, "Moved since")
    RsvpFactory(meeting=meeting, focal_point=moved_since, starts_at=NOON)
    focal_point_in(other_area, "Elsewhere")

    response = mine.get(page_of(meeting))

    counts = response.context["counts"]
    assert [(count.words, count.number, count.organisations) for count in counts] == [
        ("Yes, in person", 1, ["Agency"]),
        ("Yes, remotely", 1, ["Bank"]),
        ("No", 1, ["Court"]),
        ("No reply yet", 2, ["Ministry of Somewhere", "Moved since"]),
    ]
    assert "5 focal points are invited." in response.text
    # Who declined is not shown to others.
    assert "Court" not in response.text


def test_meeting_names_its_other_sittings_whichever_is_open(mine, area, other_area):
    first = meeting_of(area, title="First sitting")
    second = meeting_of(area, title="Second sitting", starts_at=SOON + HOUR, sitting_of=first)
    third = meeting_of(area, title="Third sitting", starts_at=SOON + 2 * HOUR, sitting_of=first)
    meeting_of(area, title="Draft", status=MeetingStatus.DRAFT, sitting_of=first)
    meeting_of(other_area, title="Elsewhere", sitting_of=first)

    others = {
        meeting.title: [
            each.entry.meeting.title for each in mine.get(page_of(meeting)).context["sittings"]
        ]
        for meeting in (first, second, third, meeting_of(area, title="Alone"))
    }

    assert others == {
        "First sitting": ["Second sitting", "Third sitting"],
        "Second sitting": ["First sitting", "Third sitting"],
        "Third sitting": ["First sitting", "Second sitting"],
        "Alone": [],
    }


@pytest.mark.parametrize("is_draft", [False, True])
def test_meeting_beyond_reach_is_not_there(mine, person, area, other_area, is_draft):
    draft = {"status": MeetingStatus.DRAFT}
    meeting = meeting_of(area, **draft) if is_draft else meeting_of(other_area)

    answers = [
        mine.get(page_of(meeting)),
        mine.get(file_of(meeting)),
        send(mine, meeting, answering(person, meeting)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert list(Rsvp.objects.all()) == []
    assert mine.get(f"/en/my/meetings/{uuid4()}/").status_code == 404


def test_answer_is_taken_and_said(mine, area, person):
    meeting = meeting_of(area, title="Kick-off")

    response = send(mine, meeting, answering(person, meeting, RsvpChoice.REMOTE), follow=True)
    changed = send(mine, meeting, answering(person, meeting, RsvpChoice.NO, back="my"))

    assert response.redirect_chain == [(f"{page_of(meeting)}#answer", 302)]
    assert "Thank you. Your reply for “Kick-off”: Yes, remotely." in response.text
    assert "You have answered <strong>Yes, remotely</strong>." in response.text
    assert 'value="remote" aria-pressed="true"' in response.text
    assert 'value="no" aria-pressed="false"' in response.text
    # From a participant's own page back to it.
    key = f"meeting-{meeting.pk}"
    assert changed["Location"] == f"/en/my/?answered={key}#{key}"
    [given] = Rsvp.objects.current()
    assert (given.choice, given.by) == (RsvpChoice.NO, account_of(person))


def test_answer_in_person_is_offered_where_there_may_be_or_was_a_place(mine, area, person):
    online, somewhere, not_known, answered = (
        meeting_of(area, **facts) for facts in ({}, {"place": "Kigali"}, {"join_link": ""}, {})
    )
    RsvpFactory(meeting=answered, focal_point=person, choice=RsvpChoice.YES)

    pages = [mine.get(page_of(each)).text for each in (online, somewhere, not_known, answered)]

    assert ['value="yes"' in page for page in pages] == [False, True, True, True]
    assert 'value="yes" aria-pressed="true"' in pages[3]


@pytest.mark.parametrize(
    "sent",
    [{}, {"choice": "perhaps"}, {"focal_point": "me"}, {"starts_at": "soon"}, {"starts_at": ""}],
)
def test_answer_that_is_none_is_refused_on_the_page(mine, area, person, sent):
    meeting = meeting_of(area)
    complete = answering(person, meeting) if sent else {}

    response = send(mine, meeting, {**complete, **sent})
    for_somebody_else = send(mine, meeting, answering(focal_point_in(area, "Bank"), meeting))

    assert response.status_code == 422
    assert "Not saved. Choose one of the answers." in response.text
    assert for_somebody_else.status_code == 404
    assert list(Rsvp.objects.all()) == []


def test_answer_that_comes_too_late_is_refused_and_the_page_shows_what_is_now(mine, area, person):
    meeting = meeting_of(area)
    sent = answering(person, meeting)
    cancel_meeting(meeting=meeting, by=None, at=NOON)

    response = send(mine, meeting, sent)
    # As after signing in because the session had expired.
    opened = mine.get(f"{page_of(meeting)}answer/")

    assert response.status_code == 409
    assert "The meeting is cancelled" in response.text
    assert "This meeting is cancelled." in response.text
    assert opened["Location"] == page_of(meeting)
    assert list(Rsvp.objects.all()) == []


def test_meeting_is_given_as_a_file_with_its_join_link(mine, area):
    meeting = meeting_of(area)

    page, file = mine.get(page_of(meeting)), mine.get(file_of(meeting))

    assert f'href="{file_of(meeting)}"' in page.text
    assert file["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    [event] = Calendar.from_ical(file.content).walk("VEVENT")
    assert (event["UID"], event["CONFERENCE"]) == (
        str(meeting.uid),
        f"http://testserver{page_of(meeting)}join/",
    )
    assert event["URL"] == f"http://testserver{page_of(meeting)}"
    assert "ATTENDEE" not in event


# During a meeting, and from the moment when it ends

SECOND = timedelta(seconds=1)


@pytest.fixture
def meeting(area):
    return meeting_of(area, starts_at=NOON, recording_link="https://example.org/recording")


def seen(meeting, person, at):
    return my_meetings([meeting], people=[person], at=at)[meeting.pk]


def test_meeting_is_over_from_the_moment_of_its_end_on(meeting, focal_point):
    paper = PaperFactory(meeting=meeting, kind=PaperKind.MINUTES)
    minutes = PaperVersionFactory(paper=paper)

    before = seen(meeting, focal_point, meeting.ends_at - SECOND)
    then = seen(meeting, focal_point, meeting.ends_at)

    assert (before.is_open, before.is_over) == (True, False)
    assert (before.minutes, before.recording_link) == ([], "")
    assert (then.is_open, then.is_over) == (False, True)
    assert (then.minutes, then.recording_link) == ([minutes], "https://example.org/recording")


@pytest.mark.parametrize(
    "facts", [{"kind": MeetingKind.DEADLINE}, {"status": MeetingStatus.CANCELLED}]
)
def test_what_is_no_gathering_takes_no_answers(area, focal_point, facts):
    meeting = meeting_of(area, starts_at=NOON, **facts)

    assert seen(meeting, focal_point, NOON - SECOND).is_open is False
