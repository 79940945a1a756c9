"""A lead sends, answers, changes and withdraws a commitment."""

from dataclasses import replace
from datetime import timedelta

import pytest

from commitments.models import (
    ChangeStatus,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    EventKind,
    Partner,
    PartnerAnswer,
    ProposedChange,
    RegisterFigures,
    Target,
)
from commitments.services.answers import answer
from commitments.services.changes import propose_change, withdraw_change
from commitments.services.content import Content, content_of, from_json
from commitments.services.drafts import FormChanged
from commitments.services.submission import SimilarExists, submit
from commitments.services.withdrawal import withdraw_by_lead
from core.conflicts import Conflict, NothingChanged, Refused
from outbox.models import Message, MessageStatus
from tests.commitments.desk import refused
from tests.commitments.pages import in_status
from tests.commitments.writing import KEYS, a_content, draft_of, own
from tests.factories import NOON, FocalPointFactory, MessageFactory

LATER = NOON + timedelta(days=2)


def events():
    return list(CommitmentEvent.objects.order_by("pk").values_list("kind", flat=True))


# Send


def test_submit_writes_the_content_and_tells_the_lead_and_the_partners(person):
    FocalPointFactory(
        member=person.member, is_alternate=True, email="second@example.org", language="fr"
    )
    draft = draft_of(person)

    event = submit(own(draft), a_content(), by=person, at=NOON, version=1, seen=7)

    commitment = own(draft)
    assert (commitment.status, commitment.submitted_at, commitment.typed) == (
        CommitmentStatus.SUBMITTED,
        NOON,
        {},
    )
    assert content_of(commitment) == a_content()
    assert (event.kind, event.by_name, event.is_shared) == ("submitted", "Wanjiku Kamau", True)
    assert events() == ["submitted", "partner_invited"]
    assert commitment.version == 2
    partner = commitment.partners.get()
    assert (partner.answer, partner.invited_at) == (PartnerAnswer.INVITED, NOON)
    letters = {message.recipient: message for message in Message.objects.all()}
    assert letters.keys() == {"wanjiku@example.org", "second@example.org", "contact@example.org"}
    assert commitment.reference in letters["wanjiku@example.org"].body
    assert letters["second@example.org"].subject == (
        "Engagement reçu : Fibre and satellite to 1,200 schools"
    )
    assert "/commitments/partner/" in letters["contact@example.org"].private_page
    assert "/commitments/partner/" not in letters["contact@example.org"].body
    assert not letters["wanjiku@example.org"].private_page


def test_submit_refuses_what_changed_since_the_person_read_it(person):
    draft = draft_of(person)

    with refused(FormChanged):
        submit(own(draft), a_content(), by=person, at=NOON, seen=6)
    with refused(Conflict):
        submit(own(draft), a_content(), by=person, at=NOON, version=9, seen=7)


@pytest.mark.parametrize(
    "missing",
    [
        {"title": ""},
        {"ends": None},
        {"targets": ()},
        {"places": ()},
        {"novelty": ""},
        {"publication_consent": False},
    ],
)
def test_submit_refuses_what_is_not_complete(person, missing):
    draft = draft_of(person)

    with refused(Refused, match="not complete"):
        submit(own(draft), a_content(**missing), by=person, at=NOON)


def test_submit_refuses_a_similar_one_until_the_lead_has_compared_them(person):
    other = in_status(person, CommitmentStatus.PUBLISHED)
    draft = draft_of(person)

    with refused(SimilarExists) as caught:
        submit(own(draft), a_content(), by=person, at=NOON, confirmed_similar=["C-OTHER"])

    assert caught.value.similar == [other]
    submit(own(draft), a_content(), by=person, at=NOON, confirmed_similar=[other.reference])
    assert own(draft).status == CommitmentStatus.SUBMITTED


def test_partner_that_nobody_can_reach_is_not_invited(person):
    draft = draft_of(person)
    (partner,) = a_content().partners

    submit(
        own(draft),
        a_content(partners=(replace(partner, contact_email=""),)),
        by=person,
        at=NOON,
    )

    assert Partner.objects.get().answer == PartnerAnswer.NOT_INVITED
    assert events() == ["submitted"]


# Answer


def test_answer_stores_the_correction_and_keeps_what_partners_said(person):
    commitment = in_status(person, CommitmentStatus.INFORMATION_REQUESTED, typed={"version": 3})
    Partner.objects.update(answer="confirmed", invited_at=NOON, answered_at=NOON)
    target = Target.objects.get()

    event = answer(
        commitment,
        a_content(title="Another title"),
        text="Here it is.",
        by=person,
        at=LATER,
        seen=3,
    )

    stored = own(commitment)
    assert (stored.status, stored.title, stored.typed) == ("answered", "Another title", {})
    assert (event.note, event.kind) == ("Here it is.", EventKind.ANSWERED)
    assert Target.objects.get() == target
    assert Partner.objects.get().answer == PartnerAnswer.CONFIRMED
    assert events() == ["answered"]


