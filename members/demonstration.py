"""A made-up working day at the desk: 300 real organisations that never registered anywhere.

Their people, addresses and answers are made up; every address is under example.org, so that
nothing can ever reach them. Everything goes through the functions that people's own doings go
through.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.utils.timezone import localdate

from accounts.models import User
from focus_areas.models import FocusArea
from focus_areas.times import GENEVA, whole_days
from members import triage
from members.comparison import compare_new
from members.correction import correct_facts
from members.countries import region_of, time_zones_of
from members.drafting import save_draft
from members.essentials import OBSERVERS, TRIAGE_OFFICERS, uid_of_reason
from members.intake import receive_expression_of_interest
from members.likeness import find
from members.models import (
    Call,
    Category,
    ClosingReason,
    Contribution,
    FocalPoint,
    Member,
    Reason,
    SoughtRole,
    Suspicion,
    Title,
)
from members.people import confirm_address, name_successor
from members.tallying import count_what_changed
from outbox.demonstration import deliver_due

# The call of the demonstration opened this long ago, and closes at the end of a day to come.
OPEN_SINCE = timedelta(days=13)
OPEN_FOR_DAYS = 8
GRACE = timedelta(hours=13)
DELIVERED_AFTER = timedelta(seconds=4)
LEFT_TO_THE_WORKER = timedelta(hours=2)

# Which of every forty are suspected; the team closes them as not genuine when it comes to them.
SUSPECTED = {3: Suspicion.TRAP, 23: Suspicion.HASTE}

LANGUAGES_BY_COUNTRY = {
    "fr": "BE BF BI BJ CD CF CG CI CM FR GA GN HT LU MC MG ML NE SN TG",
    "es": "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PY SV UY VE",
    "ru": "AM AZ BY KG KZ MD RU TJ TM UZ",
    "zh-hans": "CN",
}

PEOPLE = {
    "en": (
        ["Grace", "Samuel", "Priya", "Liam", "Hana", "Kofi", "Mei", "Oliver", "Thandiwe", ""],
        ["Mensah", "O’Connor", "Raman", "Smith", "Nakamura", "Tupou", "van der Berg", "Sukarno"],
    ),
    "fr": (
        ["Aïcha", "Benoît", "Chantal", "Étienne", "Fatoumata", "Gaëlle", "Moussa"],
        ["Hounkpè", "Lefèvre", "Traoré", "N’Diaye", "Dubois-Martin", "Kouassi"],
    ),
    "es": (
        ["Lucía", "Andrés", "María José", "Joaquín", "Ximena", "Íñigo"],
        ["Núñez de la Peña", "García Márquez", "Quispe", "Muñoz", "Ibáñez"],
    ),
    "ru": (
        ["Анна", "Тимур", "Ольга", "Данияр", "Елена"],
        ["Соколова", "Ахметов", "Ковалёва", "Каримов", "Мельник"],
    ),
    "zh-hans": (["伟", "芳", "秀英", "敏"], ["王", "李", "张", "欧阳"]),
    "ar": (
        ["ليلى", "عمر", "هدى", "يوسف", "مريم"],
        ["الحداد", "بن صالح", "عبد الرحمن", "المنصوري"],
    ),
}

POSITIONS = {
    "en": ["Head of International Affairs", "Director", "Professor of Telecommunications"],
    "fr": ["Directrice des affaires internationales", "Chargé de mission", "Professeure"],
    "es": ["Directora de Relaciones Internacionales", "Coordinador de proyectos"],
    "ru": ["Начальник отдела международного сотрудничества", "Профессор"],
    "zh-hans": ["国际合作处处长", "教授"],
    "ar": ["مديرة التعاون الدولي", "أستاذ"],
}

MOTIVATIONS = {
    "en": [
        (
            "We would like to bring our experience with community networks in remote districts, "
            "and to find partners who can finance the last mile."
        ),
        (
            "Our graduates train teachers in digital skills. We hope to open the courses to other "
            "countries and to measure what they change."
        ),
        (
            "We are preparing a commitment on affordable access for small islands and want to "
            "agree on it with others before the Roundtable."
        ),
        (
            "To share how our regulatory sandbox works, and to learn from others what we should do "
            "better."
        ),
    ],
    "fr": [
        (
            "Nous voulons partager notre expérience du service universel et trouver des "
            "partenaires pour connecter 1 200 écoles rurales."
        ),
        (
            "Notre organisation forme des jeunes femmes aux métiers du numérique et souhaite "
            "étendre ce programme à la sous-région."
        ),
    ],
    "es": [
        (
            "Queremos aportar nuestra experiencia en redes comunitarias y encontrar socios para "
            "llegar a las zonas de montaña."
        ),
        (
            "Preparamos un compromiso sobre competencias digitales para docentes y buscamos "
            "aliados en la región."
        ),
    ],
    "ru": [
        (
            "Мы готовы поделиться опытом подключения сельских школ и ищем партнёров для совместных "
            "проектов в регионе."
        ),
    ],
    "zh-hans": ["我们希望分享农村宽带建设的经验, 并与其他成员共同制定行动框架。"],
    "ar": ["نود أن نشارك خبرتنا في ربط المدارس الريفية وأن نجد شركاء لتمويل المرحلة القادمة."],
}

MISSING = [
    "Please send us a letter in which the head of the organisation names the focal point.",
    "Which programme would you like to bring to the working group, and from when on?",
]
# What staff ask of others as well, by the key of the reason.
ASKED = ["address-of-the-organisation", "what-it-does"]
ANSWERS = [
    "Our director signed the letter today. It names me, and is on its way to you by mail.",
    "We would like to bring our school connectivity programme. It starts next spring.",
]


# What organisations of the demonstration are called by an office that knew of no first EOI, by
# the name that stands in the first; the website it gives, and whether the same person sends it.
OTHER_NAMES = {
    "Казахтелеком": ("Kazakhtelecom JSC", "", False),
    "Autorité de Régulation des Télécommunications et des Postes": (
        "ARTP Sénégal (ARTP)",
        "https://observatoire.artp.sn",
        False,
    ),
    "Université de Lausanne": ("UNIL — Université de Lausanne", "", True),
}


@dataclass(frozen=True)
class Arrival:
    """One EOI as it arrived, and what else is known of its making."""

    member: Member
    at: datetime


def load_members(*, officers: list[User], observer: User, at: datetime) -> None:
    """Put the organisations through the desk, as a team would have by the instant `at`."""
    for officer in officers:
        officer.groups.add(Group.objects.get(name=TRIAGE_OFFICERS))
    observer.groups.add(Group.objects.get(name=OBSERVERS))
    call = _open_call(at)
    chance = Random(2021)  # noqa: S311 (the same day each time, nothing secret)
    arrivals = list(_arrive(call, at, chance))
    for number, arrival in enumerate(arrivals):
        if number % 3:
            _confirm(arrival, at)
        decided_at = _decide_on(arrival, number, officers, at, chance)
        if decided_at:
            deliver_due(at=decided_at + DELIVERED_AFTER)
    _mistype_and_correct(arrivals[-1], officers[0], at)
    _name_a_successor(arrivals[-2], at)
    _send_another(arrivals[-3], at)
    _send_under_other_names(arrivals, at)
    _begin_and_leave(call, at)
    count_what_changed(at=at)


def _open_call(at: datetime) -> Call:
    """Open a call that ends with a day in Geneva, one week from now."""
    last_day = localdate(at, ZoneInfo(GENEVA)) + timedelta(days=OPEN_FOR_DAYS)
    _starts_at, closes_at = whole_days(last_day, last_day, GENEVA)
    return Call.objects.create(
        title_en="Call for expressions of interest",
        title_fr="Appel à manifestation d’intérêt",
        opens_at=at - OPEN_SINCE,
        closes_at=closes_at,
        grace_ends_at=closes_at + GRACE,
        contact_email="Partner2Connect@itu.int",
    )


def _arrive(call: Call, at: datetime, chance: Random) -> Iterator[Arrival]:
    """Receive one EOI of each organisation, more of them as the days go on."""
    areas = list(FocusArea.objects.order_by("number"))
    organisations = _organisations()
    span = (at - call.opens_at).total_seconds() - 3600
    people: set[tuple[str, ...]] = set()
    moments = sorted(chance.triangular(0, span, span) for _organisation in organisations)
    for number, (organisation, moment) in enumerate(zip(organisations, moments, strict=True)):
        sent_at = call.opens_at + timedelta(seconds=round(moment))
        answers = _answers(organisation, areas, chance, people)
        member = receive_expression_of_interest(
            call=call, suspicion=SUSPECTED.get(number % 40), at=sent_at, **answers
        )
        # What has just come in is left to the worker.
        if sent_at < at - LEFT_TO_THE_WORKER:
            deliver_due(at=sent_at + DELIVERED_AFTER)
        yield Arrival(member=member, at=sent_at)


def _organisations() -> list[dict[str, str]]:
    """Read the organisations: name, acronym, category, country, website."""
    path = Path(__file__).parent / "data" / "organisations.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _answers(
    organisation: dict[str, str],
    areas: list[FocusArea],
    chance: Random,
    people: set[tuple[str, ...]],
) -> dict[str, Any]:
    """Make up what an organisation might have answered, with nobody who is in `people` already."""
    language = _language_of(organisation["country"])
    given_name, family_name = _somebody(organisation["country"], language, chance, people)
    area, other = chance.sample(areas, 2)
    category = organisation["category"]
    domain = urlsplit(organisation["website"]).hostname or ""
    mailbox = re.sub(r"[^a-z0-9]+", "-", domain.removeprefix("www.")).strip("-")
    mailbox = mailbox or f"office-{organisation['country'].lower()}"
    answers = {
        "submission_key": f"demonstration-{chance.getrandbits(64):016x}",
        "organisation_name": organisation["name"],
        "acronym": organisation["acronym"],
        "category": category,
        "country": organisation["country"],
        "website": organisation["website"],
        "focus_area": area,
        "further_focus_areas": [other.slug] if chance.random() < 0.4 else [],
        "role": chance.choices(list(SoughtRole), weights=[7, 2, 1])[0],
        "contributions": chance.sample(list(Contribution)[:-1], chance.randint(1, 3)),
        "motivation": chance.choice(MOTIVATIONS[language]),
        "title": _title(category, chance),
        "given_name": given_name,
        "family_name": family_name,
        "position": chance.choice(POSITIONS[language]),
        "email": f"focal-point@{mailbox}.example.org",
        "language": language,
        "time_zone": chance.choice(time_zones_of(organisation["country"]) or ("UTC",)),
        "is_authorised": True,
        "privacy_consent": True,
        "publication_consent": chance.random() < 0.8,
        "newsletter": chance.random() < 0.5,
    }
    if chance.random() < 0.3:
        given_name, family_name = _somebody(organisation["country"], language, chance, people)
        answers |= {
            "alternate_given_name": given_name,
            "alternate_family_name": family_name,
            "alternate_email": f"alternate@{mailbox}.example.org",
        }
    return answers


def _somebody(
    country: str, language: str, chance: Random, people: set[tuple[str, ...]]
) -> tuple[str, str]:
    """Make up somebody's name that nobody else in the country has, as far as names go round."""
    given_names, family_names = PEOPLE[language]
    for _draw in range(100):
        name = chance.choice(given_names), chance.choice(family_names)
        if (country, *name) not in people:
            break
    people.add((country, *name))
    return name


