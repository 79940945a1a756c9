"""Two concurrent calls about one paper: versions, corrections, withdrawal."""

from functools import partial
from uuid import UUID

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
from tests.sweeps.races.race import Race, has_each_file, own

PAPER, VERSION = "papers_paper", "papers_paperversion"


def a_paper():
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


def adding(paper, language="en"):
    by = UserFactory()
    content = fit(PDF.replace(b"%%EOF", f"%{by.pk}\n%%EOF".encode()))
    return partial(
        add_version,
        paper=own(paper),
        number=2,
        seen=1,
        language=language,
        file=content,
        by=by,
        at=NOON,
    )


EACH_FILE_HAS_ITS_ROW = partial(has_each_file, PaperVersion)


def two_add(language):
    def arrange():
        paper = a_paper()
        return adding(paper), adding(paper, language), EACH_FILE_HAS_ITS_ROW

    return arrange


def one_form_twice():
    sending = partial(
        add_paper,
        title="Draft",
        kind=PaperKind.OTHER,
        meeting=None,
        focus_area=None,
        language="en",
        file=fit(),
        form_key=UUID(int=1),
        by=UserFactory(),
        at=NOON,
    )
    return sending, sending, EACH_FILE_HAS_ITS_ROW


def one_version_twice():
    sending = adding(a_paper())
    return sending, sending, EACH_FILE_HAS_ITS_ROW


def withdrawn_and_added():
    paper = a_paper()
    withdrawing = partial(withdraw_paper, paper=own(paper), by=UserFactory(), at=NOON)
    return withdrawing, adding(paper), EACH_FILE_HAS_ITS_ROW


def two_correct():
    paper = a_paper()
    seen = latest_change(paper).history_id

    def correcting(title):
        facts = {"title": title, "kind": PaperKind.OTHER, "seen": seen}
        return partial(correct_paper, paper=own(paper), by=UserFactory(), at=NOON, **facts)

    def first_stays():
        return (own(paper).title, paper.history.count()) == ("Mine", 2)

    return correcting("Mine"), correcting("Theirs"), first_stays


RACES = {
    **{
        f"add a version, and one in {language}": Race(
            two_add(language),
            f"after {VERSION}",
            (PaperVersion, VersionConflict),
            {PaperVersion: 1},
        )
        for language in ("en", "fr")
    },
    "send one form of a paper twice": Race(
        one_form_twice,
        PAPER,
        (Paper, Paper),
        {Paper: 1, PaperVersion: 1},
        is_either_first=True,
        needs_lock=False,
    ),
    "send one form of a version twice": Race(
        one_version_twice,
        f"after {VERSION}",
        (PaperVersion, PaperVersion),
        {PaperVersion: 1},
    ),
    "withdraw, and add a version": Race(
        withdrawn_and_added, PAPER, (Paper, AlreadyWithdrawn), {PaperVersion: 0}
    ),
    "correct": Race(two_correct, PAPER, (Paper, PaperConflict)),
}
