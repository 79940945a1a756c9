"""Drafts of letters about needs and offers: saved on the page, ended, restored and deleted."""

from datetime import timedelta

import pytest

from members.services.letter_drafts import KEPT_AFTER_UNDO_PERIOD
from opportunities.models import EventKind, LetterDraft
from opportunities.services import decisions
from opportunities.services.desk_letters import delete_ended_drafts
from opportunities.services.undo import undo_decision
from outbox.models import Message
from tests.factories import NOON, OpportunityLetterDraftFactory
from tests.opportunities.deciding import REASON, S, a_row, changed, decide
from tests.opportunities.test_admin import opened, url
from tests.triage.staff import officer, read, signed_in
from tests.triage.staff import told as messages_of

MY_WORDS = {**REASON, "subject": "About it", "body": "My own words."}
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def undo_is_on(settings):
    settings.UNDO_SECONDS = 120


def open_drafts(row):
    return [draft.kind for draft in row.letter_drafts.open().order_by("kind")]


def test_letter_is_saved_shown_again_and_discarded():
    row, browser = a_row(), signed_in(officer())
    fields = {**opened(browser, "close", row), **MY_WORDS, "save_draft": "1"}
    fields.pop("decide")

    saved = browser.post(url("close", row), fields, follow=True)
    again = read(browser.get(url("close", row)))
    of_a_colleague = read(signed_in(officer()).get(url("close", row)))
    browser.post(url("close", row), {"version": row.version, "throw_away": "1"})

    assert messages_of(saved) == ["Draft saved. No decision was made and no email was sent."]
    assert "My own words." in again
    assert "has a draft of this letter" in of_a_colleague
    assert "My own words." not in of_a_colleague
    assert (open_drafts(row), list(Message.objects.all())) == ([], [])


def test_decision_ends_the_drafts_and_its_undo_brings_them_back():
    row, ada = a_row(), officer()
    row.save()
    for kind in (EventKind.PUBLISHED, EventKind.CLOSED_BY_STAFF):
        OpportunityLetterDraftFactory(opportunity=row, kind=kind)
    decide(decisions.close, row, by=ada, **REASON)
    meanwhile = open_drafts(row)

    undo_decision(row, by=ada, at=NOON + SECOND)

    assert (meanwhile, open_drafts(row)) == (
        [],
        [EventKind.CLOSED_BY_STAFF, EventKind.PUBLISHED],
    )


@pytest.mark.parametrize(
    ("service", "kind", "typed"),
    [
        (decisions.ask, EventKind.QUESTION_ASKED, {"question": "How many?"}),
        (decisions.publish_change, EventKind.CHANGE_PUBLISHED, {}),
        (decisions.decline_change, EventKind.CHANGE_DECLINED, REASON),
    ],
)
def test_decision_that_leaves_others_possible_ends_its_own_drafts(service, kind, typed):
    row = a_row() if service is decisions.ask else changed(a_row(S.OPEN))
    for each in (kind, EventKind.CLOSED_BY_STAFF):
        OpportunityLetterDraftFactory(opportunity=row, kind=each)

    decide(service, row, **typed)

    assert open_drafts(row) == [EventKind.CLOSED_BY_STAFF]


def test_ended_drafts_are_deleted_when_no_undo_can_restore_them():
    kept = OpportunityLetterDraftFactory()
    OpportunityLetterDraftFactory(ended_at=NOON)
    last = NOON + KEPT_AFTER_UNDO_PERIOD + timedelta(seconds=120)

    early, late = (delete_ended_drafts(at=at) for at in (last - SECOND, last))

    assert (early, late, LetterDraft.objects.get()) == (0, 1, kept)
