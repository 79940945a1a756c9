from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from meetings.models import MeetingKind, MeetingStatus
from members.models import MemberStatus
from participation.models import (
    ActionPoint,
    Announcement,
    Attendance,
    CalendarFeed,
    DateAnswer,
    DateChoice,
    DatePoll,
    DateProposal,
    DateReply,
    Decision,
    DigestedVersion,
    EmailConsent,
    MailPreferences,
    MeetingProposal,
    MemberAccount,
    PaperDigest,
    PaperOpening,
    PartMember,
    Presence,
    Rsvp,
    RsvpChoice,
)
from tests.factories.accounts import UserFactory
from tests.factories.focus_areas import (
    FocusAreaFactory,
    MeetingFactory,
    PaperVersionFactory,
    PartFactory,
)
from tests.factories.members import FocalPointFactory, MemberFactory
from tests.factories.noon import NOON


class RsvpFactory(DjangoModelFactory):
    """The RSVP of the current holder of the role, for the current time of the meeting."""

    class Meta:
        model = Rsvp

    meeting = factory.SubFactory(MeetingFactory)
    focal_point = factory.SubFactory(FocalPointFactory, member__status=MemberStatus.ADMITTED)
    link_version = factory.SelfAttribute("focal_point.link_version")
    choice = RsvpChoice.YES
    starts_at = factory.SelfAttribute("meeting.starts_at")
    responded_at = NOON
    by = factory.SubFactory(UserFactory, is_staff=False)


class AttendanceFactory(DjangoModelFactory):
    class Meta:
        model = Attendance

    meeting = factory.SubFactory(MeetingFactory)
    focal_point = factory.SubFactory(FocalPointFactory, member__status=MemberStatus.ADMITTED)
    name = factory.SelfAttribute("focal_point.full_name")
    organisation_name = factory.SelfAttribute("focal_point.member.organisation_name")
    presence = Presence.ONSITE
    recorded_at = NOON
    recorded_by = factory.SubFactory(UserFactory)


class DecisionFactory(DjangoModelFactory):
    class Meta:
        model = Decision

    meeting = factory.SubFactory(MeetingFactory)
    position = 1
    text = factory.Sequence(lambda n: f"Decision {n}")


class ActionPointFactory(DjangoModelFactory):
    """An open action point of an admitted member."""

    class Meta:
        model = ActionPoint

    meeting = factory.SubFactory(MeetingFactory)
    position = 1
    text = factory.Sequence(lambda n: f"Action point {n}")
    owner = factory.SubFactory(MemberFactory, status=MemberStatus.ADMITTED)
    due_on = NOON.date()


class MemberAccountFactory(DjangoModelFactory):
    class Meta:
        model = MemberAccount

    user = factory.SubFactory(UserFactory, is_staff=False)
    made_at = NOON


class MeetingProposalFactory(DjangoModelFactory):
    """A meeting that a co-lead proposes, and on which nobody has decided."""

    class Meta:
        model = MeetingProposal

    focus_area = factory.SubFactory(FocusAreaFactory)
    focal_point = factory.SubFactory(FocalPointFactory, member__status=MemberStatus.ADMITTED)
    organisation_name = factory.SelfAttribute("focal_point.member.organisation_name")
    proposed_by_name = factory.SelfAttribute("focal_point.full_name")
    proposed_at = NOON
    kind = MeetingKind.MEETING
    title = factory.Sequence(lambda n: f"Proposed meeting {n}")
    language = "en"
    starts_at = NOON + timedelta(days=30)
    ends_at = NOON + timedelta(days=30, hours=1)
    time_zone = "Africa/Nairobi"
    is_online = True


class AnnouncementFactory(DjangoModelFactory):
    """The record that a meeting was announced as it is."""

    class Meta:
        model = Announcement

    meeting = factory.SubFactory(MeetingFactory)
    version = factory.SelfAttribute("meeting.version")
    announced_at = NOON
    focus_area = factory.SelfAttribute("meeting.focus_area")
    status = MeetingStatus.SCHEDULED
    starts_at = factory.SelfAttribute("meeting.starts_at")
    ends_at = factory.SelfAttribute("meeting.ends_at")
    time_zone = factory.SelfAttribute("meeting.time_zone")
    is_all_day = factory.SelfAttribute("meeting.is_all_day")


class CalendarFeedFactory(DjangoModelFactory):
    class Meta:
        model = CalendarFeed

    user = factory.SubFactory(UserFactory, is_staff=False)


class EmailConsentFactory(DjangoModelFactory):
    """The consent of the present holder of a role."""

    class Meta:
        model = EmailConsent

    focal_point = factory.SubFactory(FocalPointFactory, member__status=MemberStatus.ADMITTED)
    link_version = factory.SelfAttribute("focal_point.link_version")
    agreed_at = NOON


class MailPreferencesFactory(DjangoModelFactory):
    class Meta:
        model = MailPreferences

    user = factory.SubFactory(UserFactory, is_staff=False)


class PaperDigestFactory(DjangoModelFactory):
    class Meta:
        model = PaperDigest

    day = factory.Sequence(lambda n: NOON.date() + timedelta(days=n))
    made_at = NOON


class DigestedVersionFactory(DjangoModelFactory):
    class Meta:
        model = DigestedVersion

    digest = factory.SubFactory(PaperDigestFactory)
    version = factory.SubFactory(PaperVersionFactory)


class PaperOpeningFactory(DjangoModelFactory):
    class Meta:
        model = PaperOpening

    user = factory.SubFactory(UserFactory, is_staff=False)
    version = factory.SubFactory(PaperVersionFactory)
    opened_at = NOON


class DatePollFactory(DjangoModelFactory):
    """An open poll, without its dates."""

    class Meta:
        model = DatePoll

    focus_area = factory.SubFactory(FocusAreaFactory)
    title = factory.Sequence(lambda n: f"Planned meeting {n}")
    language = "en"
    minutes = 60
    time_zone = "Africa/Nairobi"
    answer_by = NOON + timedelta(days=7)
    asked_at = NOON
    asked_by = factory.SubFactory(UserFactory)


class DateProposalFactory(DjangoModelFactory):
    class Meta:
        model = DateProposal

    poll = factory.SubFactory(DatePollFactory)
    starts_at = factory.Sequence(lambda n: NOON + timedelta(days=30, hours=n))


class DateReplyFactory(DjangoModelFactory):
    """The reply of the present holder of a role."""

    class Meta:
        model = DateReply

    poll = factory.SubFactory(DatePollFactory)
    focal_point = factory.SubFactory(FocalPointFactory, member__status=MemberStatus.ADMITTED)
    link_version = factory.SelfAttribute("focal_point.link_version")
    replied_at = NOON


class DateAnswerFactory(DjangoModelFactory):
    class Meta:
        model = DateAnswer

    reply = factory.SubFactory(DateReplyFactory)
    proposal = factory.SubFactory(DateProposalFactory, poll=factory.SelfAttribute("..reply.poll"))
    choice = DateChoice.YES


class PartMemberFactory(DjangoModelFactory):
    class Meta:
        model = PartMember

    part = factory.SubFactory(PartFactory)
    member = factory.SubFactory(MemberFactory, status=MemberStatus.ADMITTED)
    added_at = NOON
    added_by = factory.SubFactory(UserFactory)
