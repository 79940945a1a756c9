"""Writing the text of a draft in preparation on the desk."""

import pytest

from framework.models import DraftStatus, ParagraphKind
from tests.factories import NOON, FrameworkDraftFactory, WordingFactory
from tests.framework.desk import address, client_of, next_draft, prepared_draft, texts_of
from tests.triage.staff import read, told

pytestmark = pytest.mark.django_db


def paragraphs_of(draft):
    return [each.paragraph for each in draft.wordings.order_by("position")]


def test_text_shows_numbers_and_what_changed_since_the_last_draft():
    last = FrameworkDraftFactory()
    heading = WordingFactory(draft=last, kind=ParagraphKind.HEADING, text_en="Why we act")
    changed = WordingFactory(draft=last, text_en="Connect schools.")
    gone = WordingFactory(draft=last, text_en="Build towers.")
    draft = next_draft(last)
    draft.wordings.filter(paragraph=changed.paragraph).update(text_en="Connect all schools.")
    draft.wordings.filter(paragraph=gone.paragraph).delete()
    WordingFactory(draft=draft, text_en="Publish prices.")

    page = client_of(draft.framework).get(address("text", draft.framework))

    rows = page.context["rows"]
    assert [(each.number, change) for each, _html, change in rows] == [
        ("", ""),
        ("1.1", "changed"),
        ("1.2", "new"),
    ]
    assert page.context["deleted"] == ["Build towers."]
    assert f'id="{heading.paragraph.key}"' in page.text


def test_pasted_text_becomes_paragraphs_after_a_preview():
    draft = prepared_draft("Before.")
    client, page = client_of(draft.framework), address("paste", draft.framework)
    typed = {"text": "Heading: Why\n\nBecause.\n\nAction: Connect all.", "version": 1}

    previewed = client.post(page, {**typed, "preview": "1"})
    before = texts_of(draft)
    client.post(page, typed)

    assert "3 paragraphs" in read(previewed)
    assert before == ["Before."]
    assert list(draft.wordings.order_by("position").values_list("kind", "text_en")) == [
        ("action", "Before."),
        ("heading", "Why"),
        ("text", "Because."),
        ("action", "Connect all."),
    ]


def test_pasted_text_that_cannot_be_shown_is_refused_with_its_beginning():
    draft = prepared_draft()

    refused = client_of(draft.framework).post(
        address("paste", draft.framework), {"text": "Good.\n\n| a | b |\n|---|---|", "version": 1}
    )

    assert refused.status_code == 422
    assert "cannot be shown" in refused.text
    assert texts_of(draft) == []


def test_paragraph_is_added_after_another_one():
    draft = prepared_draft("One.", "Three.")
    first, _third = paragraphs_of(draft)

    answer = client_of(draft.framework).post(
        f"{address('add_paragraph', draft.framework)}?after={first.key}",
        {"kind": "text", "text": "Two.", "version": 1},
    )

    assert texts_of(draft) == ["One.", "Two.", "Three."]
    added = paragraphs_of(draft)[1]
    assert answer.url == f"{address('text', draft.framework)}#{added.key}"


def test_edit_saves_kind_and_text():
    draft = prepared_draft("One.")
    (paragraph,) = paragraphs_of(draft)

    answer = client_of(draft.framework).post(
        address("edit", draft.framework, paragraph.key),
        {"kind": "text", "text": "First.", "version": 1},
        follow=True,
    )

    wording = draft.wordings.get()
    assert (wording.kind, wording.text_en, wording.version) == ("text", "First.", 2)
    assert told(answer) == ["The paragraph is saved."]


def test_edit_previews_the_text_and_its_changes_and_saves_nothing():
    last = FrameworkDraftFactory()
    paragraph = WordingFactory(draft=last, text_en="Connect schools.").paragraph
    draft = next_draft(last)

    page = client_of(draft.framework).post(
        address("edit", draft.framework, paragraph.key),
        {"kind": "action", "text": "Connect **all** schools.", "version": 1, "preview": "1"},
    )

    assert page.status_code == 200
    assert "<strong>all</strong>" in page.text
    assert [(each.what, each.words) for each in page.context["segments"] if each.what != "same"]
    assert texts_of(draft) == ["Connect schools."]


def test_edit_keeps_what_was_typed_and_shows_what_a_colleague_saved():
    draft = prepared_draft("One.")
    (paragraph,) = paragraphs_of(draft)
    page = address("edit", draft.framework, paragraph.key)
    client_of(draft.framework).post(page, {"kind": "action", "text": "Theirs.", "version": 1})
    mine, typed = client_of(draft.framework), {"kind": "action", "text": "Mine."}

    refused = mine.post(page, {**typed, "version": 1})
    shown = texts_of(draft)
    mine.post(page, {**typed, "version": 2})

    assert refused.status_code == 409
    assert shown == ["Theirs."]
    assert "<p>Theirs.</p>" in refused.text
    assert ">\nMine.</textarea>" in refused.text
    assert 'name="version" value="2"' in refused.text
    assert texts_of(draft) == ["Mine."]


