"""Two coordinators at one closed draft: answers with the text of the next one, and notes."""

from functools import partial

from framework.models import AmendmentKind, Answer, AnswerKind, ParagraphNote, Wording
from framework.services.answers import AnswerConflict
from framework.services.consolidation import TypedWording, answer_and_edit
from framework.services.drafts import prepare_next_draft
from framework.services.notes import add_note
from framework.services.paragraphs import WordingConflict
from tests.factories import (
    NOON,
    AmendmentFactory,
    FrameworkDraftFactory,
    UserFactory,
    WordingFactory,
)
from tests.sweeps.races.race import Race, own, twice

ANSWER, WORDING, NOTE = "framework_answer", "framework_wording", "framework_paragraphnote"
TEXT = "Connect every school."


def amendments(number, **facts):
    """Return amendments to one paragraph of a closed draft, of which the next one is prepared."""
    draft = FrameworkDraftFactory(closes_at=NOON)
    paragraph = WordingFactory(draft=draft, text_en=TEXT).paragraph
    made = [AmendmentFactory(draft=draft, paragraph=paragraph, **facts) for _each in range(number)]
    prepare_next_draft(framework=draft.framework, by=UserFactory(), at=NOON)
    return made


def taking(amendment, text=""):
    """Take an amendment, with a text that is typed into the next draft."""
    typed = TypedWording(text=text, shown=TEXT, version=1) if text else None
    facts = {"version": 0, "typed": typed, "by": UserFactory(), "at": NOON}
    return partial(
        answer_and_edit, amendment=own(amendment), kind=AnswerKind.TAKEN, reason="", **facts
    )


def two_take_one_change():
    [amendment] = amendments(1)

    return taking(amendment, "Connect all schools."), taking(amendment, "Connect schools.")


def two_take_one_addition():
    [amendment] = amendments(1, kind=AmendmentKind.ADD)

    return taking(amendment), taking(amendment)


def two_edit_one_paragraph():
    """Each takes another amendment to the paragraph, and types another text."""
    first, second = amendments(2)

    return taking(first, "Connect all schools."), taking(second, "Connect schools.")


def one_note_twice():
    [amendment] = amendments(1)
    facts = {"paragraph": amendment.paragraph, "text": "Ask Senegal.", "by": UserFactory()}

    return twice(lambda: add_note(draft=own(amendment.draft), **facts, at=NOON, after=0))


RACES = {
    "take one change": Race(
        two_take_one_change, WORDING, (Answer, AnswerConflict), {Answer: 1, Wording: 0}
    ),
    "take one addition": Race(
        two_take_one_addition, (WORDING, ANSWER), (Answer, AnswerConflict), {Answer: 1, Wording: 1}
    ),
    "edit one paragraph with two answers": Race(
        two_edit_one_paragraph, (WORDING, ANSWER), (Answer, WordingConflict), {Answer: 1}
    ),
    "add one note twice": Race(
        one_note_twice, NOTE, (ParagraphNote, ParagraphNote), {ParagraphNote: 1}
    ),
}
