"""Wrong rows for the constraints of commitments, and right ones, for `wrong_rows.py`."""

from datetime import date
from decimal import Decimal

from commitments.models import (
    CommitmentStatus,
    EventKind,
    PartnerAnswer,
    ReportStatus,
)
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    FocalPointFactory,
    MemberFactory,
    UserFactory,
)
from tests.sweeps.second_rows import same
from tests.sweeps.wrong_rows_of_mail import SETTLED, confirmed_alone

DRAFT = {"status": CommitmentStatus.DRAFT}
PUBLISHED = {"status": CommitmentStatus.PUBLISHED}
CONVERTED = {
    "usd": Decimal(100),
    "rate": Decimal(1),
    "rate_month": date(2021, 10, 1),
    "rate_source": "1:1",
}
YES_NO = {"is_yes_no": True, "unit": "", "value": None, "baseline": None}

WRONG_ROWS = {
    "commitments_commitment.reference": [same("reference")],
    "commitments_commitment.submission_key": [same("submission_key")],
    "commitments_commitment_known_status": [{"status": "lost"}],
    "commitments_commitment_known_type": [{"type": "moral"}],
    "commitments_commitment_known_novelty": [{"novelty": "old"}],
    "commitments_commitment_language_is_a_code": [{"language": "Urdu"}, {"language": "x"}],
    "commitments_commitment_english_has_an_author": [
        {"title_en": "Skills", "english_by": ""},
        {"summary_en": "We train teachers.", "english_by": ""},
        {"title_en": "Skills", "english_by": "nobody"},
        {"title_en": "", "summary_en": "", "english_by": "desk"},
    ],
    "commitments_commitment_known_condition": [{"condition": "fine"}],
    "commitments_commitment_known_present_condition": [{"present_condition": "fine"}],
    "commitments_commitment_ends_after_it_starts": [
        {"starts": date(2026, 1, 1), "ends": date(2026, 1, 1)}
    ],
    "commitments_commitment_complete_when_sent": [
        {"submitted_at": None},
        {"focus_area": None},
        {"ends": None},
        {"type": ""},
        {"title": ""},
        {"statement": ""},
    ],
    "commitments_commitment_published_has_its_day": [
        {**PUBLISHED, "published_at": None},
        {"status": CommitmentStatus.ENDED, "published_at": None},
        {"status": CommitmentStatus.APPROVED, "published_at": NOON},
        {**DRAFT, "published_at": NOON},
    ],
    "commitments_commitment_superseded_by_another": [
        {"status": CommitmentStatus.SUPERSEDED, "superseded_by": None}
    ],
    "commitments_commitment_refused_with_a_reason": [
        {"status": CommitmentStatus.DECLINED, "reason": ""},
        {"status": CommitmentStatus.WITHDRAWN, "reason": ""},
    ],
    "commitments_letterdraft_one_of_each_officer": [same("commitment", "kind", "by")],
    "commitments_letterdraft_has_editable_letter": [{"kind": EventKind.SUBMITTED}],
    "commitments_publicationrequest_status_agrees_with_decision": [
        {"status": "confirmed", "decided_at": NOON},
        {"status": "withdrawn", "reason": "Too long.", **SETTLED},
        {"status": "waiting", **SETTLED},
        {"status": "lost", **SETTLED},
    ],
    "commitments_publicationrequest_confirmed_by_a_second_person": [confirmed_alone],
    "commitments_publicationrequest_amount_only_if_it_is_counted": [
        {"amount": AmountFactory},
        {"kind": EventKind.COUNTING_CHANGED},
        {"kind": EventKind.DECLINED},
    ],
    "commitments_publicationrequest_one_waiting": [same("commitment")],
    "commitments_target_key_once": [same("commitment", "key")],
    "commitments_target_quantity_has_a_unit": [
        {"unit": ""},
        {"value": None},
        {**YES_NO, "unit": "people"},
        {**YES_NO, "value": Decimal(1)},
        {**YES_NO, "baseline": Decimal(0)},
    ],
    "commitments_place_each_once": [same("commitment", "country", "region")],
    "commitments_place_is_one_place": [{"country": "MW", "region": "AFR"}],
    "commitments_place_share_of_the_whole": [{"share": Decimal(0)}, {"share": Decimal("100.01")}],
    "commitments_amount_key_once": [same("commitment", "key")],
    "commitments_amount_has_value_and_currency": [
        {"original": Decimal("-0.001")},
        {"currency": ""},
    ],
    "commitments_amount_known_stage": [{"stage": "hoped for"}, {"stage": ""}],
    "commitments_amount_known_instrument": [{"instrument": "lottery"}],
    "commitments_amount_known_reason": [{"not_counted": "too small"}],
    "commitments_amount_known_contributor_answer": [{"contributor_answer": "perhaps"}],
    "commitments_retractedrow_once": [same("commitment", "table", "key")],
    "commitments_retractedrow_known_table": [{"table": "meetings"}],
    "commitments_amount_counting_by_known": [{"counting_by": "chance"}],
    "commitments_amount_converted_by_a_rate": [
        {"usd": Decimal(100)},
        {**CONVERTED, "usd": None},
        {**CONVERTED, "rate": Decimal(0)},
        {**CONVERTED, "rate": None},
        {**CONVERTED, "rate_month": None},
        {**CONVERTED, "rate_source": ""},
    ],
    "commitments_amount_counted_elsewhere_with_reason": [
        {"counted_in": CommitmentFactory},
        {"counted_in": CommitmentFactory, "not_counted": "conditional"},
    ],
    "commitments_partner_key_once": [same("commitment", "key")],
    "commitments_partner_member_once": [same("commitment", "member", member=MemberFactory)],
    "commitments_partner_known_role": [{"role": "spectator"}],
    "commitments_partner_answer_agrees_with_times": [
        {"invited_at": NOON},
        {"answer": PartnerAnswer.INVITED},
        {"answer": PartnerAnswer.INVITED, "invited_at": NOON, "answered_at": NOON},
        {"answer": PartnerAnswer.CONFIRMED, "invited_at": NOON},
        {"answer": PartnerAnswer.DECLINED, "answered_at": NOON},
        {"answer": "perhaps", "invited_at": NOON, "answered_at": NOON},
    ],
    "commitments_partner_asked_again_if_confirmed": [
        {"asked_again_at": NOON},
        {"answer": PartnerAnswer.INVITED, "invited_at": NOON, "asked_again_at": NOON},
    ],
    "commitments_confirmedsum_once": [
        same("partner", "key", "original", "currency", "stage", is_current=False)
    ],
    "commitments_confirmedsum_one_word_for_an_amount": [
        same("partner", "key", then={"original": 2})
    ],
    "commitments_confirmedsum_has_value_and_currency": [{"original": -1}, {"currency": ""}],
    "commitments_confirmedsum_known_stage": [{"stage": "dreamt of"}],
    "commitments_acknowledgement_once": [same("commitment", "member")],
    "commitments_acknowledgement_answer_has_its_day": [
        {"answer": "supports"},
        {"answered_at": NOON},
    ],
    "commitments_commitmentevent_known_kind": [{"kind": "rumoured"}],
    "commitments_commitmentevent_by_one_person": [
        {"by_user": UserFactory, "by_focal_point": FocalPointFactory}
    ],
    "commitments_commitmentevent_notes_are_internal": [
        {"kind": EventKind.NOTE_ADDED, "is_shared": True}
    ],
    "commitments_commitmentversion_number_once": [same("commitment", "number")],
    "commitments_commitmentversion_change_has_a_reason": [
        {"number": 2, "reason": ""},
        {"number": 1, "reason": "A partner joined."},
    ],
    "commitments_proposedchange_one_waits": [same("commitment")],
    "commitments_proposedchange_status_agrees_with_decision": [
        {"decided_at": NOON},
        {"status": "accepted"},
        {"status": "declined"},
    ],
    "commitments_proposedchange_has_a_reason": [{"reason": ""}],
    "commitments_report_once_for_a_day": [
        same("commitment", "due_on", status=ReportStatus.PUBLISHED)
    ],
    "commitments_report_one_open": [same("commitment", then={"due_on": date(2027, 11, 27)})],
    "commitments_report_question_is_written": [
        {"status": ReportStatus.QUESTION_ASKED, "question": ""}
    ],
    "commitments_report_paid_has_a_currency": [
        {"paid": Decimal(1)},
        {"paid_currency": "USD"},
        {"paid": Decimal("-0.001"), "paid_currency": "USD"},
    ],
    "commitments_report_status_agrees_with_times": [
        {"sent_at": NOON},
        {"published_at": NOON},
        {"status": ReportStatus.SENT, "sent_at": None},
        {"status": ReportStatus.QUESTION_ASKED, "question": "Where?", "published_at": NOON},
        {"status": ReportStatus.PUBLISHED, "published_at": None},
        {"status": "lost"},
    ],
    "commitments_targetvalue_once": [same("report", "target")],
    "commitments_targetvalue_number_or_yes_no": [{"value": None}, {"reached": True}],
    "commitments_resultofthemonth.month": [same("month")],
    "commitments_resultofthemonth_first_of_the_month": [{"month": date(2026, 11, 2)}],
    "commitments_reportrequest_asked_once": [same("commitment", "due_on", "step")],
    "commitments_reportrequest_known_step": [{"step": "at night"}],
    "commitments_registerfigures_one_row": [{"id": 2}],
    "commitments_exchangerate_one_a_month": [same("currency", "month")],
    "commitments_exchangerate_is_positive": [{"rate": Decimal(0)}],
    "commitments_exchangerate_first_of_the_month": [{"month": date(2026, 11, 2)}],
}
RIGHT_ROWS = {
    "commitments_confirmedsum_one_word_for_an_amount": [
        same("partner", "key", is_current=False, then={"original": 2})
    ],
    "commitments_letterdraft_one_of_each_officer": [
        same("commitment", "kind", "by", ended_at=NOON),
        same("commitment", "kind", "by", ended_at=NOON, then={"ended_at": None}),
    ],
    "commitments_publicationrequest_one_waiting": [
        same("commitment", status="withdrawn", **SETTLED)
    ],
    "commitments_partner_member_once": [
        same("commitment", "member", member=MemberFactory, is_current=False),
        same("commitment", "member", member=None),
    ],
    "commitments_report_one_open": [
        same(
            "commitment",
            status=ReportStatus.PUBLISHED,
            then={"status": ReportStatus.DRAFT, "due_on": date(2027, 11, 27)},
        )
    ],
    "commitments_proposedchange_one_waits": [
        same("commitment", status="declined", decided_at=NOON)
    ],
}
