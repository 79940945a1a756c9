from datetime import timedelta
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from core.spreadsheets import SpreadsheetFormat
from eoi.models import CallAlert, EoiDraft, LateRequest, LinkRequest, SignOff
from members.models import (
    AnswerFile,
    Call,
    Category,
    FocalPoint,
    GrantedRole,
    LetterDraft,
    Member,
    MemberMessage,
    MemberStatus,
    Mention,
    OpinionRequest,
    Origin,
    PublicProfile,
    Reason,
    ReasonGiven,
    ReasonPurpose,
    RoleTransfer,
    SearchEntry,
    SoughtRole,
    TimelineEntry,
    TimelineKind,
)
from members.services.names import search_text_of, sort_key_of
from members.services.search import write_search_entry
from tests.factories.accounts import UserFactory
from tests.factories.focus_areas import FocusAreaFactory
from tests.factories.noon import NOON
from tests.factories.outbox import MessageFactory
from triage.desk.models import BulkItem, BulkRun, BulkRunAction
from triage.duplicates.models import (
    Fingerprint,
    FingerprintedMember,
    FingerprintKind,
    PossibleDuplicate,
)
from triage.follow_ups.models import FollowUp, FollowUpRule, FollowUpStep
from triage.holds.models import Hold, WaitsFor
from triage.spreadsheets.models import Export, Import, ImportChannel, ImportedRow
from triage.staff_pages.models import Claim, SavedView
from triage.statistics.models import StatisticsSnapshot


class CallFactory(DjangoModelFactory):
    class Meta:
        model = Call

    title = factory.Sequence(lambda n: f"Call {n}")
    opens_at = NOON - timedelta(days=7)
    closes_at = NOON + timedelta(days=7)
    grace_ends_at = factory.LazyAttribute(lambda call: call.closes_at + timedelta(hours=13))
    contact_email = "coalition@example.org"


class MemberFactory(DjangoModelFactory):
    """A member in a given status, with the facts that the database requires for it."""

    class Meta:
        model = Member
        skip_postgeneration_save = True

    reference = factory.Sequence(lambda n: f"P2C-{n:06d}")
    call = factory.SubFactory(CallFactory)
    submission_key = factory.Sequence(lambda n: f"key-{n}")
    answers_digest = factory.Sequence(lambda n: f"{n:064x}")
    submitted_at = NOON - timedelta(days=1)
    organisation_name = factory.Sequence(lambda n: f"Organisation {n}")
    sort_key = factory.LazyAttribute(lambda member: sort_key_of(member.organisation_name))
    search_text = factory.LazyAttribute(
        lambda member: search_text_of(member.organisation_name, member.acronym)
    )
    acronym = ""
    category = Category.ACADEMIA
    country = "CH"
    first_choice = factory.SubFactory(FocusAreaFactory)
    role = SoughtRole.PARTICIPANT
    motivation = "To connect people."
    is_authorised = True
    privacy_version = "test-1"
    status = MemberStatus.PENDING
    slug = factory.Sequence(lambda n: f"organisation-{n}")

    class Params:
        is_placed = factory.LazyAttribute(lambda member: member.status == MemberStatus.ADMITTED)
        is_decided = factory.LazyAttribute(
            lambda member: (
                member.is_placed or member.status in (MemberStatus.DECLINED, MemberStatus.CLOSED)
            )
        )

    focus_area = factory.Maybe("is_placed", factory.SubFactory(FocusAreaFactory), None)
    granted_role = factory.Maybe("is_placed", GrantedRole.PARTICIPANT, "")
    decided_at = factory.Maybe("is_decided", NOON - timedelta(hours=1), None)
    decided_by = factory.Maybe("is_decided", factory.SubFactory(UserFactory), None)
    withdrawn_at = factory.LazyAttribute(
        lambda member: NOON if member.status == MemberStatus.WITHDRAWN else None
    )
    closing_reason = factory.LazyAttribute(
        lambda member: "abandoned" if member.status == MemberStatus.CLOSED else ""
    )

    @factory.post_generation
    def has_search_entry(self, create, given, **_more):
        if create and given is not False:
            write_search_entry(self)


class FocalPointFactory(DjangoModelFactory):
    class Meta:
        model = FocalPoint
        skip_postgeneration_save = True

    member = factory.SubFactory(MemberFactory)
    given_name = "Ada"
    family_name = factory.Sequence(lambda n: f"Lovelace {n}")
    email = factory.Sequence(lambda n: f"focal-point-{n}@example.org")
    language = "en"
    time_zone = "Europe/Zurich"

    @factory.post_generation
    def is_searched(self, create, _given, **_more):
        if create:
            write_search_entry(self.member)


class SearchEntryFactory(DjangoModelFactory):
    class Meta:
        model = SearchEntry

    member = factory.SubFactory(MemberFactory, has_search_entry=False)
    text = "organisation"


