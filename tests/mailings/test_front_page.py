"""The front page of the administration says which letters of co-leads wait for the reader."""

import pytest

from mailings.models import GroupLetterStatus
from tests.factories import NOON, FocusAreaFactory, GroupLetterFactory, UserFactory
from tests.triage.staff import coordinator, observer, officer, signed_in

pytestmark = pytest.mark.django_db


def test_front_page_counts_the_letters_that_its_reader_may_release():
    area = FocusAreaFactory(number=2)
    for each in (area, FocusAreaFactory(number=3)):
        GroupLetterFactory(focus_area=each)
    readers = (coordinator(area), officer(), observer())

    of_area, of_all, of_none = (signed_in(each).get("/admin/").text for each in readers)

    link = '<a href="/admin/mailings/mailing/group-letters/">'
    assert f"{link}1 letter of a co-lead waits for release</a>" in of_area
    assert "2 letters of co-leads wait for release" in of_all
    assert "for release" not in of_none


def test_settled_letter_waits_for_nobody():
    area = FocusAreaFactory()
    GroupLetterFactory(
        focus_area=area,
        status=GroupLetterStatus.WITHDRAWN,
        decided_at=NOON,
        decided_by=UserFactory(),
    )

    assert "for release" not in signed_in(coordinator(area)).get("/admin/").text
