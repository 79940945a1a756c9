from datetime import timedelta

import pytest

from core.conflicts import Refused
from framework.models import (
    AmendmentKind,
    AmendmentStatus,
    Answer,
    AnswerKind,
    ParagraphKind,
    ParagraphNote,
)
from framework.services.answers import AnswerConflict
from framework.services.consolidation import (
    NotPrepared,
    TypedWording,
    answer_and_edit,
    wording_beside,
)
from framework.services.drafts import prepare_next_draft
from framework.services.notes import add_note
from framework.services.paragraphs import (
    WordingConflict,
    WordingGone,
    delete_paragraph,
    edit_wording,
    merge_paragraphs,
    put_back_paragraph,
)
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FrameworkDraftFactory,
    UserFactory,
    WordingFactory,
)

TEXTS = ["Why we act", "Connect every school.", "Publish prices."]


@pytest.fixture
def closed():
    """A closed draft with a heading and two actions."""
    draft = FrameworkDraftFactory(closes_at=NOON)
    for kind, text in zip(("heading", "action", "action"), TEXTS, strict=True):
        WordingFactory(draft=draft, kind=kind, text_en=text)
    return draft


@pytest.fixture
def prepared(closed):
    return prepare_next_draft(framework=closed.framework, by=UserFactory(), at=NOON)


def paragraph(draft, position):
    return draft.wordings.get(position=position).paragraph


def amend(closed, position=2, **facts):
    place = {"paragraph": paragraph(closed, position) if position else None}
    return AmendmentFactory(**{"draft": closed, **place, **facts})


def texts(draft):
    return list(draft.wordings.order_by("position").values_list("text_en", flat=True))


def typed(text, shown="Connect every school.", version=1):
    return TypedWording(text=text, shown=shown, version=version)


def answer(amendment, kind=AnswerKind.TAKEN, *, version=0, reason="", **facts):
    reason = reason or ("" if kind == AnswerKind.TAKEN else "The group decided so.")
    return answer_and_edit(
        **{
            "amendment": amendment,
            "kind": kind,
            "reason": reason,
            "version": version,
            "by": UserFactory(),
            "at": NOON,
            **facts,
        }
    )


def test_taken_change_is_answered_and_its_wording_is_in_the_next_draft(closed, prepared):
    by, amendment = UserFactory(name="Amina Diallo"), amend(closed)

    made = answer(amendment, typed=typed("Connect every school by 2027."), by=by)

    assert (made.kind, made.answered_by, made.answered_at) == (AnswerKind.TAKEN, by, NOON)
    assert made.paragraph == amendment.paragraph
    assert texts(prepared) == ["Why we act", "Connect every school by 2027.", "Publish prices."]
    assert texts(closed) == TEXTS


@pytest.mark.parametrize(
    "kind", [AnswerKind.NOT_TAKEN, AnswerKind.NOTED, AnswerKind.TAKEN_WITH_CHANGES]
)
def test_text_that_was_not_touched_keeps_the_edit_of_a_colleague(closed, prepared, kind):
    amendment, wording = amend(closed), prepared.wordings.get(position=2)
    edit_wording(
        wording=wording,
        kind=ParagraphKind.ACTION,
        text="Connect all schools.",
        pillar=None,
        version=1,
        by=UserFactory(),
        at=NOON,
    )

    answer(amendment, kind, typed=typed("Connect every school."))

    assert texts(prepared)[1] == "Connect all schools."


def test_wording_conflict_leaves_the_amendment_without_an_answer(closed, prepared):
    amendment, wording = amend(closed), prepared.wordings.get(position=2)
    edit_wording(
        wording=wording,
        kind=ParagraphKind.ACTION,
        text="Connect all schools.",
        pillar=None,
        version=1,
        by=UserFactory(),
        at=NOON,
    )

    with pytest.raises(WordingConflict):
        answer(amendment, typed=typed("Connect every school by 2027."))

    assert list(Answer.objects.all()) == []
    assert texts(prepared)[1] == "Connect all schools."


