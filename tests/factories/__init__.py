"""Factories for test data. A test sets each value that it asserts on; factories set the rest."""

from tests.factories.accounts import (
    InvitationFactory,
    ReadingEventFactory,
    SessionFactory,
    SignInEventFactory,
    UserFactory,
)
from tests.factories.commitments import (
    AcknowledgementFactory,
    AmountFactory,
    CommitmentEventFactory,
    CommitmentFactory,
    CommitmentLetterDraftFactory,
    CommitmentVersionFactory,
    DataSnapshotFactory,
    ExchangeRateFactory,
    PartnerFactory,
    PlaceFactory,
    ProposedChangeFactory,
    RegisterFiguresFactory,
    ReportFactory,
    ReportRequestFactory,
    RetractedRowFactory,
    SnapshotFileFactory,
    TargetFactory,
    TargetValueFactory,
)
from tests.factories.core import AttemptCountFactory
from tests.factories.focus_areas import (
    FocusAreaFactory,
    HomeSectionFactory,
    LinkFactory,
    MeetingFactory,
    PaperFactory,
    PaperVersionFactory,
    PillarFactory,
    SeriesFactory,
)
from tests.factories.inbox import (
    IncomingFileFactory,
    IncomingMailFactory,
    MailboxReadingFactory,
)
from tests.factories.mailings import (
    GroupLetterFactory,
    MailingFactory,
    MailingTextFactory,
    RecipientFactory,
    UnsubscriptionFactory,
)
from tests.factories.members import (
    AnswerFileFactory,
    BulkItemFactory,
    BulkRunFactory,
    CallAlertFactory,
    CallFactory,
    EoiDraftFactory,
    ExportFactory,
    FingerprintedMemberFactory,
    FingerprintFactory,
    FocalPointFactory,
    FollowUpFactory,
    FollowUpRuleFactory,
    ImportedRowFactory,
    ImportFactory,
    LateRequestFactory,
    LetterDraftFactory,
    LinkRequestFactory,
    MemberFactory,
    MemberMessageFactory,
    OpinionRequestFactory,
    PossibleDuplicateFactory,
    PublicProfileFactory,
    ReasonFactory,
    ReasonGivenFactory,
    RoleTransferFactory,
    SearchEntryFactory,
    SignOffFactory,
    StatisticsSnapshotFactory,
    TimelineEntryFactory,
)
from tests.factories.noon import NOON
from tests.factories.outbox import (
    DeliveryEventFactory,
    HeartbeatFactory,
    InstallationFactory,
    MailHoldFactory,
    MessageActionFactory,
    MessageFactory,
    MessageTemplateFactory,
    SuppressedAddressFactory,
)
from tests.factories.participation import (
    AnnouncementFactory,
    AttendanceFactory,
    CalendarFeedFactory,
    DigestedVersionFactory,
    EmailConsentFactory,
    MailPreferencesFactory,
    MeetingProposalFactory,
    MemberAccountFactory,
    PaperDigestFactory,
    RsvpFactory,
)
from tests.factories.privacy import (
    DataExportFactory,
    ErasureCountFactory,
    ErasureRequestFactory,
    RetentionHoldFactory,
    RetentionPeriodFactory,
    RetentionRunFactory,
)
