"""docs/lifecycle.md says what can be done in each state of the latest draft."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from core.conflicts import Refused
from framework.models import AmendmentKind, AnswerKind, DraftStatus
from framework.services.amendments import AmendmentContent, Place, send_amendment
from framework.services.answers import answer_amendment
from framework.services.drafts import adopt_draft, move_closing, open_draft, prepare_next_draft
from tests.factories import (
    NOON,
    AmendmentFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    UserFactory,
    WordingFactory,
)
from tests.framework.readers import reader

LATER = NOON + timedelta(days=9)
PAGE = (Path(settings.BASE_DIR) / "docs" / "lifecycle.md").read_text()
TABLE = PAGE.split("| action | ", 1)[1].split("\n\n", 1)[0]
HEADINGS, _LINE, *ROWS = [
    [cell.strip() for cell in row.strip("| ").split("|")] for row in TABLE.splitlines()
]
STATES = {
    "none": None,
    "preparation": {"status": DraftStatus.PREPARATION},
    "open": {"status": DraftStatus.OPENED},
    "closed": {"status": DraftStatus.OPENED, "closes_at": NOON},
    "adopted": {"status": DraftStatus.ADOPTED},
}


def propose(draft, by):
    return send_amendment(
        place=Place(draft, draft.wordings.get().paragraph, AmendmentKind.KEEP),
        amendment=None,
        content=AmendmentContent(reason="It is right as it is.", language="en"),
        version=0,
        by=reader(),
        at=NOON,
    )


def answer(draft, by):
    amendment = AmendmentFactory(draft=draft, paragraph=draft.wordings.get().paragraph)
    facts = {"kind": AnswerKind.TAKEN, "reason": "", "version": 0}
    return answer_amendment(amendment=amendment, **facts, by=by, at=NOON)


STEPS = {
    "open it": lambda draft, by: open_draft(
        draft=draft, closes_at=LATER, version=1, by=by, at=NOON
    ),
    "adopt it": lambda draft, by: adopt_draft(draft=draft, version=1, by=by, at=NOON),
    "move the closing": lambda draft, by: move_closing(
        draft=draft, closes_at=LATER, version=1, by=by, at=NOON
    ),
    "propose": propose,
    "answer a proposal": answer,
}


def is_possible(action, state):
    """Take a step in a state, and forget it."""
    with transaction.atomic():
        draft = FrameworkDraftFactory(**STATES[state]) if STATES[state] else None
        if draft:
            WordingFactory(draft=draft)
        try:
            take(action, draft, by=UserFactory())
        except Refused:
            return False
        finally:
            transaction.set_rollback(True)
    return True


def take(action, draft, by):
    if action == "prepare the next draft":
        prepare_next_draft(framework=FrameworkFactory(), by=by, at=NOON)
    elif draft is None or (action == "answer a proposal" and draft.closes_at is None):
        raise Refused("There is nothing yet.", code="nothing")
    else:
        STEPS[action](draft, by)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_page_says_what_can_be_done_with_a_draft(db, row):
    action, _who, *cells = row

    found = ["yes" if is_possible(action, state) else "–" for state in HEADINGS[1:]]

    assert cells == found


def test_page_has_each_step_and_each_state():
    assert [row[0] for row in ROWS] == ["prepare the next draft", *STEPS]
    assert HEADINGS[1:] == [*STATES]
