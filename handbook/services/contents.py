"""The order of the chapters, and the place in the handbook of each page for staff."""

from typing import Final, NamedTuple

from django.urls import ResolverMatch

# By the names of their files.
CHAPTERS: Final = (
    "day",
    "decisions",
    "duplicates",
    "letters",
    "mailings",
    "meetings",
    "framework",
    "commitments",
    "opportunities",
    "calls",
    "public-pages",
    "spreadsheets",
    "staff",
    "mail-failures",
    "incoming-mail",
    "personal-data",
)

# A chapter, or a section of it by the anchor of its English heading. The key is the URL name of a
# page, or the beginning of several: of a model, or of an app, for its list of models. The longest
# beginning counts.
PLACES: Final = {
    # The desk itself
    "index": "day#start-the-day",
    "figures": "day#read-the-figures",
    "audit": "staff#find-out-who-changed-what",
    "audit_export": "staff#find-out-who-changed-what",
    "password_change": "staff#sign-in",
    # Accounts
    "accounts": "staff",
    "accounts_listreading": "personal-data#see-who-read-a-record",
    "accounts_readingevent": "personal-data#see-who-read-a-record",
    "accounts_signinevent": "staff#find-out-who-signed-in",
    "accounts_user": "staff",
    "accounts_user_change_role": "staff#change-a-role-or-focus-areas",
    "accounts_user_deactivate": "staff#when-a-colleague-leaves",
    "accounts_user_invite": "staff#invite-a-colleague",
    "accounts_user_invite_again": "staff#send-a-new-invitation-or-withdraw-it",
    "accounts_user_reactivate": "staff#when-a-colleague-leaves",
    "accounts_user_reset_second_factor": "staff#help-somebody-who-lost-their-second-factor",
    "accounts_user_staff_roles": "staff#what-may-each-role-do",
    "accounts_user_withdraw_invitation": "staff#send-a-new-invitation-or-withdraw-it",
    "auth": "staff",
    "auth_group": "staff",
    "auth_user": "staff",
    # Public pages
    "focus_areas": "public-pages#find-the-texts-of-the-public-site",
    "focus_areas_focusarea": "public-pages#edit-the-text-of-a-focus-area",
    "focus_areas_homesection": "public-pages#put-the-sections-of-the-home-page-in-order",
    "focus_areas_link": "public-pages#add-or-hide-a-link-on-the-home-page",
    "focus_areas_pillar": "public-pages#add-or-hide-a-pillar",
    # Messages
    "outbox": "mail-failures#what-do-the-statuses-in-the-outbox-mean",
    "outbox_heartbeat": "mail-failures#what-if-no-mail-goes-out-at-all",
    "outbox_mailhold": "mail-failures#release-held-email",
    "outbox_message": "mail-failures#what-do-the-statuses-in-the-outbox-mean",
    "outbox_message_cancel": "mail-failures#cancel-a-message-that-waits",
    "outbox_message_retry": "mail-failures#send-a-message-again-to-the-same-address",
    "outbox_messagetemplate": "letters#edit-an-email-template",
    "outbox_messagetemplate_history": "letters#take-back-a-change-of-a-template",
    "outbox_messagetemplate_review": "letters#have-a-text-reviewed",
    "outbox_messagetemplate_refused_translations": "letters#have-a-language-translated",
    "outbox_messagetemplate_store_translations": "letters#have-a-language-translated",
    "outbox_messagetemplate_take_back": "letters#take-back-a-change-of-a-template",
    "outbox_messagetemplate_translations": "letters#have-a-language-translated",
    "outbox_messagetemplate_upload_translations": "letters#have-a-language-translated",
    "outbox_suppressedaddress": "mail-failures#lift-a-suppression",
    "inbox": "day#attach-mail-without-a-member",
    "inbox_incomingmail": "day#attach-mail-without-a-member",
    # Members
    "members": "day#find-the-applicants-that-need-you",
    "members_call": "calls",
    "members_call_add": "calls#plan-a-call",
    "members_call_close_now": "calls#close-a-call-now",
    "members_call_extend": "calls#extend-a-call",
    "members_call_open_now": "calls#open-a-call-now",
    "members_member": "day#find-the-applicants-that-need-you",
    "members_member_admit": "decisions#admit-an-applicant",
    "members_member_admit_several": "decisions#decide-on-several-applicants",
    "members_member_answer_file": "day#read-an-applicant",
    "members_member_reply_file": "day#read-an-applicant",
    "members_member_ask_opinion": "day#ask-for-an-opinion",
    "members_member_bulk_run": "day#act-on-several-applicants",
    "members_member_change": "day#read-an-applicant",
    "members_member_clear_suspicion": "decisions#deal-with-possible-spam",
    "members_member_unusual": "decisions#deal-with-possible-spam",
    "members_member_take_back_from_spam": "decisions#deal-with-possible-spam",
    "members_member_close": "decisions#close-an-applicant-without-a-letter",
    "members_member_close_as_duplicate": "duplicates#close-a-duplicate",
    "members_member_close_several": "decisions#decide-on-several-applicants",
    "members_member_compare": "duplicates#compare-two-applicants",
    "members_member_correct": "day#read-an-applicant",
    "members_member_decline": "decisions#decline-an-applicant",
    "members_member_export": "spreadsheets#export-a-list",
    "members_member_find_original": "duplicates#find-the-original-yourself",
    "members_member_follow_up": "day#let-the-portal-follow-up",
    "members_member_hand_several": "day#act-on-several-applicants",
    "members_member_hand_to": "day#assign-an-applicant",
    "members_member_hold": "day#put-an-applicant-on-hold",
    "members_member_end_hold": "day#put-an-applicant-on-hold",
    "members_member_history": "day#read-an-applicant",
    "members_member_import": "spreadsheets#import-expressions-of-interest",
    "members_member_letter_preview": "letters#change-one-letter-before-it-goes",
    "members_member_move": "decisions#move-a-member-to-another-focus-area",
    "members_member_note": "day#read-an-applicant",
    "members_member_opinion": "day#give-an-opinion",
    "members_member_opinions": "day#give-an-opinion",
    "members_member_preview_template": "letters#preview-a-template",
    "members_member_propose_again": "duplicates#propose-two-applicants-again",
    "members_member_reassign_all": "day#share-out-the-work",
    "members_member_record_answer": "decisions#request-information",
    "members_member_release": "day#assign-an-applicant",
    "members_member_release_several": "day#act-on-several-applicants",
    "members_member_reopen": "decisions#reopen-an-applicant",
    "members_member_request_information": "decisions#request-information",
    "members_member_request_information_several": "decisions#decide-on-several-applicants",
    "members_member_resend": "mail-failures#correct-an-address-and-send-the-letter-again",
    "members_member_set_apart": "duplicates#mark-two-applicants-as-not-duplicates",
    "members_member_take": "day#assign-an-applicant",
    "members_member_undo": "decisions#undo-a-decision",
    "members_member_withdraw": "decisions#withdraw-a-member",
    "members_member_withdraw_opinion": "day#ask-for-an-opinion",
    "members_member_write_letter": "letters#write-to-one-organisation",
    "members_member_workload": "day#share-out-the-work",
    "members_membermessage": "letters#see-what-was-sent-and-whether-it-arrived",
    "members_reason": "letters#change-the-standard-reasons",
    "eoi": "calls#decide-on-a-late-form",
    "eoi_laterequest": "calls#decide-on-a-late-form",
    # What staff do with members
    "triage": "day",
    "triage_export": "spreadsheets#find-out-what-was-imported-and-exported",
    "triage_followuprule": "letters#set-the-follow-up-letters",
    "triage_import": "spreadsheets#find-out-what-was-imported-and-exported",
    # Working groups
    "mailings": "mailings",
    "mailings_mailing": "mailings",
    "mailings_mailing_add": "mailings#start-a-mailing",
    "mailings_mailing_cancel": "mailings#change-or-cancel-a-scheduled-mailing",
    "mailings_mailing_change": "mailings#write-the-text-in-several-languages",
    "mailings_mailing_copy": "mailings#copy-an-earlier-mailing",
    "mailings_mailing_export": "mailings#check-who-gets-it-and-who-does-not",
    "mailings_mailing_go_on": "mailings#stop-a-mailing-that-is-being-sent",
    "mailings_mailing_group_letter": "mailings#release-a-letter-of-a-co-lead",
    "mailings_mailing_group_letters": "mailings#release-a-letter-of-a-co-lead",
    "mailings_mailing_preview": "mailings#preview-it-and-send-yourself-a-test",
    "mailings_mailing_recipients": "mailings#check-who-gets-it-and-who-does-not",
    "mailings_mailing_reschedule": "mailings#change-or-cancel-a-scheduled-mailing",
    "mailings_mailing_send": "mailings#send-it-now-or-later",
    "mailings_mailing_stop": "mailings#stop-a-mailing-that-is-being-sent",
    "mailings_mailing_take_back": "mailings#change-or-cancel-a-scheduled-mailing",
    "mailings_mailing_test_copies": "mailings#send-test-copies-to-colleagues",
    "meetings": "meetings",
    "meetings_meeting": "meetings",
    "meetings_meeting_add": "meetings#add-a-meeting",
    "meetings_meeting_attendance": "meetings#record-attendance",
    "meetings_meeting_cancel": "meetings#move-or-cancel-a-meeting",
    "meetings_meeting_change": "meetings#move-or-cancel-a-meeting",
    "meetings_meeting_delete_draft": "meetings#move-or-cancel-a-meeting",
    "meetings_meeting_expected": "meetings#see-who-is-expected",
    "meetings_meeting_next": "meetings#follow-the-next-meetings",
    "meetings_meeting_proposal": "meetings#decide-on-the-proposal-of-a-co-lead",
    "meetings_meeting_proposals": "meetings#decide-on-the-proposal-of-a-co-lead",
    "meetings_meeting_put_on_the_calendar": "meetings#schedule-a-meeting",
    "meetings_meeting_series": "meetings#plan-a-series",
    "meetings_meeting_series_cancel": "meetings#move-or-cancel-a-meeting",
    "meetings_meeting_series_put_on_the_calendar": "meetings#schedule-a-meeting",
    "meetings_meeting_sittings": "meetings#hold-one-meeting-in-two-sittings",
    "participation": "meetings#find-a-date-with-the-members",
    "participation_datepoll": "meetings#find-a-date-with-the-members",
    "papers": "meetings#add-a-paper",
    "papers_paper": "meetings#add-a-paper",
    "papers_paper_add_version": "meetings#add-a-version-or-withdraw-a-paper",
    "papers_paper_put_back": "meetings#add-a-version-or-withdraw-a-paper",
    "papers_paper_withdraw": "meetings#add-a-version-or-withdraw-a-paper",
    # Action Frameworks
    "framework": "framework",
    "framework_framework": "framework#see-where-each-framework-stands",
    "framework_framework_add_paragraph": "framework#write-the-text",
    "framework_framework_adopt": "framework#adopt-a-draft",
    "framework_framework_begin": "framework#begin-a-draft",
    "framework_framework_close_now": "framework#move-the-closing-or-close-a-draft-now",
    "framework_framework_consolidate": "framework#answer-the-proposals",
    "framework_framework_delete_paragraph": ("framework#split-merge-move-or-delete-a-paragraph"),
    "framework_framework_edit": "framework#write-the-text",
    "framework_framework_merge": "framework#split-merge-move-or-delete-a-paragraph",
    "framework_framework_move": "framework#split-merge-move-or-delete-a-paragraph",
    "framework_framework_move_closing": "framework#move-the-closing-or-close-a-draft-now",
    "framework_framework_open": "framework#open-a-draft",
    "framework_framework_paste": "framework#write-the-text",
    "framework_framework_split": "framework#split-merge-move-or-delete-a-paragraph",
    "framework_framework_text": "framework#write-the-text",
    "framework_framework_translate": "framework#translate-the-adopted-draft",
    # Commitments
    "commitments": "commitments",
    "commitments_amount": "commitments#say-what-counts",
    "commitments_commitment": "commitments#find-the-commitments-that-wait",
    "commitments_commitment_accept_change": "commitments#decide-on-a-proposed-change",
    "commitments_commitment_approve": "commitments#announce-it-on-a-day",
    "commitments_commitment_ask": "commitments#ask-the-lead-a-question",
    "commitments_commitment_assign": "commitments#read-a-commitment",
    "commitments_commitment_reply_file": "commitments#read-a-commitment",
    "commitments_commitment_change": "commitments#read-a-commitment",
    "commitments_commitment_correct_texts": (
        "commitments#correct-a-typing-error-or-write-the-english-text"
    ),
    "commitments_commitment_count": "commitments#say-what-counts",
    "commitments_commitment_decline": "commitments#decline-a-commitment",
    "commitments_commitment_decline_change": "commitments#decide-on-a-proposed-change",
    "commitments_commitment_note": "commitments#read-a-commitment",
    "commitments_commitment_publish": "commitments#publish-a-commitment",
    "commitments_commitment_supersede": "commitments#withdraw-or-replace-a-published-commitment",
    "commitments_commitment_take_back": "commitments#announce-it-on-a-day",
    "commitments_commitment_take_back_request": (
        "commitments#confirm-a-large-amount-as-the-second-person"
    ),
    "commitments_commitment_withdraw": "commitments#withdraw-or-replace-a-published-commitment",
    "commitments_commitment_write_english": (
        "commitments#correct-a-typing-error-or-write-the-english-text"
    ),
    "commitments_exchangerate": "commitments#import-exchange-rates",
    "commitments_exchangerate_convert_again": (
        "commitments#convert-amounts-again-after-a-wrong-rate"
    ),
    "commitments_partner": "commitments#check-the-money-of-other-organisations",
    "commitments_report": "commitments#read-a-report",
    "commitments_report_overdue": "commitments#find-overdue-reports",
    "commitments_report_remind": "commitments#find-overdue-reports",
    "commitments_report_result_of_the_month": "commitments#choose-a-result-of-the-month",
    # Needs and offers
    "opportunities": "opportunities",
    "opportunities_contact": "opportunities#follow-contacts-that-wait",
    "opportunities_opportunity": "opportunities#find-what-waits",
    "opportunities_opportunity_ask": "opportunities#decide-on-a-need-or-an-offer",
    "opportunities_opportunity_change": "opportunities#decide-on-a-need-or-an-offer",
    "opportunities_opportunity_close": "opportunities#close-one-that-is-public",
    "opportunities_opportunity_decline_change": "opportunities#decide-on-a-proposed-change",
    "opportunities_opportunity_enter": "opportunities#enter-a-need-for-a-country",
    "opportunities_opportunity_publish": "opportunities#decide-on-a-need-or-an-offer",
    "opportunities_opportunity_publish_change": "opportunities#decide-on-a-proposed-change",
    # Personal data
    "privacy": "personal-data",
    "privacy_dataexport": "personal-data#export-the-data-of-a-person-who-asks",
    "privacy_datarequest": "personal-data#keep-the-register-of-requests",
    "privacy_erasurerequest": "personal-data#consent-to-an-erasure",
    "privacy_erasurerequest_request": "personal-data#request-an-erasure",
    "privacy_processingstatement": "personal-data#hand-over-the-record-of-processing",
    "privacy_retentionperiod": "personal-data#read-what-is-deleted-next",
    "privacy_retentionperiod_change": "personal-data#change-a-period",
    "privacy_retentionperiod_keep": "personal-data#keep-one-record-longer",
}


class Place(NamedTuple):
    """A chapter, and the anchor of a section of it or an empty text."""

    slug: str
    anchor: str


def place_of(match: ResolverMatch | None) -> Place | None:
    """Return the place of a page of the admin in the handbook; None for a page without a place."""
    if match is None or match.namespace != "admin":
        return None
    # One address has the lists of models of all apps.
    key = match.kwargs["app_label"] if match.url_name == "app_list" else match.url_name or ""
    while key and key not in PLACES:
        key = key.rpartition("_")[0]
    if not key:
        return None
    slug, _hash, anchor = PLACES[key].partition("#")
    return Place(slug, anchor)
