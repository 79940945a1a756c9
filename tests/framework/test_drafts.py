from datetime import timedelta

import pytest

from core.conflicts import NothingChanged, Refused
from framework.models import (
    AmendmentKind,
    AmendmentStatus,
    AnswerKind,
    Draft,
    DraftState,
    DraftStatus,
    ParagraphKind,
)
from framework.services.drafts import (
    DraftConflict,
    NotShown,
    Unanswered,
    adopt_draft,
    draft_in_preparation,
    latest_draft,
    move_closing,
    open_draft,
    prepare_next_draft,
)
from framework.services.numbering import numbered_text
from framework.services.paragraphs import add_paragraph
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    UserFactory,
    WordingFactory,
)
from tests.framework.steps import LATER, SOON, texts_of

SECOND = timedelta(seconds=1)


def test_framework_goes_from_its_first_draft_to_adoption():
    framework, by = FrameworkFactory(), UserFactory()

    first = prepare_next_draft(framework=framework, by=by, at=NOON)
    heading = add_paragraph(
        draft=first,
        after=None,
        kind=ParagraphKind.HEADING,
        text="Why we act",
        pillar=None,
        by=by,
        at=NOON,
    )
    add_paragraph(
        draft=first,
        after=heading.paragraph,
        kind=ParagraphKind.ACTION,
        text="Connect every school.",
        pillar=None,
        by=by,
        at=NOON,
    )
    open_draft(draft=first, closes_at=SOON, version=first.version, by=by, at=NOON)
    move_closing(draft=first, closes_at=LATER, version=first.version, by=by, at=LATER)
    second = prepare_next_draft(framework=framework, by=by, at=LATER)
    adopt_draft(draft=second, version=second.version, by=by, at=LATER)

    assert (first.number, first.state_at(LATER)) == (0, DraftState.CLOSED)
    assert (second.number, second.status) == (1, DraftStatus.ADOPTED)
    assert [(each.number, each.wording.text_en) for each in numbered_text(second)] == [
        ("", "Why we act"),
        ("1.1", "Connect every school."),
    ]
    assert [each.paragraph for each in second.wordings.order_by("position")] == [
        each.paragraph for each in first.wordings.order_by("position")
    ]


def test_next_draft_does_not_open_while_an_amendment_has_no_answer():
    last = FrameworkDraftFactory(closes_at=NOON)
    wording = WordingFactory(draft=last)
    answered = AmendmentFactory(draft=last, paragraph=wording.paragraph)
    AnswerFactory(amendment=answered)
    waiting = AmendmentFactory(draft=last, paragraph=wording.paragraph)
    draft = prepare_next_draft(framework=last.framework, by=UserFactory(), at=NOON)

    with pytest.raises(Unanswered) as refused:
        open_draft(draft=draft, closes_at=SOON, version=1, by=UserFactory(), at=NOON)

    assert refused.value.amendments == [waiting]
    draft.refresh_from_db()
    assert draft.status == DraftStatus.PREPARATION


def test_next_draft_is_not_prepared_while_the_last_one_is_open():
    last = FrameworkDraftFactory()

    with pytest.raises(Refused) as refused:
        prepare_next_draft(framework=last.framework, by=UserFactory(), at=NOON)

    assert refused.value.code == "open"
    assert last.framework.drafts.count() == 1


def stored():
    return list(Draft.objects.order_by("pk").values())


def refused_without_a_trace(call, **facts):
    """Return the code of a refusal, or its class if it has none of its own."""
    before = stored()
    with pytest.raises(Refused) as refused:
        call(by=UserFactory(), at=NOON, **facts)
    assert stored() == before
    return refused.value.code if type(refused.value) is Refused else type(refused.value)


def a_draft_in_preparation(**facts):
    draft = FrameworkDraftFactory(status=DraftStatus.PREPARATION, **facts)
    WordingFactory(draft=draft)
    return draft


def test_next_draft_has_the_text_of_the_last_one_in_every_language():
    last = FrameworkDraftFactory(status=DraftStatus.ADOPTED)
    for position, text in ((2, "Second."), (1, "First.")):
        wording = WordingFactory(draft=last, position=position, text_en=text, text_fr="Un.")
        wording.sources.set([wording.paragraph])

    draft = prepare_next_draft(framework=last.framework, by=UserFactory(name="Ada"), at=NOON)

    assert (draft.number, draft.history.get().history_by_name) == (1, "Ada")
    assert texts_of(draft) == texts_of(last) == ["First.", "Second."]
    assert [each.text_fr for each in draft.wordings.all()] == ["Un.", "Un."]
    assert [list(each.sources.all()) for each in draft.wordings.all()] == [[], []]
    assert [each.paragraph for each in draft.wordings.order_by("position")] == [
        each.paragraph for each in last.wordings.order_by("position")
    ]


def test_only_one_draft_is_in_preparation():
    draft = a_draft_in_preparation()

    assert refused_without_a_trace(prepare_next_draft, framework=draft.framework) == (
        "in_preparation"
    )


