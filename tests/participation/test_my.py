"""A participant's own page: their roles, open answers, next meetings, and groups."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core import pagination
from meetings.models import MeetingKind, MeetingStatus
from members.models import GrantedRole
from papers.models import PaperKind
from participation.models import RsvpChoice
from tests.factories import (
    NOON,
    PaperFactory,
    PaperOpeningFactory,
    PaperVersionFactory,
    RsvpFactory,
)
from tests.participation.people import (
    SOON,
    account_of,
    focal_point_in,
    handed_over,
    meeting_of,
    signed_in_as,
    withdrawn,
)

MY = "/en/my/"
DAY = timedelta(days=1)


def members_of(area):
    return f"/en/my/groups/{area.slug}/members/"


def titles(listed):
    return [each.row.entry.meeting.title for each in listed]


def paper_of(*, days_ago=1, language="en", **facts):
    uploaded_at = timezone.now() - days_ago * DAY
    paper = PaperFactory(**facts)
    return PaperVersionFactory(paper=paper, language=language, uploaded_at=uploaded_at)


def test_my_says_for_whom_somebody_is_here_and_leads_to_what_is_theirs(mine, person, area):
    page = mine.get(MY).text
    in_geneva = signed_in_as(focal_point_in(area, time_zone="Europe/Zurich"))

    for words in (
        "<bdi>Wanjiku Kamau</bdi> · <bdi>Ministry of Somewhere</bdi>",
        f'href="/en/my/groups/{area.slug}/members/"',
        "Focal point · Participant",
        "Times are in your time zone, Nairobi, with Geneva time beside them.",
        *(f'href="/en/my/{address}/"' for address in ("feed", "papers", "preferences")),
        'href="/accounts/sessions/"',
    ):
        assert words in page
    assert "Times are in your time zone, Geneva." in in_geneva.get(MY).text


def test_my_is_empty_in_words(mine):
    response = mine.get(MY)

    assert "<h1>Your page</h1>" in response.text
    assert "No meetings yet." in response.text
    assert "Nothing new. Papers that you have not opened appear here." in response.text


def test_my_lists_what_comes_next_of_the_group_and_of_the_coalition(mine, area, other_area):
    meeting_of(None, title="Of the coalition", starts_at=SOON + DAY)
    meeting_of(area, title="Of the group")
    meeting_of(area, title="Past", starts_at=NOON)
    meeting_of(area, title="Draft", status=MeetingStatus.DRAFT)
    meeting_of(other_area, title="Of another group")

    response = mine.get(MY)

    assert titles(response.context["expected"]) == ["Of the group", "Of the coalition"]
    assert response.context["entries"] == []


def test_my_begins_with_the_next_meeting_that_takes_place_and_asks_for_its_answer_once(mine, area):
    none = mine.get(MY)
    meeting_of(area, title="Cancelled", status=MeetingStatus.CANCELLED)
    meeting_of(area, title="Next", starts_at=SOON + DAY)

    response = mine.get(MY)

    assert none.context["next_meeting"] is None
    assert response.context["next_meeting"].entry.meeting.title == "Next"
    assert "<h1>1 thing needs your answer</h1>" in response.text
    assert response.text.count("Will you attend?") == 1


def test_my_lists_a_few_of_many_and_says_how_many_more(mine, area, person):
    meetings = [
        meeting_of(area, title=f"Meeting {number}", starts_at=SOON + number * DAY)
        for number in range(16)
    ]
    for meeting in meetings[8:]:
        RsvpFactory(meeting=meeting, focal_point=person)

    response = mine.get(MY)

    assert titles(response.context["expected"]) == [f"Meeting {n}" for n in range(5)]
    assert "3 more meetings need your answer: see your calendar" in response.text
    assert titles(response.context["entries"]) == [f"Meeting {n}" for n in range(8, 13)]
    assert "Your calendar, with 3 more upcoming meetings" in response.text


def test_my_expects_an_answer_to_what_has_none(mine, area, person):
    RsvpFactory(meeting=meeting_of(area, title="Answered"), focal_point=person)
    # By the previous holder of the role.
    of_the_predecessor = {"focal_point": person, "link_version": person.link_version + 1}
    RsvpFactory(meeting=meeting_of(area, title="Unanswered"), **of_the_predecessor)
    meeting_of(area, title="Cancelled", status=MeetingStatus.CANCELLED)
    meeting_of(area, title="Deadline", kind=MeetingKind.DEADLINE)

    response = mine.get(MY)

    assert titles(response.context["expected"]) == ["Unanswered"]
    assert "Your reply: Yes, in person" in response.text
    assert response.text.count("You have not answered yet.") == 1
    assert "<h1>1 thing needs your answer</h1>" in response.text


def test_my_expects_an_answer_anew_to_what_was_moved(mine, area, person):
    meeting = meeting_of(area, title="Moved")
    for_another_time = {"starts_at": SOON - DAY, "choice": RsvpChoice.REMOTE}
    RsvpFactory(meeting=meeting, focal_point=person, **for_another_time)

    response = mine.get(MY)

    assert titles(response.context["expected"]) == ["Moved"]
    assert "You have answered <strong>Yes, remotely</strong>, but the meeting has been moved" in (
        response.text
    )


def test_my_names_new_papers_the_latest_first_and_none_that_is_not_for_them(mine, area, other_area):
    older = paper_of(focus_area=area, days_ago=3)
    newer = paper_of(meeting=meeting_of(area), days_ago=2)
    paper_of(focus_area=area, is_withdrawn=True)
    paper_of(focus_area=other_area)
    paper_of(meeting=meeting_of(area, status=MeetingStatus.DRAFT))

    assert [each.version for each in mine.get(MY).context["new_papers"]] == [newer, older]


def test_my_names_a_paper_once_in_the_readers_language_or_english_and_its_other_languages(area):
    mine = signed_in_as(focal_point_in(area, language="fr"))
    paper = paper_of(focus_area=area, kind=PaperKind.ACTION_FRAMEWORK, title="Draft").paper
    at = {"uploaded_at": timezone.now()}
    english, french, arabic = (
        PaperVersionFactory(paper=paper, number=2, language=code, **at)
        for code in ("en", "fr", "ar")
    )
    # There is no French version.
    other = paper_of(focus_area=area, language="ru").paper
    in_english = PaperVersionFactory(paper=other, number=1, language="en", **at)
    spanish = paper_of(focus_area=None, language="es")

    response = mine.get(MY)

    papers = response.context["new_papers"]
    assert {each.version for each in papers} == {french, in_english, spanish}
    [offered] = [each for each in papers if each.version == french]
    assert offered.others == [arabic, english]


def test_my_names_a_paper_until_it_was_opened_and_again_when_it_has_a_new_version(
    mine, area, person
):
    paper_of(focus_area=area, days_ago=31)
    first = paper_of(focus_area=area)
    french = PaperVersionFactory(paper=first.paper, language="fr", uploaded_at=timezone.now())
    other = signed_in_as(focal_point_in(area, "Network of Hubs"))
    before = mine.get(MY).context["new_papers"]

    PaperOpeningFactory(user=account_of(person), version=french)

    assert [each.version for each in before] == [first]
    assert mine.get(MY).context["new_papers"] == []
    assert [each.version for each in other.get(MY).context["new_papers"]] == [first]
    second = PaperVersionFactory(paper=first.paper, number=2, uploaded_at=timezone.now())
    assert [each.version for each in mine.get(MY).context["new_papers"]] == [second]


def test_my_keeps_two_organisations_in_two_areas_apart(mine, person, area, other_area):
    focal_point_in(other_area, "Network of Hubs", email=person.email, is_alternate=True)
    focal_point_in(other_area, "Bank")
    meeting_of(other_area, title="Of the other group")
    meeting_of(None, title="Of the coalition", starts_at=SOON + DAY)

    response = mine.get(MY)
    own, other = (mine.get(members_of(each)) for each in (area, other_area))

    assert names(each.member for each in response.context["people"]) == [
        "Ministry of Somewhere",
        "Network of Hubs",
    ]
    assert titles(response.context["expected"]) == ["Of the other group", "Of the coalition"]
    for name in ("Ministry of Somewhere", "Network of Hubs"):
        assert f"Will you attend for <bdi>{name}</bdi>?" in response.text
    assert names(own.context["page"]) == ["Ministry of Somewhere"]
    assert names(other.context["page"]) == ["Bank", "Network of Hubs"]


def names(members):
    return [member.organisation_name for member in members]


def test_my_names_members_and_co_leads_over_pages(mine, area, other_area, monkeypatch):
    monkeypatch.setattr(pagination, "PAGE_SIZE", 2)
    focal_point_in(area, "Agency", member__granted_role=GrantedRole.CO_LEAD)
    for name in ("University A", "University B", "University C"):
        focal_point_in(area, name)

    response = mine.get(members_of(area), {"name": "univ", "page": 2})
    of_another_group = mine.get(members_of(other_area))

    assert of_another_group.status_code == 404
    assert response.context["group"] == area
    assert names(response.context["co_leads"]) == ["Agency"]
    assert names(response.context["page"]) == ["University C"]
    assert "wanjiku@example.org" not in response.text


def test_pages_are_kept_by_nobody_on_the_way(mine):
    response = mine.get(MY)

    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in response.text


@pytest.mark.parametrize(
    ("page", "ended"),
    [
        ("my/", withdrawn),
        ("my/calendar/", withdrawn),
        ("my/meetings/{uid}/", withdrawn),
        ("my/", handed_over),
        ("my/papers/", handed_over),
        ("my/profile/{reference}/", handed_over),
        ("my/profile/{reference}/take-back/", withdrawn),
    ],
)
def test_pages_close_to_who_takes_part_no_more(mine, area, person, page, ended):
    meeting = meeting_of(area, title="Of the group")
    account_of(person)
    ended(person)

    reference = person.member.reference
    response = mine.get(f"/en/{page.format(uid=meeting.uid, reference=reference)}")

    assert response.status_code == 403
    assert "No working group" in response.text
    assert "Of the group" not in response.text


def test_my_leads_a_stranger_to_the_sign_in_and_back(client):
    response = client.get("/fr/my/")

    assert response.status_code == 302
    assert response["Location"] == "/accounts/sign-in/code/?next=/fr/my/"


@pytest.mark.parametrize(
    ("name", "found"), [("ban", ["Bank"]), ("ADB", ["Bank"]), ("agen", ["Agency"]), ("nobody", [])]
)
def test_my_finds_members_by_name_and_acronym_and_co_leads_too(mine, area, other_area, name, found):
    focal_point_in(area, "Bank", member__acronym="AdB")
    focal_point_in(area, "Agency", member__granted_role=GrantedRole.CO_LEAD)
    focal_point_in(other_area, "Bank of elsewhere")

    response = mine.get(members_of(area), {"name": name})

    assert names(response.context["page"]) == found
    assert ("No matches." in response.text) == (found == [])


def test_my_says_how_many_will_attend_the_next_meeting(mine, area, person):
    other = focal_point_in(area, "Network of Hubs")
    meeting = meeting_of(area)
    nobody = mine.get(MY).text
    RsvpFactory(meeting=meeting, focal_point=other, choice=RsvpChoice.REMOTE)
    declined = focal_point_in(area, "Network of Schools")
    RsvpFactory(meeting=meeting, focal_point=declined, choice=RsvpChoice.NO)

    page = mine.get(MY).text

    assert "invited people will attend" not in nobody
    assert "1 of 3 invited people will attend." in page
