"""Steps of a round of drafting, for tests of the services."""

from datetime import timedelta

from core.autosave import Page
from framework.models import AmendmentKind, AnswerKind, ParagraphKind
from framework.services.amendments import AmendmentContent, Place, save_typed, send_amendment
from framework.services.answers import answer_amendment
from framework.services.drafts import prepare_next_draft
from framework.services.paragraphs import add_paragraph
from members.models import GrantedRole, MemberStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    FrameworkDraftFactory,
    FrameworkFactory,
    MemberFactory,
    UserFactory,
    WordingFactory,
)

SOON = NOON + timedelta(days=21)
LATER = NOON + timedelta(hours=1)
CHANGE = {"text": "Connect every school by 2027."}


def a_proposer(draft=None, *, role=GrantedRole.PARTICIPANT, **facts):
    """Return a focal point of a member of the working group."""
    area = draft.framework.focus_area if draft else FocusAreaFactory()
    member = {"status": MemberStatus.ADMITTED, "focus_area": area, "granted_role": role, **facts}
    return FocalPointFactory(member=MemberFactory(**member))


def a_place(kind=AmendmentKind.CHANGE, **facts):
    """Return a place in an open draft."""
    draft = FrameworkDraftFactory(**facts)
    return Place(draft, WordingFactory(draft=draft).paragraph, kind)


def sending(place, by, *, amendment=None, version=0, at=NOON, reason="Our law asks.", **content):
    content = {**(CHANGE if place.kind in ("change", "add") else {}), **content}
    return send_amendment(
        place=place,
        amendment=amendment,
        content=AmendmentContent(reason=reason, language="en", **content),
        version=version,
        by=by,
        at=at,
    )


def typing(place, by, typed, *, amendment=None, version=0, page="one", at=NOON):
    page = Page(page, version)
    return save_typed(place=place, amendment=amendment, typed=typed, page=page, by=by, at=at)


def answering(amendment, kind=AnswerKind.TAKEN, *, reason="", version=0, at=LATER, **facts):
    by = facts.pop("by", None) or UserFactory()
    return answer_amendment(
        amendment=amendment, kind=kind, reason=reason, version=version, by=by, at=at, **facts
    )


def a_prepared_draft(*texts, framework=None):
    """Return a draft 0 in preparation, and the wordings of some paragraphs."""
    by = UserFactory()
    draft = prepare_next_draft(framework=framework or FrameworkFactory(), by=by, at=NOON)
    wordings = []
    for text in texts:
        after = wordings[-1].paragraph if wordings else None
        wordings.append(
            add_paragraph(
                draft=draft,
                after=after,
                kind=ParagraphKind.TEXT,
                text=text,
                pillar=None,
                by=by,
                at=NOON,
            )
        )
    return draft, wordings


def texts_of(draft):
    return list(draft.wordings.order_by("position").values_list("text_en", flat=True))


def positions_of(draft):
    return list(draft.wordings.order_by("position").values_list("position", flat=True))
