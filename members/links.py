"""Private links: signed keys of one focal point for one purpose, revocable by their version."""

from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import override

from members.models import FocalPoint


class Purpose(StrEnum):
    """What a private link opens."""

    WORKING_GROUP = "working-group"
    FEED = "feed"


class LinkRefused(Exception):
    """The token is altered, revoked, or made for something else."""


def token_for(focal_point: FocalPoint, purpose: Purpose) -> str:
    """Return the token that opens one thing for one focal point, until its version rises."""
    return signing.Signer(salt=f"members.links.{purpose}").sign_object(
        [focal_point.pk, focal_point.link_version], compress=True
    )


def focal_point_of(
    token: str, purpose: Purpose, *, among: QuerySet[FocalPoint] | None = None
) -> FocalPoint:
    """Return the focal point that a token was made for, with its member.

    `among` may add columns to it. Raises LinkRefused.
    """
    focal_points = FocalPoint.objects.all() if among is None else among
    try:
        pk, version = signing.Signer(salt=f"members.links.{purpose}").unsign_object(token)
        return focal_points.select_related("member__focus_area").get(pk=pk, link_version=version)
    except (signing.BadSignature, FocalPoint.DoesNotExist) as refused:
        raise LinkRefused from refused


def working_group_address(focal_point: FocalPoint, language: str) -> str:
    """Return the full private address of the focal point's working group page."""
    token = token_for(focal_point, Purpose.WORKING_GROUP)
    with override(language):
        return settings.SITE_URL + reverse("members:working_group", args=[token])


def feed_address(focal_point: FocalPoint) -> str:
    """Return the full private address of the focal point's calendar feed."""
    token = token_for(focal_point, Purpose.FEED)
    return settings.SITE_URL + reverse("members:private_feed", args=[token])
