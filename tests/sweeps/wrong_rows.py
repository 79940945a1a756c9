"""A wrong row for each constraint of every model, and right ones if it has a condition."""

from datetime import date, time, timedelta
from uuid import UUID

from focus_areas.models import FocusArea, HomeSection, HomeSectionKind
from mailings.models import Exclusion, MailingStatus
from meetings.models import Frequency, MeetingStatus
from members.models import ClosingReason, GrantedRole, MemberStatus, Recommendation, TimelineKind
from outbox.models import MessageStatus
from privacy.models import RetentionKind, RetentionPeriod
from tests.factories import (
    NOON,
    AnnouncementFactory,
    AnswerFileFactory,
    AttemptCountFactory,
    AttendanceFactory,
    BulkItemFactory,
    BulkRunFactory,
    CalendarFeedFactory,
    CallAlertFactory,
    CallFactory,
    DataExportFactory,
    DataSnapshotFactory,
    DeliveryEventFactory,
    DigestedVersionFactory,
    EmailConsentFactory,
    EoiDraftFactory,
    ErasureCountFactory,
    ErasureRequestFactory,
    ExportFactory,
    FingerprintedMemberFactory,
    FingerprintFactory,
    FocalPointFactory,
    FocusAreaFactory,
    FollowUpFactory,
    GroupLetterFactory,
    HeartbeatFactory,
    ImportedRowFactory,
    ImportFactory,
    InstallationFactory,
    InvitationFactory,
    LateRequestFactory,
    LetterDraftFactory,
    LinkFactory,
    LinkRequestFactory,
    MailHoldFactory,
    MailingFactory,
    MailingTextFactory,
    MailPreferencesFactory,
    MeetingFactory,
    MeetingProposalFactory,
    MemberAccountFactory,
    MemberFactory,
    MessageActionFactory,
    MessageFactory,
    MessageTemplateFactory,
    OpinionRequestFactory,
    PaperDigestFactory,
    PaperFactory,
    PaperVersionFactory,
    PillarFactory,
    PossibleDuplicateFactory,
    PublicProfileFactory,
    ReadingEventFactory,
    ReasonFactory,
    ReasonGivenFactory,
    RecipientFactory,
    RetentionHoldFactory,
    RetentionRunFactory,
    RoleTransferFactory,
    RsvpFactory,
    SearchEntryFactory,
    SeriesFactory,
    SessionFactory,
    SignInEventFactory,
    SignOffFactory,
    SnapshotFileFactory,
    StatisticsSnapshotFactory,
    SuppressedAddressFactory,
    TimelineEntryFactory,
    UnsubscriptionFactory,
    UserFactory,
)
from tests.sweeps import wrong_rows_of_commitments
from tests.sweeps.second_rows import same
from triage.desk.models import BulkRunAction
from triage.follow_ups.models import FollowUpRule, FollowUpStep

SECOND = timedelta(seconds=1)


# A proposal or a letter of a co-lead on which somebody has decided.
NOT_ERASED = {"status": "cancelled", "decided_at": NOON, "decided_by": UserFactory}
SETTLED = {"decided_at": NOON, "decided_by": UserFactory}


def erased_alone(_factory):
    user = UserFactory()
    decided = {"status": "done", "decided_at": NOON, "decided_by": user}
    return {"address": "", "requested_by": user, **decided}


def update_area(**values):
    FocusArea.objects.filter(number=2).update(**values)


def decided(status, *names):
    """Return a member with a status and only these facts about its decision."""
    facts = {
        "focus_area": (FocusAreaFactory, None),
        "granted_role": ("participant", ""),
        "decided_at": (NOON, None),
        "decided_by": (UserFactory, None),
    }
    known = {name: there if name in names else absent for name, (there, absent) in facts.items()}
    return {"status": status, **known}


