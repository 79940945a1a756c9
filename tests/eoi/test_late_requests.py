"""Owners of drafts ask to send them after the deadline, and officers decide."""

from datetime import timedelta

import pytest

from core.conflicts import Refused
from eoi.models import EoiDraft, LateRequest, LateRequestState
from eoi.services.draft_links import draft_address
from eoi.services.drafts import DraftNotFound, delete_expired_drafts, save_draft
from eoi.services.late_requests import (
    AcceptanceOutOfRange,
    accept_late,
    late_acceptance_of,
    refuse_late,
    request_late,
)
from members.models import Call, TimelineKind
from members.services.intake import LateAcceptance, receive_expression_of_interest
from outbox.models import Message, Queue
from outbox.services.rendering import as_text
from tests.eoi.drafts import saved_again
from tests.factories import (
    NOON,
    CallFactory,
    EoiDraftFactory,
    LateRequestFactory,
    MemberFactory,
    UserFactory,
)
from tests.members.test_intake import answers

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
TOMORROW = NOON + DAY
REASON = "The working groups have met.\n\nWrite to *us*."


def closed_call(at=NOON - HOUR):
    return CallFactory(closes_at=at, grace_ends_at=at)


@pytest.fixture(autouse=True)
def _no_other_call():
    Call.objects.all().delete()


@pytest.fixture
def draft():
    return EoiDraftFactory(call=closed_call())


@pytest.fixture
def late_request():
    return LateRequestFactory()


@pytest.fixture
def ada():
    return UserFactory(name="Ada Lovelace")


def ask(draft, at=NOON, name="Ministry"):
    return request_late(draft=draft, organisation_name=name, at=at)


def accept(late_request, by=None, until=TOMORROW, at=NOON):
    return accept_late(late_request=late_request, until=until, by=by or UserFactory(), at=at)


def refuse(late_request, by=None, reason=REASON, at=NOON):
    return refuse_late(late_request=late_request, reason=reason, by=by or UserFactory(), at=at)


def stored():
    return (
        list(LateRequest.objects.order_by("pk").values()),
        list(EoiDraft.objects.order_by("pk").values("pk", "expires_at", "version")),
        Message.objects.count(),
    )


def waiting(at=NOON):
    return list(LateRequest.objects.waiting_at(at))


# Asking


def test_request_is_stored_and_keeps_the_draft_for_thirty_days(draft):
    EoiDraft.objects.update(expires_at=TOMORROW, expiry_warned_at=NOON - HOUR)

    late_request = ask(draft)

    draft.refresh_from_db()
    assert (late_request.draft, late_request.organisation_name) == (draft, "Ministry")
    assert late_request.state_at(NOON) == LateRequestState.WAITING
    assert (draft.expires_at, draft.expiry_warned_at) == (NOON + 30 * DAY, None)
    assert waiting() == [late_request]
    assert not Message.objects.exists()


def test_request_that_is_sent_twice_is_one(draft):
    first = ask(draft)

    again = ask(draft, at=NOON + HOUR, name="Another name")

    assert (again, again.organisation_name, again.requested_at) == (first, "Ministry", NOON)


@pytest.mark.parametrize(
    ("facts", "refusal", "code"),
    [
        ({"email": ""}, DraftNotFound, ""),
        ({"form_data": "leave_empty=x"}, DraftNotFound, ""),
        ({"started_at": NOON - DAY, "saved_at": NOON - DAY, "expires_at": NOON}, DraftNotFound, ""),
        ({"call__closes_at": TOMORROW}, Refused, "not_late"),
        ({"call__opens_at": TOMORROW, "call__closes_at": NOON + 9 * DAY}, Refused, "not_late"),
    ],
    ids=["no address", "robot", "expired", "open", "upcoming"],
)
def test_request_is_refused(facts, refusal, code):
    dates = {"call__closes_at": NOON - HOUR, "call__grace_ends_at": NOON - HOUR}
    if "call__closes_at" in facts:
        dates["call__grace_ends_at"] = facts["call__closes_at"]
    draft = EoiDraftFactory(**dates | facts)
    before = stored()

    with pytest.raises(refusal) as caught:
        ask(draft)

    assert caught.value.code == code
    assert stored() == before


def test_request_is_refused_while_another_call_is_open_and_once_it_was_sent(draft):
    call = CallFactory()
    with pytest.raises(Refused, match="You can send the form as usual"):
        ask(draft)
    call.delete()
    MemberFactory(submission_key=draft.submission_key)

    with pytest.raises(DraftNotFound):
        ask(draft)

    assert not LateRequest.objects.exists()


# Accepting


@pytest.mark.parametrize("zone", ["", "Africa/Nairobi"])
def test_acceptance_is_told_to_the_owner_with_the_private_link(ada, zone):
    late_request = LateRequestFactory(draft__time_zone=zone, draft__language="en")

    accept(late_request, by=ada)

    draft = EoiDraft.objects.get()
    late_request.refresh_from_db()
    assert late_request.state_at(NOON) == LateRequestState.ACCEPTED
    assert (late_request.decided_by, late_request.decided_at) == (ada, NOON)
    letter = Message.objects.get()
    assert (letter.recipient, letter.reference, letter.queue) == (
        draft.email,
        draft.reference,
        Queue.MAIL,
    )
    assert letter.private_page == draft_address(draft)
    assert letter.expires_at == TOMORROW
    text = as_text(letter.body)
    assert "Tuesday 26 October 2021, 13:59 Geneva (UTC+2)" in text
    assert ("Nairobi" in text) == bool(zone)
    assert "Ada" not in text
    assert late_request.organisation_name not in text


