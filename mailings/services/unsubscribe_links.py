"""The private link to unsubscribe from bulletins; it is revoked with the other links."""

from django.conf import settings
from django.urls import reverse

from members.models import FocalPoint
from members.services.private_links import LinkPurpose, focal_point_of, token_for


def unsubscribe_address(focal_point: FocalPoint) -> str:
    """Return the absolute URL where a focal point unsubscribes, by one click or on a page."""
    token = token_for(focal_point, LinkPurpose.BULLETINS)
    return settings.SITE_URL + reverse("mailings:unsubscribe", args=[token])


def focal_point_of_bulletins(token: str) -> FocalPoint:
    """Return the focal point that a token was made for.

    Raises InvalidLink if the token was altered or revoked.
    """
    return focal_point_of(token, LinkPurpose.BULLETINS)