def _language_of(country: str) -> str:
    """Return the language in which the people of the demonstration write from a country."""
    if region_of(country) == "ARB":
        return "ar"
    spoken = (code for code, countries in LANGUAGES_BY_COUNTRY.items() if country in countries)
    return next(spoken, "en")


def _title(category: str, chance: Random) -> str:
    """Return a form of address, of those that are usual for a category."""
    usual = {
        Category.MEMBER_STATE: [Title.HE, Title.MS, Title.MR],
        Category.ACADEMIA: [Title.PROF, Title.DR, Title.DR, Title.MS],
    }
    return chance.choice(usual.get(Category(category), [Title.MS, Title.MR, Title.MX, ""]))


def _decide_on(
    arrival: Arrival, number: int, officers: list[User], at: datetime, chance: Random
) -> datetime | None:
    """Do what the team has done by now with a file, and return when it last did something.

    The youngest files are still untouched.
    """
    member = arrival.member
    officer = chance.choice(officers)
    taken_at = arrival.at + timedelta(hours=chance.uniform(1, 40))
    decided_at = taken_at + timedelta(hours=chance.uniform(1, 60))
    if taken_at >= at:
        return None
    triage.take(member=member, by=officer, at=taken_at)
    if decided_at >= at:
        return None
    match number % 20:
        case 0 | 1:
            _ask(member, officer, decided_at, at, number)
        case 2:
            triage.decline(
                member=member,
                reasons=_reasons("outside-focus-areas", "not-enough-known"),
                by=officer,
                at=decided_at,
            )
        case 3:
            triage.close(member=member, reason=ClosingReason.NOT_GENUINE, by=officer, at=decided_at)
        case 4:
            triage.withdraw(
                member=member, by=officer, at=decided_at, note="They called: no time this year."
            )
        case 5:
            triage.release(member=member, by=officer, at=decided_at)
        case 6:
            colleague = next(other for other in officers if other != officer)
            triage.hand_to(member=member, to=colleague, by=officer, at=decided_at)
        case _:
            _admit(member, officer, decided_at)
    return decided_at


