from functools import partial

import pytest

from core.conflicts import NothingChanged, Refused
from focus_areas.models import Pillar
from framework.models import AnswerKind, DraftStatus, Paragraph, ParagraphKind, Wording
from framework.services.paragraphs import (
    WordingConflict,
    WordingGone,
    add_paragraph,
    delete_paragraph,
    edit_wording,
    merge_paragraphs,
    move_paragraph,
    split_paragraph,
)
from tests.factories import (
    NOON,
    AmendmentFactory,
    AnswerFactory,
    FrameworkDraftFactory,
    UserFactory,
    WordingFactory,
)
from tests.framework.steps import a_prepared_draft, positions_of, texts_of


def by_ada():
    return {"by": UserFactory(name="Ada Lovelace"), "at": NOON}


def adding(draft, after, text="New.", kind=ParagraphKind.TEXT):
    return add_paragraph(draft=draft, after=after, kind=kind, text=text, pillar=None, **by_ada())


def editing(wording, text="Other.", *, version=1, kind=ParagraphKind.TEXT, pillar=None):
    facts = {"kind": kind, "pillar": pillar, "version": version}
    return edit_wording(wording=wording, text=text, **facts, **by_ada())


def test_paragraph_is_added_after_another_or_at_the_beginning():
    draft, [one, _two] = a_prepared_draft("One.", "Two.")

    first = adding(draft, None, " Fi\u200brst.\r\n")
    added = adding(draft, one.paragraph, kind=ParagraphKind.ACTION)

    assert texts_of(draft) == ["First.", "One.", "New.", "Two."]
    assert positions_of(draft) == [1, 2, 3, 4]
    assert (first.kind, added.kind) == (ParagraphKind.TEXT, ParagraphKind.ACTION)
    assert [each.history_by_name for each in added.history.all()] == ["Ada Lovelace"]
    assert added.paragraph.framework == draft.framework


def test_edit_changes_text_kind_and_pillar_and_removes_what_translated_another_text():
    draft, [wording] = a_prepared_draft("One.")
    wording.text_fr, wording.text_zh_hans = "Un.", "一。"
    wording.save()
    pillar = Pillar.objects.filter(focus_area=draft.framework.focus_area).first()

    editing(wording, "One.", kind=ParagraphKind.ACTION, pillar=pillar)
    kept = Wording.objects.get().text_fr
    editing(wording, "First.", kind=ParagraphKind.ACTION, pillar=pillar, version=2)

    stored = Wording.objects.get()
    assert (stored.text_en, stored.kind, stored.pillar) == ("First.", "action", pillar)
    assert (kept, stored.text_fr, stored.text_zh_hans) == ("Un.", None, None)
    assert stored.version == 3
    assert stored.history.first().history_by_name == "Ada Lovelace"


def test_split_keeps_the_identity_on_the_first_part_and_records_the_source_on_the_second():
    draft, [one, two] = a_prepared_draft("One and a half.", "Two.")

    second = split_paragraph(wording=one, first="One.", second="Half.", version=1, **by_ada())

    assert texts_of(draft) == ["One.", "Half.", "Two."]
    assert positions_of(draft) == [1, 2, 3]
    assert draft.wordings.get(position=1).paragraph == one.paragraph
    assert second.paragraph not in (one.paragraph, two.paragraph)
    assert list(second.sources.all()) == [one.paragraph]
    assert list(one.sources.all()) == []


def test_merge_keeps_one_identity_and_records_both_and_what_they_came_from():
    draft, [one, two, three] = a_prepared_draft("One.", "Two.", "Three.")
    two.sources.set([three.paragraph])

    merge_paragraphs(wording=one, other=two, text="One, two.", version=1, **by_ada())

    assert texts_of(draft) == ["One, two.", "Three."]
    assert positions_of(draft) == [1, 2]
    assert set(one.sources.all()) == {one.paragraph, two.paragraph, three.paragraph}
    assert Paragraph.objects.filter(pk=two.paragraph_id).exists()


def test_answers_that_the_other_paragraph_showed_are_shown_by_the_merged_one():
    last = FrameworkDraftFactory(closes_at=NOON)
    added = AmendmentFactory(draft=last, kind="add", paragraph=None)
    draft = FrameworkDraftFactory(framework=last.framework, status=DraftStatus.PREPARATION)
    one, two = WordingFactory(draft=draft), WordingFactory(draft=draft)
    answer = AnswerFactory(amendment=added, paragraph=two.paragraph, kind=AnswerKind.TAKEN)

    merge_paragraphs(wording=one, other=two, text="Both.", version=1, **by_ada())

    answer.refresh_from_db()
    assert answer.paragraph == one.paragraph


@pytest.mark.parametrize(
    ("moved", "after", "texts"),
    [
        (0, 2, ["Two.", "Three.", "One."]),
        (0, 1, ["Two.", "One.", "Three."]),
        (2, None, ["Three.", "One.", "Two."]),
        (2, 0, ["One.", "Three.", "Two."]),
    ],
)
def test_move_puts_a_paragraph_after_another_one(moved, after, texts):
    draft, wordings = a_prepared_draft("One.", "Two.", "Three.")
    after = None if after is None else wordings[after].paragraph

    move_paragraph(wording=wordings[moved], after=after, version=1, **by_ada())

    assert texts_of(draft) == texts
    assert positions_of(draft) == [1, 2, 3]
    assert wordings[moved].history.first().history_by_name == "Ada Lovelace"


