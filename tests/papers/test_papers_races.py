"""Two colleagues at one paper at once, in real transactions."""

import pytest
from django.db import IntegrityError

from papers.models import Paper, PaperKind, PaperVersion
from papers.services.papers import (
    AlreadyWithdrawn,
    PaperConflict,
    VersionConflict,
    add_paper,
    add_version,
    correct_paper,
    latest_change,
    withdraw_paper,
)
from tests.factories import NOON, UserFactory
from tests.papers.files import PDF, fit
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


@pytest.fixture
def paper(folder):
    return add_paper(
        title="Draft",
        kind=PaperKind.ACTION_FRAMEWORK,
        meeting=None,
        focus_area=None,
        language="en",
        file=fit(),
        by=None,
        at=NOON,
    )


def of_their_own(paper):
    return {"paper": Paper.objects.get(pk=paper.pk), "by": UserFactory(), "at": NOON}


def adding(paper, language="en"):
    whose = of_their_own(paper)
    content = fit(PDF.replace(b"%%EOF", f"%{whose['by'].pk}\n%%EOF".encode()))
    return lambda: add_version(number=2, seen=1, language=language, file=content, **whose)


def kept_and_wanted(folder):
    kept = {f"papers/{path.name}" for path in folder.rglob("*") if path.is_file()}
    return kept, set(PaperVersion.objects.values_list("file", flat=True))


@pytest.mark.parametrize("second", ["en", "fr"])
def test_of_two_next_versions_at_once_one_is_refused_and_its_file_is_gone(paper, folder, second):
    won, lost = overtaken(adding(paper), adding(paper, second), at="after papers_paperversion")

    assert isinstance(won, PaperVersion)
    assert isinstance(lost, VersionConflict)
    assert paper.versions.count() == 2
    kept, wanted = kept_and_wanted(folder)
    assert kept == wanted


def test_of_two_next_versions_without_a_lock_the_database_keeps_one(paper, folder):
    with without_locks():
        outcomes = overtaken(adding(paper), adding(paper), at="papers_paperversion")

    assert sorted(type(each) for each in outcomes if isinstance(each, Exception)) == [
        IntegrityError
    ]
    kept, wanted = kept_and_wanted(folder)
    assert kept == wanted


def test_of_a_version_and_a_withdrawal_at_once_the_second_waits(paper, folder):
    whose = of_their_own(paper)

    won, lost = overtaken(lambda: withdraw_paper(**whose), adding(paper), at="papers_paper")

    assert isinstance(won, Paper)
    assert isinstance(lost, AlreadyWithdrawn)
    kept, wanted = kept_and_wanted(folder)
    assert kept == wanted


def test_of_two_corrections_at_once_one_is_refused(paper):
    seen = latest_change(paper).history_id
    mine, theirs = of_their_own(paper), of_their_own(paper)

    won, lost = overtaken(
        lambda: correct_paper(title="Mine", kind=PaperKind.OTHER, seen=seen, **mine),
        lambda: correct_paper(title="Theirs", kind=PaperKind.OTHER, seen=seen, **theirs),
        at="papers_paper",
    )

    assert isinstance(won, Paper)
    assert isinstance(lost, PaperConflict)
    paper.refresh_from_db()
    assert paper.title == "Mine"
    assert paper.history.count() == 2


def test_of_two_corrections_without_a_lock_the_second_would_overwrite(paper):
    seen = latest_change(paper).history_id
    mine, theirs = of_their_own(paper), of_their_own(paper)

    with without_locks():
        overtaken(
            lambda: correct_paper(title="Mine", kind=PaperKind.OTHER, seen=seen, **mine),
            lambda: correct_paper(title="Theirs", kind=PaperKind.OTHER, seen=seen, **theirs),
            at="papers_paper",
        )

    assert paper.history.count() == 3
