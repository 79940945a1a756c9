"""Rows for tests. A test sets every value that it asserts on; these give the rest."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import factory
from factory.django import DjangoModelFactory

from accounts.models import Session, User
from correspondence.models import (
    Mailing,
    MailingKind,
    MailingStatus,
    MailingText,
    Recipient,
    Selection,
    Unsubscription,
)
from focus_areas.models import (
    FocusArea,
    Frequency,
    Link,
    Meeting,
    MeetingKind,
    MeetingStatus,
    Paper,
    PaperVersion,
    Series,
    Weekday,
)
from members.models import (
    Call,
    Category,
    CountedFile,
    EoiDraft,
    Export,
    FocalPoint,
    FollowUp,
    FollowUpRule,
    FollowUpStep,
    GrantedRole,
    Import,
    LetterDraft,
    LetterOf,
    LinkRequest,
    Member,
    MemberMessage,
    MemberStatus,
    Reason,
    ReasonGiven,
    ReasonUse,
    Resemblance,
    Respect,
    SheetFormat,
    SoughtRole,
    Successor,
    Tally,
    Tallying,
    TallyKind,
    TimelineEntry,
    TimelineKind,
    Trait,
    TraitKind,
    Way,
)
from outbox.models import Heartbeat, Message, MessageStep, MessageTemplate, StepKind
from outbox.reported import DeliveryEvent, EventKind, SuppressedAddress, SuppressionReason
from participation.models import (
    Announcement,
    Answer,
    Attendance,
    MemberAccount,
    PaperDigest,
    Presence,
    Reply,
    ToldVersion,
    Wishes,
)

# A Monday within the call that CallFactory makes.
NOON = datetime(2021, 10, 25, 12, tzinfo=UTC)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"officer-{n}@example.org")
    name = factory.Sequence(lambda n: f"Officer {n}")
    is_staff = True


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = Session

    session_key = factory.Sequence(lambda n: f"session-{n}")
    session_data = ""
    expire_date = NOON + timedelta(hours=12)
    user = factory.SubFactory(UserFactory)
    last_used_at = NOON


class FocusAreaFactory(DjangoModelFactory):
    """Gives one of the four that exist; there are no others."""

    class Meta:
        model = FocusArea
        django_get_or_create = ("number",)

    number = 1
    slug = factory.LazyAttribute(lambda area: f"area-{area.number}")
    short_name = "ACCESS"
    summary = "A summary."
    description = "A description."


class LinkFactory(DjangoModelFactory):
    class Meta:
        model = Link

    title = factory.Sequence(lambda n: f"Document {n}")
    url = factory.Sequence(lambda n: f"https://example.org/document-{n}")


class MeetingFactory(DjangoModelFactory):
    class Meta:
        model = Meeting

    focus_area = factory.SubFactory(FocusAreaFactory)
    kind = MeetingKind.MEETING
    title = factory.Sequence(lambda n: f"Meeting {n}")
    starts_at = NOON + timedelta(days=7)
    ends_at = factory.LazyAttribute(lambda meeting: meeting.starts_at + timedelta(hours=1))
    time_zone = "Europe/Zurich"
    is_all_day = False
    local_day = factory.LazyAttribute(lambda meeting: start_on_the_clocks(meeting).date())
    local_time = factory.LazyAttribute(
        lambda meeting: None if meeting.is_all_day else start_on_the_clocks(meeting).time()
    )
    status = MeetingStatus.SCHEDULED
    changed_at = NOON


def start_on_the_clocks(meeting):
    return meeting.starts_at.astimezone(ZoneInfo(meeting.time_zone))


class SeriesFactory(DjangoModelFactory):
    class Meta:
        model = Series

    frequency = Frequency.WEEKLY
    weekday = Weekday.MONDAY
    first_day = date(2021, 11, 1)
    times = 4
    local_time = time(14)
    duration = timedelta(hours=1)
    time_zone = "Europe/Zurich"


class PaperFactory(DjangoModelFactory):
    """A paper of a focus area, if not of a meeting."""

    class Meta:
        model = Paper

    meeting = None
    focus_area = factory.Maybe("meeting", None, factory.SubFactory(FocusAreaFactory))
    title = factory.Sequence(lambda n: f"Paper {n}")


class PaperVersionFactory(DjangoModelFactory):
    """A version whose file nobody has written."""

    class Meta:
        model = PaperVersion

    paper = factory.SubFactory(PaperFactory)
    number = 1
    language = "en"
    file = factory.Sequence(lambda n: f"papers/{n:032x}")
    file_name = factory.Sequence(lambda n: f"paper-{n}.txt")
    content_type = "text/plain"
    size = 10
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    uploaded_at = NOON


class CallFactory(DjangoModelFactory):
    class Meta:
        model = Call

    title = factory.Sequence(lambda n: f"Call {n}")
    opens_at = NOON - timedelta(days=7)
    closes_at = NOON + timedelta(days=7)
    grace_ends_at = factory.LazyAttribute(lambda call: call.closes_at + timedelta(hours=13))
    contact_email = "coalition@example.org"


class MemberFactory(DjangoModelFactory):
    """A member in a given status, with what the database insists on for it."""

    class Meta:
        model = Member

    reference = factory.Sequence(lambda n: f"P2C-{n:06d}")
    call = factory.SubFactory(CallFactory)
    submission_key = factory.Sequence(lambda n: f"key-{n}")
    answers_digest = factory.Sequence(lambda n: f"{n:064x}")
    submitted_at = NOON - timedelta(days=1)
    organisation_name = factory.Sequence(lambda n: f"Organisation {n}")
    category = Category.ACADEMIA
    country = "CH"
    first_choice = factory.SubFactory(FocusAreaFactory)
    role = SoughtRole.PARTICIPANT
    motivation = "To connect people."
    is_authorised = True
    privacy_version = "test-1"
    status = MemberStatus.PENDING

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


class FocalPointFactory(DjangoModelFactory):
    class Meta:
        model = FocalPoint

    member = factory.SubFactory(MemberFactory)
    given_name = "Ada"
    family_name = factory.Sequence(lambda n: f"Lovelace {n}")
    email = factory.Sequence(lambda n: f"focal-point-{n}@example.org")
    language = "en"
    time_zone = "Europe/Zurich"


class SuccessorFactory(DjangoModelFactory):
    class Meta:
        model = Successor

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
    email = factory.Sequence(lambda n: f"draft-{n}@example.org")
    language = "en"
    typed = "organisation_name=Ministry+of+Digital+Affairs"
    started_at = NOON - timedelta(hours=1)
    saved_at = NOON
    expires_at = NOON + timedelta(days=30)


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


class ReasonFactory(DjangoModelFactory):
    class Meta:
        model = Reason

    used_for = ReasonUse.DECLINE
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
    """Gives one of the five that exist; there are no others."""

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
    decision = LetterOf.DECLINE
    by = factory.SubFactory(UserFactory)
    typed = "subject=My+subject&body=My+own+words."
    saved_at = NOON


class TallyFactory(DjangoModelFactory):
    class Meta:
        model = Tally

    call = factory.SubFactory(CallFactory)
    respect = Respect.COUNTRY
    value = "CH"
    kind = TallyKind.ARRIVED
    area_number = 1
    count = 1


class CountedFileFactory(DjangoModelFactory):
    """What an undecided file is counted for."""

    class Meta:
        model = CountedFile

    member = factory.SubFactory(MemberFactory)
    arrived_on = NOON.date()
    first_choice_number = 1
    category = Category.ACADEMIA
    country = "CH"


class TallyingFactory(DjangoModelFactory):
    class Meta:
        model = Tallying

    pk = 1
    as_of = NOON


class ExportFactory(DjangoModelFactory):
    class Meta:
        model = Export

    by = factory.SubFactory(UserFactory)
    by_name = factory.SelfAttribute("by.name")
    at = NOON
    format = SheetFormat.XLSX
    filters = "status: Waiting"
    rows = 3


class ImportFactory(DjangoModelFactory):
    class Meta:
        model = Import

    by = factory.SubFactory(UserFactory)
    by_name = factory.SelfAttribute("by.name")
    at = NOON
    call = factory.SubFactory(CallFactory)
    file_name = factory.Sequence(lambda n: f"mails-{n}.xlsx")
    rows = 1
    way = Way.MAIL
    is_acknowledged = False


class MessageFactory(DjangoModelFactory):
    class Meta:
        model = Message

    topic = factory.Sequence(lambda n: f"P2C-TEST/received/entry-{n}/focal-point-{n}")
    reference = "P2C-TEST"
    recipient = factory.Sequence(lambda n: f"recipient-{n}@example.org")
    language = "en"
    subject = "A subject"
    body = "A paragraph."
    queued_at = NOON
    due_at = NOON


class MemberMessageFactory(MessageFactory):
    """A letter to a member of the first focus area."""

    class Meta:
        model = MemberMessage

    reference = factory.LazyFunction(lambda: MemberFactory(status=MemberStatus.ADMITTED).reference)


class MessageStepFactory(DjangoModelFactory):
    class Meta:
        model = MessageStep

    message = factory.SubFactory(MessageFactory)
    kind = StepKind.RETRIED
    at = NOON
    by = factory.SubFactory(UserFactory)
    by_name = "Ada"


class MessageTemplateFactory(DjangoModelFactory):
    """Makes texts of a kind that no app declares, so that they never stand in another's way."""

    class Meta:
        model = MessageTemplate

    kind = factory.Sequence(lambda n: f"kind-{n}")
    language = "en"
    subject = "A parcel"
    body = "It has arrived."


