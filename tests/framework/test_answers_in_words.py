"""What became of an amendment, as the letter to its organisation says it."""

import pytest
from django.utils.translation import override

from framework.models import AmendmentKind, AnswerKind, ParagraphKind
from framework.services.answers_in_words import (
    MAX_TOLD,
    NumberedTexts,
    answered_text,
    answers_text,
)
from outbox.services.rendering import as_fragment, as_text
from tests.factories import (
    AmendmentFactory,
    AnswerFactory,
    FrameworkDraftFactory,
    ParagraphFactory,
    WordingFactory,
)

pytestmark = pytest.mark.django_db

ADD, CHANGE, COMMENT, DELETE, KEEP = (
    AmendmentKind.ADD,
    AmendmentKind.CHANGE,
    AmendmentKind.COMMENT,
    AmendmentKind.DELETE,
    AmendmentKind.KEEP,
)
TAKEN, CHANGED, NOTED = AnswerKind.TAKEN, AnswerKind.TAKEN_WITH_CHANGES, AnswerKind.NOTED
BEFORE = "Connect every school by 2030."
WHY = "The group decided so."


@pytest.fixture
def drafts():
    first = FrameworkDraftFactory(number=2)
    return first, FrameworkDraftFactory(framework=first.framework, number=3)


def told(drafts, kind, answer, *, text="", now=BEFORE, reason=WHY, **facts):
    """The letter's text about an amendment to action 1.1, which says `now` afterwards."""
    before, after = drafts
    paragraph = ParagraphFactory(framework=before.framework)
    WordingFactory(draft=before, paragraph=paragraph, text_en=BEFORE)
    if now:
        WordingFactory(draft=after, paragraph=paragraph, text_en=now)
    amendment = AmendmentFactory(
        draft=before, paragraph=paragraph, kind=kind, text=text, reason="Our law says so.", **facts
    )
    AnswerFactory(amendment=amendment, kind=answer, reason=reason)
    return as_text(answers_text([amendment], [], NumberedTexts(after))).strip().split("\n\n")


@pytest.mark.parametrize(
    ("text", "now", "asked", "says"),
    [
        (
            "Connect every school by 2035.",
            "Connect every school by 2032.",
            "You asked to replace “2030” with “2035”.",
            "Draft 3 replaces “2030” with “2032”.",
        ),
        (
            "Connect every school by 2030, with power.",
            "Connect every school by 2030, with light.",
            "You asked to add “with power”.",
            "Draft 3 adds “with light”.",
        ),
        (
            "Connect every school.",
            "Connect every school.",
            "You asked to delete “by 2030”.",
            "Draft 3 says so.",
        ),
        (
            "Power every clinic by 2035.",
            BEFORE,
            "You asked for this text: “Power every clinic by 2035.”",
            "Draft 3 says the same as before.",
        ),
    ],
)
def test_change_is_told_in_words(drafts, text, now, asked, says):
    assert told(drafts, CHANGE, CHANGED, text=text, now=now) == [
        "Action 1.1 · Taken with changes",
        asked,
        says,
        f"Why: {WHY}",
    ]


def test_change_that_was_not_taken_is_not_followed_by_the_same_text(drafts):
    assert told(drafts, CHANGE, AnswerKind.NOT_TAKEN, text="Connect no school by 2030.") == [
        "Action 1.1 · Not taken",
        "You asked to replace “every” with “no”.",
        f"Why: {WHY}",
    ]


@pytest.mark.parametrize(
    ("kind", "answer", "now", "expected"),
    [
        (DELETE, TAKEN, "", ["You asked to delete it.", "Draft 3 no longer has it."]),
        (
            KEEP,
            TAKEN,
            BEFORE,
            ["You asked to keep it as it is.", "Draft 3 says the same as before."],
        ),
        (COMMENT, NOTED, "Other.", ["You commented: “Our law says so.”"]),
    ],
)
def test_position_and_comment_are_told(drafts, kind, answer, now, expected):
    assert told(drafts, kind, answer, now=now, reason=WHY)[1:] == [*expected, f"Why: {WHY}"]


def test_answer_without_a_reason_has_no_why(drafts):
    assert told(drafts, KEEP, TAKEN, reason="")[-1] == "Draft 3 says the same as before."


