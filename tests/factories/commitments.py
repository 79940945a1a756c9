from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from commitments.models import (
    PUBLIC,
    Acknowledgement,
    Amount,
    Commitment,
    CommitmentEvent,
    CommitmentStatus,
    CommitmentType,
    CommitmentVersion,
    ConfirmedSum,
    ContributorAnswer,
    DataSnapshot,
    EventKind,
    ExchangeRate,
    Instrument,
    LetterDraft,
    Novelty,
    Partner,
    PartnerAnswer,
    PartnerRole,
    Place,
    ProposedChange,
    PublicationRequest,
    RegisterFigures,
    Report,
    ReportRequest,
    ReportStatus,
    ReportStep,
    ResultOfTheMonth,
    RetractedRow,
    RetractedTable,
    SnapshotFile,
    Stage,
    Target,
    TargetValue,
)
from commitments.services.content import as_json, content_of
from commitments.services.indicators import code_of
from core.folding import fold
from members.models import MemberStatus
from tests.factories.accounts import UserFactory
from tests.factories.focus_areas import FocusAreaFactory
from tests.factories.members import MemberFactory
from tests.factories.noon import NOON

CURRENCIES = ("EUR", "GBP", "JPY", "KES", "XOF", "ZMW")


class CommitmentFactory(DjangoModelFactory):
    """A commitment in a given status, submitted by default, without targets, places and money."""

    class Meta:
        model = Commitment

    reference = factory.Sequence(lambda number: f"C-{number:06}")
    lead = factory.SubFactory(MemberFactory, status=MemberStatus.ADMITTED)
    status = CommitmentStatus.SUBMITTED
    type = CommitmentType.PROGRAMMATIC
    title = "Digital skills for 1,000 teachers"
    statement = "We will train 1,000 teachers by the end of 2028."
    language = "en"
    focus_area = factory.SubFactory(FocusAreaFactory)
    ends = date(2028, 12, 31)
    novelty = Novelty.NEW
    publication_consent = True
    condition = ""
    present_condition = factory.LazyAttribute(lambda row: row.condition)
    created_at = NOON - timedelta(days=3)
    saved_at = NOON - timedelta(days=2)
    search_text = factory.LazyAttribute(lambda row: fold(f"{row.title} {row.reference}"))

    class Params:
        is_draft = factory.LazyAttribute(lambda row: row.status == CommitmentStatus.DRAFT)
        is_public = factory.LazyAttribute(lambda row: row.status in PUBLIC)
        is_refused = factory.LazyAttribute(
            lambda row: row.status in (CommitmentStatus.DECLINED, CommitmentStatus.WITHDRAWN)
        )

    submitted_at = factory.Maybe("is_draft", None, NOON - timedelta(days=2))
    published_at = factory.Maybe("is_public", NOON - timedelta(days=1), None)
    reason = factory.Maybe("is_refused", "It is no longer possible.", "")
    superseded_by = factory.LazyAttribute(
        lambda row: (
            CommitmentFactory(lead=row.lead, status=CommitmentStatus.PUBLISHED)
            if row.status == CommitmentStatus.SUPERSEDED
            else None
        )
    )


class TargetFactory(DjangoModelFactory):
    class Meta:
        model = Target

    commitment = factory.SubFactory(CommitmentFactory)
    indicator = "Teachers trained"
    unit = "people"
    indicator_code = factory.LazyAttribute(lambda row: code_of(row.indicator, row.unit))
    baseline = Decimal(0)
    value = Decimal(1000)
    by = date(2028, 12, 31)


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    commitment = factory.SubFactory(CommitmentFactory)
    country = "MW"


class AmountFactory(DjangoModelFactory):
    class Meta:
        model = Amount

    commitment = factory.SubFactory(CommitmentFactory)

    instrument = Instrument.GRANT
    original = Decimal(1_000_000)
    currency = "USD"
    stage = Stage.PLEDGED
    contributor = None
    contributor_name = ""
    # What another organisation gives, it has confirmed.
    contributor_answer = factory.LazyAttribute(
        lambda row: ContributorAnswer.CONFIRMED if row.contributor or row.contributor_name else ""
    )


class PartnerFactory(DjangoModelFactory):
    class Meta:
        model = Partner

    class Params:
        is_invited = factory.Trait(answer=PartnerAnswer.INVITED, invited_at=NOON)
        has_confirmed = factory.Trait(
            answer=PartnerAnswer.CONFIRMED, invited_at=NOON, answered_at=NOON
        )
        has_declined = factory.Trait(
            answer=PartnerAnswer.DECLINED, invited_at=NOON, answered_at=NOON
        )

    commitment = factory.SubFactory(CommitmentFactory)
    name = "Schools for Everyone"
    role = PartnerRole.IMPLEMENTER


class ConfirmedSumFactory(DjangoModelFactory):
    class Meta:
        model = ConfirmedSum

    partner = factory.SubFactory(PartnerFactory, has_confirmed=True)
    key = factory.LazyFunction(uuid4)
    original = Decimal(1_000_000)
    currency = "USD"
    stage = Stage.PLEDGED


