"""A member is put on hold, and at the same time a colleague holds, ends or decides it."""

from functools import partial

from core.conflicts import Conflict
from members.models import TimelineEntry
from members.services.conflicts import WrongStatus
from members.services.decisions import admit_to_focus_area
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory, FocusAreaFactory, UserFactory
from tests.sweeps.races.race import Race, own
from triage.holds.models import Hold, WaitsFor
from triage.holds.services import end_hold, hold, hold_of

MEMBER = "members_member"
WRITTEN = {TimelineEntry: 1, Hold: 1}


def holding(member, version):
    facts = {"waits_for": WaitsFor.LEGAL, "reason": "Is it a ministry?", "version": version}
    return partial(hold, member=own(member), by=UserFactory(), at=NOON, **facts)


def ending(member, version):
    return partial(end_hold, member=own(member), by=UserFactory(), at=NOON, version=version)


def admitting(member, version):
    return partial(
        admit_to_focus_area,
        member=own(member),
        focus_area=FocusAreaFactory(),
        role="participant",
        by=UserFactory(),
        at=NOON,
        version=version,
    )


def steps(first, second, *, version=None, is_held=False, ends_held):
    """Two steps about one member, and whether it is on hold afterwards."""

    def arrange():
        member = FocalPointFactory(member__submitted_at=NOON).member
        if is_held:
            holding(member, None)()

        def is_right():
            return (hold_of(member, at=NOON) is not None) == ends_held

        return first(member, version), second(member, version), is_right

    return arrange


RACES = {
    "hold twice from the same page": Race(
        steps(holding, holding, version=1, ends_held=True),
        MEMBER,
        (TimelineEntry, Conflict),
        WRITTEN,
    ),
    "hold twice": Race(
        steps(holding, holding, ends_held=True), MEMBER, (TimelineEntry, "on_hold"), WRITTEN
    ),
    "end a hold twice": Race(
        steps(ending, ending, is_held=True, ends_held=False),
        MEMBER,
        (TimelineEntry, "not_on_hold"),
        {TimelineEntry: 1},
    ),
    "hold, and admit": Race(
        steps(holding, admitting, version=1, ends_held=True),
        MEMBER,
        (TimelineEntry, Conflict),
        WRITTEN,
    ),
    "admit, and hold": Race(
        steps(admitting, holding, version=1, ends_held=False),
        MEMBER,
        (TimelineEntry, WrongStatus),
        {TimelineEntry: 1, Message: 1},
    ),
}
