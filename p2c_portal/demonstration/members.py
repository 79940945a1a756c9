"""The members of the demonstration, from the opening of the call until now."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.utils.timezone import localdate
from PIL import Image, ImageDraw

from accounts.models import User
from accounts.services.staff_roles import (
    COORDINATORS,
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
)
from core.dates import GENEVA, all_day_range
from members.models import (
    Call,
    ClosingReason,
    GrantedRole,
    Member,
    MemberStatus,
    Reason,
    Recommendation,
    SoughtRole,
)
from members.seed import uid_of_reason
from members.services import assignment, decisions
from members.services.answer_files import validate_answer_file
from members.services.corrections import correct_answers
from members.services.focal_points import confirm_address, request_role_transfer
from members.services.logos import Logo, normalise_logo
from members.services.opinions import answer_opinion, ask_opinion
from members.services.public_profile import publish_profile
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
from p2c_portal.demonstration.incoming import load_incoming_mail
from p2c_portal.demonstration.mail import deliver_letters_of_decision, mark_as_sent
from p2c_portal.demonstration.meetings import small_pdf
from p2c_portal.demonstration.texts import (
    ABOUT,
    ANSWERS,
    ASKED,
    MISSING,
    OPINION,
    OPINION_QUESTIONS,
)
from triage.statistics.services.snapshots import refresh_snapshots

# The call of the demonstration opened this long ago. It closes at the end of a future day.
OPEN_SINCE = timedelta(days=13)
OPEN_FOR_DAYS = 8
GRACE = timedelta(hours=13)
# How long after the first call its organisations were admitted.
ADMITTED_AFTER, MAILED_AFTER = timedelta(days=40), timedelta(minutes=30)
ASKED_BEFORE, ANSWERED_BEFORE = timedelta(hours=3), timedelta(hours=1)
BLUE, GREEN = (0, 96, 156, 255), (46, 107, 52, 255)
# Everybody who offered to lead gets that role. A real team decides this for each member.
GRANTED = {
    SoughtRole.PARTICIPANT: GrantedRole.PARTICIPANT,
    SoughtRole.LEAD: GrantedRole.CO_LEAD,
    SoughtRole.OBSERVER: GrantedRole.OBSERVER,
}


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
    load_incoming_mail(at=at)
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


def publish_profiles(arrivals: Iterable[Arrival], at: datetime) -> None:
    """Publish a profile of the first listed members in each language; the first has a logo.

    Co-leads come first, because the public pages name those with a profile.
    """
    left = {language: list(texts) for language, texts in ABOUT.items()}
    logo: Logo | None = _draw_logo()
    co_leads_first = sorted(
        arrivals, key=lambda arrival: arrival.member.granted_role != GrantedRole.CO_LEAD
    )
    for arrival in co_leads_first:
        member = arrival.member
        if not member.is_listed_publicly or member.decided_at is None:
            continue
        focal_point = focal_point_of(member)
        published_at = member.decided_at + timedelta(hours=2)
        if not left[focal_point.language] or published_at > at:
            continue
        publish_profile(
            member=member,
            about=left[focal_point.language].pop(0),
            language=focal_point.language,
            website=member.website,
            logo=logo,
            by=focal_point,
            at=published_at,
        )
        logo = None


def _draw_logo() -> Logo:
    """Draw three linked dots on a transparent background."""
    picture = Image.new("RGBA", (480, 240))
    pen = ImageDraw.Draw(picture)
    dots = ((60, 180), (240, 60), (420, 180))
    pen.line(dots, fill=BLUE, width=24, joint="curve")
    for number, (x, y) in enumerate(dots):
        pen.ellipse((x - 48, y - 48, x + 48, y + 48), fill=GREEN if number == 1 else BLUE)
    drawn = BytesIO()
    picture.save(drawn, format="PNG")
    return normalise_logo(drawn.getvalue())


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
