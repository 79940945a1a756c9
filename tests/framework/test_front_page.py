"""The front page of the desk says which drafts wait for the reader."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import (
    AmendmentFactory,
    AnswerFactory,
    FocusAreaFactory,
    FrameworkDraftFactory,
)
from tests.framework.desk import address, framework_of
from tests.triage.staff import coordinator, observer, officer, read, signed_in

pytestmark = pytest.mark.django_db
A_DAY = timedelta(days=1)


def front_page(user):
    return read(signed_in(user).get("/admin/"))


def test_front_page_counts_the_proposals_that_its_reader_has_to_answer():
    area = FocusAreaFactory(number=2)
    draft = FrameworkDraftFactory(framework=framework_of(area))
    AmendmentFactory(draft=draft)
    AnswerFactory(amendment=AmendmentFactory(draft=draft))
    readers = (coordinator(area), officer(), coordinator(FocusAreaFactory(number=3)), observer())

    of_area, of_all, of_another, of_none = (front_page(each) for each in readers)

    line = (
        f'<a href="{address("change", draft.framework)}">Empowering Communities: '
        "1 proposal without an answer</a>"
    )
    assert line in of_area
    assert line in of_all
    assert "without an answer" not in of_another
    assert "without an answer" not in of_none


@pytest.mark.parametrize(("days", "is_shown"), [(2, True), (4, False)])
def test_front_page_names_a_draft_that_closes_within_three_days(days, is_shown):
    closes_at = timezone.now() + days * A_DAY
    draft = FrameworkDraftFactory(framework=framework_of(FocusAreaFactory()), closes_at=closes_at)
    AmendmentFactory(draft=draft)

    page = front_page(officer())

    assert ("Connecting People Everywhere: draft 0 closes on" in page) == is_shown
    assert "without an answer" not in page


def test_front_page_is_silent_if_everything_is_answered():
    draft = FrameworkDraftFactory()
    AnswerFactory(amendment=AmendmentFactory(draft=draft))

    assert "Action Frameworks</h2>" not in front_page(officer())
