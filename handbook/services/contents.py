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
    "commitments",
    "calls",
    "public-pages",
    "spreadsheets",
    "staff",
    "mail-failures",
    "personal-data",
)

# A chapter, or a section of it by the anchor of its English heading. The key is the URL name of a
# page, or the beginning of several: of a model, or of an app, for its list of models. The longest
# beginning counts.
PLACES: Final = {
    # The desk itself
    "index": "day",
    "figures": "day",
    "audit": "personal-data",
    "password_change": "staff",
    # Accounts
    "accounts": "staff",
    "accounts_readingevent": "personal-data",
    "accounts_signinevent": "staff",
    "accounts_user": "staff",
    "auth": "staff",
    "auth_group": "staff",
    "auth_user": "staff",
    # Public pages
    "focus_areas": "public-pages",
    "focus_areas_focusarea": "public-pages",
    "focus_areas_homesection": "public-pages",
    "focus_areas_link": "public-pages",
    "focus_areas_pillar": "public-pages",
    # Messages
    "outbox": "mail-failures",
    "outbox_heartbeat": "mail-failures",
    "outbox_mailhold": "mail-failures",
    "outbox_message": "mail-failures",
    "outbox_messagetemplate": "letters",
    "outbox_suppressedaddress": "mail-failures",
    # Members
    "members": "day",
    "members_call": "calls",
    "members_member": "day",
    "members_member_admit": "decisions",
    "members_member_admit_several": "decisions",
    "members_member_ask_opinion": "decisions",
    "members_member_bulk_run": "decisions",
    "members_member_clear_suspicion": "decisions",
    "members_member_close": "decisions",
    "members_member_close_as_duplicate": "duplicates",
    "members_member_close_several": "decisions",
    "members_member_compare": "duplicates",
    "members_member_decline": "decisions",
    "members_member_export": "spreadsheets",
    "members_member_find_original": "duplicates",
    "members_member_follow_up": "decisions",
    "members_member_import": "spreadsheets",
    "members_member_letter_preview": "letters",
    "members_member_move": "decisions",
    "members_member_opinion": "decisions",
    "members_member_opinions": "decisions",
    "members_member_preview_template": "letters",
    "members_member_propose_again": "duplicates",
    "members_member_record_answer": "decisions",
    "members_member_reopen": "decisions",
    "members_member_request_information": "decisions",
    "members_member_resend": "mail-failures",
    "members_member_set_apart": "duplicates",
    "members_member_undo": "decisions",
    "members_member_withdraw": "decisions",
    "members_member_withdraw_opinion": "decisions",
    "members_membermessage": "letters",
    "members_reason": "letters",
    "eoi": "calls",
    "eoi_laterequest": "calls",
    # What staff do with members
    "triage": "day",
    "triage_export": "spreadsheets",
    "triage_followuprule": "decisions",
    "triage_import": "spreadsheets",
    # Working groups
    "mailings": "mailings",
    "mailings_mailing": "mailings",
    "meetings": "meetings",
    "meetings_meeting": "meetings",
    "papers": "meetings",
    "papers_paper": "meetings",
    # Commitments
    "commitments": "commitments",
    "commitments_amount": "commitments",
    "commitments_commitment": "commitments",
    "commitments_exchangerate": "commitments",
    "commitments_report": "commitments",
    # Personal data
    "privacy": "personal-data",
    "privacy_dataexport": "personal-data",
    "privacy_erasurerequest": "personal-data",
    "privacy_retentionperiod": "personal-data",
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
