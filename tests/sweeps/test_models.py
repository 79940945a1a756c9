"""Rules for every model of the portal."""

import pytest
from django.apps import apps

from accounts.models import (
    EventDigest,
    Invitation,
    ListReading,
    ReadingEvent,
    ReadLanguage,
    Session,
    SignInEvent,
    StreamPosition,
)
from commitments.models import (
    Acknowledgement,
    Amount,
    CommitmentEvent,
    CommitmentVersion,
    ConfirmedSum,
    DataSnapshot,
    Partner,
    Place,
    ProposedChange,
    PublicationRequest,
    RegisterFigures,
    Report,
    ReportRequest,
    RetractedRow,
    SnapshotFile,
    Target,
    TargetValue,
)
from commitments.models import LetterDraft as CommitmentLetterDraft
from core.models import AttemptCount
from eoi.models import CallAlert, EoiDraft, LateRequest, LinkRequest, SignOff
from framework.models import (
    Amendment,
    Notice,
    Paragraph,
    ParagraphNote,
    Recommendation,
    Support,
)
from inbox.models import IncomingFile, IncomingMail, MailboxReading
from mailings.models import Recipient, SendRequest, Unsubscription
from members.models import (
    AnswerFile,
    LetterDraft,
    MemberMessage,
    Mention,
    OpinionRequest,
    ReasonGiven,
    RoleTransfer,
    SearchEntry,
    TimelineEntry,
)
from opportunities import models as opportunities
from outbox.models import (
    Heartbeat,
    Installation,
    MailHold,
    Message,
    MessageAction,
    SendingRate,
)
from outbox.models.delivery_event import DeliveryEvent, SuppressedAddress
from papers.models import FileScan, PaperVersion
from participation.models import (
    Announcement,
    DateAnswer,
    DatePoll,
    DateProposal,
    DateReply,
    DigestedVersion,
    MemberAccount,
    PaperDigest,
    PaperOpening,
    PartMember,
)
from privacy.models import DataExport, DataRequest, ErasureCount, ErasureRequest, ListedErasure
from tests.sweeps.rows import FACTORIES
from triage.desk.models import BulkItem, BulkRun
from triage.duplicates.models import Fingerprint, FingerprintedMember, PossibleDuplicate
from triage.follow_ups.models import FollowUp
from triage.holds.models import Hold
from triage.spreadsheets.models import Export, Import, ImportedRow
from triage.staff_pages.models import Claim, SavedView
from triage.statistics.models import StatisticsSnapshot

APPS = (
    "core",
    "accounts",
    "focus_areas",
    "meetings",
    "papers",
    "outbox",
    "members",
    "inbox",
    "eoi",
    "triage",
    "commitments",
    "opportunities",
    "framework",
    "mailings",
    "participation",
    "privacy",
)
MODELS = [
    model
    for label in APPS
    for model in apps.get_app_config(label).get_models()
    if not model.__name__.startswith("Historical")
]
# Written only by processes. They are histories themselves, or the timeline records each change.
HISTORY = {
    Acknowledgement,
    Amendment,
    AnswerFile,
    CommitmentEvent,
    CommitmentVersion,
    DataSnapshot,
    DateAnswer,
    DatePoll,
    DateProposal,
    DateReply,
    DeliveryEvent,
    DataExport,
    EventDigest,
    Export,
    Heartbeat,
    Import,
    ImportedRow,
    IncomingFile,
    IncomingMail,
    Installation,
    MailboxReading,
    MailHold,
    FollowUp,
    Hold,
    MemberMessage,
    Message,
    MessageAction,
    ListReading,
    Notice,
    OpinionRequest,
    PaperDigest,
    PaperOpening,
    PaperVersion,
    PartMember,
    FileScan,
    Paragraph,
    ParagraphNote,
    ProposedChange,
    PublicationRequest,
    ReadingEvent,
    ReasonGiven,
    Recommendation,
    Report,
    ReportRequest,
    SignInEvent,
    RetractedRow,
    SnapshotFile,
    Support,
    SuppressedAddress,
    Recipient,
    TimelineEntry,
    DigestedVersion,
    ErasureCount,
    ErasureRequest,
    ListedErasure,
    DataRequest,
    SendRequest,
}
# The versions of a commitment, and its reports, have them whole.
PARTS = {Amount, ConfirmedSum, Partner, Place, Target, TargetValue}
# Deleted completely, with everything that was typed into them.
FORGOTTEN = {
    BulkItem,
    BulkRun,
    CallAlert,
    Claim,
    SavedView,
    EoiDraft,
    Invitation,
    ReadLanguage,
    Session,
    SignOff,
    LateRequest,
    LetterDraft,
    CommitmentLetterDraft,
    LinkRequest,
    Mention,
    RoleTransfer,
    Unsubscription,
}
# Computed again and again from facts. Timelines record what staff say about them.
WORKED_OUT = {
    Announcement,
    FingerprintedMember,
    MemberAccount,
    PossibleDuplicate,
    Fingerprint,
    SearchEntry,
}
# Figures, which can be computed again; and counts of attempts.
COUNTED = {AttemptCount, RegisterFigures, SendingRate, StatisticsSnapshot, StreamPosition}
# Of needs and offers: what staff and members wrote, of what they consist, and what was told.
OF_OPPORTUNITIES = {
    opportunities.Contact,
    opportunities.LetterDraft,
    opportunities.NoDigest,
    opportunities.OpportunityEvent,
    opportunities.Place,
    opportunities.Support,
    opportunities.ToldMatch,
}
UNTRACKED = HISTORY | PARTS | FORGOTTEN | WORKED_OUT | COUNTED | OF_OPPORTUNITIES
pytestmark = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def test_model_has_a_factory(model):
    assert model in FACTORIES


def test_model_keeps_its_history_unless_it_is_one(model):
    keeps_history = hasattr(model._meta, "simple_history_manager_attribute")

    assert keeps_history == (model not in UNTRACKED)


def test_constraint_names_begin_with_app_and_model(model):
    beginning = f"{model._meta.app_label}_{model._meta.model_name}_"

    others = [
        constraint.name
        for constraint in model._meta.constraints
        if not constraint.name.startswith(beginning)
    ]

    assert others == []


def test_model_orders_only_where_it_is_listed(model):
    assert not model._meta.ordering
