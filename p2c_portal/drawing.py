"""The drawing of the home page: one dot for each listed member, around its focus area."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from focus_areas.models import FOCUS_AREA_NAMES

# Above this number, one dot stands for several members.
MAX_DOTS: Final = 300
# All lengths are in units of the drawing. The areas are at the corners of a square, one to four
# clockwise, and half the distance between two of them is the space for the dots of one.
CENTRES: Final = {1: (150, 128), 2: (372, 106), 3: (392, 332), 4: (150, 352)}
INNER_RADIUS: Final = 30
OUTER_RADIUS: Final = 110
MAX_STEP: Final = 9.6
# Each dot is turned by this angle from the one before, so that no two are in line. In radians.
GOLDEN_ANGLE: Final = math.pi * (3 - math.sqrt(5))


class Point(NamedTuple):
    """A place in the drawing."""

    x: int
    y: int


@dataclass(frozen=True)
class Hub:
    """One focus area in the drawing, with the number of its members and their dots."""

    number: int
    members: int
    centre: Point
    dots: list[Point]

    @property
    def spokes(self) -> str:
        return "".join(f"M{self.centre.x} {self.centre.y}L{dot.x} {dot.y}" for dot in self.dots)


@dataclass(frozen=True)
class Drawing:
    """The four focus areas with their dots. Each dot stands for at most `members_per_dot`."""

    hubs: list[Hub]
    members: int
    members_per_dot: int

    @property
    def key(self) -> str:
        """What the drawing depends on, to keep it until one of these changes."""
        return f"{get_language()} {[hub.members for hub in self.hubs]}"

    @property
    def links(self) -> str:
        centres = [hub.centre for hub in self.hubs]
        return "".join(
            f"M{one.x} {one.y}L{other.x} {other.y}"
            for number, one in enumerate(centres, start=1)
            for other in centres[number:]
        )

    @property
    def caption(self) -> str:
        """What the drawing shows, as text with the same numbers."""
        areas = self._areas()
        if not self.members:
            return _("No members yet. Each member will be a dot beside its focus area.")
        if self.members_per_dot > 1:
            return _(
                "Each dot is up to %(each)d of %(members)d listed members, beside their focus "
                "area: %(areas)s."
            ) % {"each": self.members_per_dot, "members": self.members, "areas": areas}
        return ngettext(
            "The dot is the first listed member, beside its focus area: %(areas)s.",
            "Each dot is one of %(members)d listed members, beside its focus area: %(areas)s.",
            self.members,
        ) % {"members": self.members, "areas": areas}

    def _areas(self) -> str:
        names = {f"name_{hub.number}": FOCUS_AREA_NAMES[hub.number] for hub in self.hubs}
        numbers = {f"members_{hub.number}": hub.members for hub in self.hubs}
        return _(
            "%(name_1)s (%(members_1)d), %(name_2)s (%(members_2)d), %(name_3)s (%(members_3)d), "
            "%(name_4)s (%(members_4)d)"
        ) % {**names, **numbers}


def draw_members(members_by_area: Mapping[int, int]) -> Drawing:
    """Return the drawing for the number of members of each focus area, by the area's number."""
    members = {number: members_by_area.get(number, 0) for number in CENTRES}
    members_per_dot = max(math.ceil(sum(members.values()) / MAX_DOTS), 1)
    return Drawing(
        hubs=[
            Hub(
                number=number,
                members=members[number],
                centre=Point(*centre),
                dots=_dots(number, Point(*centre), math.ceil(members[number] / members_per_dot)),
            )
            for number, centre in CENTRES.items()
        ],
        members=sum(members.values()),
        members_per_dot=members_per_dot,
    )


def _dots(number: int, centre: Point, count: int) -> list[Point]:
    """Return the places of dots on a spiral, which is narrower for many of them."""
    step = min(MAX_STEP, (OUTER_RADIUS - INNER_RADIUS) / math.sqrt(max(count, 1)))
    dots = []
    for index in range(count):
        radius = INNER_RADIUS + step * math.sqrt(index + 0.5)
        # The areas begin at different angles, so that they do not look alike.
        angle = number + index * GOLDEN_ANGLE
        dots.append(
            Point(
                centre.x + round(radius * math.cos(angle)),
                centre.y + round(radius * math.sin(angle)),
            )
        )
    return dots