def test_answer_invites_a_partner_that_is_new(person):
    commitment = in_status(person, CommitmentStatus.INFORMATION_REQUESTED)
    (partner,) = a_content().partners
    new = replace(partner, key=KEYS[5], name="New", contact_email="new@example.org")

    answer(commitment, a_content(partners=(new,)), text="New.", by=person, at=NOON)

    assert [row.name for row in Partner.objects.all()] == ["New"]
    assert Message.objects.get().recipient == "new@example.org"


def test_answer_refuses_what_is_not_complete_and_what_changed(person):
    commitment = in_status(person, CommitmentStatus.INFORMATION_REQUESTED, typed={"version": 3})

    with refused(Refused, match="not complete"):
        answer(own(commitment), Content(), text="Yes.", by=person, at=NOON)
    with refused(FormChanged):
        answer(own(commitment), a_content(), text="Yes.", by=person, at=NOON, seen=2)


# Change


def test_propose_change_keeps_what_is_published_and_waits_for_staff(person):
    commitment = in_status(person, CommitmentStatus.PUBLISHED, typed={"version": 3})
    changed = a_content(title="Fibre to 1,500 schools")

    change = propose_change(commitment, changed, reason="More money.", by=person, at=NOON, seen=3)

    stored = own(commitment)
    assert content_of(stored) == a_content()
    assert (stored.typed, stored.status) == ({}, CommitmentStatus.PUBLISHED)
    assert from_json(change.content) == changed
    assert (change.reason, change.status, change.proposed_by_name) == (
        "More money.",
        ChangeStatus.WAITING,
        "Wanjiku Kamau",
    )
    assert events() == ["change_proposed"]


def test_propose_change_refuses_a_second_one_and_the_same_content(person):
    commitment = in_status(person, CommitmentStatus.PUBLISHED)

    with refused(NothingChanged):
        propose_change(commitment, a_content(), reason="None.", by=person, at=NOON)
    propose_change(commitment, a_content(title="Other"), reason="One.", by=person, at=NOON)
    with refused(Refused, match="Wanjiku Kamau"):
        propose_change(commitment, a_content(title="Third"), reason="Two.", by=person, at=NOON)


def test_withdraw_change_lets_the_lead_propose_another(person):
    commitment = in_status(person, CommitmentStatus.PUBLISHED)
    change = propose_change(commitment, a_content(title="Other"), reason="One.", by=person, at=NOON)

    withdraw_change(commitment, by=person, at=LATER)

    change.refresh_from_db()
    assert (change.status, change.decided_at) == (ChangeStatus.WITHDRAWN, LATER)
    with pytest.raises(Refused, match="no proposed change to withdraw"):
        withdraw_change(commitment, by=person, at=LATER)
    propose_change(commitment, a_content(title="Third"), reason="Two.", by=person, at=LATER)


# Withdraw


@pytest.mark.parametrize("status", ["submitted", "published"])
def test_withdraw_tells_the_lead_and_the_partners_why(person, status):
    commitment = in_status(person, status, typed={"version": 1})
    Partner.objects.update(answer="invited", invited_at=NOON)

    event = withdraw_by_lead(commitment, reason="No money.", by=person, at=NOON, version=1)

    stored = own(commitment)
    assert (stored.status, stored.reason, stored.typed) == ("withdrawn", "No money.", {})
    assert stored.is_public == (status == "published")
    assert list(Commitment.objects.public()) == ([stored] if status == "published" else [])
    assert (event.kind, event.note) == (EventKind.WITHDRAWN, "No money.")
    letters = Message.objects.order_by("recipient")
    assert [letter.recipient for letter in letters] == [
        "contact@example.org",
        "wanjiku@example.org",
    ]
    assert all("No money." in letter.body for letter in letters)


def test_withdraw_ends_all_that_waits_and_computes_the_figures_again(
    person, django_capture_on_commit_callbacks
):
    commitment = in_status(person, CommitmentStatus.PUBLISHED)
    propose_change(commitment, a_content(title="Other"), reason="One.", by=person, at=NOON)
    waiting = MessageFactory(topic=f"commitment-{commitment.reference}/published/event-1/x")

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_by_lead(commitment, reason="No money.", by=person, at=NOON)

    waiting.refresh_from_db()
    assert waiting.status == MessageStatus.CANCELLED
    assert ProposedChange.objects.get().status == ChangeStatus.WITHDRAWN
    assert RegisterFigures.objects.get().as_of == NOON


def test_withdraw_writes_once_to_an_address_of_lead_and_partner(person):
    commitment = in_status(person, CommitmentStatus.SUBMITTED)
    Partner.objects.update(answer="invited", invited_at=NOON, contact_email="Wanjiku@example.org")

    withdraw_by_lead(commitment, reason="No money.", by=person, at=NOON)

    assert Message.objects.get().recipient == "wanjiku@example.org"


def test_withdraw_refuses_what_a_colleague_changed(person):
    commitment = in_status(person, CommitmentStatus.SUBMITTED)

    with refused(Conflict):
        withdraw_by_lead(commitment, reason="Why.", by=person, at=NOON, version=2)