AREA, DECISION = ("focus_area", "granted_role"), ("decided_at", "decided_by")
SENDING = {
    "status": MessageStatus.SENDING,
    "lease": "b3f3a4f0-32c5-4c9b-8f1c-7a4d42ba1d52",
    "leased_until": NOON,
}
CANCELLED, SENT = MessageStatus.CANCELLED, {"status": MessageStatus.SENT, "sent_at": NOON}
DUPLICATE = {"status": MemberStatus.CLOSED, "closing_reason": ClosingReason.DUPLICATE}
CONFIRMING = {
    "step": FollowUpStep.REMIND_TO_CONFIRM,
    "entry": None,
    "focal_point": FocalPointFactory,
    "link_version": 1,
}
ANSWERED = {"answered_at": NOON, "answer": "A reliable partner."}
PERIOD = {"kind": RetentionKind.DRAFTS, "days": 400, "begins_at": NOON}
# For each constraint, a row and the values with which the database refuses it. A unique field is
# `table.column`.
WRONG_ROWS = {
    **wrong_rows_of_commitments.WRONG_ROWS,
    "accounts_user_email_in_any_case": (
        UserFactory,
        lambda _: {"email": UserFactory(email="ada@example.org").email.title()},
    ),
    "accounts_user.email": (UserFactory, same("email")),
    "core_attemptcount.digest": (AttemptCountFactory, same("digest")),
    "accounts_invitation.user_id": (InvitationFactory, same("user")),
    "accounts_invitation_sent_before_it_expires": (
        InvitationFactory,
        {"sent_at": NOON, "expires_at": NOON},
    ),
    "accounts_session.session_key": (SessionFactory, same("session_key")),
    "accounts_signinevent_known_account_kind": (SignInEventFactory, {"account_kind": "x"}),
    "accounts_signinevent_known_method": (SignInEventFactory, {"method": "x"}),
    "accounts_signinevent_known_outcome": (SignInEventFactory, {"outcome": "x"}),
    "accounts_signinevent_kind_of_its_account": (
        SignInEventFactory,
        {"account_kind": "unknown"},
        {"user": None, "outcome": "wrong"},
    ),
    "accounts_signinevent_success_has_an_account": (
        SignInEventFactory,
        {"account_kind": "unknown", "user": None},
    ),
    "accounts_signinevent_only_refusals_have_a_quarter": (
        SignInEventFactory,
        {"outcome": "too_many"},
        {"quarter_at": NOON},
    ),
    "accounts_signinevent_one_refusal_a_quarter": (
        lambda **facts: SignInEventFactory(outcome="too_many", quarter_at=NOON, **facts),
        same("network"),
    ),
    "accounts_readingevent_known_kind": (ReadingEventFactory, {"kind": "x"}),
    "accounts_readingevent_only_exports_are_of_many": (ReadingEventFactory, {"record_pk": 0}),
    "accounts_readingevent_once_a_quarter": (ReadingEventFactory, same("by")),
    "focus_areas_focusarea_one_of_four": (
        FocusArea.objects.create,
        {"number": 0, "slug": "x"},
        {"number": 5, "slug": "x"},
    ),
    "focus_areas_focusarea.number": (FocusArea.objects.create, {"number": 1, "slug": "x"}),
    "focus_areas_focusarea.slug": (
        update_area,
        lambda _: {"slug": FocusAreaFactory(number=1).slug},
    ),
    "focus_areas_homesection_known_kind": (
        HomeSection.objects.create,
        {"kind": "weather"},
    ),
    "focus_areas_homesection.kind": (
        HomeSection.objects.create,
        {"kind": HomeSectionKind.MAP},
    ),
    "focus_areas_link.uid": (LinkFactory, same("uid")),
    "focus_areas_pillar.uid": (PillarFactory, same("uid")),
    "outbox_deliveryevent_known_kind": (DeliveryEventFactory, {"kind": "burnt"}),
    "outbox_deliveryevent.key": (DeliveryEventFactory, same("key")),
    "outbox_suppressedaddress_known_reason": (SuppressedAddressFactory, {"reason": "away"}),
    "outbox_suppressedaddress_in_small_letters": (
        SuppressedAddressFactory,
        {"address": "Ada@example.org"},
    ),
    "outbox_suppressedaddress_lifted_when_and_by_whom": (
        SuppressedAddressFactory,
        {"lifted_at": NOON},
        {"lifted_by": UserFactory},
        {"lifted_by_name": "Ada"},
        {"lifted_at": NOON, "lifted_by": UserFactory},
    ),
    "outbox_suppressedaddress_once_at_a_time": (SuppressedAddressFactory, same("address")),
    "outbox_message_known_status": (MessageFactory, {"status": "lost"}),
    "outbox_message_known_queue": (MessageFactory, {"queue": "other"}),
    "outbox_message_known_cancel_reason": (MessageFactory, {"cancel_reason": "other"}),
    "outbox_message_sent_has_its_time": (
        MessageFactory,
        {"status": MessageStatus.SENT},
        {"sent_at": NOON},
    ),
    "outbox_message_sending_has_a_lease": (
        MessageFactory,
        {**SENDING, "lease": None},
        {**SENDING, "leased_until": None},
        {"leased_until": NOON},
        {"lease": SENDING["lease"]},
    ),
    "outbox_message_finished_keeps_no_private_link": (
        MessageFactory,
        {**SENT, "private_page": "https://x"},
        {"status": CANCELLED, "private_page": "https://x"},
        {"status": CANCELLED, "private_code": "7K3MQ9XY"},
        {"status": CANCELLED, "private_unsubscribe": "https://x"},
        {"status": CANCELLED, "private_links": "https://x"},
    ),
    "outbox_message_whole_attachment": (
        MessageFactory,
        {"attachment": "BEGIN:VCALENDAR"},
        {"attachment_name": "meetings.ics", "attachment_type": "text/calendar"},
        {"attachment": "BEGIN:VCALENDAR", "attachment_type": "text/calendar"},
    ),
    "outbox_message_first_due_first": (
        MessageFactory,
        {"first_due_at": NOON + SECOND, "due_at": NOON},
    ),
    "outbox_message_only_what_waits_waits_for_the_server": (
        MessageFactory,
        {"server_trouble_at": NOON, **SENT},
        {"server_trouble_at": NOON, "status": MessageStatus.FAILED},
        {"server_trouble_at": NOON, "status": CANCELLED},
    ),
    "outbox_message_only_what_was_sent_comes_back": (
        MessageFactory,
        {"bounced_at": NOON, "status": MessageStatus.QUEUED},
        {"bounced_at": NOON, "status": MessageStatus.FAILED},
    ),
    "outbox_message_held_back_is_cancelled": (
        MessageFactory,
        {"suppressed_by": SuppressedAddressFactory},
    ),
    "outbox_message.topic": (MessageFactory, same("topic")),
    "outbox_message.message_id": (MessageFactory, same("message_id")),
    "outbox_messageaction_known_kind": (MessageActionFactory, {"kind": "burnt"}),
    "outbox_messagetemplate_one_a_language": (
        MessageTemplateFactory,
        same("template_type", "language"),
    ),
    "outbox_messagetemplate_known_language": (MessageTemplateFactory, {"language": "tlh"}),
    "outbox_messagetemplate_says_something": (
        MessageTemplateFactory,
        {"body": ""},
        {"template_type": ""},
    ),
    "outbox_messagetemplate_english_stays_in_use": (MessageTemplateFactory, {"is_active": False}),
    "outbox_messagetemplate_reviewed_by_somebody": (
        MessageTemplateFactory,
        {"reviewed_at": NOON},
        {"reviewed_by": UserFactory},
    ),
    "outbox_heartbeat_one_of_each": (HeartbeatFactory, same("name", "queue")),
    "outbox_installation_only_one": (InstallationFactory, {"id": 2}),
    "outbox_installation.id": (InstallationFactory, same("id")),
    "outbox_mailhold_known_reason": (MailHoldFactory, {"reason": "bored"}),
    "outbox_mailhold_released_with_a_reason": (
        MailHoldFactory,
        {"release_reason": ""},
        {"released_at": None, "release_reason": "Checked."},
        {"released_at": None, "released_by": UserFactory},
    ),
    "outbox_mailhold_one_at_a_time": (MailHoldFactory, same("released_at", released_at=None)),
    "meetings_series_week_of_a_month": (
        SeriesFactory,
        {"frequency": Frequency.MONTHLY, "week": None},
        {"frequency": Frequency.MONTHLY, "week": 5},
        {"frequency": Frequency.WEEKLY, "week": 1},
        {"frequency": "daily"},
    ),
    "meetings_series_interval_within_a_year": (SeriesFactory, {"interval": 0}, {"interval": 53}),
    "meetings_series_known_weekday": (SeriesFactory, {"weekday": 7}),
    "meetings_series_ends_one_way": (
        SeriesFactory,
        {"count": None, "last_day": None},
        {"count": 4, "last_day": date(2022, 1, 1)},
        {"count": 0},
        {"count": 101},
        {"count": None, "last_day": date(2021, 10, 31)},
    ),
    "meetings_series_lasts": (SeriesFactory, {"duration": timedelta()}),
    "meetings_meeting_ends_after_start": (MeetingFactory, {"starts_at": NOON, "ends_at": NOON}),
    "meetings_meeting_known_kind": (MeetingFactory, {"kind": "party"}),
    "meetings_meeting_known_status": (MeetingFactory, {"status": "postponed"}),
    "meetings_meeting_whole_days_have_no_time": (
        MeetingFactory,
        {"is_all_day": True, "local_time": time(0)},
        {"is_all_day": False, "local_time": None},
    ),
    "meetings_meeting_occurrence_of_a_series": (
        MeetingFactory,
        {"occurrence": date(2021, 11, 1)},
        {"series": SeriesFactory},
    ),
    "meetings_meeting_one_an_occurrence": (
        MeetingFactory,
        same("series", "occurrence", series=SeriesFactory, occurrence=date(2021, 11, 1)),
    ),
    "meetings_meeting_no_sitting_of_itself": (MeetingFactory, {"pk": 9000, "sitting_of_id": 9000}),
    "meetings_meeting_public_recording": (
        MeetingFactory,
        {"is_recording_public": True, "is_public": True},
        {"is_recording_public": True, "recording_link": "https://video.example.org/1"},
    ),
    "meetings_meeting.uid": (MeetingFactory, same("uid")),
    "papers_paper_known_kind": (PaperFactory, {"kind": "poem"}),
    "papers_paper_area_of_its_meeting": (
        PaperFactory,
        {"meeting": MeetingFactory, "focus_area": FocusAreaFactory},
    ),
    "papers_paper_of_a_meeting_is_not_public": (
        PaperFactory,
        {"meeting": MeetingFactory, "is_public": True},
    ),
    "papers_paper.submission_key": (
        PaperFactory,
        same("submission_key", submission_key=UUID(int=1)),
    ),
    "papers_paperversion_one_file_a_language": (
        PaperVersionFactory,
        same("paper", "number", "language"),
    ),
    "papers_paperversion_counts_from_one": (PaperVersionFactory, {"number": 0}),
    "papers_paperversion_is_not_empty": (PaperVersionFactory, {"size": 0}),
    "papers_paperversion.file": (PaperVersionFactory, same("file")),
    "members_call_closes_after_opening": (
        CallFactory,
        {"opens_at": NOON, "closes_at": NOON, "grace_ends_at": NOON},
    ),
    "members_call_grace_ends_after_closing": (
        CallFactory,
        {"closes_at": NOON, "grace_ends_at": NOON - SECOND},
    ),
    "members_answerfile_is_not_empty": (AnswerFileFactory, {"size": 0}),
    "members_answerfile.file": (AnswerFileFactory, same("file")),
    "members_timelineentry_known_kind": (TimelineEntryFactory, {"kind": "rumoured"}),
    "members_timelineentry_by_one_person": (
        TimelineEntryFactory,
        {"by_user": UserFactory, "by_focal_point": FocalPointFactory, "by_name": "Two people"},
    ),
    "members_timelineentry_keeps_the_name": (
        TimelineEntryFactory,
        {"by_user": UserFactory, "by_name": ""},
        {"by_focal_point": FocalPointFactory, "by_name": ""},
    ),
    "members_timelineentry_notes_are_internal": (
        TimelineEntryFactory,
        {"kind": TimelineKind.NOTE_ADDED, "is_public": True},
    ),
    "members_timelineentry_nobody_was_told_of_void": (
        TimelineEntryFactory,
        {"is_void": True, "is_public": True},
        {"is_void": True, "settles_at": NOON, "by_user": UserFactory, "by_name": "Ada"},
    ),
    "members_timelineentry_only_staff_undo": (
        TimelineEntryFactory,
        {"settles_at": NOON, "at": NOON},
        {"settles_at": NOON - SECOND, "by_user": UserFactory, "by_name": "Ada"},
    ),
    "members_member_shows_earlier_version": (
        MemberFactory,
        {"settles_at": NOON, "shown_version": 1, "version": 1},
        {"settles_at": NOON, "shown_version": None},
        {"settles_at": None, "shown_version": 1, "version": 2},
    ),
    "members_member_moved_shows_earlier_place": (
        MemberFactory,
        {"shown_role": GrantedRole.OBSERVER},
        {
            "status": MemberStatus.ADMITTED,
            "settles_at": NOON,
            "shown_version": 1,
            "version": 2,
            "shown_area": FocusAreaFactory,
        },
        {
            "settles_at": NOON,
            "shown_version": 1,
            "version": 2,
            "shown_area": FocusAreaFactory,
            "shown_role": GrantedRole.OBSERVER,
        },
    ),
    "members_timelineentry_opinions_are_internal": (
        TimelineEntryFactory,
        {"kind": TimelineKind.OPINION_ASKED, "is_public": True},
        {"kind": TimelineKind.OPINION_GIVEN, "is_public": True},
        {"kind": TimelineKind.OPINION_REQUEST_WITHDRAWN, "is_public": True},
    ),
    "members_member_known_category": (MemberFactory, {"category": "planet"}),
    "members_member_known_role": (MemberFactory, {"role": "chair"}),
    "members_member_known_spam_signal": (MemberFactory, {"spam_signal": "a hunch"}),
    "members_member_known_origin": (MemberFactory, {"origin": "letter"}),
    "members_member_name_can_be_found": (MemberFactory, {"sort_key": b""}, {"search_text": ""}),
    "members_member_authorised_and_agreed": (
        MemberFactory,
        {"is_authorised": False},
        {"privacy_version": ""},
    ),
    "members_member_status_agrees_with_decision": (
        MemberFactory,
        decided("pending", "focus_area"),
        decided("pending", "granted_role"),
        decided("pending", "decided_at"),
        decided("pending", "decided_by"),
        decided("information_requested", *AREA, *DECISION),
        decided("admitted", *DECISION),
        decided("admitted", *AREA),
        decided("admitted", "focus_area", *DECISION),
        decided("admitted", "granted_role", *DECISION),
        decided("admitted", *AREA, "decided_at"),
        decided("declined"),
        decided("declined", "decided_at"),
        decided("declined", *AREA, *DECISION),
        decided("closed"),
        decided("closed", "decided_by"),
        decided("closed", *AREA, *DECISION),
        decided("withdrawn", *AREA),
        decided("withdrawn", *DECISION),
        decided("withdrawn", *AREA, "decided_at"),
        decided("dreaming"),
    ),
    "members_member_asked_has_no_reply": (
        MemberFactory,
        {"status": MemberStatus.INFORMATION_REQUESTED, "replied_at": NOON},
    ),
    "members_member_withdrawn_has_its_time": (
        MemberFactory,
        {"status": MemberStatus.WITHDRAWN, "withdrawn_at": None},
        {"withdrawn_at": NOON},
    ),
    "members_member_closed_has_its_reason": (
        MemberFactory,
        {"status": "closed", "closing_reason": ""},
        {"status": "closed", "closing_reason": "boredom"},
        {"status": "declined", "closing_reason": "abandoned"},
    ),
    "members_member_duplicate_names_the_other": (
        MemberFactory,
        DUPLICATE,
        {**DUPLICATE, "closing_reason": "abandoned", "duplicate_of": MemberFactory},
    ),
    "members_member_one_address_each": (MemberFactory, same("slug")),
    "members_member_listed_has_address": (
        MemberFactory,
        {"status": MemberStatus.ADMITTED, "publication_consent": True, "slug": ""},
    ),
    "members_publicprofile_text_has_language": (
        PublicProfileFactory,
        {"about": "We connect schools.", "language": ""},
        {"about": "We connect schools.", "language": "tlh"},
        {"about": "", "language": "en"},
    ),
    "members_publicprofile_logo_has_size": (
        PublicProfileFactory,
        {"logo": "logos/one", "logo_width": 0, "logo_height": 80},
        {"logo": "logos/one", "logo_width": 80, "logo_height": 0},
        {"logo": "", "logo_width": 80, "logo_height": 80},
    ),
    "members_publicprofile_published_by_somebody": (
        PublicProfileFactory,
        {"published_by": None},
        {"published_at": None},
    ),
    "members_publicprofile_logo_of_one": (
        PublicProfileFactory,
        same("logo", logo="logos/one", logo_width=80, logo_height=80),
    ),
    "members_publicprofile.member_id": (PublicProfileFactory, same("member", "published_by")),
    "members_member_only_ended_loses_its_data": (
        MemberFactory,
        {"personal_data_deleted_at": NOON},
        {"status": MemberStatus.ADMITTED, "personal_data_deleted_at": NOON},
    ),
    "members_member_no_duplicate_of_itself": (
        MemberFactory,
        {**DUPLICATE, "pk": 9000, "duplicate_of_id": 9000},
    ),
    "members_member_same_answers_once": (
        MemberFactory,
        same("call", "answers_digest", "first_choice"),
    ),
    "members_member.reference": (MemberFactory, same("reference")),
    "members_member.submission_key": (MemberFactory, same("submission_key")),
    "members_focalpoint_one_of_each": (
        FocalPointFactory,
        same("member", "is_alternate", is_alternate=True),
    ),
    "members_focalpoint_known_language": (FocalPointFactory, {"language": "tlh"}),
    "members_focalpoint_known_title": (FocalPointFactory, {"title": "sir"}),
    "members_focalpoint_has_name_and_email": (
        FocalPointFactory,
        {"family_name": ""},
        {"email": ""},
    ),
    "members_searchentry.member_id": (SearchEntryFactory, same("member")),
    "members_searchentry_is_not_empty": (SearchEntryFactory, {"text": ""}),
    "members_roletransfer_expires_after_naming": (RoleTransferFactory, {"expires_at": NOON}),
    "members_roletransfer_known_language": (RoleTransferFactory, {"language": "xx"}),
    "members_roletransfer_known_title": (RoleTransferFactory, {"title": "king"}),
    "members_roletransfer_has_name_and_email": (
        RoleTransferFactory,
        {"family_name": ""},
        {"email": ""},
    ),
    "members_roletransfer.focal_point_id": (RoleTransferFactory, same("focal_point")),
    "members_letterdraft_one_of_each_officer": (
        LetterDraftFactory,
        same("member", "kind", "by"),
    ),
    "members_letterdraft_has_editable_letter": (
        LetterDraftFactory,
        {"kind": TimelineKind.CLOSED},
    ),
    "members_opinionrequest_one_open_for_each": (
        OpinionRequestFactory,
        same("member", "asked_of"),
    ),
    "triage_bulkrun_confirmed_once": (BulkRunFactory, same("by", "key")),
    "triage_bulkrun_known_action": (BulkRunFactory, {"action": "delete"}),
    "triage_bulkrun_reassigned_to_somebody": (
        BulkRunFactory,
        {"action": BulkRunAction.REASSIGN},
        {"to": UserFactory},
    ),
    "triage_bulkitem_once_in_a_run": (BulkItemFactory, same("run", "member")),
    "triage_bulkitem_known_role": (BulkItemFactory, {"role": "owner"}),
    "triage_bulkitem_done_or_refused": (
        BulkItemFactory,
        {"done_at": NOON},
        {"refusal": "It is stale."},
        {"entry": TimelineEntryFactory},
        {"done_at": NOON, "entry": TimelineEntryFactory, "refusal": "It is stale."},
    ),
    "members_opinionrequest_asked_of_another": (
        OpinionRequestFactory,
        lambda _: dict.fromkeys(("asked_of", "asked_by"), UserFactory()),
    ),
    "members_opinionrequest_has_question": (OpinionRequestFactory, {"question": ""}),
    "members_opinionrequest_known_recommendation": (
        OpinionRequestFactory,
        {**ANSWERED, "recommendation": "perhaps"},
    ),
    "members_opinionrequest_answered_has_text": (
        OpinionRequestFactory,
        {**ANSWERED, "answer": ""},
        {"answer": "A reliable partner."},
        {"recommendation": Recommendation.IN_FAVOUR},
    ),
    "members_opinionrequest_withdrawn_has_who_and_when": (
        OpinionRequestFactory,
        {"withdrawn_at": NOON},
        {"withdrawn_by": UserFactory},
    ),
    "members_opinionrequest_ends_once": (
        OpinionRequestFactory,
        {**ANSWERED, "closed_at": NOON},
        {**ANSWERED, "withdrawn_at": NOON, "withdrawn_by": UserFactory},
        {"closed_at": NOON, "withdrawn_at": NOON, "withdrawn_by": UserFactory},
    ),
    "members_reason_known_purpose": (ReasonFactory, {"purpose": "boredom"}),
    "members_reason_said_in_english": (
        ReasonFactory,
        {"label": ""},
        {"snippet": ""},
        {"snippet_en": None},
    ),
    "members_reason.uid": (ReasonFactory, same("uid")),
    "members_reasongiven_once_an_entry": (
        ReasonGivenFactory,
        same("entry", "reason", then={"position": 2}),
    ),
    "members_reasongiven_one_a_position": (ReasonGivenFactory, same("entry", "position")),
    "members_reasongiven_said_in_english": (
        ReasonGivenFactory,
        {"text": "", "text_fr": "Pourquoi"},
    ),
    "eoi_eoidraft_times_in_order": (
        EoiDraftFactory,
        {"started_at": NOON + SECOND},
        {"saved_at": NOON, "expires_at": NOON},
    ),
    "eoi_eoidraft_announced_grace_ends_after_closing": (
        EoiDraftFactory,
        {"announced_closes_at": NOON, "announced_grace_ends_at": NOON - SECOND},
    ),
    "eoi_eoidraft_known_language": (EoiDraftFactory, {"language": "xx"}),
    "eoi_eoidraft_has_key": (EoiDraftFactory, {"submission_key": ""}),
    "eoi_eoidraft_only_an_address_is_written_to": (
        EoiDraftFactory,
        {"email": "", "expiry_warned_at": NOON},
        {"email": "", "reminded_deadline": NOON},
    ),
    "eoi_eoidraft.submission_key": (EoiDraftFactory, same("submission_key")),
    "eoi_callalert_of_one_address": (CallAlertFactory, same("email")),
    "eoi_callalert_has_email": (CallAlertFactory, {"email": ""}),
    "eoi_callalert_known_language": (CallAlertFactory, {"language": "xx"}),
    "eoi_callalert_announced_once_confirmed": (
        CallAlertFactory,
        {"confirmed_at": None, "call": CallFactory},
    ),
    "eoi_signoff_confirmed_by_whom_and_what": (
        SignOffFactory,
        {"confirmed_at": NOON},
        {"name": "Ada"},
        {"confirmed_at": NOON, "name": "Ada", "position": "Minister"},
        {"confirmed_at": NOON, "name": "Ada", "answers_digest": "0" * 64},
    ),
    "eoi_signoff.draft_id": (SignOffFactory, same("draft")),
    "eoi_laterequest.draft_id": (LateRequestFactory, same("draft")),
    "eoi_laterequest_has_a_name": (LateRequestFactory, {"organisation_name": ""}),
    "eoi_laterequest_decided_when_and_by_whom": (
        LateRequestFactory,
        {"decided_at": NOON, "refusal": "Too late."},
        {"decided_by": UserFactory},
    ),
    "eoi_laterequest_accepted_or_refused": (
        LateRequestFactory,
        {"refusal": "Too late."},
        {"accepted_until": NOON},
        {"decided_at": NOON, "decided_by": UserFactory},
        {"decided_at": NOON, "decided_by": UserFactory, "accepted_until": NOON},
        {
            "decided_at": NOON,
            "decided_by": UserFactory,
            "accepted_until": NOON + SECOND,
            "refusal": "Too late.",
        },
    ),
    "eoi_linkrequest_has_email": (LinkRequestFactory, {"email": ""}),
    "triage_fingerprint_once_in_a_file": (FingerprintFactory, same("kind", "value", "member")),
    "triage_fingerprint_known_kind": (FingerprintFactory, {"kind": "colour"}),
    "triage_fingerprint_has_a_value": (FingerprintFactory, {"value": ""}),
    "triage_fingerprintedmember.member_id": (FingerprintedMemberFactory, same("member")),
    "triage_possibleduplicate_once": (PossibleDuplicateFactory, same("earlier", "later")),
    "triage_possibleduplicate_two_files_in_order": (
        PossibleDuplicateFactory,
        lambda _: {"later": MemberFactory(), "earlier": MemberFactory()},
        lambda _: dict.fromkeys(("earlier", "later"), MemberFactory()),
    ),
    "triage_possibleduplicate_has_a_reason": (PossibleDuplicateFactory, {"same_domain": False}),
    "triage_possibleduplicate_dismissed_by_somebody": (
        PossibleDuplicateFactory,
        {"dismissed_at": NOON},
        {"dismissed_by": UserFactory},
    ),
    "privacy_retentionperiod_known_kind": (
        RetentionPeriod.objects.create,
        {"kind": "sing", "days": 400, "begins_at": NOON},
    ),
    "privacy_retentionperiod_days_within_bounds": (
        RetentionPeriod.objects.create,
        {"kind": RetentionKind.MESSAGES, "days": 179, "begins_at": NOON},
        {"kind": RetentionKind.MESSAGES, "days": 7301, "begins_at": NOON},
    ),
    "privacy_retentionperiod_previous_days_are_longer": (
        RetentionPeriod.objects.create,
        {**PERIOD, "previous_days": 400, "previous_until": NOON},
        {**PERIOD, "previous_days": 401},
        {**PERIOD, "previous_until": NOON},
    ),
    "privacy_retentionperiod.kind": (RetentionPeriod.objects.create, PERIOD),
    "privacy_dataexport_known_format": (DataExportFactory, {"format": "pdf"}),
    "privacy_dataexport_says_who_and_whom": (DataExportFactory, {"address": ""}),
    "privacy_retentionhold_one_of_each_record": (RetentionHoldFactory, same("record")),
    "privacy_retentionhold_has_reason": (RetentionHoldFactory, {"reason": ""}),
    "privacy_retentionhold_ends_after_its_start": (RetentionHoldFactory, {"until": NOON}),
    "privacy_retentionrun_one_a_day": (RetentionRunFactory, same("kind", "day")),
    "privacy_retentionrun_known_kind": (RetentionRunFactory, {"kind": "sing"}),
    "privacy_retentionrun_is_of_something": (RetentionRunFactory, {"number": 0}),
    "triage_followuprule_known_step": (FollowUpRule.objects.create, {"step": "sing", "days": 3}),
    "triage_followuprule_days_within_a_year": (
        FollowUpRule.objects.create,
        {"step": FollowUpStep.NOTIFY_OFFICER, "days": 0},
        {"step": FollowUpStep.NOTIFY_OFFICER, "days": 366},
    ),
    "triage_followuprule.step": (
        FollowUpRule.objects.create,
        {"step": FollowUpStep.NOTIFY_OFFICER, "days": 3},
    ),
    "triage_followup_once_a_request": (FollowUpFactory, same("entry", "step")),
    "triage_followup_once_an_address": (
        FollowUpFactory,
        same("focal_point", "link_version", "step", **CONFIRMING),
    ),
    "triage_followup_has_its_cause": (
        FollowUpFactory,
        {"entry": None},
        {"step": FollowUpStep.REMIND_TO_CONFIRM},
        {"step": FollowUpStep.REMIND_OF_DEADLINE},
        {"link_version": 1},
        {"focal_point": FocalPointFactory},
    ),
    "triage_followup_keeps_the_name": (FollowUpFactory, {"by": UserFactory, "by_name": ""}),
    "triage_followup_somebody_skipped_it": (FollowUpFactory, {"is_skipped": True}),
    "triage_import_known_channel": (ImportFactory, {"channel": "owl"}),
    "triage_import_made_some": (ImportFactory, {"row_count": 0}),
    "triage_import_keeps_the_name": (ImportFactory, {"by_name": ""}),
    "triage_importedrow.member_id": (ImportedRowFactory, same("member")),
    "triage_export_known_format": (ExportFactory, {"format": "ods"}),
    "triage_export_keeps_the_name": (ExportFactory, {"by_name": ""}),
    "triage_statisticssnapshot.call_id": (StatisticsSnapshotFactory, same("call")),
    "mailings_groupletter_known_language": (GroupLetterFactory, {"language": "tlh"}),
    "mailings_groupletter_status_agrees_with_decision": (
        GroupLetterFactory,
        {"status": "released", **SETTLED},
        {"status": "released", "mailing": MailingFactory},
        {"status": "returned", **SETTLED},
        {"status": "returned", "reason": "Too long."},
        {"status": "withdrawn", "reason": "Too long.", **SETTLED},
        {"status": "waiting", **SETTLED},
        {"status": "lost", **SETTLED},
    ),
    "mailings_groupletter_waiting_once": (GroupLetterFactory, same("focus_area", "subject")),
    "mailings_groupletter.mailing_id": (
        GroupLetterFactory,
        same("mailing", mailing=MailingFactory, status="released", **SETTLED),
    ),
    "mailings_mailing_known_kind": (MailingFactory, {"kind": "gossip"}),
    "mailings_mailing_known_language": (MailingFactory, {"language": "tlh"}),
    "mailings_mailing_known_selection": (MailingFactory, {"selection": "guessed"}),
    "mailings_mailing_known_status": (MailingFactory, {"status": "lost", "started_at": None}),
    "mailings_mailing_confirmed_by_somebody": (
        MailingFactory,
        {"scheduled_for": NOON},
        {"status": MailingStatus.SCHEDULED, "confirmed_by": None},
        {"status": MailingStatus.CANCELLED, "scheduled_for": NOON},
    ),
    "mailings_mailing_started_has_its_time": (
        MailingFactory,
        {"status": MailingStatus.SENDING, "started_at": None},
        {"started_at": NOON},
    ),
    "mailings_mailing_stopped_has_its_time": (
        MailingFactory,
        {"status": MailingStatus.PAUSED, "stopped_at": None},
    ),
    "mailings_mailing_ended_has_its_time": (
        MailingFactory,
        {"status": MailingStatus.SENT, "ended_at": None},
        {"ended_at": NOON},
    ),
    "mailings_mailingtext_one_a_language": (MailingTextFactory, same("mailing", "language")),
    "mailings_mailingtext_known_language": (MailingTextFactory, {"language": "tlh"}),
    "mailings_recipient_known_reason": (RecipientFactory, {"exclusion": "shy"}),
    "mailings_recipient_chosen_once": (RecipientFactory, same("mailing", "focal_point")),
    "mailings_recipient_one_mail_an_address": (
        RecipientFactory,
        same("mailing", "address", message=MessageFactory),
    ),
    "mailings_recipient_left_out_is_not_written_to": (
        RecipientFactory,
        {"exclusion": Exclusion.NOT_AGREED, "message": MessageFactory},
    ),
    "mailings_recipient_shares_with_another": (
        RecipientFactory,
        {"exclusion": Exclusion.SAME_ADDRESS},
        {"merged_into": RecipientFactory},
    ),
    "mailings_recipient_removed_by_somebody": (
        RecipientFactory,
        {"exclusion": Exclusion.REMOVED},
        {"removed_at": NOON},
        {"removed_by": UserFactory},
    ),
    "mailings_recipient.message_id": (RecipientFactory, same("message", message=MessageFactory)),
    "mailings_unsubscription.address": (UnsubscriptionFactory, same("address")),
    "participation_announcement_of_no_draft": (
        AnnouncementFactory,
        {"status": MeetingStatus.DRAFT},
        {"status": "lost"},
    ),
    "participation_announcement_ends_after_start": (
        AnnouncementFactory,
        {"starts_at": NOON, "ends_at": NOON},
    ),
    "participation_announcement.meeting_id": (AnnouncementFactory, same("meeting")),
    "participation_attendance_once": (AttendanceFactory, same("meeting", "focal_point")),
    "participation_attendance_known_presence": (AttendanceFactory, {"presence": "late"}),
    "participation_calendarfeed.user_id": (CalendarFeedFactory, same("user")),
    "participation_calendarfeed_known_declined": (CalendarFeedFactory, {"declined": "hide"}),
    "participation_calendarfeed_known_reminder": (CalendarFeedFactory, {"reminder": "2_days"}),
    "participation_emailconsent.focal_point_id": (EmailConsentFactory, same("focal_point")),
    "participation_mailpreferences.user_id": (MailPreferencesFactory, same("user")),
    "participation_meetingproposal_known_kind": (MeetingProposalFactory, {"kind": "deadline"}),
    "participation_meetingproposal_ends_after_start": (
        MeetingProposalFactory,
        {"starts_at": NOON, "ends_at": NOON},
    ),
    "participation_meetingproposal_takes_place_somewhere": (
        MeetingProposalFactory,
        {"place": "", "is_online": False},
    ),
    "participation_meetingproposal_status_agrees_with_decision": (
        MeetingProposalFactory,
        {"status": "accepted", **SETTLED},
        {"status": "accepted", "meeting": MeetingFactory},
        {"status": "declined", **SETTLED},
        {"status": "declined", "reason": "No room."},
        {"status": "withdrawn", "reason": "No room.", **SETTLED},
        {"status": "open", **SETTLED},
        {"status": "lost", **SETTLED},
    ),
    "participation_meetingproposal_open_once": (
        MeetingProposalFactory,
        same("focus_area", "title", "starts_at"),
    ),
    "participation_meetingproposal.meeting_id": (
        MeetingProposalFactory,
        same("meeting", meeting=MeetingFactory, status="accepted", **SETTLED),
    ),
    "participation_memberaccount_ends_after_it_was_made": (
        MemberAccountFactory,
        {"made_at": NOON, "ended_at": NOON - SECOND},
    ),
    "participation_memberaccount.user_id": (MemberAccountFactory, same("user")),
    "participation_paperdigest_finished_after_it_was_made": (
        PaperDigestFactory,
        {"made_at": NOON, "finished_at": NOON - SECOND},
    ),
    "participation_paperdigest.day": (PaperDigestFactory, same("day")),
    "commitments_datasnapshot.month": (DataSnapshotFactory, same("month")),
    "commitments_datasnapshot_first_of_the_month": (
        DataSnapshotFactory,
        {"month": date(2021, 10, 2)},
    ),
    "commitments_snapshotfile_name_once": (SnapshotFileFactory, same("snapshot", "name")),
    "commitments_snapshotfile_has_a_checksum": (SnapshotFileFactory, {"sha256": "0" * 63}),
    "participation_digestedversion.version_id": (DigestedVersionFactory, same("version")),
    "participation_rsvp_one_of_each_holder": (
        RsvpFactory,
        same("meeting", "focal_point", "link_version"),
    ),
    "privacy_erasurerequest_about_one": (
        ErasureRequestFactory,
        {"status": "cancelled", **SETTLED},
    ),
    "privacy_erasurerequest_status_agrees_with_decision": (
        ErasureRequestFactory,
        {"decided_at": NOON},
    ),
    "privacy_erasurerequest_done_by_a_second_person": (ErasureRequestFactory, erased_alone),
    "privacy_erasurerequest_has_a_reason": (ErasureRequestFactory, {"reason": ""}),
    "privacy_erasurerequest_one_open_a_person": (ErasureRequestFactory, same("address")),
    "privacy_erasurerequest_one_open_an_organisation": (
        ErasureRequestFactory,
        same("member", "kind", "address", kind="organisation", address="", member=MemberFactory),
    ),
    "privacy_erasurecount_once": (ErasureCountFactory, same("request", "table", "action")),
    "privacy_erasurecount_known_action": (ErasureCountFactory, {"action": "hidden"}),
    "participation_rsvp_known_choice": (RsvpFactory, {"choice": "perhaps"}),
}
# For each constraint with a condition, a second row to which the condition does not apply.
RIGHT_ROWS = {
    **wrong_rows_of_commitments.RIGHT_ROWS,
    "mailings_groupletter_waiting_once": (
        GroupLetterFactory,
        same("focus_area", "subject", status="withdrawn", **SETTLED),
    ),
    "participation_meetingproposal_open_once": (
        MeetingProposalFactory,
        same("focus_area", "title", "starts_at", status="withdrawn", **SETTLED),
    ),
    "members_member_same_answers_once": (
        MemberFactory,
        same("call", "answers_digest", "first_choice", then={"origin": "spreadsheet"}),
    ),
    "members_member_one_address_each": (MemberFactory, same("slug", slug="")),
    "members_publicprofile_logo_of_one": (PublicProfileFactory, same("logo", logo="")),
    "members_letterdraft_one_of_each_officer": (
        LetterDraftFactory,
        same("member", "kind", "by", ended_at=NOON),
        same("member", "kind", "by", ended_at=NOON, then={"ended_at": None}),
    ),
    "members_opinionrequest_one_open_for_each": (
        OpinionRequestFactory,
        same("member", "asked_of", **ANSWERED),
        same("member", "asked_of", withdrawn_at=NOON, withdrawn_by=UserFactory),
        same("member", "asked_of", closed_at=NOON, then={"closed_at": None}),
    ),
    "mailings_recipient_one_mail_an_address": (
        RecipientFactory,
        same("mailing", "address", message=MessageFactory, then={"message": None}),
    ),
    "privacy_erasurerequest_one_open_a_person": (
        ErasureRequestFactory,
        same("address", "status", "decided_at", "decided_by", **NOT_ERASED, address=""),
    ),
    "privacy_erasurerequest_one_open_an_organisation": (
        ErasureRequestFactory,
        same(
            "member",
            "kind",
            "address",
            kind="organisation",
            address="",
            member=MemberFactory,
            **NOT_ERASED,
        ),
    ),
    "outbox_mailhold_one_at_a_time": (
        MailHoldFactory,
        same("reason"),
    ),
    "outbox_suppressedaddress_once_at_a_time": (
        SuppressedAddressFactory,
        same("address", lifted_at=NOON, lifted_by=UserFactory, lifted_by_name="Ada"),
    ),
}
