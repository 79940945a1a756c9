"""The members of the demonstration, from the opening of the call until now."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.utils.timezone import localdate

from accounts.models import User
from accounts.services.staff_groups import (
    COORDINATORS,
    DESK_MANAGERS,
    OBSERVERS,
    TRIAGE_OFFICERS,
)
from core.dates import GENEVA, all_day_range
from members.models import Call
from p2c_portal.demonstration.arriving import (
    arrive,
    begin_and_leave,
    send_another,
    send_under_other_names,
)
from p2c_portal.demonstration.decisions import decide_on, mistype_and_correct
from p2c_portal.demonstration.focal_points import confirm, name_a_successor
from p2c_portal.demonstration.mail import deliver_letters_of_decision
from p2c_portal.demonstration.opinions import ask_for_opinions
from p2c_portal.demonstration.profiles import publish_profiles
from triage.statistics.services.snapshots import refresh_snapshots

# The call of the demonstration opened this long ago. It closes at the end of a future day.
OPEN_SINCE = timedelta(days=13)
OPEN_FOR_DAYS = 8
GRACE = timedelta(hours=13)


def load_members(
    *, manager: User, officers: list[User], coordinator: User, observer: User, at: datetime
) -> None:
    """Create the members, and process them as a team would have done by the time `at`."""
    manager.groups.add(Group.objects.get(name=DESK_MANAGERS))
    for officer in officers:
        officer.groups.add(Group.objects.get(name=TRIAGE_OFFICERS))
    coordinator.groups.add(Group.objects.get(name=COORDINATORS))
    observer.groups.add(Group.objects.get(name=OBSERVERS))
    call = _open_call(at)
    chance = Random(2021)  # noqa: S311 (the same day each time, nothing secret)
    arrivals = list(arrive(call, at, chance))
    for number, arrival in enumerate(arrivals):
        if number % 3:
            confirm(arrival, at)
        decided_at = decide_on(arrival, number, officers, at, chance)
        if decided_at:
            deliver_letters_of_decision(decided_at=decided_at, at=at)
    publish_profiles(arrivals, at)
    ask_for_opinions(coordinator, observer, at)
    mistype_and_correct(arrivals[-1], officers[0], at)
    name_a_successor(arrivals[-2], at)
    send_another(arrivals[-3], at)
    send_under_other_names(arrivals, at)
    begin_and_leave(call, at)
    refresh_snapshots(at=at)


def _open_call(at: datetime) -> Call:
    """Open a call that closes at the end of a day in Geneva, one week from now."""
    last_day = localdate(at, ZoneInfo(GENEVA)) + timedelta(days=OPEN_FOR_DAYS)
    _starts_at, closes_at = all_day_range(last_day, last_day, GENEVA)
    return Call.objects.create(
        title_en="Call for expressions of interest",
        title_fr="Appel à manifestation d’intérêt",
        opens_at=at - OPEN_SINCE,
        closes_at=closes_at,
        grace_ends_at=closes_at + GRACE,
        contact_email="Partner2Connect@itu.int",
    )
