"""Two at one draft at the same moment, in real transactions: one wins, the other is told."""

from urllib.parse import urlencode

import pytest

from eoi.models import EoiDraft
from eoi.services.drafts import (
    DraftConflict,
    DraftNotFound,
    delete_draft,
    delete_expired_drafts,
    delete_submitted_drafts,
    member_of_submission,
    save_draft,
    update_draft,
    warn_of_expiry,
)
from members.models import Member
from members.services.intake import receive_expression_of_interest
from outbox.models import Message
from tests.eoi.test_drafts import DAY, SECOND, expiring
from tests.factories import NOON, CallFactory, EoiDraftFactory
from tests.members.test_intake import answers
from tests.races import POSTGRESQL_ONLY, overtaken, without_locks

pytestmark = POSTGRESQL_ONLY


def saving(draft, acronym, *, at=NOON):
    return lambda: update_draft(
        draft=EoiDraft.objects.get(pk=draft.pk),
        call=None,
        language="en",
        form_data=urlencode({"acronym": acronym}),
        version=1,
        at=at,
    )


def beginning(call, acronym="X", email="ada@example.org"):
    return lambda: save_draft(
        submission_key="key",
        call=call,
        email=email,
        language="en",
        form_data=urlencode({"acronym": acronym}),
        at=NOON,
    )


def test_two_saves_at_once_one_wins_and_the_other_is_told():
    draft = EoiDraftFactory()

    first, second = overtaken(saving(draft, "FIRST"), saving(draft, "SECOND"), at="eoi_eoidraft")

    draft.refresh_from_db()
    assert first == draft
    assert isinstance(second, DraftConflict)
    assert (draft.version, draft.answers["acronym"]) == (2, "FIRST")


def test_two_saves_at_once_need_the_lock():
    draft = EoiDraftFactory()

    with without_locks():
        outcomes = overtaken(saving(draft, "FIRST"), saving(draft, "SECOND"), at="eoi_eoidraft")

    assert [type(outcome) for outcome in outcomes] == [EoiDraft, EoiDraft]


@pytest.mark.parametrize("at", ["eoi_eoidraft", "after eoi_eoidraft"])
def test_the_same_form_begun_twice_at_once_is_one_draft_with_one_mail(at):
    call = CallFactory()

    first, second = overtaken(beginning(call), beginning(call), at=at)

    assert first == second == EoiDraft.objects.get()
    assert Message.objects.count() == 1


@pytest.mark.parametrize("at", ["eoi_eoidraft", "after eoi_eoidraft"])
def test_other_answers_begun_at_once_under_one_key_are_refused_to_the_later(at):
    call = CallFactory()

    outcomes = overtaken(beginning(call), beginning(call, "Y"), at=at)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["DraftConflict", "EoiDraft"]
    assert Message.objects.count() == 1


def test_save_against_sending_loses_nothing_and_leaves_one_member():
    call = CallFactory()
    draft = EoiDraftFactory(call=call)
    sending = {**answers(), "submission_key": draft.submission_key}

    saved, member = overtaken(
        saving(draft, "LATE"),
        lambda: receive_expression_of_interest(call=call, **sending),
        at="eoi_eoidraft",
    )

    assert saved == draft
    assert member == Member.objects.get() == member_of_submission(draft.submission_key)
    assert delete_submitted_drafts(at=NOON) == 1


def test_delete_against_save_leaves_no_draft_and_tells_who_saves():
    draft = EoiDraftFactory()

    deleted, saved = overtaken(
        lambda: delete_draft(draft=draft, at=NOON), saving(draft, "LATE"), at="eoi_eoidraft"
    )

    assert deleted is None
    assert isinstance(saved, DraftNotFound)
    assert list(EoiDraft.objects.all()) == []


def test_expiry_does_not_delete_what_is_saved_at_the_last_moment():
    draft = expiring(DAY)
    after = NOON + DAY

    saved, counted = overtaken(
        saving(draft, "LAST", at=after - SECOND),
        lambda: delete_expired_drafts(at=after),
        at="eoi_eoidraft",
    )

    assert (saved, counted) == (draft, 0)
    assert EoiDraft.objects.get().answers["acronym"] == "LAST"


def test_two_warnings_at_once_are_one():
    expiring(DAY)

    counted = overtaken(
        lambda: warn_of_expiry(at=NOON), lambda: warn_of_expiry(at=NOON), at="eoi_eoidraft"
    )

    assert counted == (1, 0)
    assert Message.objects.count() == 1
