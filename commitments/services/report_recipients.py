"""Who is asked for the reports of a commitment: whom of the lead, in which order.

First the focal point, then the alternate, then the other contacts of the organisation: the focal
points of its other expressions of interest, if these were admitted, or closed as duplicates of the
lead. Nobody is asked at a suppressed address. Who cannot be reached is passed over.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.db.models import Q
from django.db.models.functions import Lower

from commitments.models import Commitment, CommitmentQuerySet, CommitmentStatus, ReportStep
from commitments.services.private_pages import report_address
from commitments.services.report_letters import letter_about
from commitments.services.report_types import (
    REQUEST_AFTER,
    REQUEST_ALTERNATE,
    REQUEST_BEFORE,
    REQUEST_DUE,
    REQUEST_OTHERS,
)
from core.addresses import normalise_address
from core.languages import page_url
from core.personal_data import ERASED_DOMAIN, ERASED_NAME
from members.models import FocalPoint, Member, is_shown_as_admitted
from members.services.participants import focal_points_to_mail
from outbox.models import Queue
from outbox.models.delivery_event import SuppressedAddress
from outbox.services.queue import Envelope
from outbox.services.rendering import escape_inline
from outbox.services.template_rendering import TemplateSet, Value

# The letter of each step to the first who can be reached.
KINDS: Final = {
    ReportStep.BEFORE: REQUEST_BEFORE,
    ReportStep.DUE: REQUEST_DUE,
    ReportStep.AFTER: REQUEST_AFTER,
    ReportStep.ALTERNATE: REQUEST_AFTER,
    ReportStep.OTHERS: REQUEST_AFTER,
}
ALL_KINDS: Final = (*dict.fromkeys(KINDS.values()), REQUEST_ALTERNATE, REQUEST_OTHERS)


@dataclass(frozen=True)
class Contacts:
    """The people of a lead, the focal point first, with one for each address.

    `unreachable` are the focal points whose address is suppressed; they are in no other list.
    `primary` is the focal point, reachable or not.
    """

    primary: FocalPoint | None = None
    focal_points: Sequence[FocalPoint] = ()
    others: Sequence[FocalPoint] = ()
    unreachable: Sequence[FocalPoint] = ()

    @property
    def people(self) -> Sequence[FocalPoint]:
        """All of them, reachable or not."""
        return (*self.focal_points, *self.others, *self.unreachable)

    @property
    def levels(self) -> Sequence[Sequence[FocalPoint]]:
        """Who is asked first, next and last."""
        return [[person] for person in self.focal_points] + ([self.others] if self.others else [])

    def without(self, people: Collection[int]) -> "Contacts":
        """Return the contacts without some people, by their keys."""
        return replace(
            self,
            focal_points=[each for each in self.focal_points if each.pk not in people],
            others=[each for each in self.others if each.pk not in people],
        )

    def is_other(self, person: FocalPoint) -> bool:
        """Return whether a person is no focal point of the lead itself."""
        return any(each.pk == person.pk for each in self.others)


def askable() -> CommitmentQuerySet:
    """Return the commitments whose lead can be asked: published, and the lead is admitted."""
    published = Commitment.objects.filter(status=CommitmentStatus.PUBLISHED)
    return published.filter(is_shown_as_admitted("lead__")).order_by("pk")


def contacts_of(leads: Collection[int]) -> dict[int, Contacts]:
    """Return the contacts of some leads, by their keys, in four queries."""
    others = _other_members(leads)
    people: dict[int, list[FocalPoint]] = defaultdict(list)
    members = {*leads, *(member for each in others.values() for member in each)}
    for person in FocalPoint.objects.filter(member__in=members).select_related("member"):
        people[person.member_id].append(person)
    addresses = {each.email for row in people.values() for each in row}
    suppressed = SuppressedAddress.objects.in_force().by_address(*addresses)
    found = {}
    for lead in leads:
        own = focal_points_to_mail(people[lead])
        known = {normalise_address(each.email) for each in own}
        further = focal_points_to_mail(each for member in others[lead] for each in people[member])
        found[lead] = Contacts(
            primary=next((each for each in people[lead] if not each.is_alternate), None),
            focal_points=[each for each in own if _is_reachable(each, suppressed)],
            others=[
                each
                for each in further
                if normalise_address(each.email) not in known and _is_reachable(each, suppressed)
            ],
            unreachable=[each for each in own if not _is_reachable(each, suppressed)],
        )
    return found


def _is_reachable(person: FocalPoint, suppressed: Mapping[str, object]) -> bool:
    address = normalise_address(person.email)
    return address not in suppressed and not address.endswith(ERASED_DOMAIN)


def _other_members(leads: Collection[int]) -> dict[int, list[int]]:
    """Return the other expressions of interest of the organisations of some leads, by lead.

    The same organisation has the same name and country, as in
    `Member.others_of_the_organisation()`.
    """
    named = Member.objects.annotate(lower_name=Lower("organisation_name"))
    known = named.exclude(organisation_name=ERASED_NAME).filter(pk__in=leads)
    leads_named: dict[tuple[str, str], list[int]] = defaultdict(list)
    for pk, name, country in known.values_list("pk", "lower_name", "country"):
        leads_named[name, country].append(pk)
    names = {name for name, _country in leads_named}
    others = named.filter(
        Q(lower_name__in=names) & is_shown_as_admitted() | Q(duplicate_of__in=leads),
        personal_data_deleted_at=None,
    )
    found: dict[int, list[int]] = defaultdict(list)
    for pk, name, country, original in others.order_by("pk").values_list(
        "pk", "lower_name", "country", "duplicate_of"
    ):
        for lead in {*leads_named.get((name, country), ()), original} & {*leads}:
            if lead != pk:
                found[lead].append(pk)
    return found


def letter_to(
    commitment: Commitment,
    person: FocalPoint,
    kind: str,
    *,
    topic: str,
    due_on: date,
    expires_at: datetime,
    focal_point: FocalPoint | None = None,
    words: TemplateSet | None = None,
    queue: Queue = Queue.MAIL,
) -> Envelope:
    """Write a letter that asks for a report, of one of the kinds in ALL_KINDS.

    Only focal points of the lead get a private link: others cannot report. `focal_point` is the one
    who has not answered.
    """
    values: dict[str, Value] = {}
    if kind == REQUEST_OTHERS:
        values["commitment_page"] = page_url(
            "commitments:commitment", person.language, commitment.reference
        )
    if focal_point is not None:
        values["focal_point"] = escape_inline(str(focal_point))
    return letter_about(
        commitment,
        person,
        kind,
        values,
        topic=topic,
        due_on=due_on,
        link=report_address if kind != REQUEST_OTHERS else None,
        words=words,
        queue=queue,
        expires_at=expires_at,
    )
