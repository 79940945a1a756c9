"""A framework that is read now: its drafts, and clients of those who read it."""

from datetime import timedelta
from uuid import UUID

from django.test import Client
from django.utils import timezone

from framework.models import AmendmentKind, AnswerKind, DraftStatus, ParagraphKind
from framework.services.links import framework_address
from members.models import GrantedRole, MemberStatus
from tests.factories import (
    AmendmentFactory,
    AnswerFactory,
    FocalPointFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    MemberFactory,
    ParagraphFactory,
    SupportFactory,
    UserFactory,
    WordingFactory,
)

DAY = timedelta(days=1)
# The key of the action that is opened on the page of a_whole_round().
KEY = UUID("00000000-0000-4000-8000-000000000001")


def a_framework(*, is_public=True, focus_area=None, **facts):
    framework = FrameworkFactory(**({"focus_area": focus_area} if focus_area else {}))
    framework.is_public = is_public
    for name, value in facts.items():
        setattr(framework, name, value)
    framework.save()
    return framework


def an_open_draft(framework=None, **facts):
    """The next draft, open since yesterday and for some more days."""
    now = timezone.now()
    times = {"opens_at": now - DAY, "closes_at": now + 5 * DAY, **facts}
    return FrameworkDraftFactory(framework=framework or a_framework(), **times)


def a_closed_draft(framework=None, **facts):
    now = timezone.now()
    return an_open_draft(framework, opens_at=now - 9 * DAY, closes_at=now - 8 * DAY, **facts)


def an_adopted_draft(framework=None):
    framework = framework or a_framework()
    return FrameworkDraftFactory(framework=framework, status=DraftStatus.ADOPTED)


def reworded(wording, draft, text=None, **facts):
    """The same paragraph in a later draft."""
    facts = {"kind": wording.kind, "text_en": text or wording.text_en, **facts}
    return WordingFactory(draft=draft, paragraph=wording.paragraph, **facts)


def page_of(framework, page="", language="en"):
    return f"/{language}/focus-areas/{framework.focus_area.slug}/framework/{page}"


def opened_at(wording):
    key = wording.paragraph.key
    return f"?open={key}"


def a_member(framework, *, role=GrantedRole.PARTICIPANT, **facts):
    """A focal point of a member of the working group, who reads English."""
    member = MemberFactory(
        status=MemberStatus.ADMITTED, focus_area=framework.focus_area, granted_role=role, **facts
    )
    return FocalPointFactory(member=member, language="en")


def read_by(person, framework, page="", query=""):
    """Return a page as a focal point reads it by the link in a mail."""
    address = framework_address(person, framework).removeprefix("http://testserver")
    return Client().get(f"{address}{page}{query}")


def signed_in(person):
    client = Client()
    client.force_login(UserFactory(email=person.email, is_staff=False))
    return client


def a_whole_round(framework):
    """A closed draft with answers, and an open one with amendments of all kinds."""
    former, draft = a_closed_draft(framework), an_open_draft(framework)
    action = ParagraphFactory(framework=framework, key=KEY)
    wording = WordingFactory(draft=former, paragraph=action, text_en="Connect schools.")
    gone = WordingFactory(draft=former, kind=ParagraphKind.TEXT, text_en="Prices are high.")
    for heading in ("Infrastructure", "Affordability"):
        WordingFactory(draft=draft, kind=ParagraphKind.HEADING, text_en=heading)
        WordingFactory(draft=draft, kind=ParagraphKind.TEXT, text_en="Markets:\n\n- one\n- two")
    reworded(wording, draft, "Connect every school, first those that no network reaches.")
    part = WordingFactory(draft=draft, text_en="Connect every health centre.")
    part.sources.set([action])
    facts = {"member__publication_consent": True}
    for kind, answer in (
        (AmendmentKind.CHANGE, AnswerKind.TAKEN),
        (AmendmentKind.COMMENT, AnswerKind.NOTED),
    ):
        sent = AmendmentFactory(draft=former, paragraph=action, kind=kind, **facts)
        SupportFactory(amendment=sent)
        AnswerFactory(amendment=sent, kind=answer)
    deletion = AmendmentFactory(
        draft=former, paragraph=gone.paragraph, kind=AmendmentKind.DELETE, **facts
    )
    AnswerFactory(amendment=deletion)
    for kind in AmendmentKind:
        AmendmentFactory(draft=draft, paragraph=action, kind=kind, **facts)
