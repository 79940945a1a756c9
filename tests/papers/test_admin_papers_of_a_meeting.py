"""The desk's page of a meeting's papers."""

import pytest
from django.urls import reverse

from meetings.models import MeetingStatus
from papers.services.papers import withdraw_paper
from tests.factories import NOON, MeetingFactory, PaperFactory, PaperVersionFactory
from tests.meetings.desk import queries_of
from tests.papers.desk import ADD, published

pytestmark = pytest.mark.usefixtures("folder")


def test_meeting_has_a_page_of_its_papers(desk, area):
    meeting = MeetingFactory(focus_area=area)
    paper = published(meeting=meeting, title="Agenda of the third")
    withdrawn = published(meeting=meeting, title="Wrong one")
    withdraw_paper(paper=withdrawn, by=None, at=NOON)
    published(meeting=MeetingFactory(focus_area=area), title="Of another")
    address = reverse("admin:papers_paper_of_meeting", args=[meeting.pk])

    page = desk.get(address)

    assert address in desk.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text
    assert list(page.context["papers"]) == [paper, withdrawn]
    assert page.text.count("Withdrawn: members do not see it.") == 1
    assert "Of another" not in page.text
    assert f"{ADD}?meeting={meeting.pk}" in page.text


def test_papers_of_a_meeting_have_their_latest_file_first(desk, area):
    meeting = MeetingFactory(focus_area=area)
    paper = published(meeting=meeting)
    for number in (2, 3):
        PaperVersionFactory(paper=paper, number=number)

    page = desk.get(reverse("admin:papers_paper_of_meeting", args=[meeting.pk]))

    [shown] = page.context["papers"]
    assert [version.number for version in shown.versions.all()] == [3, 2, 1]


def test_meeting_without_papers_says_so(desk):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)

    page = desk.get(reverse("admin:papers_paper_of_meeting", args=[meeting.pk]))

    assert "This meeting has no papers yet." in page.text
    assert "The meeting is a draft" in page.text


def test_papers_of_a_meeting_take_as_many_queries_for_three_rows_as_for_one(desk):
    meeting = MeetingFactory()
    address = reverse("admin:papers_paper_of_meeting", args=[meeting.pk])
    PaperVersionFactory(paper=PaperFactory(meeting=meeting))
    desk.get(address)
    for_one = queries_of(desk, address)
    for _n in range(2):
        paper = PaperVersionFactory(paper=PaperFactory(meeting=meeting)).paper
        PaperVersionFactory(paper=paper, number=2)

    assert queries_of(desk, address) == for_one
