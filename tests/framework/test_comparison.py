"""Two drafts compared: what changed, and which organisations asked for it."""

import pytest
from pytest_django.asserts import assertContains, assertRedirects

from framework.models import AmendmentKind, AnswerKind, ParagraphKind
from framework.services.comparison import ChangeKind, compare_drafts
from framework.services.reader import Reader
from tests.factories import NOON, AmendmentFactory, AnswerFactory, WordingFactory
from tests.framework.reading import (
    a_closed_draft,
    a_framework,
    an_adopted_draft,
    an_open_draft,
    page_of,
    reworded,
)
from tests.queries import queries_of
from tests.redlines import added, deleted


@pytest.fixture
def drafts():
    framework = a_framework()
    return a_closed_draft(framework), an_open_draft(framework)


def compared(before, after, **options):
    reader = Reader(framework=after.framework, at=NOON, is_staff=True)
    return compare_drafts(before, after, reader=reader, **options)


def rows_of(comparison):
    return [row for section in comparison.sections for row in section.rows]


def kinds_of(comparison):
    return [(row.kind, row.former_number, row.number) for row in rows_of(comparison)]


def test_comparison_tells_what_is_changed_new_deleted_and_renumbered(drafts):
    before, after = drafts
    changed, gone, moved = (WordingFactory(draft=before) for _ in range(3))
    reworded(changed, after, "Connect every school.")
    for _ in range(2):
        WordingFactory(draft=after)
    reworded(moved, after)

    comparison = compared(before, after)

    assert kinds_of(comparison) == [
        (ChangeKind.CHANGED, "1.1", "1.1"),
        (ChangeKind.DELETED, "1.2", ""),
        (ChangeKind.NEW, "", "1.2"),
        (ChangeKind.NEW, "", "1.3"),
        (ChangeKind.RENUMBERED, "1.3", "1.4"),
    ]
    assert rows_of(comparison)[1].shown.wording == gone
    assert dict(comparison.counts) == {
        ChangeKind.CHANGED: 1,
        ChangeKind.NEW: 2,
        ChangeKind.DELETED: 1,
        ChangeKind.RENUMBERED: 1,
    }


def test_comparison_names_the_sources_of_what_was_split_and_merged(drafts):
    before, after = drafts
    whole, taken = (WordingFactory(draft=before) for _ in range(2))
    first = reworded(whole, after, "Connect schools and homes.")
    first.sources.set([whole.paragraph, taken.paragraph])
    part = WordingFactory(draft=after)
    part.sources.set([whole.paragraph])

    rows = rows_of(compared(before, after))

    assert [(row.kind, row.sources, row.merged_into) for row in rows] == [
        (ChangeKind.CHANGED, ["Action 1.2"], ""),
        (ChangeKind.MERGED, [], "Action 1.1"),
        (ChangeKind.SPLIT, ["Action 1.1"], ""),
    ]


def test_comparison_leaves_out_what_did_not_change_unless_it_is_asked_for(drafts):
    before, after = drafts
    heading = WordingFactory(draft=before, kind=ParagraphKind.HEADING, text_en="Skills")
    same = WordingFactory(draft=before)
    for wording in (heading, same):
        reworded(wording, after)

    assert compared(before, after).sections == []
    assert kinds_of(compared(before, after, with_unchanged=True)) == [
        (ChangeKind.SAME, "1.1", "1.1")
    ]


def test_text_that_became_an_action_is_changed(drafts):
    before, after = drafts
    wording = WordingFactory(draft=before, kind=ParagraphKind.TEXT)
    reworded(wording, after, kind=ParagraphKind.ACTION)

    assert kinds_of(compared(before, after)) == [(ChangeKind.CHANGED, "1.1", "1.1")]


