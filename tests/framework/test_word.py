import io
import random

import pytest
from django.utils.translation import override

from framework.models import AmendmentKind, AnswerKind, DraftStatus
from framework.services.reader import Reader
from framework.services.tracked_changes import OWNER, changes_between, text_of
from framework.services.word import WordText, write_word
from tests.factories import NOON, AmendmentFactory, AnswerFactory
from tests.framework.framework_drafts import (
    ACTION,
    ADOPTED,
    AFTER,
    BEFORE,
    HEADING,
    TEXT,
    a_public_framework,
    drafts_of,
)
from tests.framework.word_files import WordFile

pytestmark = pytest.mark.django_db


def written(blocks, language="en"):
    file = io.BytesIO()
    text = WordText(
        title="Action Framework",
        subtitle="Draft 1",
        focus_area=1,
        blocks=tuple(blocks),
        address="https://portal.example/en/",
        language=language,
        shown_at=NOON,
    )
    write_word(text, file)
    return WordFile(file)


def word_of(draft, language="en"):
    with override(language):
        return written(text_of(draft), language)


def compared(before, after, *, is_staff=True, language="en"):
    reader = Reader(framework=before.framework, at=NOON, is_staff=is_staff)
    with override(language):
        return written(changes_between(before, after, reader=reader), language)


def shown(lines):
    return [(line.style, line.number, line.marked) for line in lines]


def test_draft_has_its_headings_numbers_lists_emphasis_and_links():
    (draft,), _paragraphs = drafts_of(a_public_framework(), BEFORE)

    file = word_of(draft)

    assert file.head == ["Action Framework", "Draft 1"]
    assert shown(file.accepted()) == [
        ("Heading1", "", "Why we act"),
        ("Normal", "1.1", "Connect **every** school to the [network](https://itu.int/a)."),
        ("Normal", "1.2", "We begin:"),
        ("ListParagraph", "•", "with maps"),
        ("ListParagraph", "•", "with money"),
        ("ListParagraph", "3.", "lent"),
        ("ListParagraph", "4.", "given"),
        ("Normal", "", "Then we build."),
        ("Normal", "1.3", "Publish the prices."),
        ("Normal", "1.4", "Nobody is left behind."),
        ("Normal", "1.5", "It ends in 2030."),
    ]
    assert file.changes() == []


def test_accepting_all_gives_the_newer_draft_and_rejecting_all_the_older_one():
    (before, after), _paragraphs = drafts_of(a_public_framework(), BEFORE, AFTER)

    file = compared(before, after)

    assert file.accepted() == word_of(after).accepted()
    assert file.rejected() == word_of(before).accepted()
    assert shown(file.accepted())[-3:] == [
        ("Normal", "1.3", "It ends in 2030."),
        ("Normal", "1.4", "Nobody is left behind."),
        ("Normal", "1.5", "Measure it."),
    ]
    assert [(kind, words) for kind, _author, _at, words in file.changes()] == [
        ("ins", "Who we are"),
        ("ins", "all "),
        ("del", "every"),
        ("ins", "every"),
        ("del", "network"),
        ("ins", "network"),
        ("ins", " by 2027"),
        ("ins", "with people"),
        ("del", "Publish the prices."),
        # It moved, and became an action.
        ("ins", "It ends in 2030."),
        ("del", "It ends in 2030."),
        ("ins", "Measure it."),
    ]


WORDS = ["schools", "by 2027", "**all**", "*every*", "[links](https://itu.int/x)", "مدرسة", "学校"]
SHAPES = ["{0} {1}", "{0}\n\n{1} {2}", "- {0}\n- {1}", "{0}:\n\n1. {1}\n2. {2}", "{0}  \n{1}"]


@pytest.mark.parametrize("seed", range(6))
def test_any_two_drafts_come_back_from_their_changes(seed):
    chance = random.Random(seed)  # noqa: S311

    def text():
        names = chance.sample(range(9), chance.randint(1, 9))
        return [
            (
                name,
                chance.choice([HEADING, TEXT, ACTION]),
                chance.choice(SHAPES).format(*chance.choices(WORDS, k=3)),
            )
            for name in names
        ]

    (before, after), _paragraphs = drafts_of(a_public_framework(), text(), text())

    file = compared(before, after)

    assert file.accepted() == word_of(after).accepted()
    assert file.rejected() == word_of(before).accepted()


