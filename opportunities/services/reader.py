"""Who reads needs and offers, and by which way: signed in, or by the private link of a mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.conflicts import Refused
from members.models import FocalPoint
from members.services.participants import lock_participant, participants, with_member_as_shown
from members.services.private_links import (
    LinkPurpose,
    focal_point_of,
    token_for,
)
from opportunities.models import Opportunity

OWN_PAGE: Final = "mine"


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One request's reader. `people` are the focal points that they are, with members as shown.

    `token` is the private link by which they came; then the addresses of their pages have it.
    """

    at: datetime
    people: Sequence[FocalPoint] = ()
    token: str = ""

    @property
    def members(self) -> list[int]:
        """The keys of the members that they represent."""
        return [person.member_id for person in self.people]

    def person_of(self, opportunity: Opportunity) -> FocalPoint | None:
        """Return the focal point of the member that a need or offer is of, if they are it."""
        return next((each for each in self.people if each.member_id == opportunity.member_id), None)

    def address(self, page: str, *arguments: object) -> str:
        """Return the URL of a page that members have, by the way on which they came."""
        if self.token:
            return reverse(f"opportunities:{page}_by_link", args=[self.token, *arguments])
        return reverse(f"opportunities:{page}", args=arguments)


def link_to(person: FocalPoint, page: str = OWN_PAGE, *arguments: object) -> str:
    """Return the full private URL of a page for a focal point."""
    token = token_for(person, LinkPurpose.OPPORTUNITIES)
    with override(person.language):
        return settings.SITE_URL + reverse(
            f"opportunities:{page}_by_link", args=[token, *arguments]
        )


def reader_of(token: str, *, at: datetime) -> Reader:
    """Return the reader with a private link. Raises InvalidLink, also if they are no member now."""
    person = focal_point_of(token, LinkPurpose.OPPORTUNITIES, among=participants())
    return Reader(at=at, people=with_member_as_shown([person], at=at), token=token)


def lock_member(person: FocalPoint, *, at: datetime) -> FocalPoint:
    """Lock the member of a focal point, and return the person as they are now.

    Until the transaction ends, nobody else of the organisation changes its needs, offers and
    contacts. Raises Refused (not_a_member).
    """
    found = lock_participant(person, at=at)
    if found is None:
        raise Refused(_("Only members of the coalition can do this."), code="not_a_member")
    return found
