"""The services of papers, with their changes and refusals."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from core.conflicts import NothingChanged, Refused
from meetings.models import MeetingStatus
from papers.models import Paper, PaperKind, PaperVersion
from papers.services import papers
from papers.services.papers import (
    add_version,
    correct_paper,
    latest_change,
    restore_paper,
    withdraw_paper,
)
from tests.factories import (
    NOON,
    FocusAreaFactory,
    MeetingFactory,
    PaperFactory,
    PaperVersionFactory,
    UserFactory,
)
from tests.papers.desk import files_in, published
from tests.papers.files import PDF, TEXT, fit

pytestmark = pytest.mark.usefixtures("folder")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def author():
    return UserFactory(name="Awa Diop")


def content_of(version):
    with version.file.open() as file:
        return file.read()


def added(author, **facts):
    return published(by=author, **facts)


def again(paper, author, **facts):
    version = {"number": 2, "seen": 1, "language": "en", "by": author, "at": LATER}
    file = fit(PDF + b"\n", "Draft 2.pdf")
    return add_version(paper=paper, file=file, **{**version, **facts})


def everything():
    rows = (Paper.objects, PaperVersion.objects)
    histories = list(Paper.history.order_by("history_id").values())
    return [list(each.order_by("pk").values()) for each in rows], histories


def test_add_paper_keeps_the_paper_its_file_and_who_added_it(author, folder):
    area = FocusAreaFactory(number=2)

    paper = added(author, focus_area=area, file=fit(PDF, "../Ébauche.pdf"), note="First draft")

    version = paper.versions.get()
    read = (paper.title, paper.kind, paper.area, paper.is_withdrawn)
    assert read == ("Draft", PaperKind.ACTION_FRAMEWORK, area, False)
    read = (version.number, version.language, version.file_name, version.note)
    assert read == (1, "en", "Ébauche.pdf", "First draft")
    assert (version.content_type, version.size) == ("application/pdf", len(PDF))
    assert version.sha256 == fit(PDF).sha256
    assert (version.uploaded_by, version.uploaded_by_name) == (author, str(author))
    assert version.uploaded_at == NOON
    assert content_of(version) == PDF
    change = paper.history.get()
    assert (change.history_by_name, change.history_date) == (str(author), NOON)
    # With a generated name.
    [path] = files_in(folder)
    assert path == folder / version.file.name
    assert path.parent == folder / "papers"
    assert re.fullmatch("[0-9a-f]{32}", path.name)


def test_add_paper_of_a_meeting_by_the_portal_is_in_its_area_and_names_nobody():
    meeting = MeetingFactory(focus_area=FocusAreaFactory(number=3))

    paper = added(None, meeting=meeting, file=fit(TEXT, "minutes.md"))

    version = paper.versions.get()
    assert (paper.focus_area, paper.area) == (None, meeting.focus_area)
    assert (version.uploaded_by, version.uploaded_by_name) == (None, "")
    assert (version.file_name, version.content_type) == ("minutes.md", "text/plain; charset=utf-8")


def test_one_form_that_is_sent_twice_adds_one_paper_with_one_file(author, folder):
    first = added(author, form_key=UUID(int=1))
    before = everything(), files_in(folder)

    second = added(author, form_key=UUID(int=1))

    assert second == first
    assert (everything(), files_in(folder)) == before


@pytest.mark.parametrize(
    "facts", [{"title": "Other"}, {"file": fit(TEXT)}, {"language": "fr"}, {"form_key": None}]
)
def test_form_that_is_sent_again_with_another_paper_adds_that_too(author, facts):
    first = added(author, form_key=UUID(int=1))

    second = added(author, **{"form_key": UUID(int=1), **facts})

    assert second != first


def test_version_that_is_sent_twice_is_added_once(author, folder):
    paper = added(author)
    first = again(paper, author)
    before = everything(), files_in(folder)

    second = again(paper, author)

    assert second == first
    assert (everything(), files_in(folder)) == before


def broken(*args, **kwargs):
    raise OSError("The disk is full")


def test_file_of_a_failed_version_is_gone_and_that_of_another_stays(author, folder, monkeypatch):
    paper = added(author)
    before = files_in(folder)
    monkeypatch.setattr(PaperVersion, "save", broken)

    with pytest.raises(OSError, match="The disk is full"):
        again(paper, author)

    assert files_in(folder) == before
    [path] = before
    assert PaperVersion.objects.get().file.name == f"papers/{path.name}"


@pytest.mark.parametrize(
    ("facts", "refusal", "words"),
    [
        *(
            ({"number": number}, "no_such_version", "Choose an existing version")
            for number in (-1, 0, 3)
        ),
        (
            {"number": 1, "language": "en"},
            papers.LanguageExists,
            "Version 1 already exists in this language",
        ),
    ],
)
def test_add_version_replaces_no_file(author, folder, facts, refusal, words):
    paper = added(author)
    before = everything(), files_in(folder)

    with pytest.raises(Refused, match=words) as refused:
        again(paper, author, **facts)

    assert refusal in (type(refused.value), refused.value.code)
    assert (everything(), files_in(folder)) == before


def test_add_paper_keeps_no_file_without_its_row(author, folder):
    with pytest.raises(IntegrityError), transaction.atomic():
        added(author, meeting=MeetingFactory(), focus_area=FocusAreaFactory())

    assert files_in(folder) == []


def test_add_version_is_the_next_one(author, folder):
    paper = added(author)

    version = again(paper, author, note="After the meeting")

    assert (version.number, version.language, version.note) == (2, "en", "After the meeting")
    assert (version.uploaded_by_name, version.uploaded_at) == (str(author), LATER)
    assert [content_of(each) for each in paper.versions.order_by("pk")] == [PDF, PDF + b"\n"]
    assert len(files_in(folder)) == 2


@pytest.mark.parametrize("number", [1, 2])
def test_add_version_is_one_that_is_there_in_another_language(author, number):
    paper = added(author)
    again(paper, author)

    version = again(paper, author, number=number, seen=2, language="ar")

    assert (version.number, version.language) == (number, "ar")


def test_correct_paper_changes_title_and_kind_and_nothing_of_its_files(author):
    paper = added(author)
    before = list(PaperVersion.objects.values())

    correct_paper(
        paper=paper,
        title="Minutes",
        kind=PaperKind.MINUTES,
        by=author,
        at=LATER,
        seen=latest_change(paper).history_id,
    )

    paper.refresh_from_db()
    assert (paper.title, paper.kind) == ("Minutes", PaperKind.MINUTES)
    assert list(PaperVersion.objects.values()) == before
    change = latest_change(paper)
    assert (change.title, change.history_by_name, change.history_date) == (
        "Minutes",
        str(author),
        LATER,
    )


def test_correct_paper_makes_it_public_and_leaves_that_as_it_is_unless_told(author):
    paper = added(author, focus_area=None)
    facts = {"paper": paper, "kind": paper.kind, "by": author, "at": LATER}

    correct_paper(title=paper.title, is_public=True, **facts)
    correct_paper(title="Another", **facts)

    paper.refresh_from_db()
    assert (paper.title, paper.is_public) == ("Another", True)
    assert [change.is_public for change in paper.history.order_by("history_id")] == [
        False,
        True,
        True,
    ]


def test_correct_paper_makes_no_paper_of_a_meeting_public(author):
    paper = added(author, meeting=MeetingFactory())
    before = everything()

    with pytest.raises(Refused, match="cannot be public"):
        correct_paper(
            paper=paper, title="Mine", kind=paper.kind, is_public=True, by=author, at=LATER
        )

    assert everything() == before


def as_it_is(paper, **who):
    return correct_paper(title=paper.title, kind=paper.kind, paper=paper, **who)


def corrected(paper, **who):
    return correct_paper(title="Mine", kind=PaperKind.OTHER, paper=paper, **who)


def new_version(paper, by, at):
    return again(paper, by)


@pytest.mark.parametrize(
    ("step", "is_withdrawn", "refusal"),
    [
        (withdraw_paper, True, papers.AlreadyWithdrawn),
        (corrected, True, papers.AlreadyWithdrawn),
        (new_version, True, papers.AlreadyWithdrawn),
        (restore_paper, False, "not_withdrawn"),
        (as_it_is, False, NothingChanged),
    ],
)
def test_step_that_a_paper_does_not_take_is_refused(author, folder, step, is_withdrawn, refusal):
    paper = added(author)
    Paper.objects.update(is_withdrawn=is_withdrawn)
    before = everything(), files_in(folder)

    with pytest.raises(Refused) as refused:
        step(paper=paper, by=author, at=LATER)

    assert refusal in (type(refused.value), refused.value.code)
    assert (everything(), files_in(folder)) == before


@pytest.mark.parametrize("step", [corrected, withdraw_paper, restore_paper])
def test_step_over_a_colleagues_change_is_refused(author, step):
    paper = added(author)
    seen = latest_change(paper).history_id
    colleague = {"by": UserFactory(name="Li Na"), "at": NOON}
    correct_paper(paper=paper, title="Another", kind=paper.kind, **colleague)
    if step is restore_paper:
        withdraw_paper(paper=paper, **colleague)
    before = everything()

    with pytest.raises(papers.PaperConflict, match=r"Li Na.* changed this paper on .+, after you"):
        step(paper=paper, by=author, at=LATER, seen=seen)

    assert everything() == before


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