def _reasons(*keys: str) -> list[Reason]:
    """Return reasons of ours, as staff have made of them."""
    return list(Reason.objects.filter(uid__in=[uid_of_reason(key) for key in keys]))


def _ask(member: Member, officer: User, asked_at: datetime, at: datetime, number: int) -> None:
    """Ask for something; half of them have answered."""
    triage.request_information(
        member=member,
        reasons=_reasons(ASKED[number % 2]),
        missing=MISSING[number % 2],
        by=officer,
        at=asked_at,
    )
    deliver_due(at=asked_at + DELIVERED_AFTER)
    answered_at = asked_at + timedelta(hours=30)
    if number % 40 < 20 and answered_at < at:
        triage.record_answer(
            member=member, answer=ANSWERS[number % 2], by=_focal_point(member), at=answered_at
        )


def _admit(member: Member, officer: User, decided_at: datetime) -> None:
    """Admit a member to its first choice, in the role that it asked for."""
    triage.admit_to_focus_area(
        member=member,
        focus_area=member.first_choice,
        role=triage.PROPOSED_ROLES[SoughtRole(member.role)],
        by=officer,
        at=decided_at,
    )


def _confirm(arrival: Arrival, at: datetime) -> None:
    """Confirm the focal point's address, half an hour after the acknowledgement."""
    confirmed_at = arrival.at + timedelta(minutes=30)
    if not arrival.member.is_unacknowledged and confirmed_at < at:
        focal_point = _focal_point(arrival.member)
        confirm_address(focal_point=focal_point, by=focal_point, at=confirmed_at)


