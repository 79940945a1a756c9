"""Two people of a lead act on one commitment, or a partner answers meanwhile."""

from functools import partial
from uuid import uuid4

from commitments.models import Commitment, CommitmentEvent, Partner, ProposedChange
from commitments.services.answers import answer
from commitments.services.changes import ChangeWaits, propose_change
from commitments.services.content import write_content
from commitments.services.drafts import (
    FormChanged,
    begin_draft,
    discard_typed,
    keep_part,
    typed_part,
)
from commitments.services.events import WrongStatus
from commitments.services.leads import NotLead
from commitments.services.partners import (
    AlreadyAnswered,
    InvitedAlready,
    NoLongerAsked,
    answer_invitation,
    invite_partner,
)
from commitments.services.submission import SimilarExists, submit
from commitments.services.withdrawal import withdraw_by_lead
from members.models import TimelineEntry
from members.services.decisions import withdraw as withdraw_member
from members.services.private_links import InvalidLink
from outbox.models import Message
from tests.commitments.writing import a_content, a_lead, draft_of, own
from tests.factories import NOON, CommitmentFactory, UserFactory
from tests.sweeps.races.race import Race

MEMBER, COMMITMENT = "members_member", "commitments_commitment"


def sent(status="submitted"):
    """Return a lead, and its commitment whose partner is invited."""
    person = a_lead()
    commitment = CommitmentFactory(lead=person.member, status=status)
    write_content(commitment, a_content(), at=NOON)
    commitment.save()
    commitment.partners.update(answer="invited", invited_at=NOON)
    return person, commitment


def own_partner(commitment):
    return Partner.objects.select_related("commitment__lead", "member").get(commitment=commitment)


def submitting(draft, person):
    return partial(submit, own(draft), a_content(), by=person, at=NOON, seen=7)


def answering(commitment, *, confirms):
    return partial(
        answer_invitation,
        partner=own_partner(commitment),
        confirms=confirms,
        name="Chen Wei",
        at=NOON,
    )


def withdrawing(commitment, person):
    return partial(withdraw_by_lead, own(commitment), reason="No money.", by=person, at=NOON)


def proposing(commitment, person, title):
    content = a_content(title=title)
    return partial(propose_change, own(commitment), content, reason="Why.", by=person, at=NOON)


def keep(**facts):
    """Keep a part; return whether it was kept in its place, or beside another text."""
    return "beside" if keep_part(**facts).is_other_version else "kept"


def keeping(draft, person, title, page):
    return partial(
        keep,
        commitment=own(draft),
        part="what",
        fields={"title": [title]},
        language="en",
        version=7,
        page=page,
        by=person,
        at=NOON,
    )


def begun_twice():
    person = a_lead()
    begin = partial(begin_draft, submission_key=uuid4(), by=person, at=NOON)
    return begin, begin


def submitted_twice():
    person = a_lead()
    draft = draft_of(person)
    return submitting(draft, person), submitting(draft, person)


def similar_submitted():
    person = a_lead()
    return submitting(draft_of(person), person), submitting(draft_of(person), person)


def member_withdraws_and_submits():
    person = a_lead()
    draft = draft_of(person)
    leaving = partial(withdraw_member, member=own(draft).lead, by=UserFactory(), at=NOON)
    return leaving, submitting(draft, person)


def kept_and_submitted():
    person = a_lead()
    draft = draft_of(person)
    return keeping(draft, person, "New", "two"), submitting(draft, person)


def submitted_and_discarded():
    person = a_lead()
    draft = draft_of(person)
    discarding = partial(discard_typed, commitment=own(draft), by=person, at=NOON)
    return submitting(draft, person), discarding


def kept_on_two_pages():
    person = a_lead()
    draft = draft_of(person)

    def both_are_there():
        stored = own(draft)
        kept = [typed_part(stored, "what"), typed_part(stored, "what", is_other=True)]
        return [part.fields["title"] for part in kept] == [["One"], ["Two"]]

    return (
        keeping(draft, person, "One", "one"),
        keeping(draft, person, "Two", "two"),
        both_are_there,
    )


def partner_answers_twice():
    _person, commitment = sent()
    return answering(commitment, confirms=True), answering(commitment, confirms=False)


def withdrawn_and_answered():
    person, commitment = sent()
    return withdrawing(commitment, person), answering(commitment, confirms=True)


def answered_and_left_out():
    person, commitment = sent("information_requested")
    leaving_out = partial(
        answer, own(commitment), a_content(partners=()), text="None.", by=person, at=NOON
    )
    return leaving_out, answering(commitment, confirms=True)


def invited_twice():
    person, commitment = sent()
    commitment.partners.update(answer="not_invited", invited_at=None)
    call = partial(invite_partner, by=person, at=NOON)
    return tuple(partial(call, partner=own_partner(commitment)) for _n in "12")


def proposed_twice():
    person, commitment = sent("published")
    return proposing(commitment, person, "One"), proposing(commitment, person, "Two")


def withdrawn_and_proposed():
    person, commitment = sent("published")
    return withdrawing(commitment, person), proposing(commitment, person, "One")


RACES = {
    "begin a draft by a second click": Race(
        begun_twice, COMMITMENT, (Commitment, Commitment), {Commitment: 1}, needs_lock=False
    ),
    "send a draft twice": Race(
        submitted_twice,
        COMMITMENT,
        (CommitmentEvent, WrongStatus),
        {CommitmentEvent: 2, Message: 2},
    ),
    "send two similar drafts": Race(
        similar_submitted,
        COMMITMENT,
        (CommitmentEvent, SimilarExists),
        {CommitmentEvent: 2, Message: 2},
    ),
    "withdraw the member, and send a draft": Race(
        member_withdraws_and_submits,
        MEMBER,
        (TimelineEntry, NotLead),
        {TimelineEntry: 1, CommitmentEvent: 0},
    ),
    "type on, and send what was read before": Race(
        kept_and_submitted, COMMITMENT, ("kept", FormChanged), {CommitmentEvent: 0}
    ),
    "send a draft, and delete it": Race(
        submitted_and_discarded,
        COMMITMENT,
        (CommitmentEvent, WrongStatus),
        {CommitmentEvent: 2, Message: 2},
    ),
    "type on two pages": Race(kept_on_two_pages, COMMITMENT, ("kept", "beside")),
    "answer as partner twice": Race(
        partner_answers_twice,
        "commitments_partner",
        (CommitmentEvent, AlreadyAnswered),
        {CommitmentEvent: 1, Message: 1},
    ),
    "withdraw a commitment, and answer as its partner": Race(
        withdrawn_and_answered,
        COMMITMENT,
        (CommitmentEvent, NoLongerAsked),
        {CommitmentEvent: 1, Message: 2},
    ),
    "leave a partner out, and answer as this partner": Race(
        answered_and_left_out,
        "commitments_partner",
        (CommitmentEvent, InvalidLink),
        {CommitmentEvent: 1},
    ),
    "invite a partner twice": Race(
        invited_twice,
        "commitments_partner",
        (CommitmentEvent, InvitedAlready),
        {CommitmentEvent: 1, Message: 1},
    ),
    "propose two changes": Race(
        proposed_twice,
        COMMITMENT,
        (ProposedChange, ChangeWaits),
        {ProposedChange: 1, CommitmentEvent: 1},
    ),
    "withdraw a commitment, and propose a change": Race(
        withdrawn_and_proposed,
        COMMITMENT,
        (CommitmentEvent, WrongStatus),
        {CommitmentEvent: 1, ProposedChange: 0, Message: 2},
    ),
}
