"""Wrong rows for the constraints of members, and right ones, for `wrong_rows.py`."""

from datetime import timedelta

from members.models import ClosingReason, GrantedRole, MemberStatus, Recommendation, TimelineKind
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MemberFactory,
    UserFactory,
)
from tests.sweeps.second_rows import same

SECOND = timedelta(seconds=1)
AREA, DECISION = ("focus_area", "granted_role"), ("decided_at", "decided_by")
DUPLICATE = {"status": MemberStatus.CLOSED, "closing_reason": ClosingReason.DUPLICATE}
ANSWERED = {"answered_at": NOON, "answer": "A reliable partner."}


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


WRONG_ROWS = {
    "members_call_closes_after_opening": [
        {"opens_at": NOON, "closes_at": NOON, "grace_ends_at": NOON}
    ],
    "members_call_grace_ends_after_closing": [{"closes_at": NOON, "grace_ends_at": NOON - SECOND}],
    "members_answerfile_is_not_empty": [{"size": 0}],
    "members_answerfile.file": [same("file")],
    "members_mention_once": [same("entry", "colleague")],
    "members_timelineentry_known_kind": [{"kind": "rumoured"}],
    "members_timelineentry_by_one_person": [
        {"by_user": UserFactory, "by_focal_point": FocalPointFactory, "by_name": "Two people"}
    ],
    "members_timelineentry_keeps_the_name": [
        {"by_user": UserFactory, "by_name": ""},
        {"by_focal_point": FocalPointFactory, "by_name": ""},
    ],
    "members_timelineentry_notes_are_internal": [
        {"kind": TimelineKind.NOTE_ADDED, "is_public": True}
    ],
    "members_timelineentry_nobody_was_told_of_void": [
        {"is_void": True, "is_public": True},
        {"is_void": True, "settles_at": NOON, "by_user": UserFactory, "by_name": "Ada"},
    ],
    "members_timelineentry_only_staff_undo": [
        {"settles_at": NOON, "at": NOON},
        {"settles_at": NOON - SECOND, "by_user": UserFactory, "by_name": "Ada"},
    ],
    "members_member_shows_earlier_version": [
        {"settles_at": NOON, "shown_version": 1, "version": 1},
        {"settles_at": NOON, "shown_version": None},
        {"settles_at": None, "shown_version": 1, "version": 2},
    ],
    "members_member_moved_shows_earlier_place": [
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
    ],
    "members_timelineentry_opinions_are_internal": [
        {"kind": TimelineKind.OPINION_ASKED, "is_public": True},
        {"kind": TimelineKind.OPINION_GIVEN, "is_public": True},
        {"kind": TimelineKind.OPINION_REQUEST_WITHDRAWN, "is_public": True},
    ],
    "members_member_known_category": [{"category": "planet"}],
    "members_member_known_role": [{"role": "chair"}],
    "members_member_known_spam_signal": [{"spam_signal": "a hunch"}],
    "members_member_known_origin": [{"origin": "letter"}],
    "members_member_name_can_be_found": [{"sort_key": b""}, {"search_text": ""}],
    "members_member_authorised_and_agreed": [{"is_authorised": False}, {"privacy_version": ""}],
    "members_member_status_agrees_with_decision": [
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
    ],
    "members_member_asked_has_no_reply": [
        {"status": MemberStatus.INFORMATION_REQUESTED, "replied_at": NOON}
    ],
    "members_member_withdrawn_has_its_time": [
        {"status": MemberStatus.WITHDRAWN, "withdrawn_at": None},
        {"withdrawn_at": NOON},
    ],
    "members_member_closed_has_its_reason": [
        {"status": "closed", "closing_reason": ""},
        {"status": "closed", "closing_reason": "boredom"},
        {"status": "declined", "closing_reason": "abandoned"},
    ],
    "members_member_duplicate_names_the_other": [
        DUPLICATE,
        {**DUPLICATE, "closing_reason": "abandoned", "duplicate_of": MemberFactory},
    ],
    "members_member_one_address_each": [same("slug")],
    "members_member_listed_has_address": [
        {"status": MemberStatus.ADMITTED, "publication_consent": True, "slug": ""}
    ],
    "members_publicprofile_text_has_language": [
        {"about": "We connect schools.", "language": ""},
        {"about": "We connect schools.", "language": "tlh"},
        {"about": "", "language": "en"},
    ],
    "members_publicprofile_logo_has_size": [
        {"logo": "logos/one", "logo_width": 0, "logo_height": 80},
        {"logo": "logos/one", "logo_width": 80, "logo_height": 0},
        {"logo": "", "logo_width": 80, "logo_height": 80},
    ],
    "members_publicprofile_published_by_somebody": [{"published_by": None}, {"published_at": None}],
    "members_publicprofile_logo_of_one": [
        same("logo", logo="logos/one", logo_width=80, logo_height=80)
    ],
    "members_publicprofile.member_id": [same("member", "published_by")],
    "members_member_only_ended_loses_its_data": [
        {"personal_data_deleted_at": NOON},
        {"status": MemberStatus.ADMITTED, "personal_data_deleted_at": NOON},
    ],
    "members_member_no_duplicate_of_itself": [{**DUPLICATE, "pk": 9000, "duplicate_of_id": 9000}],
    "members_member_same_answers_once": [same("call", "answers_digest", "first_choice")],
    "members_member.reference": [same("reference")],
    "members_member.submission_key": [same("submission_key")],
    "members_focalpoint_one_of_each": [same("member", "is_alternate", is_alternate=True)],
    "members_focalpoint_known_language": [{"language": "tlh"}],
    "members_focalpoint_known_title": [{"title": "sir"}],
    "members_focalpoint_has_name_and_email": [{"family_name": ""}, {"email": ""}],
    "members_searchentry.member_id": [same("member")],
    "members_searchentry_is_not_empty": [{"text": ""}],
    "members_roletransfer_expires_after_naming": [{"expires_at": NOON}],
    "members_roletransfer_known_language": [{"language": "xx"}],
    "members_roletransfer_known_title": [{"title": "king"}],
    "members_roletransfer_has_name_and_email": [{"family_name": ""}, {"email": ""}],
    "members_roletransfer.focal_point_id": [same("focal_point")],
    "members_letterdraft_one_of_each_officer": [same("member", "kind", "by")],
    "members_letterdraft_has_editable_letter": [{"kind": TimelineKind.CLOSED}],
    "members_opinionrequest_one_open_for_each": [same("member", "asked_of")],
    "members_opinionrequest_asked_of_another": [
        lambda _: dict.fromkeys(("asked_of", "asked_by"), UserFactory())
    ],
    "members_opinionrequest_has_question": [{"question": ""}],
    "members_opinionrequest_known_recommendation": [{**ANSWERED, "recommendation": "perhaps"}],
    "members_opinionrequest_answered_has_text": [
        {**ANSWERED, "answer": ""},
        {"answer": "A reliable partner."},
        {"recommendation": Recommendation.IN_FAVOUR},
    ],
    "members_opinionrequest_withdrawn_has_who_and_when": [
        {"withdrawn_at": NOON},
        {"withdrawn_by": UserFactory},
    ],
    "members_opinionrequest_ends_once": [
        {**ANSWERED, "closed_at": NOON},
        {**ANSWERED, "withdrawn_at": NOON, "withdrawn_by": UserFactory},
        {"closed_at": NOON, "withdrawn_at": NOON, "withdrawn_by": UserFactory},
    ],
    "members_reason_known_purpose": [{"purpose": "boredom"}],
    "members_reason_said_in_english": [{"label": ""}, {"snippet": ""}, {"snippet_en": None}],
    "members_reason.uid": [same("uid")],
    "members_reasongiven_once_an_entry": [same("entry", "reason", then={"position": 2})],
    "members_reasongiven_one_a_position": [same("entry", "position")],
    "members_reasongiven_said_in_english": [{"text": "", "text_fr": "Pourquoi"}],
}
RIGHT_ROWS = {
    "members_member_same_answers_once": [
        same("call", "answers_digest", "first_choice", then={"origin": "spreadsheet"})
    ],
    "members_member_one_address_each": [same("slug", slug="")],
    "members_publicprofile_logo_of_one": [same("logo", logo="")],
    "members_letterdraft_one_of_each_officer": [
        same("member", "kind", "by", ended_at=NOON),
        same("member", "kind", "by", ended_at=NOON, then={"ended_at": None}),
    ],
    "members_opinionrequest_one_open_for_each": [
        same("member", "asked_of", **ANSWERED),
        same("member", "asked_of", withdrawn_at=NOON, withdrawn_by=UserFactory),
        same("member", "asked_of", closed_at=NOON, then={"closed_at": None}),
    ],
}
