"""The feed of the register (Atom, RFC 4287): the commitments that changed last."""

from collections.abc import Iterator
from typing import IO, Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, get_tag_uri
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commitments.models import Commitment, CommitmentType, EventKind, Place
from commitments.services.open_data.public_rows import with_latest_change
from commitments.services.summaries import chip_of, places_in_brief
from core.dates import format_date_short
from core.typed_text import xml_text

MAX_ENTRIES: Final = 50


def feed_queries(commitments: "QuerySet[Commitment]") -> "list[QuerySet[Any]]":
    """Return the queries of the newest commitments and of their places, for an entity tag."""
    newest = _newest(commitments)
    places = Place.objects.filter(commitment__in=newest.values("pk")).order_by("pk")
    return [newest, places]


def write_feed(
    commitments: "QuerySet[Commitment]", file: IO[bytes], *, title: str, address: str, page: str
) -> int:
    """Write the newest of some commitments as a feed, and return their number.

    `address` is that of the feed, and `page` that of the list that people read.
    """
    feed = Atom1Feed(
        title=xml_text(title),
        link=page,
        description=_(
            "What members of the Partner2Connect Digital Coalition have promised, by when, and the "
            "results so far: money by stage, targets and reports."
        ),
        language=get_language(),
        feed_url=address,
        # The same feed in every release.
        feed_guid=address,
    )
    for commitment in _newest(commitments).prefetch_related("places"):
        feed.add_item(**_entry(commitment))
    feed.write(file, "utf-8")
    return feed.num_items()


def _newest(commitments: "QuerySet[Commitment]") -> "QuerySet[Any]":
    newest = with_latest_change(commitments).select_related("lead", "focus_area")
    return newest.order_by("-changed_at", "-pk")[:MAX_ENTRIES]


def _entry(commitment: Any) -> dict[str, Any]:
    path = reverse("commitments:commitment", args=[commitment.reference])
    name = f"{settings.SITE_URL}/commitments/{commitment.reference}"
    return {
        "title": xml_text(commitment.title),
        "link": settings.SITE_URL + path,
        # The same in all languages, whatever changes.
        "unique_id": get_tag_uri(name, commitment.published_at),
        "pubdate": commitment.published_at,
        "updateddate": commitment.changed_at,
        "author_name": xml_text(commitment.lead.organisation_name),
        "description": escape(xml_text(" · ".join(_facts(commitment)))),
        "categories": (commitment.focus_area.name, CommitmentType(commitment.type).label),
    }


def _facts(commitment: Any) -> Iterator[str]:
    """Yield what happened last, who leads the commitment, where, by when, and how it stands."""
    yield str(EventKind(commitment.change).label)
    yield commitment.lead.organisation_name
    if places := sorted(commitment.places.all(), key=lambda place: place.pk):
        yield places_in_brief(places)
    if commitment.ends:
        yield _("by %(day)s") % {"day": format_date_short(commitment.ends)}
    if chip := chip_of(commitment):
        yield chip.words
