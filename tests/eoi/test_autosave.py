"""Forms that are kept at each POST: what is stored, what is never replaced, and what is deleted."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from core.autosave import Page, ThirdVersion, TooLong
from core.rate_limits import TooManyAttempts
from eoi.models import EoiDraft
from eoi.services.autosave import (
    autosave_form,
    clear_form,
    is_submitted,
    kept_form,
)
from eoi.services.draft_notices import remind_of_deadline, warn_of_expiry
from eoi.services.drafts import (
    DRAFT_LIFETIME,
    KEPT_FORM_LIFETIME,
    MAX_FORM_DATA_LENGTH,
    AlreadySubmitted,
    DraftNotFound,
    add_address,
    delete_expired_drafts,
    delete_submitted_drafts,
)
from outbox.models import Message
from tests.factories import NOON, CallFactory, EoiDraftFactory, MemberFactory

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def call():
    return CallFactory(opens_at=NOON - DAY, closes_at=NOON + 7 * DAY)


def keep(call, acronym="MDA", *, page="window-1", version=0, is_other=False, **changes):
    facts = {
        "submission_key": "key",
        "language": "en",
        "form_data": urlencode({"acronym": acronym}),
        "page": Page(page, version, is_other),
        "network": "192.0.2.1",
        "at": NOON,
    }
    return autosave_form(call=call, **{**facts, **changes})


def acronyms():
    """The kept text and the other version of each draft."""
    return [
        (draft.answers.get("acronym"), draft.other_answers.get("acronym"))
        for draft in EoiDraft.objects.order_by("pk")
    ]


def stored():
    return list(EoiDraft.objects.values()), list(Message.objects.values())


def test_first_post_is_kept_for_a_day_and_nobody_is_written_to(call):
    kept = keep(call, form_data=urlencode({"acronym": "MDA", "country": "KE"}))

    draft = EoiDraft.objects.get()
    assert kept == (draft, False)
    assert draft.answers.dict() == {"acronym": "MDA", "country": "KE"}
    assert (draft.email, draft.call, draft.time_zone) == ("", call, "Africa/Nairobi")
    assert (draft.saved_at, draft.expires_at) == (NOON, NOON + timedelta(hours=24))
    assert not draft.is_written_to
    assert list(Message.objects.all()) == []


def test_next_post_is_the_next_version_and_is_kept_for_longer(call):
    first = keep(call).draft

    second = keep(call, "ITU", version=first.version, page="window-2", at=NOON + HOUR).draft

    assert (second.pk, second.version) == (first.pk, first.version + 1)
    assert second.expires_at == NOON + HOUR + KEPT_FORM_LIFETIME
    assert acronyms() == [("ITU", None)]


def test_page_that_the_back_button_shows_again_saves_over_its_own_text(call):
    keep(call, "MDA")

    kept = keep(call, "ITU", version=0)

    assert not kept.is_other_version
    assert acronyms() == [("ITU", None)]


@pytest.mark.parametrize("page", ["window-2", ""])
def test_older_version_from_another_page_is_kept_beside_the_newer(call, page):
    newer = keep(call, "MDA").draft

    kept = keep(call, "ITU", version=0, page=page, at=NOON + HOUR)

    assert kept.is_other_version
    assert acronyms() == [("MDA", "ITU")]
    assert (kept.draft.version, kept.draft.saved_at) == (newer.version, NOON)
    assert kept.draft.expires_at == NOON + HOUR + KEPT_FORM_LIFETIME


def test_two_versions_change_places_and_neither_is_lost(call):
    keep(call, "MDA")
    other = keep(call, "ITU", page="window-2").draft

    keep(call, "ITU-D", version=other.version, page="window-3", is_other=True)

    assert acronyms() == [("ITU-D", "MDA")]
    # With the Back button, the page of the other version saves once more.
    keep(call, "ITU-R", version=other.version, page="window-3", is_other=True)
    assert acronyms() == [("ITU-R", "MDA")]


def test_other_version_is_replaced_by_its_own_page_alone(call):
    keep(call, "MDA")
    keep(call, "ITU", page="window-2")
    keep(call, "ITU-D", page="window-2")
    before = stored()

    with pytest.raises(ThirdVersion):
        keep(call, "BDT", page="window-3")

    assert stored() == before
    assert acronyms() == [("MDA", "ITU-D")]


def test_pages_without_a_name_do_not_replace_the_other_version_of_one_another(call):
    keep(call, "MDA")
    keep(call, "ITU", page="")

    with pytest.raises(ThirdVersion):
        keep(call, "BDT", page="")

    assert acronyms() == [("MDA", "ITU")]


def test_same_text_from_an_older_page_is_no_other_version(call):
    keep(call)

    assert not keep(call, page="window-2").is_other_version
    assert acronyms() == [("MDA", None)]


def test_text_that_a_page_posted_earlier_and_that_comes_later_replaces_nothing(call):
    begun = keep(call, "M").draft
    keep(call, "MDA", version=begun.version, at=NOON + 2 * SECOND)
    before = stored()

    kept = keep(call, "MD", version=begun.version, at=NOON + SECOND)

    assert not kept.is_other_version
    assert stored() == before
    assert acronyms() == [("MDA", None)]


def test_same_text_is_kept_for_longer_and_is_no_new_version(call):
    first = keep(call).draft

    second = keep(call, version=first.version, at=NOON + HOUR).draft

    assert (second.version, second.saved_at) == (first.version, NOON + HOUR)
    assert second.expires_at == NOON + HOUR + KEPT_FORM_LIFETIME


def test_form_that_was_saved_with_an_address_is_kept_for_thirty_days(call):
    draft = EoiDraftFactory(call=call, submission_key="key", expiry_warned_at=NOON)

    keep(call, version=1, language="fr")

    draft.refresh_from_db()
    assert draft.expires_at == NOON + DRAFT_LIFETIME
    assert (draft.language, draft.expiry_warned_at) == ("fr", None)
    assert list(Message.objects.all()) == []


def test_form_goes_to_the_call_that_is_open_and_stays_with_its_own_if_none_is(call):
    closed = CallFactory(opens_at=NOON - 9 * DAY, closes_at=NOON - 8 * DAY)

    kept = keep(closed).draft
    moved = keep(call, "ITU").draft
    stayed = keep(closed, "ITU-D").draft

    assert [kept.call, moved.call, stayed.call] == [closed, call, call]
    assert stayed.announced_closes_at == call.closes_at


def test_expired_form_begins_again(call):
    first = keep(call).draft

    second = keep(call, "ITU", at=NOON + DAY).draft

    assert second.pk != first.pk
    assert acronyms() == [("ITU", None)]


def test_form_that_was_sent_is_not_kept(call):
    member = MemberFactory(submission_key="key")

    with pytest.raises(AlreadySubmitted, match=member.reference):
        keep(call)

    assert stored() == ([], [])


def test_form_that_is_longer_than_any_is_not_kept(call):
    with pytest.raises(TooLong):
        keep(call, form_data="x" * (MAX_FORM_DATA_LENGTH + 1))

    assert stored() == ([], [])


def test_one_network_begins_only_so_many_forms_and_saves_them_without_limit(call, settings):
    settings.EOI_PER_NETWORK = 2
    for number in (1, 2):
        keep(call, submission_key=f"key-{number}")
    before = stored()

    with pytest.raises(TooManyAttempts):
        keep(call, submission_key="key-3")

    assert stored() == before
    keep(call, "ITU", submission_key="key-1")
    keep(call, submission_key="key-3", network="198.51.100.7")
    keep(call, submission_key="key-4", network="127.0.0.1")
    assert EoiDraft.objects.count() == 4


def test_kept_form_is_found_until_it_expires_or_is_sent(call):
    draft = keep(call).draft

    assert kept_form("key", at=NOON + DAY - SECOND) == draft
    assert kept_form("key", at=NOON + DAY) is None
    assert kept_form("other", at=NOON) is None
    assert not is_submitted("key")
    MemberFactory(submission_key="key")
    assert is_submitted("key")
    assert kept_form("key", at=NOON) is None


def test_clear_form_deletes_what_has_no_address_alone(call):
    keep(call)
    other = keep(call, submission_key="other").draft
    saved = EoiDraftFactory(submission_key="saved", call=call)

    for key in ("key", "saved", "unknown"):
        clear_form(submission_key=key)

    assert list(EoiDraft.objects.order_by("pk")) == [other, saved]


def test_add_address_sends_the_link_and_keeps_both_versions_for_longer(call):
    keep(call, "MDA")
    draft = keep(call, "ITU", page="window-2").draft

    saved = add_address(submission_key="key", email="ada@example.org", language="fr", at=NOON)

    assert acronyms() == [("MDA", "ITU")]
    assert (saved.email, saved.language) == ("ada@example.org", "fr")
    assert saved.expires_at == NOON + DRAFT_LIFETIME
    assert saved.version > draft.version
    assert [letter.recipient for letter in Message.objects.all()] == ["ada@example.org"]
    again = add_address(submission_key="key", email="ada@example.org", language="fr", at=NOON)
    assert again == saved
    assert Message.objects.count() == 1


def test_add_address_refuses_what_is_gone_or_was_sent(call):
    keep(call)

    with pytest.raises(DraftNotFound):
        add_address(submission_key="key", email="ada@example.org", language="en", at=NOON + DAY)
    MemberFactory(submission_key="key")
    with pytest.raises(AlreadySubmitted):
        add_address(submission_key="key", email="ada@example.org", language="en", at=NOON)

    assert list(Message.objects.all()) == []
    assert EoiDraft.objects.get().email == ""


def test_autosave_are_deleted_after_a_day_and_once_they_were_sent(call):
    keep(call)
    keep(call, submission_key="later", at=NOON + SECOND)
    MemberFactory(submission_key="sent")
    EoiDraftFactory(submission_key="sent", email="", expires_at=NOON + 2 * DAY)

    assert delete_submitted_drafts(at=NOON) == 1
    assert delete_expired_drafts(at=NOON + DAY) == 1
    assert [draft.submission_key for draft in EoiDraft.objects.all()] == ["later"]


def test_nobody_is_warned_or_reminded_of_a_form_without_an_address(call):
    keep(call)
    near = call.closes_at - DAY
    EoiDraft.objects.update(expires_at=near + DAY)

    assert warn_of_expiry(at=NOON) == 0
    assert remind_of_deadline(days=3, at=near) == 0
    draft = EoiDraft.objects.get()
    assert (draft.expiry_warned_at, draft.reminded_deadline) == (None, None)
