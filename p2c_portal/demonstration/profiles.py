"""The public profiles of the demonstration, in each language, and a logo that is drawn here."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image, ImageDraw

from members.models import GrantedRole
from members.services.logos import Logo, normalise_logo
from members.services.public_profile import publish_profile
from p2c_portal.demonstration.arriving import Arrival, focal_point_of
from p2c_portal.demonstration.texts import ABOUT

BLUE, GREEN = (0, 96, 156, 255), (46, 107, 52, 255)


def publish_profiles(arrivals: Iterable[Arrival], at: datetime) -> None:
    """Publish a profile of the first listed members in each language; the first has a logo.

    Co-leads come first, because the public pages name those with a profile.
    """
    left = {language: list(texts) for language, texts in ABOUT.items()}
    logo: Logo | None = _draw_logo()
    co_leads_first = sorted(
        arrivals, key=lambda arrival: arrival.member.granted_role != GrantedRole.CO_LEAD
    )
    for arrival in co_leads_first:
        member = arrival.member
        if not member.is_listed_publicly or member.decided_at is None:
            continue
        focal_point = focal_point_of(member)
        published_at = member.decided_at + timedelta(hours=2)
        if not left[focal_point.language] or published_at > at:
            continue
        publish_profile(
            member=member,
            about=left[focal_point.language].pop(0),
            language=focal_point.language,
            website=member.website,
            logo=logo,
            by=focal_point,
            at=published_at,
        )
        logo = None


def _draw_logo() -> Logo:
    """Draw three linked dots on a transparent background."""
    picture = Image.new("RGBA", (480, 240))
    pen = ImageDraw.Draw(picture)
    dots = ((60, 180), (240, 60), (420, 180))
    pen.line(dots, fill=BLUE, width=24, joint="curve")
    for number, (x, y) in enumerate(dots):
        pen.ellipse((x - 48, y - 48, x + 48, y + 48), fill=GREEN if number == 1 else BLUE)
    drawn = BytesIO()
    picture.save(drawn, format="PNG")
    return normalise_logo(drawn.getvalue())
