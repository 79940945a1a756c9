"""Wrong rows for the constraints of needs and offers, and right ones, for `wrong_rows.py`."""

from opportunities.models import PUBLIC, OpportunityStatus
from tests.factories import (
    NOON,
    CommitmentFactory,
    FocalPointFactory,
    UserFactory,
)
from tests.sweeps.second_rows import same

DRAFT = {"status": "draft"}
UNPUBLISHED = ("draft", "sent", "question_asked")
ENDED_STATUSES = ("committed", "agreed", "nothing", "expired", "withdrawn", "closed_by_staff")
ANSWERED = ("accepted", "declined", "withdrawn", "ended")

WRONG_ROWS = {
    "opportunities_opportunity.reference": [same("reference")],
    "opportunities_opportunity_known_kind": [{"kind": "wish"}],
    "opportunities_opportunity_known_status": [{"status": "lost"}],
    "opportunities_opportunity_one_unsent_of_each_kind": [same("member", "kind", **DRAFT)],
    "opportunities_opportunity_complete_when_sent": [
        {**DRAFT, "sent_at": NOON},
        {"sent_at": None},
        {"focus_area": None},
        {"title": ""},
        {"text": ""},
    ],
    "opportunities_opportunity_published_has_its_day": [
        *({"status": status, "published_at": NOON} for status in UNPUBLISHED),
        *(
            {"status": status, column: None}
            for status in PUBLIC
            if status != OpportunityStatus.WITHDRAWN
            for column in ("published_at", "open_until")
        ),
    ],
    "opportunities_opportunity_ended_has_its_day": [
        {"status": "open", "ended_at": NOON},
        {"status": "sent", "ended_at": NOON},
        *({"status": status, "ended_at": None} for status in ENDED_STATUSES),
    ],
    "opportunities_opportunity_committed_names_the_commitment": [
        {"status": "committed", "commitment": None},
        {"status": "open", "commitment": CommitmentFactory},
    ],
    "opportunities_opportunity_closed_with_a_reason": [{"status": "closed_by_staff", "reason": ""}],
    "opportunities_opportunity_change_of_an_open_one": [
        {"status": status, "proposed": {"title": "x"}} for status in ("sent", "expired")
    ],
    "opportunities_support_known_kind": [{"kind": "luck"}],
    "opportunities_support_each_once": [same("opportunity", "kind")],
    "opportunities_place_each_once": [same("opportunity")],
    "opportunities_place_is_one_place": [
        {"country": ""},
        {"country": "NE", "region": "AFR"},
        {"country": "NE", "group": "ldc"},
        {"country": "", "region": "AFR", "group": "ldc"},
        {"country": "", "region": "MOO"},
        {"country": "", "group": "rich"},
    ],
    "opportunities_contact_known_status": [{"status": "lost", "answered_at": NOON}],
    "opportunities_contact_has_a_message": [{"message": ""}],
    "opportunities_contact_one_of_a_member": [
        same("opportunity", "member"),
        same("opportunity", "member", status="accepted"),
    ],
    "opportunities_contact_answer_has_its_time": [
        {"status": "sent", "answered_at": NOON},
        *({"status": status, "answered_at": None} for status in ANSWERED),
    ],
    "opportunities_opportunityevent_known_kind": [{"kind": "rumoured"}],
    "opportunities_opportunityevent_by_one_person": [
        {"by_user": UserFactory, "by_focal_point": FocalPointFactory}
    ],
    "opportunities_letterdraft_one_of_each_officer": [same("opportunity", "kind", "by")],
    "opportunities_letterdraft_has_editable_letter": [{"kind": "renewed"}],
    "opportunities_toldmatch_once": [same("opportunity", "other")],
    "opportunities_nodigest.focal_point_id": [same("focal_point")],
}
RIGHT_ROWS = {
    "opportunities_opportunity_one_unsent_of_each_kind": [
        same("member", "kind"),
        same("member", **DRAFT, then={"kind": "offer"}),
    ],
    "opportunities_contact_one_of_a_member": [
        same("opportunity", "member", status="declined"),
        same("opportunity", "member", status="ended"),
    ],
    "opportunities_letterdraft_one_of_each_officer": [
        same("opportunity", "kind", "by", then={"ended_at": NOON}),
        same("opportunity", "kind"),
    ],
}
