"""The admin page of a meeting's papers."""

import pytest
from django.urls import reverse

from meetings.models import MeetingStatus
from papers.services.papers import withdraw_paper
from tests.factories import NOON, MeetingFactory, PaperVersionFactory
from tests.meetings.desk import queries_of
from tests.papers.desk import ADD, published

pytestmark = pytest.mark.usefixtures("folder")


def test_meeting_has_a_page_of_its_papers(desk, area):
    meeting = MeetingFactory(focus_area=area)
    paper = published(meeting=meeting, title="Agenda of the third")
    published(meeting=MeetingFactory(focus_area=area), title="Of another")
    address = reverse("admin:papers_paper_of_meeting", args=[meeting.pk])
    desk.get(address)
    for_one = queries_of(desk, address)
    for number in (2, 3):
        PaperVersionFactory(paper=paper, number=number)
    withdrawn = [published(meeting=meeting, title="Wrong one") for _n in range(2)]
    for each in withdrawn:
        withdraw_paper(paper=each, by=None, at=NOON)

    for_three, page = queries_of(desk, address), desk.get(address)

    assert address in desk.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text
    shown = page.context["papers"]
    assert list(shown) == [paper, *withdrawn]
    assert [version.number for version in shown[0].versions.all()] == [3, 2, 1]
    assert page.text.count("Withdrawn: members do not see it.") == 2
    assert "Of another" not in page.text
    assert f"{ADD}?meeting={meeting.pk}" in page.text
    assert for_three == for_one


def test_meeting_without_papers_says_so(desk):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)

    page = desk.get(reverse("admin:papers_paper_of_meeting", args=[meeting.pk]))

    assert "This meeting has no papers yet." in page.text
    assert "The meeting is a draft" in page.text