def _name_a_successor(arrival: Arrival, at: datetime) -> None:
    """Have a focal point ask a colleague to take over."""
    focal_point = _focal_point(arrival.member)
    name_successor(
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


def _send_another(arrival: Arrival, at: datetime) -> None:
    """Send a second EOI of an organisation, from another department that knew of no first."""
    earlier, person = arrival.member, _focal_point(arrival.member)
    receive_expression_of_interest(
        call=earlier.call,
        submission_key="demonstration-another-department",
        organisation_name=earlier.organisation_name,
        category=earlier.category,
        country=earlier.country,
        focus_area=FocusArea.objects.exclude(pk=earlier.first_choice_id).order_by("number")[0],
        role=SoughtRole.PARTICIPANT,
        motivation=MOTIVATIONS["en"][1],
        given_name="Hana",
        family_name="Tupou",
        position="Director",
        email=f"another-department.{person.email}",
        language="en",
        time_zone=person.time_zone,
        is_authorised=True,
        privacy_consent=True,
        at=at - timedelta(minutes=6),
    )
    while compare_new(at=at - timedelta(minutes=5)):
        # So many at a time.
        continue


def _send_under_other_names(arrivals: list[Arrival], at: datetime) -> None:
    """Send EOIs that only likeness tells of: another spelling, another office, a person twice."""
    by_name = {arrival.member.organisation_name: arrival.member for arrival in arrivals}
    for number, (name, (other_name, website, is_same_person)) in enumerate(OTHER_NAMES.items()):
        earlier = by_name[name]
        person = _focal_point(earlier)
        later = receive_expression_of_interest(
            call=earlier.call,
            submission_key=f"demonstration-under-another-name-{number}",
            organisation_name=other_name,
            category=earlier.category,
            country=earlier.country,
            website=website,
            focus_area=earlier.first_choice,
            role=SoughtRole.PARTICIPANT,
            motivation=MOTIVATIONS[person.language][0],
            given_name=person.given_name if is_same_person else "Mei",
            family_name=person.family_name if is_same_person else "Raman",
            position=POSITIONS[person.language][0],
            email=person.email if is_same_person else f"{number}.{person.email}",
            language=person.language,
            time_zone=person.time_zone,
            is_authorised=True,
            privacy_consent=True,
            at=at - timedelta(minutes=20 - number),
        )
        # The others are left to the worker.
        for member in (earlier, later):
            find(member.pk, at=at - timedelta(minutes=3))


def _begin_and_leave(call: Call, at: datetime) -> None:
    """Begin a few EOIs that nobody has finished."""
    for number, (country, name) in enumerate(
        [("BT", "Royal University of Samdrup"), ("VU", "Ministère des télécommunications")]
    ):
        key = f"demonstration-unfinished-{number}"
        save_draft(
            submission_key=key,
            call=call,
            email=f"unfinished-{number}@example.org",
            language="fr" if number else "en",
            typed=urlencode({"submission_key": key, "organisation_name": name, "country": country}),
            at=at - timedelta(days=number, minutes=4),
        )


def _focal_point(member: Member) -> FocalPoint:
    return member.focal_points.get(is_alternate=False)


def _mistype_and_correct(arrival: Arrival, officer: User, at: datetime) -> None:
    """Correct an address in the youngest file, as the desk does when a mail comes back."""
    focal_point = _focal_point(arrival.member)
    correct_facts(
        member=arrival.member,
        facts={},
        focal_points={focal_point.pk: {"email": f"office.{focal_point.email}"}},
        reason="They called: the mailbox was mistyped.",
        by=officer,
        at=at - timedelta(minutes=10),
    )