def test_comparison_names_the_organisations_whose_amendments_were_taken(drafts):
    before, after = drafts
    wording = WordingFactory(draft=before)
    reworded(wording, after, "Connect every school.")

    def answered(name, kind, **facts):
        amendment = AmendmentFactory(
            draft=before,
            paragraph=wording.paragraph,
            member__organisation_name=name,
            kind=facts.pop("proposed", AmendmentKind.CHANGE),
        )
        return AnswerFactory(amendment=amendment, kind=kind, **facts)

    taken = answered("One", AnswerKind.TAKEN)
    answered("Two", AnswerKind.TAKEN_WITH_CHANGES)
    refused = answered("Three", AnswerKind.NOT_TAKEN)
    answered("Four", AnswerKind.MERGED, merged_with=taken.amendment)
    answered("Five", AnswerKind.MERGED, merged_with=refused.amendment)
    answered("Six", AnswerKind.NOTED, proposed=AmendmentKind.COMMENT)
    answered("Seven", AnswerKind.TAKEN, proposed=AmendmentKind.KEEP)

    assert rows_of(compared(before, after))[0].organisations == ["One", "Two", "Four"]


def test_addition_that_was_taken_belongs_to_the_paragraph_that_shows_it(drafts):
    before, after = drafts
    wording = WordingFactory(draft=before)
    reworded(wording, after, "Connect every school.")
    new = WordingFactory(draft=after)
    for name, paragraph in (("One", new.paragraph), ("Two", wording.paragraph)):
        amendment = AmendmentFactory(
            draft=before,
            paragraph=wording.paragraph,
            kind=AmendmentKind.ADD,
            member__organisation_name=name,
        )
        AnswerFactory(amendment=amendment, paragraph=paragraph)

    assert [row.organisations for row in rows_of(compared(before, after))] == [[], ["One"]]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("ar", ("توصيل المدارس.", "توصيل المدارس، ونشر مواقعها.")),
        ("zh-hans", ("每所学校都应联网。", "每所公立学校都应联网。")),
    ],
)
def test_adopted_drafts_are_compared_in_the_language_of_the_reader(client, language, texts):
    framework = a_framework()
    before, after = (an_adopted_draft(framework) for _ in range(2))
    column = f"text_{language.replace('-', '_')}"
    wording = WordingFactory(draft=before, text_en="One.", **{column: texts[0]})
    reworded(wording, after, "Two.", **{column: texts[1]})

    page = client.get(page_of(framework, "drafts/0/1/", language))

    new = {"ar": "، ونشر مواقعها", "zh-hans": "公立"}[language]
    marked = f'<p class="redline" lang="{language}" dir="auto">'
    start, end = texts[1].split(new)
    assertContains(page, f"{marked}{start}<ins><bdi class")
    assertContains(page, f"</bdi>{new}<bdi class")
    assertContains(page, f"</bdi></ins>{end}</p>")


def test_page_marks_deleted_and_added_words(client, drafts):
    before, after = drafts
    wording = WordingFactory(draft=before, text_en="Train 5,000 people.")
    reworded(wording, after, "Train 10,000 people.")

    page = client.get(page_of(before.framework, "drafts/0/1/"))

    assertContains(page, f"Train {deleted('5,000')}{added('10,000')} people.")


def test_form_of_the_page_leads_to_the_drafts_that_it_names(client, drafts):
    framework = drafts[0].framework
    an_open_draft(framework)
    page = page_of(framework, "drafts/0/1/")

    chosen = client.get(page, {"before": 2, "after": 0, "what": "all"})

    assertRedirects(chosen, page_of(framework, "drafts/0/2/?what=all"))
    for wrong in ("drafts/1/0/", "drafts/1/1/", "drafts/0/9/"):
        assert client.get(page_of(framework, wrong)).status_code == 404
    assert client.get(page, {"before": "x", "after": "1"}).status_code == 200


@pytest.mark.parametrize("number", [3, 9])
def test_number_of_queries_of_a_comparison_does_not_grow(client, drafts, number):
    before, after = drafts
    for _ in range(number):
        wording = WordingFactory(draft=before)
        later = reworded(wording, after, "Connect every school.")
        later.sources.set([WordingFactory(draft=before).paragraph])
        amendment = AmendmentFactory(draft=before, paragraph=wording.paragraph)
        AnswerFactory(amendment=amendment)

    assert queries_of(client, page_of(before.framework, "drafts/0/1/")) == 6