def test_next_draft_is_prepared_from_the_moment_at_which_the_last_one_closes():
    closed = FrameworkDraftFactory(closes_at=NOON)

    assert prepare_next_draft(framework=closed.framework, by=UserFactory(), at=NOON).number == 1


def test_opened_draft_has_its_times():
    draft = a_draft_in_preparation()

    open_draft(draft=draft, closes_at=SOON, version=1, by=UserFactory(), at=NOON)

    draft.refresh_from_db()
    assert (draft.status, draft.opens_at, draft.closes_at) == ("opened", NOON, SOON)
    assert draft.version == 2
    assert draft.is_open_at(NOON)
    assert draft.is_open_at(SOON - SECOND)
    assert not draft.is_open_at(SOON)
    assert not draft.is_open_at(NOON - SECOND)


def opening(draft, closes_at=SOON, version=1):
    facts = {"closes_at": closes_at, "version": version}
    return refused_without_a_trace(open_draft, draft=draft, **facts)


def adopting(draft, version=1):
    return refused_without_a_trace(adopt_draft, draft=draft, version=version)


def test_draft_that_cannot_be_shown_is_neither_opened_nor_adopted():
    empty = FrameworkDraftFactory(status=DraftStatus.PREPARATION)
    assert {opening(empty), adopting(empty)} == {"empty"}

    WordingFactory(draft=empty)
    assert opening(empty, closes_at=NOON) == "in_the_past"
    assert {opening(empty, version=2), adopting(empty, version=2)} == {DraftConflict}

    opened = FrameworkDraftFactory()
    assert {opening(opened), adopting(opened)} == {"not_in_preparation"}


def test_draft_is_neither_opened_nor_adopted_while_an_amendment_waits_for_its_answer():
    last = FrameworkDraftFactory(closes_at=NOON)
    for status in (AmendmentStatus.DRAFT, AmendmentStatus.WITHDRAWN, AmendmentStatus.SENT):
        AmendmentFactory(draft=last, status=status)
    draft = a_draft_in_preparation(framework=last.framework)

    assert {opening(draft), adopting(draft)} == {Unanswered}


def test_draft_does_not_open_without_the_additions_that_were_taken():
    last = FrameworkDraftFactory(closes_at=NOON)
    draft = a_draft_in_preparation(framework=last.framework)
    lost, shown, noted = (
        AmendmentFactory(draft=last, kind=AmendmentKind.ADD) for _number in range(3)
    )
    AnswerFactory(amendment=lost, kind=AnswerKind.TAKEN)
    AnswerFactory(
        amendment=shown,
        kind=AnswerKind.TAKEN_WITH_CHANGES,
        paragraph=draft.wordings.get().paragraph,
    )
    AnswerFactory(amendment=noted, kind=AnswerKind.NOTED, paragraph=None)

    assert adopting(draft) is NotShown
    with pytest.raises(NotShown, match=str(lost.member)) as refused:
        open_draft(draft=draft, closes_at=SOON, version=1, by=UserFactory(), at=NOON)

    assert refused.value.amendments == [lost]


def moving(draft, closes_at, version=1):
    facts = {"closes_at": closes_at, "version": version}
    return refused_without_a_trace(move_closing, draft=draft, **facts)


def test_closing_is_moved_and_the_present_moment_closes():
    draft = FrameworkDraftFactory()
    facts = {"draft": draft, "by": UserFactory(name="Ada")}

    move_closing(closes_at=LATER, version=1, at=NOON, **facts)
    move_closing(closes_at=NOON, version=2, at=NOON, **facts)
    assert draft.state_at(NOON) == DraftState.CLOSED
    move_closing(closes_at=SOON, version=3, at=LATER, **facts)

    draft.refresh_from_db()
    assert draft.state_at(LATER) == DraftState.OPEN
    assert draft.history.filter(history_by_name="Ada").count() == 3


def test_closing_that_cannot_be_moved_stays():
    open_one = FrameworkDraftFactory()
    assert moving(open_one, NOON - SECOND) == "in_the_past"
    assert moving(open_one, open_one.closes_at) is NothingChanged
    assert moving(open_one, SOON, version=2) is DraftConflict

    AnswerFactory(amendment=AmendmentFactory(draft=open_one))
    assert moving(open_one, SOON) == "answered"
    a_draft_in_preparation(framework=open_one.framework)
    assert moving(open_one, SOON) == "followed"


def test_closed_draft_is_not_closed_again():
    closed = FrameworkDraftFactory(closes_at=NOON - SECOND)

    assert moving(closed, NOON) == "in_the_past"


@pytest.mark.parametrize("status", [DraftStatus.PREPARATION, DraftStatus.ADOPTED])
def test_draft_that_is_not_opened_has_no_closing(status):
    assert moving(FrameworkDraftFactory(status=status), SOON) == "not_opened"


def test_latest_draft_is_the_last_one_that_the_group_reads():
    first = FrameworkDraftFactory()
    second = FrameworkDraftFactory(framework=first.framework, status=DraftStatus.ADOPTED)
    prepared = FrameworkDraftFactory(framework=first.framework, status=DraftStatus.PREPARATION)

    assert latest_draft(first.framework) == second
    assert draft_in_preparation(first.framework) == prepared
