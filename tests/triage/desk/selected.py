"""Steps of the tests of bulk actions: what a page sends about the selected members."""

from tests.factories import FocalPointFactory, MemberFactory
from tests.triage.staff import address


def several(page):
    """Return the address of the page of a bulk action."""
    return address(f"{page}_several")


ADMIT = "/admin/members/member/admit-several/"


def a_file(role, language="en", **facts):
    """A waiting member with one focal point who gets letters."""
    member = MemberFactory(role=role, **facts)
    return FocalPointFactory(member=member, language=language).member


def sent_for(members, **more):
    """The form data of the page: each member with its version and its default or given role."""
    preset = {"participant": "participant", "observer": "observer", "lead": ""}
    sent = {f"role-{member.pk}": preset[member.role] for member in members}
    for_all = {"focus_area": "first_choice", "role": "as_asked"}
    return {"file": with_versions(members), **for_all, **sent, **more}


def with_versions(members):
    """The members as a page names them, each with the version that it showed."""
    return ".".join(f"{member.pk}-{member.version}" for member in members)
