"""The members of the demonstration, from the opening of the call until now."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.utils.timezone import localdate

from accounts.models import User
from accounts.services.staff_roles import (
    COORDINATORS,
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
)
from core.dates import GENEVA, all_day_range
from members.models import Call, Member, MemberStatus, Recommendation
from members.services.focal_points import confirm_address, request_role_transfer
from members.services.opinions import answer_opinion, ask_opinion
from p2c_portal.demonstration.arriving import (
    Arrival,
    arrive,
    arrive_before,
    begin_and_leave,
    focal_point_of,
    read_organisations,
    send_another,
    send_under_other_names,
)
from p2c_portal.demonstration.commitment_rows import organisations_with_commitments
from p2c_portal.demonstration.decisions import admit, decide_on, mistype_and_correct
from p2c_portal.demonstration.mail import deliver_letters_of_decision, mark_as_sent
from p2c_portal.demonstration.profiles import publish_profiles
from p2c_portal.demonstration.texts import OPINION, OPINION_QUESTIONS
from triage.statistics.services.snapshots import refresh_snapshots

# The call of the demonstration opened this long ago. It closes at the end of a future day.
OPEN_SINCE = timedelta(days=13)
OPEN_FOR_DAYS = 8
GRACE = timedelta(hours=13)
# How long after the first call its organisations were admitted.
ADMITTED_AFTER, MAILED_AFTER = timedelta(days=40), timedelta(minutes=30)


def load_members(
    *, manager: User, officers: list[User], coordinator: User, observer: User, at: datetime
) -> None:
    """Create the members, and process them as a team would have done by the time `at`."""
    manager.groups.add(Group.objects.get(name=DESK_MANAGERS))
    for officer in officers:
        officer.groups.add(Group.objects.get(name=TRIAGE_OFFICERS))
    coordinator.groups.add(Group.objects.get(name=COORDINATORS))
    observer.groups.add(Group.objects.get(name=OBSERVERS))
    chance = Random(2021)  # noqa: S311 (the same day each time, nothing secret)
    earlier = _admit_before(officers, at, chance)
    call = _open_call(at)
    known = {arrival.member.organisation_name for arrival in earlier}
    others = [each for each in read_organisations() if each["name"] not in known]
    arrivals = list(arrive(call, others, at, chance))
    for number, arrival in enumerate(arrivals):
        if number % 3:
            confirm(arrival, at)
        decided_at = decide_on(arrival, number, officers, at, chance)
        if decided_at:
            deliver_letters_of_decision(decided_at=decided_at, at=at)
    publish_profiles([*earlier, *arrivals], at)
    ask_for_opinions(coordinator, observer, at)
    mistype_and_correct(arrivals[-1], officers[0], at)
    name_a_successor(arrivals[-2], at)
    send_another(arrivals[-3], at)
    send_under_other_names(call, [*earlier, *arrivals], at)
    begin_and_leave(call, at)
    refresh_snapshots(at=at)


def _admit_before(officers: list[User], at: datetime, chance: Random) -> list[Arrival]:
    """Admit the organisations that make commitments, after the first call."""
    call = Call.objects.order_by("opens_at")[0]
    arrivals = list(arrive_before(call, organisations_with_commitments(), chance))
    for number, arrival in enumerate(arrivals):
        confirm(arrival, at)
        decided_at = call.closes_at + ADMITTED_AFTER + timedelta(hours=number)
        admit(arrival.member, chance.choice(officers), decided_at)
        mark_as_sent(at=decided_at + MAILED_AFTER)
    return arrivals


def _open_call(at: datetime) -> Call:
    """Open a call that closes at the end of a day in Geneva, one week from now."""
    last_day = localdate(at, ZoneInfo(GENEVA)) + timedelta(days=OPEN_FOR_DAYS)
    _starts_at, closes_at = all_day_range(last_day, last_day, GENEVA)
    return Call.objects.create(
        title_en="Call for expressions of interest",
        title_fr="Appel à manifestations d’intérêt",
        title_es="Convocatoria de expresiones de interés",
        title_ar="الدعوة إلى إبداء الاهتمام",
        title_ru="Приём выражений заинтересованности",
        title_zh_hans="意向书征集",
        opens_at=at - OPEN_SINCE,
        closes_at=closes_at,
        grace_ends_at=closes_at + GRACE,
        contact_email="Partner2Connect@itu.int",
    )


def confirm(arrival: Arrival, at: datetime) -> None:
    """Confirm the focal point's address, half an hour after the acknowledgement."""
    confirmed_at = arrival.at + timedelta(minutes=30)
    if not arrival.member.is_unacknowledged and confirmed_at < at:
        focal_point = focal_point_of(arrival.member)
        confirm_address(focal_point=focal_point, by=focal_point, at=confirmed_at)


def name_a_successor(arrival: Arrival, at: datetime) -> None:
    """Let a focal point ask a colleague to take over."""
    focal_point = focal_point_of(arrival.member)
    request_role_transfer(
        focal_point=focal_point,
        given_name="Thandiwe",
        family_name="Nakamura",
        position="Head of International Affairs",
        email=f"successor.{focal_point.email}",
        language=focal_point.language,
        time_zone=focal_point.time_zone,
        by=focal_point,
        at=at - timedelta(minutes=8),
    )


ASKED_BEFORE, ANSWERED_BEFORE = timedelta(hours=3), timedelta(hours=1)


def ask_for_opinions(coordinator: User, observer: User, at: datetime) -> None:
    """Ask two colleagues about the oldest assigned member. One has answered."""
    waiting = Member.objects.filter(status=MemberStatus.PENDING, assignee__isnull=False)
    member = waiting.order_by("submitted_at", "pk")[0]
    asked_at = at - ASKED_BEFORE
    for colleague, question in zip((coordinator, observer), OPINION_QUESTIONS, strict=True):
        ask_opinion(
            member=member,
            asked_of=colleague,
            question=question,
            by=member.assignee,  # type: ignore[arg-type]  # Only assigned members are found.
            at=asked_at,
        )
    answer_opinion(
        opinion=member.opinion_requests.get(asked_of=observer),
        answer=OPINION,
        recommendation=Recommendation.IN_FAVOUR,
        by=observer,
        at=at - ANSWERED_BEFORE,
    )