class PublicProfileFactory(DjangoModelFactory):
    """The public profile of a listed member, without a logo."""

    class Meta:
        model = PublicProfile

    member = factory.SubFactory(
        MemberFactory, status=MemberStatus.ADMITTED, publication_consent=True
    )
    about = "We connect schools."
    language = "en"
    website = "https://www.example.org"
    published_at = NOON
    published_by = factory.SubFactory(FocalPointFactory, member=factory.SelfAttribute("..member"))
    version = 1


class RoleTransferFactory(DjangoModelFactory):
    class Meta:
        model = RoleTransfer

    focal_point = factory.SubFactory(FocalPointFactory)
    named_by = factory.SelfAttribute("focal_point")
    named_at = NOON
    expires_at = NOON + timedelta(days=14)
    given_name = "Grace"
    family_name = factory.Sequence(lambda n: f"Hopper {n}")
    email = factory.Sequence(lambda n: f"successor-{n}@example.org")
    language = "en"
    time_zone = "Europe/Zurich"


class EoiDraftFactory(DjangoModelFactory):
    class Meta:
        model = EoiDraft

    submission_key = factory.Sequence(lambda n: f"draft-key-{n}")
    call = factory.SubFactory(CallFactory)
    announced_closes_at = factory.SelfAttribute("call.closes_at")
    announced_grace_ends_at = factory.SelfAttribute("call.grace_ends_at")
    email = factory.Sequence(lambda n: f"draft-{n}@example.org")
    language = "en"
    form_data = "organisation_name=Ministry+of+Digital+Affairs"
    started_at = NOON - timedelta(hours=1)
    saved_at = NOON
    expires_at = NOON + timedelta(days=30)


class CallAlertFactory(DjangoModelFactory):
    """A confirmed address that waits for the next call."""

    class Meta:
        model = CallAlert

    email = factory.Sequence(lambda n: f"waiting-{n}@example.org")
    language = "en"
    requested_at = NOON - timedelta(days=2)
    confirmed_at = NOON - timedelta(days=1)


class SignOffFactory(DjangoModelFactory):
    """A link to a draft that nobody has confirmed."""

    class Meta:
        model = SignOff

    draft = factory.SubFactory(EoiDraftFactory)
    made_at = NOON


class LateRequestFactory(DjangoModelFactory):
    """A request that waits, for a draft of a call that closed two hours before noon."""

    class Meta:
        model = LateRequest

    draft = factory.SubFactory(
        EoiDraftFactory,
        call__closes_at=NOON - timedelta(hours=2),
        call__grace_ends_at=NOON - timedelta(hours=2),
    )
    organisation_name = factory.Sequence(lambda n: f"Ministry {n}")
    requested_at = NOON - timedelta(hours=1)


class LinkRequestFactory(DjangoModelFactory):
    class Meta:
        model = LinkRequest

    email = factory.Sequence(lambda n: f"asking-{n}@example.org")
    asked_at = NOON


class TimelineEntryFactory(DjangoModelFactory):
    class Meta:
        model = TimelineEntry

    member = factory.SubFactory(MemberFactory)
    kind = TimelineKind.RECEIVED
    at = NOON


class AnswerFileFactory(DjangoModelFactory):
    """A file of an answer, without a file on disk."""

    class Meta:
        model = AnswerFile

    entry = factory.SubFactory(TimelineEntryFactory, kind=TimelineKind.ANSWERED, is_public=True)
    file = factory.Sequence(lambda n: f"answers/{n:032x}")
    file_name = factory.Sequence(lambda n: f"answer-{n}.pdf")
    content_type = "application/pdf"
    size = 10
    sha256 = factory.Sequence(lambda n: f"{n:064x}")


class ReasonFactory(DjangoModelFactory):
    class Meta:
        model = Reason

    purpose = ReasonPurpose.DECLINE
    label = factory.Sequence(lambda n: f"Reason {n}")
    snippet = factory.Sequence(lambda n: f"This is reason {n}.")
    position = factory.Sequence(lambda n: 100 + n)


class ReasonGivenFactory(DjangoModelFactory):
    class Meta:
        model = ReasonGiven

    entry = factory.SubFactory(TimelineEntryFactory)
    reason = factory.SubFactory(ReasonFactory)
    position = 1
    text = "This is why."


class FollowUpRuleFactory(DjangoModelFactory):
    """Returns one of the five existing rules."""

    class Meta:
        model = FollowUpRule
        django_get_or_create = ("step",)

    step = FollowUpStep.REMIND_OF_REQUEST
    days = 7