@pytest.mark.parametrize("after", [0, 1])
def test_move_to_where_it_is_changes_nothing(after):
    draft, wordings = a_prepared_draft("One.", "Two.")

    with pytest.raises(NothingChanged):
        move_paragraph(wording=wordings[1], after=wordings[after].paragraph, version=1, **by_ada())

    assert texts_of(draft) == ["One.", "Two."]


def test_delete_leaves_the_identity_its_amendments_and_former_wordings():
    last = FrameworkDraftFactory(closes_at=NOON)
    former = WordingFactory(draft=last)
    amendment = AmendmentFactory(draft=last, paragraph=former.paragraph)
    draft = FrameworkDraftFactory(framework=last.framework, status=DraftStatus.PREPARATION)
    wording = WordingFactory(draft=draft, paragraph=former.paragraph)
    after = WordingFactory(draft=draft)

    delete_paragraph(wording=wording, version=1, **by_ada())

    amendment.refresh_from_db()
    assert amendment.paragraph == former.paragraph
    assert list(former.paragraph.wordings.all()) == [former]
    assert list(draft.wordings.values_list("pk", "position")) == [(after.pk, 1)]


def every_change(wording, other):
    """Return each change of a paragraph, with the version that a page showed."""
    facts = {"wording": wording, "version": 1, **by_ada()}
    return [
        partial(editing, wording),
        partial(split_paragraph, first="One.", second="Half.", **facts),
        partial(merge_paragraphs, other=other, text="Both.", **facts),
        partial(move_paragraph, after=other.paragraph, **facts),
        partial(delete_paragraph, **facts),
    ]


@pytest.mark.parametrize("number", range(5))
def test_paragraph_that_a_colleague_changed_stays_as_the_colleague_left_it(number):
    draft, [one, two] = a_prepared_draft("One.", "Two.")
    stale = Wording.objects.get(pk=one.pk)
    editing(one, "Changed.")

    with pytest.raises(WordingConflict):
        every_change(stale, two)[number]()

    assert texts_of(draft) == ["Changed.", "Two."]


@pytest.mark.parametrize("number", range(5))
def test_paragraph_that_a_colleague_deleted_is_gone(number):
    draft, [one, two] = a_prepared_draft("One.", "Two.")
    stale = Wording.objects.get(pk=one.pk)
    delete_paragraph(wording=one, version=1, **by_ada())

    with pytest.raises(WordingGone):
        every_change(stale, two)[number]()

    assert texts_of(draft) == ["Two."]


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize("status", [DraftStatus.OPENED, DraftStatus.ADOPTED])
def test_text_of_a_draft_that_is_no_longer_in_preparation_stays(number, status):
    draft = FrameworkDraftFactory(status=status)
    one, two = WordingFactory(draft=draft), WordingFactory(draft=draft)
    before = texts_of(draft)

    with pytest.raises(Refused) as refused:
        every_change(one, two)[number]()

    assert refused.value.code == "not_in_preparation"
    assert texts_of(draft) == before


def test_paragraph_is_not_added_to_a_draft_that_is_no_longer_in_preparation():
    draft = FrameworkDraftFactory()

    with pytest.raises(Refused) as refused:
        adding(draft, None)

    assert (refused.value.code, Paragraph.objects.count()) == ("not_in_preparation", 0)


def test_paragraph_is_not_added_after_one_that_is_gone():
    draft, [one] = a_prepared_draft("One.")
    delete_paragraph(wording=one, version=1, **by_ada())

    with pytest.raises(WordingGone):
        adding(draft, one.paragraph)

    assert texts_of(draft) == []


def test_paragraph_is_not_merged_with_one_that_a_colleague_deleted_or_changed():
    draft, [one, two, three] = a_prepared_draft("One.", "Two.", "Three.")
    delete_paragraph(wording=Wording.objects.get(pk=two.pk), version=1, **by_ada())
    editing(Wording.objects.get(pk=three.pk), "Third.")
    facts = {"wording": one, "text": "Both.", "version": 1, **by_ada()}

    with pytest.raises(WordingGone):
        merge_paragraphs(other=two, **facts)
    with pytest.raises(WordingConflict):
        merge_paragraphs(other=three, other_version=1, **facts)

    assert texts_of(draft) == ["One.", "Third."]


def test_paragraph_is_not_merged_with_itself_or_with_one_of_another_draft():
    _draft, [one] = a_prepared_draft("One.")
    facts = {"wording": one, "text": "Both.", "version": 1, **by_ada()}

    for other in (Wording.objects.get(pk=one.pk), WordingFactory()):
        with pytest.raises(Refused) as refused:
            merge_paragraphs(other=other, **facts)
        assert refused.value.code == "same"

    assert Wording.objects.get(pk=one.pk).text_en == "One."


def test_edit_without_changes_is_refused():
    _draft, [one] = a_prepared_draft("One.")

    with pytest.raises(NothingChanged):
        editing(one, "One. ")

    assert Wording.objects.get().version == 1


def test_bad_text_is_refused_everywhere():
    draft, [one, two] = a_prepared_draft("One.", "Two.")
    facts = {"wording": one, "version": 1, **by_ada()}

    for call in (
        partial(adding, draft, None, "# No"),
        partial(editing, one, "# No"),
        partial(split_paragraph, first="Yes", second="", **facts),
        partial(merge_paragraphs, other=two, text="<b>No</b>", **facts),
    ):
        with pytest.raises(Refused):
            call()

    assert texts_of(draft) == ["One.", "Two."]
