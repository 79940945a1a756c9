import pytest
from django.db import IntegrityError

from meetings.models import MeetingStatus
from papers.models import Paper, PaperVersion
from tests.factories import (
    FocusAreaFactory,
    MeetingFactory,
    PaperFactory,
    PaperVersionFactory,
    UserFactory,
)


def test_rows_that_papers_refer_to_cannot_be_deleted():
    meeting = PaperFactory(meeting=MeetingFactory(focus_area=None)).meeting
    area = PaperFactory(focus_area=FocusAreaFactory(number=3)).focus_area
    version = PaperVersionFactory(uploaded_by=UserFactory())

    for row in (meeting, area, version.paper, version.uploaded_by):
        with pytest.raises(IntegrityError):
            row.delete()


def test_area_of_a_meetings_paper_is_the_meetings():
    area = FocusAreaFactory(number=2)

    assert PaperFactory(meeting=MeetingFactory(focus_area=area)).area == area
    assert PaperFactory(meeting=MeetingFactory(focus_area=None)).area is None
    assert PaperFactory(focus_area=area).area_name == "Empowering Communities"
    assert PaperFactory(focus_area=None).area_name == "Whole coalition"


def test_of_focus_area_keeps_its_own_its_meetings_and_the_coalitions():
    area, other = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    kept = [
        PaperFactory(focus_area=area),
        PaperFactory(focus_area=None),
        PaperFactory(meeting=MeetingFactory(focus_area=area)),
        PaperFactory(meeting=MeetingFactory(focus_area=None)),
    ]
    PaperFactory(focus_area=other)
    PaperFactory(meeting=MeetingFactory(focus_area=other))

    assert list(Paper.objects.of_focus_area(area).order_by("pk")) == kept


def test_for_members_leaves_out_what_was_withdrawn_and_what_a_draft_has():
    kept = [
        PaperFactory(),
        PaperFactory(meeting=MeetingFactory(status=MeetingStatus.SCHEDULED)),
        PaperFactory(meeting=MeetingFactory(status=MeetingStatus.CANCELLED)),
    ]
    PaperFactory(is_withdrawn=True)
    PaperFactory(meeting=MeetingFactory(status=MeetingStatus.DRAFT))

    assert list(Paper.objects.for_members().order_by("pk")) == kept


def test_within_reach_of_a_coordinator_is_what_their_areas_have():
    area, other = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    coordinator = UserFactory()
    area.coordinators.add(coordinator)
    own, *_others = papers = [
        [PaperFactory(focus_area=of), PaperFactory(meeting=MeetingFactory(focus_area=of))]
        for of in (area, other, None)
    ]

    def reach_of(user):
        return list(Paper.objects.visible_to(user).order_by("pk"))

    assert reach_of(coordinator) == own
    assert reach_of(UserFactory(is_superuser=True)) == [paper for both in papers for paper in both]


def test_newest_is_one_a_language():
    paper = PaperFactory()
    PaperVersionFactory(paper=paper, number=1, language="en")
    french = PaperVersionFactory(paper=paper, number=1, language="fr")
    english = PaperVersionFactory(paper=paper, number=2, language="en")
    another = PaperVersionFactory(number=1, language="en")

    assert list(PaperVersion.objects.newest().order_by("pk")) == [french, english, another]


def test_public_keeps_public_papers_that_are_not_withdrawn():
    kept = PaperFactory(is_public=True)
    PaperFactory(is_public=False)
    PaperFactory(is_public=True, is_withdrawn=True)

    assert list(Paper.objects.public()) == [kept]
