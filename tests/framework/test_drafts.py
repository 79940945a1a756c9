from datetime import timedelta

import pytest

from core.conflicts import Refused
from framework.models import DraftState, DraftStatus, ParagraphKind
from framework.services.drafts import (
    Unanswered,
    adopt_draft,
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

SOON = NOON + timedelta(days=21)
LATER = NOON + timedelta(hours=1)


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