@pytest.mark.parametrize("language", ["ar", "es", "fr", "ru", "zh-hans"])
def test_both_letters_are_in_the_language_of_the_draft(language):
    for decide in (accept, refuse):
        decide(LateRequestFactory(draft__language=language))

    assert {letter.language for letter in Message.objects.all()} == {language}


def test_accepted_draft_is_kept_longer_than_it_can_be_sent(late_request):
    EoiDraft.objects.update(expires_at=NOON + HOUR)

    accept(late_request, until=NOON + 14 * DAY)

    saved_again(EoiDraft.objects.get(), at=NOON + SECOND)
    delete_expired_drafts(at=NOON + 14 * DAY)
    assert EoiDraft.objects.exists()


@pytest.mark.parametrize("until", [NOON - DAY, NOON, NOON + 14 * DAY + SECOND])
def test_acceptance_ends_in_the_next_days(late_request, until):
    before = stored()

    with pytest.raises(AcceptanceOutOfRange, match="within the next 14 days"):
        accept(late_request, until=until)

    assert stored() == before


def test_acceptance_holds_until_its_last_moment(late_request, ada):
    accept(late_request, by=ada)

    draft = late_request.draft
    assert late_acceptance_of(draft, at=TOMORROW - SECOND) == LateAcceptance(by=ada, at=NOON)
    assert late_acceptance_of(draft, at=TOMORROW) is None
    assert late_request.state_at(TOMORROW) == LateRequestState.ENDED


def test_who_did_not_send_in_time_can_ask_again(late_request):
    accept(late_request)

    again = ask(late_request.draft, at=TOMORROW)

    assert again.pk == late_request.pk
    assert (again.accepted_until, again.decided_by, again.decided_at) == (None, None, None)
    assert waiting(TOMORROW) == [again]


# Refusing


def test_refusal_is_told_to_the_owner_with_its_reason_as_written(late_request, ada):
    refuse(late_request, by=ada)

    late_request.refresh_from_db()
    assert late_request.state_at(NOON) == LateRequestState.REFUSED
    assert (late_request.decided_by, late_request.refusal) == (ada, REASON)
    assert late_acceptance_of(late_request.draft, at=NOON) is None
    letter = Message.objects.get()
    text = as_text(letter.body)
    assert "The working groups have met.\n\nWrite to *us*." in text
    assert letter.private_page == draft_address(late_request.draft)
    assert waiting() == []


def test_who_was_refused_cannot_ask_again(late_request):
    refuse(late_request)
    before = stored()

    with pytest.raises(Refused, match="We could not accept this form"):
        ask(late_request.draft, at=NOON + HOUR)

    assert stored() == before


# What makes a decision unnecessary


@pytest.mark.parametrize("decide", [accept, refuse])
@pytest.mark.parametrize("first", [accept, refuse])
def test_what_a_colleague_decided_is_not_decided_again(late_request, ada, decide, first):
    seen = LateRequest.objects.select_related("draft").get()
    first(late_request, by=ada)
    before = stored()

    with pytest.raises(Refused, match="Ada Lovelace decided this request on Monday 25"):
        decide(seen)

    assert stored() == before


def sent(late_request):
    MemberFactory(submission_key=late_request.draft.submission_key)


def deleted(late_request):
    EoiDraft.objects.all().delete()


def reopened(late_request):
    call = late_request.draft.call
    call.closes_at = call.grace_ends_at = TOMORROW
    call.save()


def of_another_call(late_request):
    EoiDraft.objects.update(call=CallFactory())


@pytest.mark.parametrize("decide", [accept, refuse])
@pytest.mark.parametrize("change", [sent, deleted, reopened, of_another_call])
def test_what_needs_no_decision_is_not_decided(late_request, decide, change):
    change(late_request)
    before = stored()

    with pytest.raises(Refused, match="does not need a decision any more"):
        decide(late_request)

    assert stored() == before
    assert waiting() == []


@pytest.mark.parametrize("decide", [None, refuse])
def test_who_asked_before_the_call_reopened_and_closed_asks_again(late_request, decide):
    if decide:
        decide(late_request)
    call = late_request.draft.call
    call.closes_at = call.grace_ends_at = NOON + HOUR
    call.save()

    again = ask(late_request.draft, at=NOON + 2 * HOUR)

    assert waiting(NOON + 2 * HOUR) == [again]
    assert (again.requested_at, again.refusal) == (NOON + 2 * HOUR, "")


def test_acceptance_survives_another_address_for_the_link(late_request, ada):
    accept(late_request, by=ada)
    draft = late_request.draft

    saved = save_draft(
        submission_key=draft.submission_key,
        call=draft.call,
        email="new@example.org",
        language="en",
        form_data=draft.form_data,
        at=NOON,
    )

    assert saved.pk != draft.pk
    assert late_acceptance_of(saved, at=NOON) == LateAcceptance(by=ada, at=NOON)
    assert LateRequest.objects.count() == 1


# Sending


def test_eoi_in_time_is_not_recorded_as_late(ada):
    facts = {**answers(), "at": NOON, "late_acceptance": LateAcceptance(by=ada, at=NOON)}

    member = receive_expression_of_interest(call=CallFactory(), **facts)

    assert [entry.kind for entry in member.timeline.all()] == [TimelineKind.RECEIVED]