def test_edit_keeps_what_was_typed_if_a_colleague_deleted_the_paragraph():
    draft = prepared_draft("One.", "Two.")
    paragraph, _other = paragraphs_of(draft)
    draft.wordings.filter(paragraph=paragraph).delete()
    client, page = client_of(draft.framework), address("edit", draft.framework, paragraph.key)

    opened = client.get(page, follow=True)
    refused = client.post(page, {"kind": "action", "text": "Mine.", "version": 1})

    assert told(opened) == ["This paragraph is no longer in the draft."]
    assert refused.status_code == 409
    assert ">Mine.</textarea>" in refused.text


def test_edit_refuses_a_heading_of_two_lines():
    draft = prepared_draft("One.")
    (paragraph,) = paragraphs_of(draft)

    refused = client_of(draft.framework).post(
        address("edit", draft.framework, paragraph.key),
        {"kind": "heading", "text": "One\ntwo", "version": 1},
    )

    assert refused.status_code == 422
    assert "A heading is one line" in refused.text


def test_split_proposes_the_place_that_the_address_names():
    draft = prepared_draft("One. Two. Three.")
    (paragraph,) = paragraphs_of(draft)
    page = address("split", draft.framework, paragraph.key)
    client = client_of(draft.framework)

    middle, first = client.get(page), client.get(f"{page}?at=1")
    client.post(page, {"first": "One.", "second": "Two. Three.", "version": 1})

    assert middle.context["form"].initial["first"] == "One. Two."
    assert first.context["form"].initial["second"] == "Two. Three."
    assert texts_of(draft) == ["One.", "Two. Three."]
    assert paragraphs_of(draft)[0] == paragraph


@pytest.mark.parametrize(("place", "query"), [(1, ""), (0, "?with=after")])
def test_merge_keeps_the_first_of_two_neighbours(place, query):
    draft = prepared_draft("One.", "Two.", "Three.")
    paragraphs = paragraphs_of(draft)
    page = address("merge", draft.framework, paragraphs[place].key) + query
    client = client_of(draft.framework)

    shown = client.get(page).context["form"].initial["text"]
    client.post(page, {"text": "One, two.", "version": 1, "other_version": 1})

    assert shown == "One.\n\nTwo."
    assert texts_of(draft) == ["One, two.", "Three."]
    assert paragraphs_of(draft) == [paragraphs[0], paragraphs[2]]


def test_merge_is_refused_if_a_colleague_changed_the_other_paragraph():
    draft = prepared_draft("One.", "Two.")
    _first, second = paragraphs_of(draft)
    draft.wordings.filter(paragraph=second).update(version=2, text_en="Second.")

    refused = client_of(draft.framework).post(
        address("merge", draft.framework, second.key),
        {"text": "One, two.", "version": 1, "other_version": 1},
    )

    assert refused.status_code == 409
    assert ">\nOne, two.</textarea>" in refused.text
    assert texts_of(draft) == ["One.", "Second."]


def test_move_puts_a_paragraph_after_another_one():
    draft = prepared_draft("One.", "Two.", "Three.")
    first, _second, third = paragraphs_of(draft)

    client_of(draft.framework).post(
        address("move", draft.framework, first.key), {"after": str(third.key), "version": 1}
    )

    assert texts_of(draft) == ["Two.", "Three.", "One."]


def test_delete_takes_a_paragraph_out_of_the_draft():
    draft = prepared_draft("One.", "Two.")
    first, _second = paragraphs_of(draft)

    client_of(draft.framework).post(
        address("delete_paragraph", draft.framework, first.key), {"version": 1}
    )

    assert texts_of(draft) == ["Two."]


def test_text_of_a_draft_that_is_open_cannot_be_changed():
    draft = prepared_draft("One.")
    (paragraph,) = paragraphs_of(draft)
    draft.status, draft.adopted_at = DraftStatus.ADOPTED, NOON
    draft.save()

    answer = client_of(draft.framework).post(
        address("edit", draft.framework, paragraph.key),
        {"kind": "text", "text": "First.", "version": 1},
    )

    assert answer.status_code == 404
    assert texts_of(draft) == ["One."]


@pytest.mark.parametrize("number", [3, 9])
def test_text_asks_as_many_queries_however_long_it_is(number, django_assert_num_queries):
    last = FrameworkDraftFactory()
    for _each in range(number):
        WordingFactory(draft=last)
    draft = next_draft(last)
    client = client_of(draft.framework)
    client.get(address("text", draft.framework))

    # One of them is for the counts of the bar.
    with django_assert_num_queries(10):
        client.get(address("text", draft.framework))
