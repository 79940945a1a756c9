"""The EOIs of the demonstration: one for each organisation, a few second ones, and some drafts."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode, urlsplit

from eoi.services.drafts import save_draft
from focus_areas.models import FocusArea
from members.models import (
    Call,
    Category,
    Contribution,
    FocalPoint,
    Member,
    SoughtRole,
    SpamSignal,
    Title,
)
from members.services.countries import region_of, time_zones_of
from members.services.intake import receive_expression_of_interest
from p2c_portal.demonstration.mail import DELIVERED_AFTER, deliver_due, mark_as_sent
from p2c_portal.demonstration.texts import (
    LANGUAGES_BY_COUNTRY,
    MOTIVATIONS,
    OTHER_NAMES,
    PEOPLE,
    POSITIONS,
    PROFESSORS,
)
from triage.duplicates.services.matching import match_member
from triage.duplicates.services.repeat_expressions import notify_of_repeat_expressions


@dataclass(frozen=True)
class Arrival:
    """One EOI as it arrived, with the facts from which it was created."""

    member: Member
    at: datetime


def focal_point_of(member: Member) -> FocalPoint:
    """Return the focal point of a member, not the alternate."""
    return member.focal_points.get(is_alternate=False)


LEFT_TO_THE_WORKER = timedelta(hours=2)

# Which of every forty are suspected spam. The team later closes them as not genuine.
SUSPECTED = {3: SpamSignal.HONEYPOT, 23: SpamSignal.TOO_FAST}


def arrive(
    call: Call, organisations: list[dict[str, str]], at: datetime, chance: Random
) -> Iterator[Arrival]:
    """Receive one EOI from each organisation, more of them on later days until `at`."""
    areas = list(FocusArea.objects.order_by("number"))
    span = (at - call.opens_at).total_seconds() - 3600
    people: set[tuple[str, ...]] = set()
    moments = sorted(chance.triangular(0, span, span) for _organisation in organisations)
    for number, (organisation, moment) in enumerate(zip(organisations, moments, strict=True)):
        sent_at = call.opens_at + timedelta(seconds=round(moment))
        answers = _answers(organisation, areas, chance, people)
        member = receive_expression_of_interest(
            call=call, spam_signal=SUSPECTED.get(number % 40), at=sent_at, **answers
        )
        # EOIs that have just arrived are left to the worker.
        if sent_at < at - LEFT_TO_THE_WORKER:
            deliver_due(at=sent_at + DELIVERED_AFTER)
        yield Arrival(member=member, at=sent_at)


def arrive_before(call: Call, areas: dict[str, int], chance: Random) -> Iterator[Arrival]:
    """Receive the EOIs of an earlier call: of organisations that make commitments now.

    `areas` has the number of the focus area of each, by its name. The first one offers to lead.
    """
    areas_by_number = {area.number: area for area in FocusArea.objects.all()}
    organisations = [each for each in read_organisations() if each["name"] in areas]
    organisations.sort(key=lambda organisation: list(areas).index(organisation["name"]))
    people: set[tuple[str, ...]] = set()
    for number, organisation in enumerate(organisations):
        sent_at = call.opens_at + timedelta(hours=1, minutes=240 * number)
        answers = _answers(organisation, list(areas_by_number.values()), chance, people) | {
            "focus_area": areas_by_number[areas[organisation["name"]]],
            "further_focus_areas": [],
            "publication_consent": True,
        }
        if number == 0:
            answers["role"] = SoughtRole.LEAD
        member = receive_expression_of_interest(call=call, at=sent_at, **answers)
        mark_as_sent(at=sent_at + DELIVERED_AFTER)
        yield Arrival(member=member, at=sent_at)


def read_organisations() -> list[dict[str, str]]:
    """Read the organisations: name, acronym, category, country, website."""
    path = Path(__file__).parents[2] / "members" / "data" / "organisations.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _answers(
    organisation: dict[str, str],
    areas: list[FocusArea],
    chance: Random,
    people: set[tuple[str, ...]],
) -> dict[str, Any]:
    """Return fictional answers of an organisation, with people who are not yet in `people`."""
    language = _language_of(organisation["country"])
    given_name, family_name = _somebody(organisation["country"], language, chance, people)
    title, position = _title_and_position(given_name, language, organisation["category"], chance)
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
        "title": title,
        "given_name": given_name,
        "family_name": family_name,
        "position": position,
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
    """Return a fictional name that nobody else in the country has, while there are enough names."""
    given_names, family_names = PEOPLE[language]
    for _draw in range(100):
        name = chance.choice(list(given_names)), chance.choice(family_names)
        if (country, *name) not in people:
            break
    people.add((country, *name))
    return name


def _language_of(country: str) -> str:
    if region_of(country) == "ARB":
        return "ar"
    spoken = (code for code, countries in LANGUAGES_BY_COUNTRY.items() if country in countries)
    return next(spoken, "en")


def _title_and_position(
    given_name: str, language: str, category: str, chance: Random
) -> tuple[str, str]:
    """Return a title and a position that fit each other and the name. Often there is no title."""
    if category == Category.ACADEMIA and language in PROFESSORS and chance.random() < 0.5:
        return Title.PROF, PROFESSORS[language]
    given_names, _family_names = PEOPLE[language]
    title = given_names[given_name] if chance.random() < 0.7 else ""
    return title, chance.choice(POSITIONS[language])


def send_another(arrival: Arrival, at: datetime) -> None:
    """Send a second EOI of an organisation, from a department that did not know of the first."""
    earlier, person = arrival.member, focal_point_of(arrival.member)
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
    while notify_of_repeat_expressions(at=at - timedelta(minutes=5)):
        # Each call handles one batch.
        continue


def send_under_other_names(call: Call, arrivals: list[Arrival], at: datetime) -> None:
    """Send EOIs that are only similar: another spelling, another office, the same person twice."""
    by_name = {arrival.member.organisation_name: arrival.member for arrival in arrivals}
    for number, (name, (other_name, website, is_same_person)) in enumerate(OTHER_NAMES.items()):
        earlier = by_name[name]
        person = focal_point_of(earlier)
        later = receive_expression_of_interest(
            call=call,
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
        # Other members are left to the worker.
        for member in (earlier, later):
            match_member(member.pk, at=at - timedelta(minutes=3))


def begin_and_leave(call: Call, at: datetime) -> None:
    """Create a few unfinished EOIs."""
    for number, (country, name) in enumerate(
        [("BT", "Royal University of Samdrup"), ("VU", "Ministère des télécommunications")]
    ):
        key = f"demonstration-unfinished-{number}"
        save_draft(
            submission_key=key,
            call=call,
            email=f"unfinished-{number}@example.org",
            language="fr" if number else "en",
            form_data=urlencode(
                {"submission_key": key, "organisation_name": name, "country": country}
            ),
            at=at - timedelta(days=number, minutes=4),
        )