class DeliveryEventFactory(DjangoModelFactory):
    class Meta:
        model = DeliveryEvent

    key = factory.Sequence(lambda n: f"{n:064}")
    provider = "postmark"
    kind = EventKind.DELIVERED
    at = NOON
    received_at = NOON


class SuppressedAddressFactory(DjangoModelFactory):
    class Meta:
        model = SuppressedAddress

    address = factory.Sequence(lambda n: f"suppressed-{n}@example.org")
    reason = SuppressionReason.HARD_BOUNCE
    since = NOON


class HeartbeatFactory(DjangoModelFactory):
    class Meta:
        model = Heartbeat

    name = factory.Sequence(lambda n: f"process-{n}")
    at = NOON


class MailingFactory(DjangoModelFactory):
    """A mailing in a given status, with what the database insists on for it."""

    class Meta:
        model = Mailing

    kind = MailingKind.LETTER
    language = "en"
    selection = Selection.CHOSEN
    status = MailingStatus.DRAFT
    written_by = factory.SubFactory(UserFactory)
    written_at = NOON - timedelta(hours=2)

    class Params:
        is_confirmed = factory.LazyAttribute(
            lambda mailing: mailing.status not in (MailingStatus.DRAFT, MailingStatus.CANCELLED)
        )
        has_begun = factory.LazyAttribute(
            lambda mailing: mailing.is_confirmed and mailing.status != MailingStatus.SCHEDULED
        )

    confirmed_at = factory.Maybe("is_confirmed", NOON - timedelta(hours=1), None)
    confirmed_by = factory.Maybe("is_confirmed", factory.SubFactory(UserFactory), None)
    scheduled_for = factory.Maybe("is_confirmed", NOON - timedelta(hours=1), None)
    begun_at = factory.Maybe("has_begun", NOON - timedelta(hours=1), None)
    stopped_at = factory.LazyAttribute(
        lambda mailing: NOON if mailing.status == MailingStatus.STOPPED else None
    )
    ended_at = factory.LazyAttribute(
        lambda mailing: (
            NOON if mailing.status in (MailingStatus.DONE, MailingStatus.CANCELLED) else None
        )
    )