def test_answer_conflict_leaves_the_text_as_it_is(closed, prepared):
    amendment = amend(closed)
    AnswerFactory(amendment=amendment, kind=AnswerKind.NOTED, answered_by=UserFactory(name="Chen"))

    with pytest.raises(AnswerConflict, match=r"Chen answered .* Noted"):
        answer(amendment, typed=typed("Connect every school by 2027."))

    assert texts(prepared) == TEXTS
    assert Answer.objects.get().kind == AnswerKind.NOTED


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"kind": AnswerKind.NOT_TAKEN, "reason": " ".strip()}, "no_reason"),
        ({"kind": AnswerKind.MERGED, "reason": "Both ask for it."}, "not_merged"),
        (
            {"kind": AnswerKind.TAKEN, "reason": "", "status": AmendmentStatus.WITHDRAWN},
            "withdrawn",
        ),
        ({"kind": AnswerKind.TAKEN, "reason": "", "at": NOON - timedelta(hours=1)}, "open"),
    ],
)
def test_refused_answer_leaves_the_text_as_it_is(closed, prepared, facts, code):
    status = facts.pop("status", AmendmentStatus.SENT)
    amendment = amend(closed, status=status)

    with pytest.raises(Refused) as refused:
        answer_and_edit(
            **{
                "amendment": amendment,
                "version": 0,
                "typed": typed("Connect every school by 2027."),
                "by": UserFactory(),
                "at": NOON,
                **facts,
            }
        )

    assert refused.value.code == code
    assert texts(prepared) == TEXTS
    assert list(Answer.objects.all()) == []


def test_edit_of_a_paragraph_that_is_gone_is_refused(closed, prepared):
    amendment, wording = amend(closed), prepared.wordings.get(position=2)
    delete_paragraph(wording=wording, version=1, by=UserFactory(), at=NOON)

    with pytest.raises(WordingGone):
        answer(amendment, typed=typed("Connect every school by 2027."))

    assert list(Answer.objects.all()) == []


@pytest.mark.parametrize("kind", [AmendmentKind.CHANGE, AmendmentKind.DELETE, AmendmentKind.ADD])
def test_nothing_is_taken_before_the_next_draft_begins(closed, kind):
    amendment = amend(closed, kind=kind)

    with pytest.raises(NotPrepared, match="Begin draft 1 first"):
        answer(amendment)

    assert list(Answer.objects.all()) == []


def test_comment_is_noted_before_the_next_draft_begins(closed):
    amendment = amend(closed, kind=AmendmentKind.COMMENT)

    made = answer(amendment, AnswerKind.NOTED)

    assert (made.kind, made.paragraph) == (AnswerKind.NOTED, amendment.paragraph)


def test_taken_additions_stand_after_their_paragraph_in_the_order_of_their_answers(
    closed, prepared
):
    first = amend(closed, kind=AmendmentKind.ADD, text="Connect clinics.", added_kind="text")
    second = amend(closed, kind=AmendmentKind.ADD, text="Connect farms.")
    beginning = amend(closed, None, kind=AmendmentKind.ADD, text="Read this first.")

    made = answer(first)
    answer(second, AnswerKind.TAKEN_WITH_CHANGES, typed=typed("Connect all farms.", ""))
    answer(beginning)

    assert texts(prepared) == [
        "Read this first.",
        "Why we act",
        "Connect every school.",
        "Connect clinics.",
        "Connect all farms.",
        "Publish prices.",
    ]
    assert made.paragraph == paragraph(prepared, 4)
    assert prepared.wordings.get(position=4).kind == ParagraphKind.TEXT


def test_addition_after_a_deleted_paragraph_stands_after_what_stood_before(closed, prepared):
    addition = amend(closed, kind=AmendmentKind.ADD, text="Connect clinics.")
    wording = prepared.wordings.get(position=2)
    delete_paragraph(wording=wording, version=1, by=UserFactory(), at=NOON)

    answer(addition)

    assert texts(prepared) == ["Why we act", "Connect clinics.", "Publish prices."]


def test_addition_that_is_taken_again_is_edited_and_not_added_twice(closed, prepared):
    addition = amend(closed, kind=AmendmentKind.ADD, text="Connect clinics.")
    answer(addition)

    made = answer(addition, version=1, typed=typed("Connect every clinic.", "Connect clinics."))

    assert texts(prepared)[2] == "Connect every clinic."
    assert prepared.wordings.count() == 4
    assert wording_beside(prepared, addition).paragraph == made.paragraph