class FollowUpFactory(DjangoModelFactory):
    class Meta:
        model = FollowUp

    step = FollowUpStep.REMIND_OF_REQUEST
    entry = factory.SubFactory(
        TimelineEntryFactory,
        kind=TimelineKind.INFORMATION_REQUESTED,
        member__status=MemberStatus.INFORMATION_REQUESTED,
    )
    at = NOON


class LetterDraftFactory(DjangoModelFactory):
    class Meta:
        model = LetterDraft

    member = factory.SubFactory(MemberFactory)
    kind = TimelineKind.DECLINED
    by = factory.SubFactory(UserFactory)
    form_data = "subject=My+subject&body=My+own+words."
    saved_at = NOON


class OpinionRequestFactory(DjangoModelFactory):
    """A request that waits for an answer."""

    class Meta:
        model = OpinionRequest

    member = factory.SubFactory(MemberFactory)
    asked_of = factory.SubFactory(UserFactory)
    asked_by = factory.SubFactory(UserFactory)
    asked_at = NOON
    question = "Do you know this organisation?"


class StatisticsSnapshotFactory(DjangoModelFactory):
    class Meta:
        model = StatisticsSnapshot

    call = factory.SubFactory(CallFactory)
    figures = factory.LazyFunction(dict)
    computed_at = NOON


class ExportFactory(DjangoModelFactory):
    class Meta:
        model = Export

    by = factory.SubFactory(UserFactory)
    by_name = factory.SelfAttribute("by.name")
    at = NOON
    format = SpreadsheetFormat.XLSX
    filters = "status: Waiting"
    row_count = 3


class BulkRunFactory(DjangoModelFactory):
    class Meta:
        model = BulkRun

    key = factory.LazyFunction(uuid4)
    action = BulkRunAction.CLOSE
    by = factory.SubFactory(UserFactory, is_superuser=True)
    language = "en"
    confirmed_at = NOON


class BulkItemFactory(DjangoModelFactory):
    """A member that is still to be processed."""

    class Meta:
        model = BulkItem

    run = factory.SubFactory(BulkRunFactory)
    member = factory.SubFactory(MemberFactory)


class ClaimFactory(DjangoModelFactory):
    class Meta:
        model = Claim

    member = factory.SubFactory(MemberFactory)
    by = factory.SubFactory(UserFactory)
    ends_at = NOON


class HoldFactory(DjangoModelFactory):
    """A hold until the day after NOON in Geneva."""

    class Meta:
        model = Hold

    entry = factory.SubFactory(
        TimelineEntryFactory, kind=TimelineKind.HELD, note="A day · Tuesday\nThey asked for it."
    )
    waits_for = WaitsFor.DAY
    ends_on = (NOON + timedelta(days=1)).date()


class MentionFactory(DjangoModelFactory):
    class Meta:
        model = Mention

    entry = factory.SubFactory(TimelineEntryFactory, kind=TimelineKind.NOTE_ADDED, note="@Ada")
    colleague = factory.SubFactory(UserFactory)


class SavedViewFactory(DjangoModelFactory):
    class Meta:
        model = SavedView

    owner = factory.SubFactory(UserFactory)
    list_of = "members.member"
    name = factory.Sequence(lambda number: f"View {number}")
    filters = "language=fr"


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = Import

    by = factory.SubFactory(UserFactory)
    by_name = factory.SelfAttribute("by.name")
    at = NOON
    call = factory.SubFactory(CallFactory)
    file_name = factory.Sequence(lambda n: f"mails-{n}.xlsx")
    row_count = 1
    channel = ImportChannel.MAIL
    is_acknowledged = False


class ImportedRowFactory(DjangoModelFactory):
    class Meta:
        model = ImportedRow

    spreadsheet_import = factory.SubFactory(ImportFactory)
    member = factory.SubFactory(MemberFactory, origin=Origin.SPREADSHEET)


class MemberMessageFactory(MessageFactory):
    """A letter to a member of the first focus area."""

    class Meta:
        model = MemberMessage

    reference = factory.LazyFunction(lambda: MemberFactory(status=MemberStatus.ADMITTED).reference)


class FingerprintFactory(DjangoModelFactory):
    class Meta:
        model = Fingerprint

    member = factory.SubFactory(MemberFactory)
    kind = FingerprintKind.DOMAIN
    value = factory.Sequence(lambda n: f"organisation-{n}.xx")


class FingerprintedMemberFactory(DjangoModelFactory):
    """A member that was matched and compared as it is."""

    class Meta:
        model = FingerprintedMember

    member = factory.SubFactory(MemberFactory)
    matched_version = factory.SelfAttribute("member.version")
    compared_at = NOON


class PossibleDuplicateFactory(DjangoModelFactory):
    class Meta:
        model = PossibleDuplicate

    earlier = factory.SubFactory(MemberFactory)
    later = factory.SubFactory(MemberFactory)
    same_domain = True
    found_at = NOON
