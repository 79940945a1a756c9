"""Find the expressions of interest of an hour of which there are unusually many.

A flood from many networks can type anything. What it cannot avoid is that many come from one
country, from one domain of email addresses, or in all.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from core.rate_limits import HOUR
from members.models import (
    SIGNALS_HOLDING_ACKNOWLEDGEMENT,
    UNDECIDED_STATUSES,
    FocalPoint,
    Member,
    MemberStatus,
    Origin,
    SpamSignal,
)
from members.services.countries import name_of
from triage.desk.models import BulkRun, BulkRunAction
from triage.desk.services.bulk_runs import KEPT_FOR

# An hour is compared with the busiest one of this time before it.
COMPARED_WITH: Final = timedelta(days=28)
# So many are unusual, if they are also more than so many times those of the busiest hour.
MANY: Final = 10
TIMES: Final = 5
# What arrivals have in common.
ALL: Final = "all"
COUNTRY: Final = "country"
DOMAIN: Final = "domain"


class Source(NamedTuple):
    """Where arrivals come from: a country, a domain of email addresses, or anywhere."""

    kind: str
    value: str = ""

    @property
    def label(self) -> str:
        """The source in words."""
        if self.kind == COUNTRY:
            return name_of(self.value)
        return f"@{self.value}" if self.kind == DOMAIN else _("All together")


@dataclass(frozen=True)
class Unusual:
    """A source with unusually many arrivals: their members, and how many there usually are."""

    source: Source
    members: list[int]
    usual: int

    @property
    def key(self) -> str:
        """The name of the source in a form."""
        return ":".join(self.source)


def unusual_arrivals(user: User, *, at: datetime) -> list[Unusual]:
    """Return the sources with unusually many arrivals in the hour before `at`, the largest first.

    Only those are counted that wait for a decision and have no assignee, whose address is not
    confirmed, and whose acknowledgement is not held.
    """
    found: dict[Source, list[int]] = {}
    for member, sources, _at in _arrivals(
        user,
        Q(member__status=MemberStatus.PENDING, member__assignee=None, confirmed_at=None),
        since=at - HOUR,
        until=at,
    ):
        for source in sources:
            found.setdefault(source, []).append(member)
    if len(found.get(Source(ALL), [])) < MANY:
        return []
    hours = Counter(
        (source, arrived_at.replace(minute=0, second=0, microsecond=0))
        for _member, sources, arrived_at in _arrivals(
            user, Q(), since=at - COMPARED_WITH, until=at - HOUR
        )
        for source in sources
    )
    usual: dict[Source, int] = {}
    for (source, _hour), number in hours.items():
        usual[source] = max(usual.get(source, 0), number)
    unusual = [
        Unusual(source, members, usual.get(source, 0))
        for source, members in found.items()
        if len(members) >= MANY and len(members) > TIMES * usual.get(source, 0)
    ]
    return sorted(unusual, key=lambda each: (-len(each.members), each.source))


def members_of(unusual: Collection[Unusual]) -> list[int]:
    """Return the members of some sources, each once, in the order of their arrival."""
    return sorted({member for each in unusual for member in each.members})


def runs_to_undo(*, at: datetime) -> QuerySet[BulkRun]:
    """Return the runs that put members under possible spam where some still are, latest first.

    `number` is how many there are.
    """
    still = Q(
        items__entry__isnull=False,
        items__member__spam_signal=SpamSignal.UNUSUAL,
        items__member__status__in=UNDECIDED_STATUSES,
    )
    runs = BulkRun.objects.filter(action=BulkRunAction.FLAG_AS_SPAM, confirmed_at__gt=at - KEPT_FOR)
    numbered = runs.annotate(number=Count("items", filter=still)).filter(number__gt=0)
    return numbered.select_related("by").order_by("-pk")


def _arrivals(
    user: User, condition: Q, *, since: datetime, until: datetime
) -> list[tuple[int, list[Source], datetime]]:
    """Return the members that arrived by the form in a time, their sources, and when.

    What is held as spam is left out, so that an earlier flood is not usual.
    """
    people = FocalPoint.objects.filter(
        condition,
        is_alternate=False,
        member__in=Member.objects.visible_to(user),
        member__origin=Origin.FORM,
        member__submitted_at__gt=since,
        member__submitted_at__lte=until,
    ).exclude(member__spam_signal__in=SIGNALS_HOLDING_ACKNOWLEDGEMENT)
    rows = people.values_list("member", "member__country", "email", "member__submitted_at")
    return [
        (
            member,
            [
                Source(ALL),
                Source(COUNTRY, country),
                Source(DOMAIN, email.rpartition("@")[2].lower()),
            ],
            arrived_at,
        )
        for member, country, email, arrived_at in rows
    ]
