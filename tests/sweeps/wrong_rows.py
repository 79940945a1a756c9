"""A wrong row for each constraint of every model, and right ones if it has a condition."""

from datetime import date, time, timedelta
from uuid import UUID

from focus_areas.models import FocusArea, HomeSection, HomeSectionKind
from meetings.models import Frequency, MeetingStatus
from privacy.models import RetentionKind, RetentionPeriod
from tests.factories import (
    NOON,
    AnnouncementFactory,
    AttemptCountFactory,
    AttendanceFactory,
    BulkItemFactory,
    BulkRunFactory,
    CalendarFeedFactory,
    CallAlertFactory,
    CallFactory,
    DataExportFactory,
    DataSnapshotFactory,
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
    ImportedRowFactory,
    ImportFactory,
    InvitationFactory,
    LateRequestFactory,
    LinkFactory,
    LinkRequestFactory,
    MailPreferencesFactory,
    MeetingFactory,
    MeetingProposalFactory,
    MemberAccountFactory,
    MemberFactory,
    PaperDigestFactory,
    PaperFactory,
    PaperVersionFactory,
    PillarFactory,
    PossibleDuplicateFactory,
    ReadingEventFactory,
    RetentionHoldFactory,
    RetentionRunFactory,
    RsvpFactory,
    SeriesFactory,
    SessionFactory,
    SignInEventFactory,
    SignOffFactory,
    SnapshotFileFactory,
    StatisticsSnapshotFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.sweeps import wrong_rows_of_commitments, wrong_rows_of_mail, wrong_rows_of_members
from tests.sweeps.second_rows import same
from triage.desk.models import BulkRunAction
from triage.follow_ups.models import FollowUpRule, FollowUpStep

SECOND = timedelta(seconds=1)
NOT_ERASED = {"status": "cancelled", "decided_at": NOON, "decided_by": UserFactory}
# A proposal of a co-lead on which somebody has decided.
SETTLED = {"decided_at": NOON, "decided_by": UserFactory}


def erased_alone(_factory):
    user = UserFactory()
    decided = {"status": "done", "decided_at": NOON, "decided_by": user}
    return {"address": "", "requested_by": user, **decided}


def update_area(**values):
    FocusArea.objects.filter(number=2).update(**values)


CONFIRMING = {
    "step": FollowUpStep.REMIND_TO_CONFIRM,
    "entry": None,
    "focal_point": FocalPointFactory,
    "link_version": 1,
}
PERIOD = {"kind": RetentionKind.DRAFTS, "days": 400, "begins_at": NOON}
# For each constraint, a row and the values with which the database refuses it. A unique field is
# `table.column`.
WRONG_ROWS = {
    **wrong_rows_of_commitments.WRONG_ROWS,
    **wrong_rows_of_mail.WRONG_ROWS,
    **wrong_rows_of_members.WRONG_ROWS,
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
    **wrong_rows_of_mail.RIGHT_ROWS,
    **wrong_rows_of_members.RIGHT_ROWS,
    "participation_meetingproposal_open_once": (
        MeetingProposalFactory,
        same("focus_area", "title", "starts_at", status="withdrawn", **SETTLED),
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
}
