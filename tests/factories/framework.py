from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from framework.models import (
    KINDS_WITH_TEXT,
    Amendment,
    AmendmentKind,
    AmendmentStatus,
    Answer,
    AnswerKind,
    Draft,
    DraftStatus,
    Framework,
    Notice,
    NoticeKind,
    Paragraph,
    ParagraphKind,
    ParagraphNote,
    Recommendation,
    Support,
    Wording,
)
from members.models import GrantedRole, MemberStatus
from tests.factories.accounts import UserFactory
from tests.factories.focus_areas import FocusAreaFactory
from tests.factories.members import FocalPointFactory, MemberFactory
from tests.factories.noon import NOON


class FrameworkFactory(DjangoModelFactory):
    """The framework of focus area 1, which exists after every migrate."""

    class Meta:
        model = Framework
        django_get_or_create = ("focus_area",)

    focus_area = factory.SubFactory(FocusAreaFactory)


class FrameworkDraftFactory(DjangoModelFactory):
    """A draft, open around noon unless a test says otherwise, without any text."""

    class Meta:
        model = Draft

    framework = factory.SubFactory(FrameworkFactory)
    number = factory.LazyAttribute(lambda draft: draft.framework.drafts.count())
    status = DraftStatus.OPENED

    class Params:
        is_opened = factory.LazyAttribute(lambda draft: draft.status == DraftStatus.OPENED)
        is_adopted = factory.LazyAttribute(lambda draft: draft.status == DraftStatus.ADOPTED)

    opens_at = factory.Maybe("is_opened", NOON - timedelta(days=7), None)
    closes_at = factory.Maybe("is_opened", NOON + timedelta(days=7), None)
    adopted_at = factory.Maybe("is_adopted", NOON - timedelta(days=7), None)


class ParagraphFactory(DjangoModelFactory):
    """The identity of a paragraph, in no draft yet."""

    class Meta:
        model = Paragraph

    framework = factory.SubFactory(FrameworkFactory)


class WordingFactory(DjangoModelFactory):
    """An action at the end of a draft."""

    class Meta:
        model = Wording

    draft = factory.SubFactory(FrameworkDraftFactory)
    paragraph = factory.SubFactory(
        ParagraphFactory, framework=factory.SelfAttribute("..draft.framework")
    )
    position = factory.LazyAttribute(lambda wording: wording.draft.wordings.count() + 1)
    kind = ParagraphKind.ACTION
    text_en = factory.Sequence(lambda number: f"Connect school {number} to the network.")


class ParagraphNoteFactory(DjangoModelFactory):
    """An internal note of staff at a paragraph."""

    class Meta:
        model = ParagraphNote

    draft = factory.SubFactory(FrameworkDraftFactory)
    paragraph = factory.SubFactory(
        ParagraphFactory, framework=factory.SelfAttribute("..draft.framework")
    )
    text = "The group will discuss it in October."
    at = NOON
    by = factory.SubFactory(UserFactory)
    by_name = factory.LazyAttribute(lambda note: str(note.by))


class AmendmentFactory(DjangoModelFactory):
    """An amendment of a participant of the working group, sent unless a test says otherwise."""

    class Meta:
        model = Amendment

    draft = factory.SubFactory(FrameworkDraftFactory)
    paragraph = factory.LazyAttribute(
        lambda amendment: WordingFactory(draft=amendment.draft).paragraph
    )
    kind = AmendmentKind.CHANGE
    status = AmendmentStatus.SENT
    member = factory.SubFactory(
        MemberFactory,
        status=MemberStatus.ADMITTED,
        granted_role=GrantedRole.PARTICIPANT,
        focus_area=factory.SelfAttribute("..draft.framework.focus_area"),
    )
    version = 1
    sent_version = 1
    language = "en"
    reason = "Our law asks for it."
    saved_at = NOON - timedelta(days=1)

    class Params:
        is_sent = factory.LazyAttribute(lambda amendment: amendment.status != AmendmentStatus.DRAFT)

    text = factory.LazyAttribute(
        lambda amendment: (
            "Connect every school by 2027." if amendment.kind in KINDS_WITH_TEXT else ""
        )
    )
    added_kind = factory.LazyAttribute(
        lambda amendment: ParagraphKind.ACTION if amendment.kind == AmendmentKind.ADD else ""
    )
    sent_at = factory.Maybe("is_sent", NOON - timedelta(days=1), None)
    sent_by = factory.Maybe(
        "is_sent",
        factory.SubFactory(FocalPointFactory, member=factory.SelfAttribute("..member")),
        None,
    )
    sent_by_name = factory.LazyAttribute(
        lambda amendment: amendment.sent_by.full_name if amendment.sent_by else ""
    )
    withdrawn_at = factory.LazyAttribute(
        lambda amendment: NOON if amendment.status == AmendmentStatus.WITHDRAWN else None
    )


class SupportFactory(DjangoModelFactory):
    """The support of another member of the group."""

    class Meta:
        model = Support

    amendment = factory.SubFactory(AmendmentFactory)
    member = factory.SubFactory(
        MemberFactory,
        status=MemberStatus.ADMITTED,
        granted_role=GrantedRole.PARTICIPANT,
        focus_area=factory.SelfAttribute("..amendment.draft.framework.focus_area"),
    )
    amendment_version = factory.SelfAttribute("amendment.sent_version")
    at = NOON
    by = factory.SubFactory(FocalPointFactory, member=factory.SelfAttribute("..member"))
    by_name = factory.LazyAttribute(lambda support: support.by.full_name)


class RecommendationFactory(DjangoModelFactory):
    """The recommendation of a co-lead of the group."""

    class Meta:
        model = Recommendation

    amendment = factory.SubFactory(AmendmentFactory)
    member = factory.SubFactory(
        MemberFactory,
        status=MemberStatus.ADMITTED,
        granted_role=GrantedRole.CO_LEAD,
        focus_area=factory.SelfAttribute("..amendment.draft.framework.focus_area"),
    )
    kind = AnswerKind.TAKEN
    note = "It says what the group agreed in September."
    at = NOON
    by = factory.SubFactory(FocalPointFactory, member=factory.SelfAttribute("..member"))
    by_name = factory.LazyAttribute(lambda recommendation: recommendation.by.full_name)


class AnswerFactory(DjangoModelFactory):
    """The answer of a coordinator."""

    class Meta:
        model = Answer

    amendment = factory.SubFactory(AmendmentFactory)
    kind = AnswerKind.TAKEN
    reason = factory.LazyAttribute(
        lambda answer: "" if answer.kind == AnswerKind.TAKEN else "The group decided otherwise."
    )
    paragraph = factory.SelfAttribute("amendment.paragraph")
    answered_at = NOON
    answered_by = factory.SubFactory(UserFactory)
    answered_by_name = factory.LazyAttribute(lambda answer: str(answer.answered_by))


class FrameworkNoticeFactory(DjangoModelFactory):
    """A member that was told about a draft."""

    class Meta:
        model = Notice

    draft = factory.SubFactory(FrameworkDraftFactory)
    member = factory.SubFactory(
        MemberFactory,
        status=MemberStatus.ADMITTED,
        granted_role=GrantedRole.PARTICIPANT,
        focus_area=factory.SelfAttribute("..draft.framework.focus_area"),
    )
    kind = NoticeKind.OPENED
    at = NOON
