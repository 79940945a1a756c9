"""Two people of a lead act on one commitment, or a partner answers meanwhile."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

from commitments.models import (
    Commitment,
    CommitmentEvent,
    ConfirmedSum,
    Partner,
    ProposedChange,
)
from commitments.services.answers import answer, correct
from commitments.services.changes import propose_change
from commitments.services.content import write_content
from commitments.services.decisions import assign_to_self
from commitments.services.drafts import (
    FormChanged,
    Typed,
    autosave_part,
    begin_draft,
    discard_typed,
    typed_part,
)
from commitments.services.given_sums import digest_of, sums_of
from commitments.services.leads import CorrectionClosed
from commitments.services.partners import (
    AlreadyAnswered,
    InvitedAlready,
    NoLongerAsked,
    SumsChanged,
    answer_invitation,
    ask_partners,
    invite_partner,
)
from commitments.services.submission import SimilarExists, submit
from commitments.services.withdrawal import withdraw_by_lead
from core.autosave import Page
from core.conflicts import Conflict, NothingChanged
from members.models import TimelineEntry
from members.services.conflicts import WrongStatus
from members.services.decisions import withdraw as withdraw_member
from members.services.private_links import InvalidLink
from outbox.models import Message
from tests.commitments.writing import a_content, a_lead, draft_of, own
from tests.factories import NOON, CommitmentFactory, UserFactory
from tests.sweeps.races.race import Race, twice

MEMBER, COMMITMENT = "members_member", "commitments_commitment"


def at_a_draft(*calls):
    """Let two people act on one draft."""

    def arrange():
        person = a_lead()
        draft = draft_of(person)
        return tuple(call(draft, person) for call in calls)

    return arrange


def at_a_commitment(*calls, status="submitted", **partner):
    """Let two people act on one commitment, whose partner is invited unless facts say otherwise."""

    def arrange():
        person = a_lead()
        commitment = CommitmentFactory(lead=person.member, status=status)
        write_content(commitment, a_content(), at=NOON)
        commitment.save()
        commitment.partners.update(**{"answer": "invited", "invited_at": NOON, **partner})
        return tuple(call(commitment, person) for call in calls)

    return arrange


def own_partner(commitment):
    return Partner.objects.select_related("commitment__lead", "member").get(commitment=commitment)


def submitting(draft, person):
    return partial(submit, own(draft), a_content(), by=person, at=NOON, seen=7)


def submitting_another(_draft, person):
    return submitting(draft_of(person), person)


def leaving(draft, _person):
    return partial(withdraw_member, member=own(draft).lead, by=UserFactory(), at=NOON)


def discarding(draft, person):
    return partial(discard_typed, commitment=own(draft), by=person, at=NOON)


def inviting(commitment, person):
    return partial(invite_partner, partner=own_partner(commitment), by=person, at=NOON)


def answering(*, confirms):
    return lambda commitment, _person: partial(
        answer_invitation,
        partner=own_partner(commitment),
        confirms=confirms,
        name="Chen Wei",
        at=NOON,
    )


def at_a_sum(*calls):
    """Let two people act on one commitment, whose partner is asked about the sum that it gives."""

    def arrange():
        person = a_lead()
        commitment = CommitmentFactory(lead=person.member, status="information_requested")
        write_content(commitment, given_by_partner("1000000"), at=NOON)
        commitment.save()
        ask_partners(commitment, by=None, at=NOON)
        return tuple(call(commitment, person) for call in calls)

    return arrange


def given_by_partner(original):
    [amount] = a_content().amounts
    facts = {"contributor_name": "Schools for Everyone", "original": Decimal(original)}
    return a_content(amounts=(replace(amount, **facts),))


def confirming_the_sum(commitment, _person):
    partner = own_partner(commitment)
    seen = digest_of(sums_of(partner))
    return partial(
        answer_invitation, partner=partner, confirms=True, name="Chen Wei", seen=seen, at=NOON
    )


def changing_the_sum(commitment, person):
    content, at = given_by_partner("5000000000"), NOON + timedelta(minutes=1)
    return partial(answer, own(commitment), content, text="More.", by=person, at=at)


def leaving_out(commitment, person):
    """Answer a question, with a correction without the partner."""
    content = a_content(partners=())
    return partial(answer, own(commitment), content, text="None.", by=person, at=NOON)


def correcting(commitment, person):
    content = a_content(title="Fibre to 1,300 schools")
    return partial(correct, own(commitment), content, by=person, at=NOON)


def taking(commitment, _person):
    read = own(commitment)
    return partial(assign_to_self, read, by=UserFactory(), at=NOON, version=read.version)


def withdrawing(commitment, person):
    return partial(withdraw_by_lead, own(commitment), reason="No money.", by=person, at=NOON)


def proposing(title):
    return lambda commitment, person: partial(
        propose_change,
        own(commitment),
        a_content(title=title),
        reason="Why.",
        by=person,
        at=NOON,
    )


def keep(**facts):
    """Keep a part; return whether it was kept in its place, or beside another text."""
    return "beside" if autosave_part(**facts).is_other_version else "kept"


def keeping(title, page):
    return lambda draft, person: partial(
        keep,
        commitment=own(draft),
        part="what",
        typed=Typed({"title": [title]}, "en"),
        page=Page(page, 7),
        by=person,
        at=NOON,
    )


def begun_twice():
    return twice(partial(begin_draft, submission_key=uuid4(), by=a_lead(), at=NOON))


def kept_on_two_pages():
    def both_are_there():
        stored = Commitment.objects.get()
        kept = [typed_part(stored, "what"), typed_part(stored, "what", is_other=True)]
        return [part.fields["title"] for part in kept] == [["One"], ["Two"]]

    return *at_a_draft(keeping("One", "one"), keeping("Two", "two"))(), both_are_there


RACES = {
    "begin a draft by a second click": Race(
        begun_twice, COMMITMENT, (Commitment, Commitment), {Commitment: 1}, needs_lock=False
    ),
    "send a draft twice": Race(
        at_a_draft(submitting, submitting),
        COMMITMENT,
        (CommitmentEvent, WrongStatus),
        {CommitmentEvent: 2, Message: 2},
    ),
    "send two similar drafts": Race(
        at_a_draft(submitting, submitting_another),
        COMMITMENT,
        (CommitmentEvent, SimilarExists),
        {CommitmentEvent: 2, Message: 2},
    ),
    "withdraw the member, and send a draft": Race(
        at_a_draft(leaving, submitting),
        MEMBER,
        (TimelineEntry, "not_lead"),
        {TimelineEntry: 1, CommitmentEvent: 0},
    ),
    "type on, and send what was read before": Race(
        at_a_draft(keeping("New", "two"), submitting),
        COMMITMENT,
        ("kept", FormChanged),
        {CommitmentEvent: 0},
    ),
    "send a draft, and delete it": Race(
        at_a_draft(submitting, discarding),
        COMMITMENT,
        (CommitmentEvent, WrongStatus),
        {CommitmentEvent: 2, Message: 2},
    ),
    "type on two pages": Race(kept_on_two_pages, COMMITMENT, ("kept", "beside")),
    "answer as partner twice": Race(
        at_a_commitment(answering(confirms=True), answering(confirms=False)),
        "commitments_partner",
        (CommitmentEvent, AlreadyAnswered),
        {CommitmentEvent: 1, Message: 1},
    ),
    "take a commitment, and correct it": Race(
        at_a_commitment(taking, correcting),
        COMMITMENT,
        (CommitmentEvent, CorrectionClosed),
        {CommitmentEvent: 1},
    ),
    "correct a commitment, and take it": Race(
        at_a_commitment(correcting, taking),
        COMMITMENT,
        (CommitmentEvent, Conflict),
        {CommitmentEvent: 1, Message: 1},
    ),
    "correct a commitment twice": Race(
        at_a_commitment(correcting, correcting),
        COMMITMENT,
        (CommitmentEvent, NothingChanged),
        {CommitmentEvent: 1, Message: 1},
    ),
    "withdraw a commitment, and answer as its partner": Race(
        at_a_commitment(withdrawing, answering(confirms=True)),
        COMMITMENT,
        (CommitmentEvent, NoLongerAsked),
        {CommitmentEvent: 1, Message: 2},
    ),
    "leave a partner out, and answer as this partner": Race(
        at_a_commitment(leaving_out, answering(confirms=True), status="information_requested"),
        "commitments_partner",
        (CommitmentEvent, InvalidLink),
        {CommitmentEvent: 1},
    ),
    "change a sum, and confirm the one before": Race(
        at_a_sum(changing_the_sum, confirming_the_sum),
        COMMITMENT,
        (CommitmentEvent, SumsChanged),
        {CommitmentEvent: 2, Message: 1, ConfirmedSum: 0},
    ),
    "invite a partner twice": Race(
        at_a_commitment(inviting, inviting, answer="not_invited", invited_at=None),
        "commitments_partner",
        (CommitmentEvent, InvitedAlready),
        {CommitmentEvent: 1, Message: 1},
    ),
    "propose two changes": Race(
        at_a_commitment(proposing("One"), proposing("Two"), status="published"),
        COMMITMENT,
        (ProposedChange, "change_waits"),
        {ProposedChange: 1, CommitmentEvent: 1},
    ),
    "withdraw a commitment, and propose a change": Race(
        at_a_commitment(withdrawing, proposing("One"), status="published"),
        COMMITMENT,
        (CommitmentEvent, WrongStatus),
        {CommitmentEvent: 1, ProposedChange: 0, Message: 2},
    ),
}
