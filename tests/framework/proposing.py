"""A member that proposes: its focal point, the draft that is open now, and what a browser posts."""

from datetime import timedelta

from django.utils import timezone

from framework.models import Amendment, AmendmentStatus
from framework.services.links import framework_address
from members.models import GrantedRole, MemberStatus
from tests.factories import (
    FocalPointFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    MemberFactory,
    WordingFactory,
)

BEFORE = "Connect every school by 2030."
AFTER = "Connect every school by 2027."
DAY = timedelta(days=1)


def an_open_draft(**facts):
    """A draft that is open now."""
    now = timezone.now()
    return FrameworkDraftFactory(**{"opens_at": now - DAY, "closes_at": now + DAY, **facts})


def close(draft):
    """Let a draft have closed a minute ago."""
    draft.closes_at = timezone.now() - timedelta(minutes=1)
    draft.save()


def a_paragraph(draft, **facts):
    return WordingFactory(draft=draft, **{"text_en": BEFORE, **facts})


def a_proposer(role=GrantedRole.PARTICIPANT, **facts):
    """A focal point of a member of the working group, who reads English."""
    area = facts.pop("focus_area", None) or FrameworkFactory().focus_area
    member = MemberFactory(
        status=MemberStatus.ADMITTED, focus_area=area, granted_role=role, **facts
    )
    return FocalPointFactory(member=member, language="en")


def by_link(person, page="", draft=None):
    """The path of a page by the private link of a focal point."""
    framework = draft.framework if draft else FrameworkFactory()
    address = framework_address(person, framework).removeprefix("http://testserver")
    return f"{address}{page}"


def signed_in(page=""):
    """The path of a page for somebody who signed in."""
    return f"/en/focus-areas/{FrameworkFactory().focus_area.slug}/framework/{page}"


def proposing(wording, kind="change"):
    return f"proposals/{wording.paragraph.key}/{kind}/"


def fields(**typed):
    """A complete form, as a browser posts it."""
    return {
        "draft_version": "0",
        "page": "one",
        "text": AFTER,
        "reason": "Our law asks for it.",
        "language": "en",
        "send": "1",
        **typed,
    }


def kept():
    return Amendment.objects.get(status=AmendmentStatus.DRAFT)


def sent():
    return Amendment.objects.get(status=AmendmentStatus.SENT)
