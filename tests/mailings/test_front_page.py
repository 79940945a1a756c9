"""The front page of the administration says which letters of co-leads wait for the reader."""

import pytest

from mailings.models import GroupLetterStatus
from tests.factories import NOON, FocusAreaFactory, GroupLetterFactory, UserFactory
from tests.triage.staff import coordinator, observer, officer, signed_in

pytestmark = pytest.mark.django_db

FRONT = "/admin/"


@pytest.fixture
def area():
    """A focus area with one letter that waits, beside one to another area."""
    GroupLetterFactory(focus_area=FocusAreaFactory(number=3))
    return GroupLetterFactory(focus_area=FocusAreaFactory(number=2)).focus_area


def test_letters_to_the_areas_of_a_coordinator_are_on_the_front_page(area):
    page = signed_in(coordinator(area)).get(FRONT).text

    link = '<a href="/admin/mailings/mailing/group-letters/">'
    assert f"{link}1 letter of a co-lead waits for release</a>" in page


def test_officer_may_release_the_letters_to_every_area(area):
    assert "2 letters of co-leads wait for release" in signed_in(officer()).get(FRONT).text


def test_settled_letter_waits_for_nobody():
    area = FocusAreaFactory()
    GroupLetterFactory(
        focus_area=area,
        status=GroupLetterStatus.WITHDRAWN,
        decided_at=NOON,
        decided_by=UserFactory(),
    )

    assert "for release" not in signed_in(coordinator(area)).get(FRONT).text


def test_who_may_not_release_letters_is_not_asked(area):
    assert "for release" not in signed_in(observer()).get(FRONT).text
