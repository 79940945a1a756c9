"""Members that write needs and offers: focal points, contents, and what a browser posts."""

from members.models import MemberStatus
from opportunities.services.content import Content, Where
from tests.factories import FocalPointFactory, FocusAreaFactory, MemberFactory


def a_writer(**facts):
    """The focal point of a member in Niger, who reads English."""
    facts = {"country": "NE", "focus_area": FocusAreaFactory(number=2), **facts}
    member = MemberFactory(status=MemberStatus.ADMITTED, **facts)
    return FocalPointFactory(member=member, language="en")


def a_content(person, **facts):
    """What a need states."""
    return Content(
        **{
            "title": "Training for 900 teachers",
            "text": "We look for a partner who trains 900 teachers in Hausa.",
            "language": "en",
            "focus_area": person.member.focus_area_id,
            "supports": ("training",),
            "places": (Where(country="NE"),),
            **facts,
        }
    )


def fields(person, **typed):
    """A complete form of a need, as a browser posts it."""
    return {
        "draft_version": "0",
        "page": "one",
        "title": "Training for 900 teachers",
        "supports": ["training"],
        "places": "Niger",
        "text": "We look for a partner who trains 900 teachers in Hausa.",
        "language": "en",
        "focus_area": str(person.member.focus_area_id),
        "send": "1",
        **typed,
    }
