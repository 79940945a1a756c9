"""Wrong rows for the constraints of Action Frameworks, and right ones, for `wrong_rows.py`."""

from tests.factories import (
    NOON,
    AmendmentFactory,
    FocusAreaFactory,
    UserFactory,
)
from tests.sweeps.second_rows import same

WITHDRAWN = {"status": "withdrawn", "withdrawn_at": NOON}
UNSENT = {"status": "draft"}


def merged_with_itself(_factory):
    """Return the values of an answer that merges an amendment with itself."""
    amendment = AmendmentFactory()
    facts = {"amendment": amendment, "merged_with": amendment}
    return {**facts, "kind": "merged", "reason": "Alike.", "answered_by": UserFactory()}


WRONG_ROWS = {
    "framework_framework.focus_area_id": [{"focus_area": FocusAreaFactory}],
    "framework_draft_known_status": [{"status": "lost"}],
    "framework_draft_number_once": [same("framework", "number")],
    "framework_draft_one_in_preparation": [
        same("framework", status="preparation", then={"number": 9})
    ],
    "framework_draft_status_agrees_with_times": [
        {"status": "preparation", "opens_at": NOON},
        {"status": "preparation", "adopted_at": NOON},
        {"status": "opened", "opens_at": None},
        {"status": "opened", "closes_at": None},
        {"status": "opened", "adopted_at": NOON},
        {"status": "adopted", "adopted_at": None},
        {"status": "adopted", "opens_at": NOON},
    ],
    "framework_draft_closes_after_opening": [{"opens_at": NOON, "closes_at": NOON}],
    "framework_paragraph.key": [same("key")],
    "framework_wording_known_kind": [{"kind": "poem"}],
    "framework_wording_once_in_a_draft": [same("draft", "paragraph")],
    "framework_wording_position_from_one": [{"position": 0}],
    "framework_amendment_known_kind": [{"kind": "poem", "text": ""}],
    "framework_amendment_known_status": [{"status": "lost"}],
    "framework_amendment_about_a_paragraph": [
        {"paragraph": None, "kind": kind, "text": text}
        for kind, text in (("change", "x"), ("delete", ""), ("keep", ""), ("comment", ""))
    ],
    "framework_amendment_addition_has_a_kind": [
        {"kind": "add", "added_kind": ""},
        {"kind": "change", "added_kind": "text"},
    ],
    "framework_amendment_text_if_it_proposes_one": [
        {"kind": "change", "text": ""},
        {"kind": "add", "text": ""},
        {"kind": "delete", "text": "x"},
        {"kind": "comment", "text": "x"},
    ],
    "framework_amendment_has_a_reason": [{"reason": ""}],
    "framework_amendment_one_position": [
        same("draft", "paragraph", "member", "sent_by"),
        same("draft", "paragraph", "member", "sent_by", then={"kind": "keep", "text": ""}),
    ],
    "framework_amendment_one_unsent": [same("draft", "paragraph", "member", **UNSENT)],
    "framework_amendment_status_agrees_with_times": [
        {**UNSENT, "sent_at": NOON},
        {**UNSENT, "withdrawn_at": NOON},
        {"sent_at": None},
        {"withdrawn_at": NOON},
        {"status": "withdrawn", "withdrawn_at": None},
    ],
    "framework_support_once": [same("amendment", "member", "by")],
    "framework_recommendation_known_kind": [{"kind": "perhaps"}],
    "framework_recommendation_once": [same("amendment", "member", "by")],
    "framework_answer.amendment_id": [same("amendment")],
    "framework_answer_known_kind": [{"kind": "perhaps"}],
    "framework_answer_has_a_reason_unless_taken": [
        {"kind": kind, "reason": ""} for kind in ("with_changes", "not_taken", "noted")
    ],
    "framework_answer_merged_names_the_other": [
        {"kind": "merged", "merged_with": None},
        {"kind": "taken", "merged_with": AmendmentFactory},
    ],
    "framework_answer_not_merged_with_itself": [merged_with_itself],
    "framework_notice_known_kind": [{"kind": "gossip"}],
    "framework_notice_once": [same("draft", "member", "kind")],
}
RIGHT_ROWS = {
    "framework_draft_one_in_preparation": [
        same("framework", status="preparation", then={"status": "adopted", "number": 9}),
    ],
    "framework_amendment_one_position": [
        same("draft", "paragraph", "member", "sent_by", **WITHDRAWN),
        same("draft", "paragraph", "member", "sent_by", kind="comment"),
        same("draft", "member", "sent_by"),
    ],
    "framework_amendment_one_unsent": [
        same("draft", "paragraph", "member", status="withdrawn", then=UNSENT),
        same("draft", "paragraph", "member", **UNSENT, then={"kind": "keep", "text": ""}),
    ],
}