class MailingTextFactory(DjangoModelFactory):
    class Meta:
        model = MailingText

    mailing = factory.SubFactory(MailingFactory)
    language = "en"
    subject = "News for {reference}"
    body = "There is news for {organisation}."


class RecipientFactory(DjangoModelFactory):
    class Meta:
        model = Recipient

    mailing = factory.SubFactory(MailingFactory)
    focal_point = factory.SubFactory(FocalPointFactory)
    address = factory.LazyAttribute(lambda recipient: recipient.focal_point.email.casefold())


class UnsubscriptionFactory(DjangoModelFactory):
    class Meta:
        model = Unsubscription

    address = factory.Sequence(lambda n: f"quiet-{n}@example.org")
    at = NOON


class AnswerFactory(DjangoModelFactory):
    """The answer of whoever holds the role now, for the time that the meeting has now."""

    class Meta:
        model = Answer

    meeting = factory.SubFactory(MeetingFactory)
    focal_point = factory.SubFactory(FocalPointFactory, member__status=MemberStatus.ADMITTED)
    link_version = factory.SelfAttribute("focal_point.link_version")
    reply = Reply.YES
    starts_at = factory.SelfAttribute("meeting.starts_at")
    answered_at = NOON
    by = factory.SubFactory(UserFactory, is_staff=False)


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    meeting = factory.SubFactory(MeetingFactory)
    focal_point = factory.SubFactory(FocalPointFactory, member__status=MemberStatus.ADMITTED)
    name = factory.SelfAttribute("focal_point.full_name")
    organisation_name = factory.SelfAttribute("focal_point.member.organisation_name")
    presence = Presence.ON_SITE
    taken_at = NOON
    taken_by = factory.SubFactory(UserFactory)


