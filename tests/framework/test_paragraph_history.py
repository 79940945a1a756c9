"""How a paragraph came about, on the page of its own."""

import pytest
from pytest_django.asserts import assertContains

from framework.models import AnswerKind, ParagraphKind
from tests.factories import AmendmentFactory, AnswerFactory, WordingFactory
from tests.framework.reading import a_closed_draft, a_framework, an_open_draft, page_of, reworded
from tests.framework.test_reading_page import words
from tests.queries import queries_of
from tests.redlines import added, deleted


def history_page(client, wording, language="en"):
    page = f"paragraphs/{wording.paragraph.key}/"
    return client.get(page_of(wording.draft.framework, page, language))


def steps_of(response):
    return response.context["history"].steps


@pytest.fixture
def three_drafts():
    framework = a_framework()
    return a_closed_draft(framework), a_closed_draft(framework), an_open_draft(framework)


def test_history_has_each_wording_as_a_redline_the_latest_first(client, three_drafts):
    first, second, third = three_drafts
    wording = WordingFactory(draft=first, text_en="Connect schools by 2030.")
    reworded(wording, second, "Connect schools by 2027.")
    reworded(wording, third)
    third.wordings.update(text_en="Connect schools by 2027.")

    page = history_page(client, wording)

    assertContains(page, f"Connect schools by {deleted('2030')}{added('2027')}.")
    assertContains(page, "<h1>Action 1.1</h1>")
    assert [(step.draft, step.is_changed, step.is_first) for step in steps_of(page)] == [
        (third, False, False),
        (second, True, False),
        (first, True, True),
    ]


def test_history_has_the_answers_that_each_draft_shows(client, three_drafts):
    first, second, third = three_drafts
    wording, other = (WordingFactory(draft=first) for _ in range(2))
    for draft in (second, third):
        reworded(wording, draft)
    about = AnswerFactory(amendment__draft=first, amendment__paragraph=wording.paragraph)
    elsewhere = AnswerFactory(
        amendment__draft=first, amendment__paragraph=other.paragraph, paragraph=wording.paragraph
    )
    AnswerFactory(amendment__draft=first, amendment__paragraph=other.paragraph)
    AnswerFactory(amendment__draft=third, amendment__paragraph=wording.paragraph)

    steps = steps_of(history_page(client, wording))

    assert [[each.answer for each in step.answers] for step in steps] == [
        [],
        [about, elsewhere],
        [],
    ]


def test_history_follows_what_was_split_and_merged(client, three_drafts):
    first, second, third = three_drafts
    one = WordingFactory(draft=first)
    part = WordingFactory(draft=second)
    part.sources.set([one.paragraph])
    reworded(one, second)
    merged = reworded(part, third)
    merged.sources.set([one.paragraph, part.paragraph])

    of_one, of_part = (steps_of(history_page(client, each)) for each in (one, part))

    places = ("split_from", "merged", "parts", "merged_into")
    assert [[[p.number for p in getattr(step, name)] for name in places] for step in of_one] == [
        [[], [], [], ["1.1"]],
        [[], [], ["1.1"], []],
        [[], [], [], []],
    ]
    assert [[[p.number for p in getattr(step, name)] for name in places] for step in of_part] == [
        [[], ["1.2"], [], []],
        [["1.1"], [], [], []],
    ]


def test_deleted_paragraph_keeps_its_page(client, three_drafts):
    first, second, third = three_drafts
    wording = WordingFactory(draft=first, text_en="Companies alone are responsible.")
    for draft in (second, third):
        WordingFactory(draft=draft)

    page = history_page(client, wording)

    text = words(page)
    assert "Draft 2 no longer has this paragraph." in text
    assert "Deleted from this draft." in text
    assertContains(page, deleted("Companies alone are responsible."))


def test_heading_is_called_by_its_text(client):
    wording = WordingFactory(
        draft=an_open_draft(), kind=ParagraphKind.HEADING, text_en="Why we act"
    )

    assertContains(history_page(client, wording), "<h1>Why we act</h1>")


def test_paragraph_of_another_framework_or_in_preparation_has_no_page(client):
    framework, elsewhere = a_framework(), a_framework(focus_area=None)
    wording = WordingFactory(draft=an_open_draft(elsewhere))
    address = page_of(framework, f"paragraphs/{wording.paragraph.key}/")
    other = address.replace("connecting-people-everywhere", "empowering-communities")

    assert client.get(address).status_code == 200
    assert client.get(other).status_code == 404


@pytest.mark.parametrize("number", [3, 9])
def test_number_of_queries_of_a_history_does_not_grow_with_the_drafts(client, number):
    framework = a_framework()
    wording = WordingFactory(draft=a_closed_draft(framework))
    for _ in range(number):
        draft = a_closed_draft(framework)
        later = reworded(wording, draft)
        later.sources.set([WordingFactory(draft=draft).paragraph for _ in range(number)])
        amendment = AmendmentFactory(draft=draft, paragraph=wording.paragraph)
        AnswerFactory(amendment=amendment, kind=AnswerKind.NOTED)

    page = page_of(framework, f"paragraphs/{wording.paragraph.key}/")

    assert queries_of(client, page) == 14
