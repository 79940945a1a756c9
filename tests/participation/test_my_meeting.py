"""One meeting for those who are asked to it, and their answer to it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar

from meetings.models import MeetingKind, MeetingStatus
from meetings.services.meetings import cancel_meeting, move_meeting
from members.services.decisions import withdraw
from papers.models import PaperKind
from participation.models import Rsvp, RsvpChoice
from tests.factories import (
    NOON,
    PaperFactory,
    PaperVersionFactory,
    RsvpFactory,
    UserFactory,
)
from tests.participation.people import (
    LINK,
    SOON,
    account_of,
    focal_point_in,
    meeting_of,
    queries_of,
    signed_in_as,
)

HOUR = timedelta(hours=1)


def page_of(meeting):
    return f"/en/my/meetings/{meeting.uid}/"


def answering(person, meeting, choice=RsvpChoice.YES, **more):
    return {
        "focal_point": person.pk,
        "choice": choice,
        "starts_at": meeting.starts_at.isoformat(),
        **more,
    }


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
    ):
        assert words in page


def test_meeting_to_come_is_joined_from_its_page(mine, area):
    meeting = meeting_of(area, recording_link="https://videos.example.org/3")

    page = mine.get(page_of(meeting)).text

    assert f'href="{LINK}" rel="noreferrer">Join the meeting</a>' in page
    assert "videos.example.org" not in page


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"status": MeetingStatus.CANCELLED}, "This meeting does not take place."),
        ({"starts_at": NOON}, "This meeting is over."),
        ({"join_link": ""}, "There is no join link yet."),
    ],
)
def test_meeting_that_cannot_be_joined_says_why(mine, area, facts, words):
    page = mine.get(page_of(meeting_of(area, **facts))).text

    assert words in page
    assert LINK not in page


def test_meeting_says_how_many_come_and_for_whom(mine, area, other_area):
    meeting = meeting_of(area, place="Kigali")
    for name, choice in (
        ("Agency", RsvpChoice.YES),
        ("Bank", RsvpChoice.REMOTE),
        ("Court", RsvpChoice.NO),
    ):
        RsvpFactory(meeting=meeting, focal_point=focal_point_in(area, name), choice=choice)
    gone = focal_point_in(area, "Gone")
    RsvpFactory(meeting=meeting, focal_point=gone)
    withdraw(member=gone.member, by=UserFactory(), at=NOON)
    moved_since = focal_point_in(area, "Moved since")
    RsvpFactory(meeting=meeting, focal_point=moved_since, starts_at=NOON)
    focal_point_in(other_area, "Elsewhere")

    response = mine.get(page_of(meeting))

    assert [
        (count.words, count.number, count.organisations) for count in response.context["counts"]
    ] == [
        ("Yes, in person", 1, ["Agency"]),
        ("Yes, remotely", 1, ["Bank"]),
        ("No", 1, ["Court"]),
        ("No answer yet", 2, ["Ministry of Somewhere", "Moved since"]),
    ]
    assert "5 focal points are asked." in response.text
    # Who does not come is nobody's business.
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


def test_meeting_tells_what_has_changed(mine, area):
    meeting = meeting_of(area)
    move_meeting(
        meeting=meeting,
        starts_at=SOON + HOUR,
        ends_at=SOON + 2 * HOUR,
        by=UserFactory(),
        at=NOON,
    )

    page = mine.get(page_of(meeting)).text

    assert "What has changed" in page
    assert "Moved: it was to be on " in page


def of_another_area(area, other_area):
    return meeting_of(other_area)


def a_draft(area, other_area):
    return meeting_of(area, status=MeetingStatus.DRAFT)


@pytest.mark.parametrize("beyond", [of_another_area, a_draft])
def test_meeting_beyond_reach_is_not_there(mine, person, area, other_area, beyond):
    meeting = beyond(area, other_area)

    answers = [mine.get(page_of(meeting)), send(mine, meeting, answering(person, meeting))]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert list(Rsvp.objects.all()) == []
    assert mine.get(f"/en/my/meetings/{uuid4()}/").status_code == 404


def test_meeting_is_for_nobody_who_is_not_signed_in(client, area, person):
    meeting = meeting_of(area)

    answers = [client.get(page_of(meeting)), send(client, meeting, answering(person, meeting))]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert list(Rsvp.objects.all()) == []


def test_staff_stand_for_nobody_and_are_told_so(client, area, person):
    meeting = meeting_of(area)
    client.force_login(UserFactory(is_superuser=True, email=person.email))

    answers = [client.get(page_of(meeting)), send(client, meeting, answering(person, meeting))]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert list(Rsvp.objects.all()) == []


def test_answer_is_taken_and_said(mine, area, person):
    meeting = meeting_of(area, title="Kick-off")

    response = send(mine, meeting, answering(person, meeting, RsvpChoice.REMOTE), follow=True)

    [given] = Rsvp.objects.current()
    assert (given.choice, given.by) == (RsvpChoice.REMOTE, account_of(person))
    assert response.redirect_chain == [(page_of(meeting), 302)]
    assert "Thank you. Your answer to “Kick-off”: Yes, remotely." in response.text
    assert "You have answered <strong>Yes, remotely</strong>." in response.text
    assert 'value="remote" aria-pressed="true"' in response.text
    assert 'value="no" aria-pressed="false"' in response.text


def test_answer_from_somebodys_own_page_leads_back_to_it(mine, area, person):
    meeting = meeting_of(area)

    response = send(mine, meeting, answering(person, meeting, back="my"))

    assert response["Location"] == "/en/my/"


def test_answer_in_person_is_offered_where_there_may_be_a_place(mine, area):
    online = meeting_of(area)
    somewhere = meeting_of(area, place="Kigali")
    not_known = meeting_of(area, join_link="")

    offered = [
        'value="yes"' in mine.get(page_of(meeting)).text
        for meeting in (online, somewhere, not_known)
    ]

    assert offered == [False, True, True]


def test_answer_given_while_there_was_a_place_is_shown_as_it_was_given(mine, area, person):
    meeting = meeting_of(area)
    RsvpFactory(meeting=meeting, focal_point=person, choice=RsvpChoice.YES)

    assert 'value="yes" aria-pressed="true"' in mine.get(page_of(meeting)).text


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"choice": "perhaps"},
        {"choice": ""},
        {"focal_point": "me"},
        {"starts_at": "soon"},
        {"starts_at": ""},
    ],
)
def test_answer_that_is_none_is_refused_on_the_page(mine, area, person, sent):
    meeting = meeting_of(area)
    complete = answering(person, meeting) if sent else {}

    response = send(mine, meeting, {**complete, **sent})

    assert response.status_code == 422
    assert "Nothing was saved. Choose one of the answers." in response.text
    assert list(Rsvp.objects.all()) == []


def test_answer_for_somebody_else_is_refused(mine, area):
    meeting, somebody = meeting_of(area), focal_point_in(area, "Bank")

    assert send(mine, meeting, answering(somebody, meeting)).status_code == 404
    assert list(Rsvp.objects.all()) == []


def test_answer_for_the_group_of_another_role_is_refused(mine, area, other_area, person):
    second = focal_point_in(other_area, "Network of Hubs", email=person.email)
    meeting = meeting_of(area)

    response = send(mine, meeting, answering(second, meeting))

    assert response.status_code == 409
    assert "you are not, or no more, asked to this meeting" in response.text
    assert list(Rsvp.objects.all()) == []


def cancelled(meeting):
    cancel_meeting(meeting=meeting, by=UserFactory(), at=NOON)


def moved(meeting):
    move_meeting(
        meeting=meeting, starts_at=SOON + HOUR, ends_at=SOON + 2 * HOUR, by=UserFactory(), at=NOON
    )


def ended(meeting):
    type(meeting).objects.filter(pk=meeting.pk).update(ends_at=SOON, starts_at=NOON)
    type(meeting).objects.filter(pk=meeting.pk).update(ends_at=NOON + HOUR)


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        (cancelled, "The meeting is cancelled"),
        (moved, "The meeting was moved after you opened this page."),
        (ended, "The meeting is over"),
    ],
)
def test_answer_that_comes_too_late_is_refused_and_the_page_shows_what_is_now(
    mine, area, person, meanwhile, words
):
    meeting = meeting_of(area)
    sent = answering(person, meeting)
    meanwhile(meeting)

    response = send(mine, meeting, sent)

    assert response.status_code == 409
    assert words in response.text
    assert list(Rsvp.objects.all()) == []


def test_answer_given_twice_is_refused_kindly(mine, area, person):
    meeting = meeting_of(area)
    send(mine, meeting, answering(person, meeting))

    response = send(mine, meeting, answering(person, meeting))

    assert response.status_code == 409
    assert "You have answered “Yes, in person” already. Nothing was changed." in response.text
    assert Rsvp.objects.get().history.count() == 1


def test_deadline_asks_nobody(mine, area):
    page = mine.get(page_of(meeting_of(area, kind=MeetingKind.DEADLINE))).text

    assert "Your answer" not in page
    assert "Who is expected" not in page


def test_answer_sent_after_the_session_ended_leads_back_to_the_meeting(mine, area):
    page = page_of(meeting_of(area))

    assert mine.get(f"{page}answer/")["Location"] == page
    assert not Rsvp.objects.exists()


def test_meeting_is_kept_by_nobody_on_the_way(mine, area):
    response = mine.get(page_of(meeting_of(area)))

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_meeting_takes_as_many_queries_for_three_members_as_for_one(mine, area):
    meeting = meeting_of(area)
    PaperVersionFactory(paper=PaperFactory(meeting=meeting))
    meeting_of(area, sitting_of=meeting)
    for_one = queries_of(mine, page_of(meeting))
    meeting_of(area, sitting_of=meeting)
    for name in ("Agency", "Bank"):
        RsvpFactory(meeting=meeting, focal_point=focal_point_in(area, name))
        PaperVersionFactory(paper=PaperFactory(meeting=meeting))

    assert queries_of(mine, page_of(meeting)) == for_one


def test_every_member_of_the_group_sees_the_page(area, other_area):
    of_the_group, of_another = meeting_of(area), meeting_of(None)
    other = signed_in_as(focal_point_in(other_area, "Elsewhere"))
    colleague = signed_in_as(focal_point_in(area, "Bank", is_alternate=True))

    answers = [
        client.get(page_of(meeting)).status_code
        for client in (colleague, other)
        for meeting in (of_the_group, of_another)
    ]

    assert answers == [200, 200, 404, 200]


def test_meeting_is_given_as_a_file_with_its_join_link(mine, area):
    meeting = meeting_of(area, join_link=LINK)
    page = page_of(meeting)
    address = f"/en/my/meetings/{meeting.uid}.ics"

    response = mine.get(address)

    assert f'href="{address}"' in mine.get(page).text
    assert response["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert event["UID"] == str(meeting.uid)
    assert event["URL"] == LINK
    assert "ATTENDEE" not in event
    assert "no-store" in response["Cache-Control"]


def test_file_of_a_meeting_is_for_those_who_see_the_meeting(client, area, other_area):
    meeting = meeting_of(area, join_link=LINK)
    draft = meeting_of(area, status=MeetingStatus.DRAFT)
    other = signed_in_as(focal_point_in(other_area, "Elsewhere"))
    own = signed_in_as(focal_point_in(area, "Bank"))

    assert other.get(f"/en/my/meetings/{meeting.uid}.ics").status_code == 404
    assert own.get(f"/en/my/meetings/{draft.uid}.ics").status_code == 404
    assert client.get(f"/en/my/meetings/{meeting.uid}.ics").status_code == 302


@pytest.mark.parametrize("facts", [{"status": MeetingStatus.CANCELLED}, {"starts_at": NOON - HOUR}])
def test_no_file_is_offered_of_a_meeting_that_nobody_comes_to(mine, area, facts):
    meeting = meeting_of(area, **facts)

    assert ".ics" not in mine.get(page_of(meeting)).text
