"""Intake: an Expression of Interest (EOI) becomes a pending member."""

import hashlib
import json
from datetime import datetime
from typing import Any, NamedTuple, Unpack

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from accounts.models import User
from core.addresses import normalise_address
from core.codes import new_reference
from core.history import set_history_actor
from members.models import Call, FocalPoint, Member, Origin, SpamSignal, TimelineKind
from members.services.countries import time_zones_of
from members.services.letters.acknowledgement_rate import acknowledgement_due_at
from members.services.letters.decisions import acknowledge
from members.services.names import set_name_columns
from members.services.question import Section
from members.services.questions import Answers, columns_of
from members.services.search import write_first_search_entry
from members.services.timeline import add_entry

# With a million members, one draw in 244 is taken already; five in a row are one in 10^11.
REFERENCE_DRAWS = 5


class CallClosed(Exception):
    """The EOI arrived before its call opened or after the grace period ended."""

    def __init__(self) -> None:
        super().__init__(_("This call is not accepting expressions of interest at the moment."))


class SubmittedWithOtherAnswers(Exception):
    """The same form was sent before with other answers; `member` was created from these."""

    def __init__(self, member: Member) -> None:
        self.member = member
        super().__init__(
            _(
                "This form was already sent as %(reference)s. Send these answers as a new "
                "expression of interest, or correct the first one."
            )
            % {"reference": member.reference}
        )


class LateAcceptance(NamedTuple):
    """Who decided, and when, that an EOI is accepted after the deadline."""

    by: User
    at: datetime


def receive_expression_of_interest(
    *,
    call: Call,
    submission_key: str,
    spam_signal: SpamSignal | None = None,
    origin: Origin = Origin.FORM,
    by: User | None = None,
    received_at: datetime | None = None,
    late_acceptance: LateAcceptance | None = None,
    with_acknowledgement: bool = True,
    arrivals: int = 0,
    at: datetime,
    **answers: Unpack[Answers],
) -> Member:
    """Receive an EOI as a pending member, and acknowledge it to its focal points.

    If a robot may have entered other people's addresses, the acknowledgement waits for
    `clear_spam_flag`. If unusually many EOIs arrive within an hour, it waits for its turn:
    `arrivals` is the number of this one in its hour, or 0 if it did not come by the form.

    If the same answers are sent again with the same `submission_key`, the existing member is
    returned. With another key this is so too, if the organisation sends them itself in the same
    call and the existing member has not ended.

    The default time zone is the country's first; it is for scripts, because the form asks if there
    are several. The default language and time zone of the alternate are those of the focal point.

    `by` is the user who enters an EOI that arrived in another way, and `received_at` is when it
    arrived. Both are None if the organisation itself sends it now. With `late_acceptance`, the call
    may be closed, and the timeline says who accepted the EOI.

    Raises CallClosed, SubmittedWithOtherAnswers for other answers with the same key, and
    TypeError and ValueError for invalid answers.
    """
    facts = columns_of(answers, Section.ORGANISATION, Section.INTEREST, Section.AGREEMENT)
    person = {"is_alternate": False, **columns_of(answers, Section.FOCAL_POINT)}
    person["time_zone"] = person["time_zone"] or next(iter(time_zones_of(facts["country"])), "UTC")
    people = [person]
    if answers.get("alternate_email"):
        alternate = {"is_alternate": True, **columns_of(answers, Section.ALTERNATE)}
        for name in ("language", "time_zone"):
            alternate[name] = alternate[name] or person[name]
        people.append(alternate)
    digest = _digest(facts, people)

    submitted_at = received_at or at
    is_late = not call.is_open_at(submitted_at)
    if is_late and late_acceptance is None:
        return _received_before(submission_key, digest, otherwise=CallClosed())

    for _draw in range(REFERENCE_DRAWS):
        member = Member(
            reference=new_reference("P2C"),
            call=call,
            submission_key=submission_key,
            answers_digest=digest,
            origin=origin,
            submitted_at=submitted_at,
            spam_signal=spam_signal or "",
            **facts,
        )
        set_name_columns(member)
        try:
            _store(
                member,
                people,
                by=by,
                late_acceptance=late_acceptance if is_late else None,
                at=at,
                with_acknowledgement=with_acknowledgement,
                arrivals=arrivals,
            )
        except IntegrityError as refused:
            if Member.objects.filter(submission_key=submission_key).exists():
                return _received_before(submission_key, digest, otherwise=refused)
            same = Member.objects.with_same_answers(call, digest).first()
            if same is not None:
                return same
            last_refusal = refused
        else:
            return member
    raise last_refusal


@transaction.atomic
def _store(
    member: Member,
    people: list[dict[str, Any]],
    *,
    by: User | None,
    late_acceptance: LateAcceptance | None,
    at: datetime,
    with_acknowledgement: bool,
    arrivals: int,
) -> None:
    """Store an EOI with its focal points, timeline entries and acknowledgement.

    Raises IntegrityError if the key or the reference is taken.
    """
    set_history_actor(member, by, at)
    member.save(force_insert=True)
    focal_points = [FocalPoint(member=member, **person) for person in people]
    for focal_point in focal_points:
        set_history_actor(focal_point, by, at)
    bulk_create_with_history(focal_points, FocalPoint)
    write_first_search_entry(member, focal_points)
    if late_acceptance:
        kind = TimelineKind.ACCEPTED_LATE
        add_entry(member, kind, by=late_acceptance.by, at=late_acceptance.at)
    entry = add_entry(member, TimelineKind.RECEIVED, by=by or focal_points[0], at=at)
    if with_acknowledgement and not member.is_unacknowledged:
        # Staff have checked the addresses that they enter.
        due_at = None if by else acknowledgement_due_at(arrivals=arrivals, at=at)
        acknowledge(member, focal_points, entry, due_at=due_at)


def _received_before(submission_key: str, digest: str, *, otherwise: Exception) -> Member:
    """Return the member with this key; raise `otherwise` if there is none.

    Raises SubmittedWithOtherAnswers if the digest differs.
    """
    earlier = Member.objects.filter(submission_key=submission_key).first()
    if earlier is None:
        raise otherwise
    if earlier.answers_digest != digest:
        raise SubmittedWithOtherAnswers(earlier)
    return earlier


def _digest(facts: dict[str, Any], people: list[dict[str, Any]]) -> str:
    """Return the SHA-256 of the answers in a canonical form, in hexadecimal."""
    answers = {
        **facts,
        "first_choice": facts["first_choice"].slug,
        "people": [{**person, "email": normalise_address(person["email"])} for person in people],
    }
    spelled = json.dumps(answers, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(spelled.encode()).hexdigest()
