"""The team's decisions on the members so far."""

from datetime import datetime, timedelta
from random import Random

from accounts.models import User
from members.models import ClosingReason, GrantedRole, Member, Reason, SoughtRole
from members.seed import uid_of_reason
from members.services import assignment, decisions
from members.services.answer_files import validate_answer_file
from members.services.corrections import correct_answers
from p2c_portal.demonstration.arriving import Arrival, focal_point_of
from p2c_portal.demonstration.mail import deliver_letters_of_decision
from p2c_portal.demonstration.meetings import small_pdf
from p2c_portal.demonstration.texts import ANSWERS, ASKED, MISSING

# Everybody who offered to lead gets that role. A real team decides this for each member.
GRANTED = {
    SoughtRole.PARTICIPANT: GrantedRole.PARTICIPANT,
    SoughtRole.LEAD: GrantedRole.CO_LEAD,
    SoughtRole.OBSERVER: GrantedRole.OBSERVER,
}


def decide_on(
    arrival: Arrival, number: int, officers: list[User], at: datetime, chance: Random
) -> datetime | None:
    """Do what the team has done so far with a member, and return the time of its last action.

    The newest members are still untouched.
    """
    member = arrival.member
    officer = chance.choice(officers)
    taken_at = arrival.at + timedelta(hours=chance.uniform(1, 40))
    decided_at = taken_at + timedelta(hours=chance.uniform(1, 60))
    if taken_at >= at:
        return None
    assignment.assign_to_self(member=member, by=officer, at=taken_at)
    if decided_at >= at:
        return None
    match number % 20:
        case 0 | 1:
            _ask(member, officer, decided_at, at, number)
        case 2:
            decisions.decline(
                member=member,
                reasons=_reasons("outside-focus-areas", "not-enough-known"),
                by=officer,
                at=decided_at,
            )
        case 3:
            decisions.close_without_letter(
                member=member, reason=ClosingReason.NOT_GENUINE, by=officer, at=decided_at
            )
        case 4:
            decisions.withdraw(
                member=member, by=officer, at=decided_at, note="They called: no time this year."
            )
        case 5:
            assignment.unassign(member=member, by=officer, at=decided_at)
        case 6:
            colleague = next(other for other in officers if other != officer)
            assignment.reassign(member=member, to=colleague, by=officer, at=decided_at)
        case _:
            admit(member, officer, decided_at)
    return decided_at


def _reasons(*keys: str) -> list[Reason]:
    return list(Reason.objects.filter(uid__in=[uid_of_reason(key) for key in keys]))


def _ask(member: Member, officer: User, asked_at: datetime, at: datetime, number: int) -> None:
    """Ask for information. Half of the members have answered."""
    decisions.request_information(
        member=member,
        reasons=_reasons(ASKED[number % 2]),
        missing=MISSING[number % 2],
        by=officer,
        at=asked_at,
    )
    deliver_letters_of_decision(decided_at=asked_at, at=at)
    answered_at = asked_at + timedelta(hours=30)
    if number % 40 < 20 and answered_at < at:
        letter = validate_answer_file(
            small_pdf(f"Letter of {member.organisation_name}"), typed_name="Letter.pdf"
        )
        decisions.record_answer(
            member=member,
            answer=ANSWERS[number % 2],
            documents=[letter],
            by=focal_point_of(member),
            at=answered_at,
        )


def admit(member: Member, officer: User, decided_at: datetime) -> None:
    """Admit a member to the focus area of its first choice, in the role that it asked for."""
    decisions.admit_to_focus_area(
        member=member,
        focus_area=member.first_choice,
        role=GRANTED[SoughtRole(member.role)],
        by=officer,
        at=decided_at,
    )


def mistype_and_correct(arrival: Arrival, officer: User, at: datetime) -> None:
    """Correct an address of the newest member, as staff do after a bounce."""
    focal_point = focal_point_of(arrival.member)
    correct_answers(
        member=arrival.member,
        facts={},
        focal_points={focal_point.pk: {"email": f"office.{focal_point.email}"}},
        reason="They called: the mailbox was mistyped.",
        by=officer,
        at=at - timedelta(minutes=10),
    )
