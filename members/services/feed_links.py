"""The address of a calendar feed: whose it is, and when it ended if it was revoked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from members.models import FocalPoint, MemberStatus
from members.services.private_links import LinkPurpose, note_key, read_token
from members.services.undo import as_shown

# How long a revoked feed says that it was revoked.
EXPLAINED_FOR: Final = timedelta(days=30)


@dataclass(frozen=True)
class FeedToken:
    """A token that the portal made for the feed of a focal point. It may have been revoked."""

    # The name of the key that signed it.
    key: str
    # The values that it contains, by field of the focal point.
    facts: dict[str, Any]

    def holders(self) -> QuerySet[FocalPoint]:
        """Return the focal point to whom the token belongs; none if it was revoked."""
        return FocalPoint.objects.filter(**self.facts)

    def note_use(self) -> None:
        """Log that the token was used, if a former key signed it."""
        note_key(self.key, LinkPurpose.FEED, self.facts["pk"])


@dataclass(frozen=True)
class EndedFeed:
    """A feed that was revoked: since when, and in which language and time zone it was written."""

    ended_at: datetime
    language: str
    time_zone: str


def read_feed_token(token: str) -> FeedToken:
    """Return what a token contains.

    Raises InvalidLink if it is altered or made for another purpose.
    """
    return FeedToken(*read_token(token, LinkPurpose.FEED))


def ended_feed(token: FeedToken, *, at: datetime) -> EndedFeed | None:
    """Return the feed of a token that shows no meetings, if it ended less than EXPLAINED_FOR ago.

    The portal stores no token: its signature proves that the portal made it, and the history of the
    focal point shows when its version ended, and who had the role until then. Return None also if
    the row of the focal point is gone, or belongs to another person since a database was restored.
    """
    focal_point = FocalPoint.objects.select_related("member").filter(pk=token.facts["pk"]).first()
    if focal_point is None:
        return None
    is_current = all(getattr(focal_point, name) == fact for name, fact in token.facts.items())
    ended = _end_of_membership(focal_point, at) if is_current else _revocation(focal_point, token)
    return ended if ended and at < ended.ended_at + EXPLAINED_FOR else None


def _end_of_membership(focal_point: FocalPoint, at: datetime) -> EndedFeed | None:
    """Return the feed of a focal point whose member withdrew after it was admitted."""
    member = as_shown(focal_point.member, at=at)
    if member.status != MemberStatus.WITHDRAWN or not member.focus_area_id:
        return None
    if member.withdrawn_at is None:
        return None
    return EndedFeed(member.withdrawn_at, focal_point.language, focal_point.time_zone)


def _revocation(focal_point: FocalPoint, token: FeedToken) -> EndedFeed | None:
    """Return the feed of an earlier version of the links of a focal point."""
    versions = (token.facts["link_version"], token.facts["feed_version"])
    before = None
    for row in focal_point.history.order_by("history_id"):
        if (row.link_version, row.feed_version) > versions:
            holder = before or row
            return EndedFeed(row.history_date, holder.language, holder.time_zone)
        before = row
    return None