class AcknowledgementFactory(DjangoModelFactory):
    class Meta:
        model = Acknowledgement

    commitment = factory.SubFactory(CommitmentFactory, status=CommitmentStatus.PUBLISHED)
    country = "MW"
    member = factory.SubFactory(MemberFactory, status=MemberStatus.ADMITTED, country="MW")
    asked_at = NOON


class CommitmentEventFactory(DjangoModelFactory):
    class Meta:
        model = CommitmentEvent

    commitment = factory.SubFactory(CommitmentFactory)
    kind = EventKind.SUBMITTED
    at = NOON
    is_shared = True


class CommitmentLetterDraftFactory(DjangoModelFactory):
    class Meta:
        model = LetterDraft

    commitment = factory.SubFactory(CommitmentFactory)
    kind = EventKind.DECLINED
    by = factory.SubFactory(UserFactory)
    form_data = "subject=My+subject&body=My+own+words."
    saved_at = NOON


class PublicationRequestFactory(DjangoModelFactory):
    """A request that waits for a second person."""

    class Meta:
        model = PublicationRequest

    commitment = factory.SubFactory(CommitmentFactory)
    version = factory.SelfAttribute("commitment.version")
    kind = EventKind.PUBLISHED
    requested_by = factory.SubFactory(UserFactory)
    requested_at = NOON


class CommitmentVersionFactory(DjangoModelFactory):
    class Meta:
        model = CommitmentVersion

    commitment = factory.SubFactory(CommitmentFactory, status=CommitmentStatus.PUBLISHED)
    number = 1
    content = factory.LazyAttribute(lambda row: as_json(content_of(row.commitment)))
    published_at = NOON


class ProposedChangeFactory(DjangoModelFactory):
    class Meta:
        model = ProposedChange

    commitment = factory.SubFactory(CommitmentFactory, status=CommitmentStatus.PUBLISHED)
    content = factory.LazyAttribute(lambda row: as_json(content_of(row.commitment)))
    reason = "A partner joined."
    proposed_at = NOON


class ReportFactory(DjangoModelFactory):
    """A report in a given status, a draft by default."""

    class Meta:
        model = Report

    commitment = factory.SubFactory(CommitmentFactory, status=CommitmentStatus.PUBLISHED)
    due_on = date(2026, 11, 27)
    status = ReportStatus.DRAFT
    language = "en"
    saved_at = NOON

    class Params:
        is_sent = factory.LazyAttribute(lambda row: row.status != ReportStatus.DRAFT)
        is_published = factory.LazyAttribute(lambda row: row.status == ReportStatus.PUBLISHED)

    sent_at = factory.Maybe("is_sent", NOON, None)
    published_at = factory.Maybe("is_published", NOON, None)


class TargetValueFactory(DjangoModelFactory):
    class Meta:
        model = TargetValue

    report = factory.SubFactory(ReportFactory)
    target = factory.SubFactory(
        TargetFactory, commitment=factory.SelfAttribute("..report.commitment")
    )
    value = Decimal(400)
    on = date(2026, 11, 1)


class ResultOfTheMonthFactory(DjangoModelFactory):
    class Meta:
        model = ResultOfTheMonth

    class Params:
        stated = factory.SubFactory(TargetValueFactory, report__status=ReportStatus.PUBLISHED)

    # There is one in a month.
    month = factory.Sequence(lambda number: date(2021 + number // 12, number % 12 + 1, 1))
    report = factory.LazyAttribute(lambda row: row.stated.report)
    target = factory.LazyAttribute(lambda row: row.stated.target)
    chosen_by = factory.SubFactory(UserFactory)
    chosen_at = NOON


class ReportRequestFactory(DjangoModelFactory):
    class Meta:
        model = ReportRequest

    commitment = factory.SubFactory(CommitmentFactory, status=CommitmentStatus.PUBLISHED)
    due_on = date(2026, 11, 27)
    step = ReportStep.DUE
    asked_at = NOON


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = ExchangeRate

    source = "United Nations operational rates of exchange"
    # There is one rate for a currency and month.
    currency = factory.Sequence(lambda number: CURRENCIES[number % len(CURRENCIES)])
    month = date(2026, 11, 1)
    rate = Decimal("0.92")


class DataSnapshotFactory(DjangoModelFactory):
    class Meta:
        model = DataSnapshot

    month = date(2021, 10, 1)
    taken_at = NOON


class SnapshotFileFactory(DjangoModelFactory):
    """A row of a file that is not stored."""

    class Meta:
        model = SnapshotFile

    snapshot = factory.SubFactory(DataSnapshotFactory)
    name = "commitments.csv"
    file = "data-snapshots/2021-10/commitments.csv"
    size = 1
    sha256 = "0" * 64
    rows = 0


class RetractedRowFactory(DjangoModelFactory):
    class Meta:
        model = RetractedRow

    commitment = factory.SubFactory(CommitmentFactory, status=CommitmentStatus.PUBLISHED)
    table = RetractedTable.AMOUNTS
    key = factory.LazyFunction(uuid4)
    retracted_at = NOON


class RegisterFiguresFactory(DjangoModelFactory):
    """The only row of the figures."""

    class Meta:
        model = RegisterFigures
        django_get_or_create = ("id",)

    id = 1
    figures = factory.LazyFunction(dict)
    as_of = NOON