def test_change_has_the_organisations_whose_amendments_were_taken_as_its_author():
    (before, after), paragraphs = drafts_of(a_public_framework(), BEFORE, AFTER)

    def answered(name, organisation, answer, kind=AmendmentKind.CHANGE):
        paragraph = paragraphs[name]
        amendment = AmendmentFactory(
            draft=before,
            paragraph=paragraph,
            member__organisation_name=organisation,
            kind=kind,
        )
        AnswerFactory(amendment=amendment, kind=answer, paragraph=paragraph)

    answered("schools", "وزارة الاتصالات", AnswerKind.TAKEN)
    answered("schools", "Access\x0b & <Co>", AnswerKind.TAKEN_WITH_CHANGES)
    answered("why", "Not heard", AnswerKind.NOT_TAKEN)
    answered("gone", "No longer", AnswerKind.TAKEN, kind=AmendmentKind.DELETE)
    # It stands after a paragraph that it does not change.
    answered("why", "Adds", AnswerKind.TAKEN, kind=AmendmentKind.ADD)

    changes = compared(before, after).changes()

    authors = {words: author for _kind, author, _at, words in changes}
    assert authors[" by 2027"] == "وزارة الاتصالات; Access  & <Co>"
    assert authors["Publish the prices."] == "No longer"
    assert authors["all "] == authors["Measure it."] == OWNER
    assert {at for _kind, _author, at, _words in changes} == {"2021-10-25T12:00:00Z"}
    public = compared(before, after, is_staff=False).changes()
    assert {author for _kind, author, _at, _words in public} == {
        "An organisation that is not listed",
        OWNER,
    }


def test_arabic_is_written_from_right_to_left_with_latin_words_in_it():
    text = [
        ("why", HEADING, {"en": "Why", "ar": "لماذا نعمل"}),
        ("what", ACTION, {"en": "Connect", "ar": "صِل **كل مدرسة** بشبكة ITU-D (GIGA) بحلول 2027."}),
        ("how", TEXT, {"en": "Only in English, with العربية in it."}),
    ]
    (draft,), _paragraphs = drafts_of(a_public_framework(), text, **ADOPTED)

    file = word_of(draft, "ar")

    assert [(line.is_right_to_left, line.marked) for line in file.accepted()] == [
        (True, "لماذا نعمل"),
        (True, "صِل **كل مدرسة** بشبكة ITU-D (GIGA) بحلول 2027."),
        (False, "Only in English, with العربية in it."),
    ]
    runs = [
        ("".join(run.itertext()), run.find("{*}rPr/{*}rtl") is not None)
        for paragraph in file.paragraphs[3:5]
        for run in paragraph.findall(".//{*}r")
    ]
    assert runs == [
        ("صِل ", True),
        ("كل مدرسة", True),
        (" بشبكة ", True),
        ("ITU-D (GIGA", False),
        (") بحلول 2027.", True),
        ("Only in English, with ", False),
        ("العربية", True),
        (" in it.", False),
    ]
    assert file.fields("lang", "bidi")["ar-SA"] > 0


def test_chinese_has_its_language_and_is_compared_by_characters():
    texts = [
        [("what", ACTION, {"en": words, "zh_hans": chinese})]
        for words, chinese in (
            ("Connect all", "连接每所学校"),
            ("Connect all now", "现在连接每所小学校"),
        )
    ]
    (before, after), _paragraphs = drafts_of(a_public_framework(), *texts)
    for draft in (before, after):
        draft.status, draft.opens_at, draft.closes_at = DraftStatus.ADOPTED, None, None
        draft.adopted_at = NOON
        draft.save()

    file = compared(before, after, language="zh-hans")

    assert [change[3] for change in file.changes()] == ["现在", "小"]
    assert set(file.fields("lang", "eastAsia")) >= {"zh-CN"}


def test_text_of_ten_thousand_letters_and_what_xml_forbids_is_written():
    long = "Schools need fibre. " * 500
    texts = [[("long", TEXT, long)], [("long", TEXT, f"{long}\x01And\x0c power\ufffe.")]]
    (before, after), _paragraphs = drafts_of(a_public_framework(), *texts)

    file = compared(before, after)

    assert len(file.rejected()[0].text) == 9_999
    assert file.accepted()[0].text.startswith("Schools need fibre. Schools")
    assert file.accepted()[0].text.endswith("And  power .")


def test_paragraph_that_begins_with_a_list_has_its_number_above_it():
    (draft,), _paragraphs = drafts_of(a_public_framework(), [("list", TEXT, "- one\n- two")])

    assert shown(word_of(draft).accepted()) == [
        ("Normal", "1.1", ""),
        ("ListParagraph", "•", "one"),
        ("ListParagraph", "•", "two"),
    ]