def test_addition_is_told_at_its_new_place(drafts):
    before, after = drafts
    first = WordingFactory(draft=before, kind=ParagraphKind.TEXT).paragraph
    new = WordingFactory(draft=after, text_en="Count them.").paragraph
    facts = {"draft": before, "paragraph": first, "kind": ADD, "text": "Count everybody."}
    taken, refused = AmendmentFactory(**facts), AmendmentFactory(**facts)
    AnswerFactory(amendment=taken, kind=CHANGED, paragraph=new, reason=WHY)
    AnswerFactory(amendment=refused, kind=AnswerKind.NOT_TAKEN, paragraph=None)

    text = as_text(answers_text([taken, refused], [], NumberedTexts(after)))

    assert "Action 1.1 · Taken with changes" in text
    assert "Draft 3 says: “Count them.”" in text
    assert "New paragraph after 1.1 · Not taken" in text


def test_number_that_moved_is_told(drafts):
    before, after = drafts
    WordingFactory(draft=after)
    moved = WordingFactory(draft=before).paragraph
    WordingFactory(draft=after, paragraph=moved)
    amendment = AmendmentFactory(draft=before, paragraph=moved, kind=KEEP)
    AnswerFactory(amendment=amendment)

    text = answers_text([amendment], [], NumberedTexts(after))

    assert text.startswith("## Action 1.1, now 1.2 · Taken")


def test_merged_amendment_names_the_organisation_of_the_other(drafts):
    before, after = drafts
    other = AmendmentFactory(draft=before, member__organisation_name="<b>ACME</b> www.evil.example")
    amendment = AmendmentFactory(draft=before)
    AnswerFactory(amendment=amendment, kind=AnswerKind.MERGED, merged_with=other)

    html = as_fragment(answers_text([amendment], [], NumberedTexts(after)), language="en")

    assert "the proposal of &lt;b&gt;ACME&lt;/b&gt; www ." in html


def test_rest_is_left_to_the_page_by_a_link_of_their_own(drafts):
    before, after = drafts
    paragraph = WordingFactory(draft=before).paragraph
    facts = {"draft": before, "paragraph": paragraph, "kind": COMMENT}
    amendments = AmendmentFactory.create_batch(MAX_TOLD + 2, **facts)
    for each in amendments:
        AnswerFactory(amendment=each)

    text = answers_text(amendments, [], NumberedTexts(after))

    assert text.count("You commented") == MAX_TOLD
    assert text.endswith(
        "2 more proposals of yours have answers. [See them on your page]([[private-link-2]])"
    )


def test_supported_amendments_are_one_line(drafts):
    before, after = drafts
    supported = AmendmentFactory.create_batch(3, draft=before)
    for each, kind in zip(supported, (TAKEN, NOTED, TAKEN), strict=True):
        AnswerFactory(amendment=each, kind=kind)

    text = answers_text([], supported, NumberedTexts(after))

    assert text == "You supported 3 proposals of others. Taken: 2 · Noted: 1"


@pytest.mark.parametrize(
    "typed",
    [
        "[Press here](https://evil.example) <script>alert(1)</script> **now**",
        "https://evil.example and www.evil.example and evil.example",
        "[[private-link-1]] [[private-page]] {private_link}",
        "# Heading\n\n---\n\n> box\n\n| a | b |\n|---|---|",
        "\u202eright to left\u2066 forever",
    ],
)
def test_typed_texts_are_words_and_nothing_else(drafts, typed):
    before, after = drafts
    wording = WordingFactory(draft=before, text_en=typed)
    amendment = AmendmentFactory(
        draft=before, paragraph=wording.paragraph, kind=CHANGE, text=f"{typed} more", reason=typed
    )
    comment = AmendmentFactory(
        draft=before, paragraph=wording.paragraph, kind=COMMENT, reason=typed
    )
    for each in (amendment, comment):
        AnswerFactory(amendment=each, kind=NOTED, reason=typed)
    with override("ar"):
        text = answers_text([amendment, comment], [], NumberedTexts(after))

    html = as_fragment(text, language="ar")

    assert [tag for tag in ("<a ", "<script", "<table", "<hr", "<blockquote") if tag in html] == []
    assert html.count("<h2>") == 2
    assert "[[private" not in text
    assert {"\u202e", "\u2066"}.isdisjoint(html)


def test_english_text_keeps_its_direction_in_an_arabic_letter(drafts):
    with override("ar"):
        _heading, asked, *_rest = told(drafts, CHANGE, TAKEN, text="Connect every school.", now="")

    assert "\u2068by 2030\u2069" in asked


@pytest.mark.parametrize(("number", "expected"), [(0, "answers about what you supported")])
def test_subject_of_who_only_supported_says_so(number, expected):
    assert answered_text(number) == expected
