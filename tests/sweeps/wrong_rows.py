"""A wrong row for each constraint of every model, and right ones if it has a condition."""

from datetime import date, time, timedelta
from uuid import UUID

from focus_areas.models import HomeSectionKind
from meetings.models import Frequency, MeetingStatus
from privacy.models import RetentionKind
from tests.factories import (
    NOON,
    AgendaItemFactory,
    CallFactory,
    FocalPointFactory,
    FocusAreaFactory,
    MeetingFactory,
    MemberFactory,
    SeriesFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.sweeps import (
    wrong_rows_of_commitments,
    wrong_rows_of_frameworks,
    wrong_rows_of_mail,
    wrong_rows_of_members,
    wrong_rows_of_opportunities,
)
from tests.sweeps.second_rows import same
from triage.desk.models import BulkRunAction
from triage.follow_ups.models import FollowUpStep
from triage.holds.models import WaitsFor

SECOND = timedelta(seconds=1)
NOT_ERASED = {"status": "cancelled", "decided_at": NOON, "decided_by": UserFactory}
# A proposal of a co-lead on which somebody has decided.
SETTLED = {"decided_at": NOON, "decided_by": UserFactory}
POLL_SETTLED = {"settled_at": NOON, "settled_by": UserFactory}


def erased_alone(_factory):
    user = UserFactory()
    decided = {"status": "done", "decided_at": NOON, "decided_by": user}
    return {"address": "", "requested_by": user, **decided}


CONFIRMING = {
    "step": FollowUpStep.REMIND_TO_CONFIRM,
    "entry": None,
    "focal_point": FocalPointFactory,
    "link_version": 1,
}
PERIOD = {"kind": RetentionKind.DRAFTS, "days": 400, "begins_at": NOON}
# For each constraint, the values with which the database refuses a row. A unique field is
# `table.column`.
WRONG_ROWS = {
    **wrong_rows_of_commitments.WRONG_ROWS,
    **wrong_rows_of_frameworks.WRONG_ROWS,
    **wrong_rows_of_mail.WRONG_ROWS,
    **wrong_rows_of_members.WRONG_ROWS,
    **wrong_rows_of_opportunities.WRONG_ROWS,
    "accounts_user_email_in_any_case": [
        lambda _: {"email": UserFactory(email="ada@example.org").email.title()}
    ],
    "accounts_user.email": [same("email")],
    "core_attemptcount.digest": [same("digest")],
    "accounts_invitation.user_id": [same("user")],
    "accounts_invitation_sent_before_it_expires": [{"sent_at": NOON, "expires_at": NOON}],
    "accounts_session.session_key": [same("session_key")],
    "accounts_signinevent_known_account_kind": [{"account_kind": "x"}],
    "accounts_signinevent_known_method": [{"method": "x"}],
    "accounts_signinevent_known_outcome": [{"outcome": "x"}],
    "accounts_signinevent_kind_of_its_account": [
        {"account_kind": "unknown"},
        {"user": None, "outcome": "wrong"},
    ],
    "accounts_signinevent_success_has_an_account": [{"account_kind": "unknown", "user": None}],
    "accounts_signinevent_only_refusals_have_a_quarter": [
        {"outcome": "too_many"},
        {"quarter_at": NOON},
    ],
    "accounts_signinevent_one_refusal_a_quarter": [
        same("network", outcome="too_many", quarter_at=NOON)
    ],
    "accounts_listreading_is_of_a_page": [{"kind": "letter"}, {"pages": 0}],
    "accounts_listreading_one_a_day": [same("by")],
    "accounts_readlanguage_once": [same("user", "language")],
    "accounts_readingevent_known_kind": [{"kind": "x"}],
    "accounts_readingevent_only_exports_are_of_many": [{"record_pk": 0}],
    "accounts_readingevent_once_a_quarter": [same("by")],
    "accounts_eventdigest_one_a_day": [same("table", "day")],
    "accounts_eventdigest_has_a_hash": [{"sha256": ""}],
    "accounts_eventdigest_has_a_seal": [{"seal": ""}],
    "accounts_streamposition_is_the_only_one": [{"pk": 2}],
    "focus_areas_focusarea_one_of_four": [{"number": 0, "slug": "x"}, {"number": 5, "slug": "x"}],
    "focus_areas_focusarea_answer_weeks_within_a_year": [
        {"number": 1, "slug": "x", "answer_weeks": 0},
        {"number": 1, "slug": "x", "answer_weeks": 53},
    ],
    "focus_areas_focusarea.number": [{"number": 1, "slug": "x"}],
    "focus_areas_focusarea.slug": [lambda _: {"slug": FocusAreaFactory(number=1).slug}],
    "focus_areas_homesection_known_kind": [{"kind": "weather"}],
    "focus_areas_homesection.kind": [{"kind": HomeSectionKind.MAP}],
    "focus_areas_link.uid": [same("uid")],
    "focus_areas_pillar.uid": [same("uid")],
    "meetings_series_week_of_a_month": [
        {"frequency": Frequency.MONTHLY, "week": None},
        {"frequency": Frequency.MONTHLY, "week": 5},
        {"frequency": Frequency.WEEKLY, "week": 1},
        {"frequency": "daily"},
    ],
    "meetings_series_interval_within_a_year": [{"interval": 0}, {"interval": 53}],
    "meetings_series_known_weekday": [{"weekday": 7}],
    "meetings_series_ends_one_way": [
        {"count": None, "last_day": None},
        {"count": 4, "last_day": date(2022, 1, 1)},
        {"count": 0},
        {"count": 101},
        {"count": None, "last_day": date(2021, 10, 31)},
    ],
    "meetings_series_lasts": [{"duration": timedelta()}],
    "meetings_agendaitem_lasts_some_minutes": [{"minutes": 0}, {"minutes": 1441}],
    "meetings_agendaitem_has_a_title": [{"title": ""}],
    "meetings_meeting_ends_after_start": [{"starts_at": NOON, "ends_at": NOON}],
    "meetings_meeting_known_kind": [{"kind": "party"}],
    "meetings_meeting_known_status": [{"status": "postponed"}],
    "meetings_meeting_whole_days_have_no_time": [
        {"is_all_day": True, "local_time": time(0)},
        {"is_all_day": False, "local_time": None},
    ],
    "meetings_meeting_occurrence_of_a_series": [
        {"occurrence": date(2021, 11, 1)},
        {"series": SeriesFactory},
    ],
    "meetings_meeting_one_an_occurrence": [
        same("series", "occurrence", series=SeriesFactory, occurrence=date(2021, 11, 1))
    ],
    "meetings_meeting_no_sitting_of_itself": [{"pk": 9000, "sitting_of_id": 9000}],
    "meetings_meeting_public_joining": [{"is_join_public": True}],
    "meetings_meeting_public_recording": [
        {"is_recording_public": True, "is_public": True},
        {"is_recording_public": True, "recording_link": "https://video.example.org/1"},
    ],
    "meetings_meeting.uid": [same("uid")],
    "papers_filescan.sha256": [same("sha256")],
    "papers_filescan_known_status": [{"status": "cured", "scanned_at": NOON}],
    "papers_filescan_says_what_was_found": [
        {"finding": "Eicar"},
        {"status": "clean", "scanned_at": NOON, "finding": "Eicar"},
        {"status": "infected", "scanned_at": NOON},
        {"status": "failed", "scanned_at": NOON},
    ],
    "papers_filescan_scanned_when": [{"scanned_at": NOON}, {"status": "clean"}],
    "papers_paper_known_kind": [{"kind": "poem"}],
    "papers_paper_area_of_its_meeting": [
        {"meeting": MeetingFactory, "focus_area": FocusAreaFactory}
    ],
    "papers_paper_of_a_meeting_is_not_public": [{"meeting": MeetingFactory, "is_public": True}],
    "papers_paper_of_an_item_is_of_a_meeting": [{"agenda_item": AgendaItemFactory}],
    "papers_paper.submission_key": [same("submission_key", submission_key=UUID(int=1))],
    "papers_paperversion_one_file_a_language": [same("paper", "number", "language")],
    "papers_paperversion_counts_from_one": [{"number": 0}],
    "papers_paperversion_is_not_empty": [{"size": 0}],
    "papers_paperversion.file": [same("file")],
    "triage_bulkrun_confirmed_once": [same("by", "key")],
    "triage_bulkrun_known_action": [{"action": "delete"}],
    "triage_bulkrun_has_its_colleague": [
        {"action": BulkRunAction.REASSIGN},
        {"action": BulkRunAction.ASK_OPINION},
        {"to": UserFactory},
    ],
    "triage_bulkrun_has_its_hold": [
        {"action": BulkRunAction.HOLD},
        {"action": BulkRunAction.HOLD, "waits_for": WaitsFor.DAY},
        {"action": BulkRunAction.HOLD, "waits_for": WaitsFor.LEGAL, "ends_on": NOON.date()},
        {"waits_for": WaitsFor.LEGAL},
        {"ends_on": NOON.date()},
    ],
    "triage_bulkitem_once_in_a_run": [same("run", "member")],
    "triage_bulkitem_known_role": [{"role": "owner"}],
    "triage_bulkitem_day_of_its_hold": [
        {"waits_for": WaitsFor.DAY},
        {"waits_for": "weather"},
        {"waits_for": WaitsFor.LEGAL, "ends_on": NOON.date()},
        {"ends_on": NOON.date()},
    ],
    "triage_bulkitem_done_or_refused": [
        {"done_at": NOON},
        {"refusal": "It is stale."},
        {"entry": TimelineEntryFactory},
        {"done_at": NOON, "entry": TimelineEntryFactory, "refusal": "It is stale."},
    ],
    "eoi_eoidraft_times_in_order": [
        {"started_at": NOON + SECOND},
        {"saved_at": NOON, "expires_at": NOON},
    ],
    "eoi_eoidraft_announced_grace_ends_after_closing": [
        {"announced_closes_at": NOON, "announced_grace_ends_at": NOON - SECOND}
    ],
    "eoi_eoidraft_known_language": [{"language": "xx"}],
    "eoi_eoidraft_has_key": [{"submission_key": ""}],
    "eoi_eoidraft_only_an_address_is_written_to": [
        {"email": "", "expiry_warned_at": NOON},
        {"email": "", "reminded_deadline": NOON},
    ],
    "eoi_eoidraft.submission_key": [same("submission_key")],
    "eoi_callalert_of_one_address": [same("email")],
    "eoi_callalert_has_email": [{"email": ""}],
    "eoi_callalert_known_language": [{"language": "xx"}],
    "eoi_callalert_announced_once_confirmed": [{"confirmed_at": None, "call": CallFactory}],
    "eoi_signoff_confirmed_by_whom_and_what": [
        {"confirmed_at": NOON},
        {"name": "Ada"},
        {"confirmed_at": NOON, "name": "Ada", "position": "Minister"},
        {"confirmed_at": NOON, "name": "Ada", "answers_digest": "0" * 64},
    ],
    "eoi_signoff.draft_id": [same("draft")],
    "eoi_laterequest.draft_id": [same("draft")],
    "eoi_laterequest_has_a_name": [{"organisation_name": ""}],
    "eoi_laterequest_decided_when_and_by_whom": [
        {"decided_at": NOON, "refusal": "Too late."},
        {"decided_by": UserFactory},
    ],
    "eoi_laterequest_accepted_or_refused": [
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
    ],
    "eoi_linkrequest_has_email": [{"email": ""}],
    "triage_fingerprint_once_in_a_file": [same("kind", "value", "member")],
    "triage_fingerprint_known_kind": [{"kind": "colour"}],
    "triage_fingerprint_has_a_value": [{"value": ""}],
    "triage_claim.member_id": [same("member")],
    "triage_hold.entry_id": [same("entry")],
    "triage_hold_known_waits_for": [{"waits_for": "weather"}],
    "triage_savedview_has_name": [{"name": ""}],
    "triage_savedview_name_once": [same("owner", "name")],
    "triage_savedview_narrows": [{"filters": ""}],
    "triage_fingerprintedmember.member_id": [same("member")],
    "triage_possibleduplicate_once": [same("earlier", "later")],
    "triage_possibleduplicate_two_files_in_order": [
        lambda _: {"later": MemberFactory(), "earlier": MemberFactory()},
        lambda _: dict.fromkeys(("earlier", "later"), MemberFactory()),
    ],
    "triage_possibleduplicate_has_a_reason": [{"same_domain": False}],
    "triage_possibleduplicate_dismissed_by_somebody": [
        {"dismissed_at": NOON},
        {"dismissed_by": UserFactory},
    ],
    "privacy_retentionperiod_known_kind": [{"kind": "sing", "days": 400, "begins_at": NOON}],
    "privacy_retentionperiod_days_within_bounds": [
        {"kind": RetentionKind.MESSAGES, "days": 179, "begins_at": NOON},
        {"kind": RetentionKind.MESSAGES, "days": 7301, "begins_at": NOON},
    ],
    "privacy_retentionperiod_previous_days_are_longer": [
        {**PERIOD, "previous_days": 400, "previous_until": NOON},
        {**PERIOD, "previous_days": 401},
        {**PERIOD, "previous_until": NOON},
    ],
    "privacy_retentionperiod.kind": [PERIOD],
    "privacy_dataexport_known_format": [{"format": "pdf"}],
    "privacy_dataexport_says_who_and_whom": [{"address": ""}],
    "privacy_retentionhold_one_of_each_record": [same("record")],
    "privacy_retentionhold_has_reason": [{"reason": ""}],
    "privacy_retentionhold_ends_after_its_start": [{"until": NOON}],
    "privacy_retentionrun_one_a_day": [same("kind", "day")],
    "privacy_retentionrun_known_kind": [{"kind": "sing"}],
    "privacy_retentionrun_is_of_something": [{"number": 0}],
    "triage_followuprule_known_step": [{"step": "sing", "days": 3}],
    "triage_followuprule_days_within_a_year": [
        {"step": FollowUpStep.NOTIFY_OFFICER, "days": 0},
        {"step": FollowUpStep.NOTIFY_OFFICER, "days": 366},
    ],
    "triage_followuprule.step": [{"step": FollowUpStep.NOTIFY_OFFICER, "days": 3}],
    "triage_followup_once_a_request": [same("entry", "step")],
    "triage_followup_once_an_address": [same("focal_point", "link_version", "step", **CONFIRMING)],
    "triage_followup_has_its_cause": [
        {"entry": None},
        {"step": FollowUpStep.REMIND_TO_CONFIRM},
        {"step": FollowUpStep.REMIND_OF_DEADLINE},
        {"link_version": 1},
        {"focal_point": FocalPointFactory},
    ],
    "triage_followup_keeps_the_name": [{"by": UserFactory, "by_name": ""}],
    "triage_followup_somebody_skipped_it": [{"is_skipped": True}],
    "triage_import_says_how_created": [
        {"channel": "owl"},
        {"channel": ""},
        {"call": None},
        {"row_count": 0, "corrected_count": 1},
    ],
    "triage_import_made_some": [{"row_count": 0, "call": None, "channel": ""}],
    "triage_import_keeps_the_name": [{"by_name": ""}],
    "triage_importedrow.member_id": [same("member")],
    "triage_export_known_format": [{"format": "ods"}],
    "triage_export_keeps_the_name": [{"by_name": ""}],
    "triage_statisticssnapshot.call_id": [same("call")],
    "participation_announcement_of_no_draft": [{"status": MeetingStatus.DRAFT}, {"status": "lost"}],
    "participation_announcement_ends_after_start": [{"starts_at": NOON, "ends_at": NOON}],
    "participation_announcement_asked_by_somebody": [{"replies_asked_at": NOON}],
    "participation_announcement.meeting_id": [same("meeting")],
    "participation_decision_says_something": [{"text": ""}],
    "participation_actionpoint_says_something": [{"text": ""}],
    "participation_actionpoint_done_by_somebody": [{"done_at": NOON}, {"done_by": UserFactory}],
    "participation_attendance_once": [same("meeting", "focal_point")],
    "participation_attendance_known_presence": [{"presence": "late"}],
    "participation_calendarfeed.user_id": [same("user")],
    "participation_calendarfeed_known_declined": [{"declined": "hide"}],
    "participation_calendarfeed_known_reminder": [{"reminder": "2_days"}],
    "participation_dateanswer_known_choice": [{"choice": "perhaps"}],
    "participation_dateanswer_once": [same("reply", "proposal")],
    "participation_datepoll.meeting_id": [
        same("meeting", meeting=MeetingFactory, status="taken", **POLL_SETTLED)
    ],
    "participation_datepoll.uid": [same("uid")],
    "participation_datepoll_lasts": [{"minutes": 0}],
    "participation_datepoll_open_once": [same("focus_area", "title")],
    "participation_datepoll_status_agrees_with_its_end": [
        {"status": "open", **POLL_SETTLED},
        {"status": "open", "meeting": MeetingFactory},
        {"status": "taken", **POLL_SETTLED},
        {"status": "taken", "meeting": MeetingFactory},
        {"status": "taken", "meeting": MeetingFactory, "settled_at": NOON},
        {"status": "closed"},
        {"status": "closed", "settled_by": UserFactory},
        {"status": "closed", "meeting": MeetingFactory, **POLL_SETTLED},
        {"status": "lost", **POLL_SETTLED},
    ],
    "participation_dateproposal_once": [same("poll", "starts_at")],
    "participation_dateproposal_one_is_taken": [same("poll", is_taken=True)],
    "participation_datereply_one_of_each_holder": [same("poll", "focal_point", "link_version")],
    "participation_emailconsent.focal_point_id": [same("focal_point")],
    "participation_mailpreferences.user_id": [same("user")],
    "participation_mailpreferences_known_calendar": [{"calendar": "fax"}],
    "participation_mailpreferences_invitations_have_an_organiser": [{"calendar": "invitations"}],
    "participation_meetingproposal_known_kind": [{"kind": "deadline"}],
    "participation_meetingproposal_ends_after_start": [{"starts_at": NOON, "ends_at": NOON}],
    "participation_meetingproposal_takes_place_somewhere": [{"place": "", "is_online": False}],
    "participation_meetingproposal_status_agrees_with_decision": [
        {"status": "accepted", **SETTLED},
        {"status": "accepted", "meeting": MeetingFactory},
        {"status": "declined", **SETTLED},
        {"status": "declined", "reason": "No room."},
        {"status": "withdrawn", "reason": "No room.", **SETTLED},
        {"status": "open", **SETTLED},
        {"status": "lost", **SETTLED},
    ],
    "participation_meetingproposal_open_once": [same("focus_area", "title", "starts_at")],
    "participation_meetingproposal.meeting_id": [
        same("meeting", meeting=MeetingFactory, status="accepted", **SETTLED)
    ],
    "participation_memberaccount_ends_after_it_was_made": [
        {"made_at": NOON, "ended_at": NOON - SECOND}
    ],
    "participation_memberaccount.user_id": [same("user")],
    "participation_paperdigest_finished_after_it_was_made": [
        {"made_at": NOON, "finished_at": NOON - SECOND}
    ],
    "participation_paperdigest.day": [same("day")],
    "commitments_datasnapshot.month": [same("month")],
    "commitments_datasnapshot_first_of_the_month": [{"month": date(2021, 10, 2)}],
    "commitments_snapshotfile_name_once": [same("snapshot", "name")],
    "commitments_snapshotfile_has_a_checksum": [{"sha256": "0" * 63}],
    "participation_digestedversion.version_id": [same("version")],
    "participation_paperopening_once": [same("user", "version")],
    "participation_partmember_once": [same("part", "member")],
    "participation_partmember_removed_by_somebody": [{"removed_at": NOON}],
    "participation_partmember_removed_after_it_was_added": [
        {"removed_at": NOON - SECOND, "removed_by": UserFactory}
    ],
    "meetings_part_name_in_an_area": [same("focus_area", "name")],
    "meetings_part_name_in_the_coalition": [same("name", focus_area=None)],
    "participation_rsvp_one_of_each_holder": [same("meeting", "focal_point", "link_version")],
    "privacy_datarequest_known_kind": [{"kind": "sing"}],
    "privacy_datarequest_has_a_name": [{"name": ""}],
    "privacy_datarequest_due_after_it_was_received": [{"due_on": NOON.date()}],
    "privacy_datarequest_answered_as_a_whole": [{"answered_at": NOON}, {"outcome": "done"}],
    "privacy_datarequest_emptied_after_the_answer": [{"emptied_at": NOON}],
    "privacy_processingstatement_known_topic": [{"topic": "sing"}],
    "privacy_processingstatement.topic": [{"topic": "officer"}],
    "privacy_erasurerequest_about_one": [{"status": "cancelled", **SETTLED}],
    "privacy_erasurerequest_status_agrees_with_decision": [{"decided_at": NOON}],
    "privacy_erasurerequest_done_by_a_second_person": [erased_alone],
    "privacy_erasurerequest_has_a_reason": [{"reason": ""}],
    "privacy_erasurerequest_one_open_a_person": [same("address")],
    "privacy_erasurerequest_one_open_an_organisation": [
        same("member", "kind", "address", kind="organisation", address="", member=MemberFactory)
    ],
    "privacy_erasurecount_once": [same("request", "table", "action")],
    "privacy_erasurecount_known_action": [{"action": "hidden"}],
    "privacy_listederasure.key": [same("key")],
    "privacy_listederasure_says_what_was_erased": [
        {"digests": ""},
        {"reference": "P2C-7K3MQ9"},
        {"kind": "organisation"},
        {"kind": "everybody"},
    ],
    "participation_rsvp_known_choice": [{"choice": "perhaps"}],
}
# For each constraint with a condition, a second row to which the condition does not apply.
RIGHT_ROWS = {
    **wrong_rows_of_commitments.RIGHT_ROWS,
    **wrong_rows_of_frameworks.RIGHT_ROWS,
    **wrong_rows_of_opportunities.RIGHT_ROWS,
    **wrong_rows_of_mail.RIGHT_ROWS,
    **wrong_rows_of_members.RIGHT_ROWS,
    "participation_datepoll_open_once": [
        same("focus_area", "title", status="closed", **POLL_SETTLED)
    ],
    "participation_dateproposal_one_is_taken": [same("poll")],
    "participation_meetingproposal_open_once": [
        same("focus_area", "title", "starts_at", status="withdrawn", **SETTLED)
    ],
    "participation_partmember_once": [
        same("part", "member", removed_at=NOON, removed_by=UserFactory)
    ],
    "meetings_part_name_in_the_coalition": [same("name", then={"focus_area": None})],
    "privacy_erasurerequest_one_open_a_person": [
        same("address", "status", "decided_at", "decided_by", **NOT_ERASED, address="")
    ],
    "privacy_erasurerequest_one_open_an_organisation": [
        same(
            "member",
            "kind",
            "address",
            kind="organisation",
            address="",
            member=MemberFactory,
            **NOT_ERASED,
        )
    ],
}
