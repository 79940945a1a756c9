"""The private links of focal points to the framework of their working group.

A link is for one role and one focus area. It ends with the other private links of the role, and
when the organisation leaves the working group.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from framework.models import Framework
from members.models import FocalPoint
from members.services.participants import participants, with_member_as_shown
from members.services.private_links import (
    InvalidLink,
    LinkPurpose,
    focal_point_and_area_of,
    private_address,
    token_about_area,
)

PAGE: Final = "framework:framework_by_link"
AMENDMENTS_PAGE: Final = "framework:mine_by_link"


@dataclass(frozen=True)
class FrameworkLink:
    """What a private link to a framework opens. The focal point has its member as shown."""

    focal_point: FocalPoint
    framework: Framework


def framework_address(focal_point: FocalPoint, framework: Framework, page: str = PAGE) -> str:
    """Return the full private URL on which a focal point reads and proposes, or of another page."""
    token = token_about_area(focal_point, LinkPurpose.FRAMEWORK, number=framework.focus_area.number)
    return private_address(page, token, focal_point.language)


def framework_link_of(token: str, *, at: datetime) -> FrameworkLink:
    """Return what a link to a framework opens. Raises InvalidLink."""
    focal_point, number = focal_point_and_area_of(token, LinkPurpose.FRAMEWORK)
    people = participants().filter(pk=focal_point.pk, link_version=focal_point.link_version)
    shown = with_member_as_shown(people.select_related("member"), at=at)
    frameworks = Framework.objects.select_related("focus_area")
    framework = frameworks.filter(focus_area__number=number).first()
    if not shown or framework is None or shown[0].member.focus_area_id != framework.focus_area_id:
        raise InvalidLink
    return FrameworkLink(shown[0], framework)
