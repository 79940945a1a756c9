from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from core.folding import fold
from members.models import MemberStatus
from opportunities.models import (
    ENDED,
    PUBLIC,
    Contact,
    ContactStatus,
    LetterDraft,
    NoDigest,
    Opportunity,
    OpportunityEvent,
    OpportunityKind,
    OpportunityStatus,
    Place,
    Support,
    SupportKind,
    ToldMatch,
)
from tests.factories.accounts import UserFactory
from tests.factories.commitments import CommitmentFactory
from tests.factories.focus_areas import FocusAreaFactory
from tests.factories.members import FocalPointFactory, MemberFactory
from tests.factories.noon import NOON


class OpportunityFactory(DjangoModelFactory):
    """An open need of an admitted member, published three days before noon."""

    class Meta:
        model = Opportunity

    kind = OpportunityKind.NEED
    reference = factory.Sequence(lambda number: f"N-{number:06}")
    member = factory.SubFactory(MemberFactory, status=MemberStatus.ADMITTED)
    status = OpportunityStatus.OPEN
    title = "Training for 900 teachers"
    text = "We look for a partner who trains 900 teachers in Hausa and Zarma."
    language = "en"
    focus_area = factory.SubFactory(FocusAreaFactory)
    saved_at = NOON - timedelta(days=5)
    search_text = factory.LazyAttribute(lambda row: fold(f"{row.title} {row.reference}"))

    class Params:
        is_draft = factory.LazyAttribute(lambda row: row.status == OpportunityStatus.DRAFT)
        is_public = factory.LazyAttribute(lambda row: row.status in PUBLIC)
        is_ended = factory.LazyAttribute(lambda row: row.status in ENDED)

    sent_at = factory.Maybe("is_draft", None, NOON - timedelta(days=4))
    published_at = factory.Maybe("is_public", NOON - timedelta(days=3), None)
    open_until = factory.Maybe("is_public", NOON + timedelta(days=57), None)
    ended_at = factory.Maybe("is_ended", NOON - timedelta(days=1), None)
    reason = factory.LazyAttribute(
        lambda row: "It is an advertisement." if row.status == "closed_by_staff" else ""
    )
    commitment = factory.LazyAttribute(
        lambda row: CommitmentFactory(status="published") if row.status == "committed" else None
    )


class OfferFactory(OpportunityFactory):
    """An open offer."""

    kind = OpportunityKind.OFFER
    reference = factory.Sequence(lambda number: f"O-{number:06}")
    title = "Courses for teachers"
    text = "We offer courses for teachers, on a boat and on land."


class SupportOfferedFactory(DjangoModelFactory):
    class Meta:
        model = Support

    opportunity = factory.SubFactory(OpportunityFactory)
    kind = SupportKind.TRAINING


class OpportunityPlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    opportunity = factory.SubFactory(OpportunityFactory)
    country = "NE"


class OpportunityEventFactory(DjangoModelFactory):
    class Meta:
        model = OpportunityEvent

    opportunity = factory.SubFactory(OpportunityFactory)
    kind = "sent"
    at = NOON


class OpportunityLetterDraftFactory(DjangoModelFactory):
    class Meta:
        model = LetterDraft

    opportunity = factory.SubFactory(OpportunityFactory)
    kind = "published"
    by = factory.SubFactory(UserFactory)
    form_data = "subject=Published"
    saved_at = NOON


class ContactFactory(DjangoModelFactory):
    """What a member wrote about a need two days before noon, without an answer."""

    class Meta:
        model = Contact

    opportunity = factory.SubFactory(OpportunityFactory)
    member = factory.SubFactory(MemberFactory, status=MemberStatus.ADMITTED)
    message = "We can train 300 of them next spring."
    language = "en"
    status = ContactStatus.SENT
    sent_at = NOON - timedelta(days=2)
    sent_by_name = "Amina Diallo"
    answered_at = factory.LazyAttribute(
        lambda row: None if row.status == ContactStatus.SENT else NOON - timedelta(days=1)
    )


class ToldMatchFactory(DjangoModelFactory):
    class Meta:
        model = ToldMatch

    opportunity = factory.SubFactory(OpportunityFactory)
    other = factory.SubFactory(OfferFactory)
    at = NOON


class NoDigestFactory(DjangoModelFactory):
    class Meta:
        model = NoDigest

    focal_point = factory.SubFactory(FocalPointFactory)
    at = NOON
