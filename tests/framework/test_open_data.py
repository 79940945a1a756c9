import pytest

from framework.models import DraftStatus, Framework
from tests.commitments.open_data.reading import json_rows_of
from tests.factories import NOON, AmendmentFactory, AnswerFactory, FrameworkDraftFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def framework():
    Framework.objects.filter(focus_area__number=1).update(is_public=True)
    return Framework.objects.get(focus_area__number=1)


def test_answer_is_public_only_when_the_next_draft_is_shown(framework):
    draft = FrameworkDraftFactory(framework=framework, closes_at=NOON)
    AnswerFactory(amendment=AmendmentFactory(draft=draft))
    following = FrameworkDraftFactory(framework=framework, status=DraftStatus.PREPARATION)

    [before] = json_rows_of("/data/framework_amendments.json")
    framework.drafts.filter(pk=following.pk).update(status=DraftStatus.ADOPTED, adopted_at=NOON)
    [after] = json_rows_of("/data/framework_amendments.json")

    assert (before["answer"], before["shown_in"]) == (None, None)
    assert after["answer"] == "taken"
    assert after["shown_in"] == before["paragraph"]


def test_amendment_to_what_is_merged_with_a_withdrawn_one_names_none(framework):
    draft = FrameworkDraftFactory(framework=framework, closes_at=NOON)
    other = AmendmentFactory(draft=draft, status="withdrawn")
    merged = AmendmentFactory(draft=draft)
    AnswerFactory(amendment=merged, kind="merged", merged_with=other)
    FrameworkDraftFactory(framework=framework, status=DraftStatus.ADOPTED)

    rows = json_rows_of("/data/framework_amendments.json")

    assert [(row["answer"], row["merged_with"]) for row in rows] == [("merged", None)]