def test_addition_that_is_no_longer_taken_leaves_the_next_draft(closed, prepared):
    addition = amend(closed, kind=AmendmentKind.ADD, text="Connect clinics.")
    answer(addition)

    made = answer(addition, AnswerKind.NOT_TAKEN, version=1)

    assert texts(prepared) == TEXTS
    assert (made.paragraph, made.version) == (None, 2)


def test_taken_deletion_removes_the_paragraph_and_another_answer_puts_it_back(closed, prepared):
    deletion = amend(closed, kind=AmendmentKind.DELETE)

    answer(deletion)
    after_taking = texts(prepared)
    answer(deletion, AnswerKind.NOT_TAKEN, version=1)

    assert after_taking == ["Why we act", "Publish prices."]
    assert texts(prepared) == TEXTS
    assert paragraph(prepared, 2) == deletion.paragraph


def test_paragraph_stays_deleted_while_another_deletion_is_taken(closed, prepared):
    first, second = (amend(closed, kind=AmendmentKind.DELETE) for _each in range(2))
    answer(first)
    answer(second)

    answer(first, AnswerKind.NOTED, version=1)

    assert texts(prepared) == ["Why we act", "Publish prices."]


def test_answer_names_the_paragraph_that_took_the_amended_one_in(closed, prepared):
    amendment, wording = amend(closed), prepared.wordings.get(position=3)
    other = prepared.wordings.get(position=2)
    facts = {"text": "Connect schools, publish prices.", "version": 1, "by": UserFactory()}
    merge_paragraphs(wording=wording, other=other, at=NOON, **facts)

    made = answer(amendment, AnswerKind.NOTED)

    assert made.paragraph == wording.paragraph


def test_addition_that_another_paragraph_took_in_is_not_added_again(closed, prepared):
    addition = amend(closed, kind=AmendmentKind.ADD, text="Connect clinics.")
    made = answer(addition)
    other = prepared.wordings.get(paragraph=made.paragraph)
    wording = prepared.wordings.get(position=2)
    facts = {"text": "Connect schools and clinics.", "version": 1, "by": UserFactory()}
    merge_paragraphs(wording=wording, other=other, at=NOON, **facts)

    again = answer(addition, AnswerKind.TAKEN_WITH_CHANGES, version=1)
    answer(addition, AnswerKind.NOTED, version=2)

    assert again.paragraph == wording.paragraph
    assert texts(prepared) == ["Why we act", "Connect schools and clinics.", "Publish prices."]


def test_merged_amendment_names_the_other_one(closed, prepared):
    amendment, other = amend(closed), amend(closed)

    made = answer(amendment, AnswerKind.MERGED, merged_with=other)

    assert (made.kind, made.merged_with) == (AnswerKind.MERGED, other)


def test_paragraph_is_put_back_at_the_beginning_if_nothing_stood_before_it(closed, prepared):
    heading = prepared.wordings.get(position=1)
    delete_paragraph(wording=heading, version=1, by=UserFactory(), at=NOON)

    put_back_paragraph(
        draft=prepared, wording=closed.wordings.get(position=1), by=UserFactory(), at=NOON
    )

    assert texts(prepared) == TEXTS


def test_note_is_kept_with_the_name_of_its_author_and_once_if_it_is_sent_twice(closed):
    by, place = UserFactory(name="Amina Diallo"), paragraph(closed, 2)
    facts = {"draft": closed, "paragraph": place, "text": " Ask Senegal. ", "by": by, "at": NOON}

    note = add_note(**facts, after=0)
    again = add_note(**facts, after=0)

    assert (note.text, note.by_name, note.at) == ("Ask Senegal.", "Amina Diallo", NOON)
    assert again == note
    assert ParagraphNote.objects.count() == 1


def test_empty_note_is_refused(closed):
    with pytest.raises(Refused) as refused:
        add_note(draft=closed, paragraph=paragraph(closed, 2), text="  ", by=UserFactory(), at=NOON)

    assert refused.value.code == "empty"
    assert list(ParagraphNote.objects.all()) == []