class TraitFactory(DjangoModelFactory):
    class Meta:
        model = Trait

    member = factory.SubFactory(MemberFactory)
    kind = TraitKind.DOMAIN
    value = factory.Sequence(lambda n: f"organisation-{n}.xx")


class ResemblanceFactory(DjangoModelFactory):
    class Meta:
        model = Resemblance

    earlier = factory.SubFactory(MemberFactory)
    later = factory.SubFactory(MemberFactory)
    same_domain = True
    found_at = NOON


class MemberAccountFactory(DjangoModelFactory):
    class Meta:
        model = MemberAccount

    user = factory.SubFactory(UserFactory, is_staff=False)
    made_at = NOON


class AnnouncementFactory(DjangoModelFactory):
    """That a meeting was told as it is."""

    class Meta:
        model = Announcement

    meeting = factory.SubFactory(MeetingFactory)
    version = factory.SelfAttribute("meeting.version")
    told_at = NOON
    focus_area = factory.SelfAttribute("meeting.focus_area")
    status = MeetingStatus.SCHEDULED
    starts_at = factory.SelfAttribute("meeting.starts_at")
    ends_at = factory.SelfAttribute("meeting.ends_at")
    time_zone = factory.SelfAttribute("meeting.time_zone")
    is_all_day = factory.SelfAttribute("meeting.is_all_day")


class WishesFactory(DjangoModelFactory):
    class Meta:
        model = Wishes

    user = factory.SubFactory(UserFactory, is_staff=False)


class PaperDigestFactory(DjangoModelFactory):
    class Meta:
        model = PaperDigest

    day = factory.Sequence(lambda n: NOON.date() + timedelta(days=n))
    made_at = NOON


class ToldVersionFactory(DjangoModelFactory):
    class Meta:
        model = ToldVersion

    digest = factory.SubFactory(PaperDigestFactory)
    version = factory.SubFactory(PaperVersionFactory)
