from datetime import timedelta

import pytest
from django.utils.translation import override

from eoi.services.application_status import QuotedText, StepState, application_status
from members.models import OPINION_KINDS, PUBLIC_LABELS, GrantedRole, MemberStatus, TimelineKind
from members.services.assignment import assign_to_self, unassign
from members.services.timeline import add_entry
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.members.decisions.files import (
    admit,
    close,
    decline,
    record_answer,
    reopen,
    request_information,
    withdraw,
)
from tests.triage.staff import reasons

GENEVA = "Monday 25 October 2021, 14:00 Geneva (UTC+2)"


def status_of(member, zone="Europe/Zurich"):
    member.refresh_from_db()
    return application_status(member, member.timeline.all(), zone=zone)


def way_of(member):
    return [(step.place.value, step.name) for step in status_of(member).steps]


@pytest.fixture
def focal_point():
    return FocalPointFactory(given_name="Ada", family_name="Lovelace", member__submitted_at=NOON)


@pytest.fixture
def member(focal_point):
    return focal_point.member


@pytest.fixture
def officer():
    return UserFactory(name="Amina Diallo")


def take(member):
    assign_to_self(member=member, by=UserFactory(), at=NOON)


def give_back(member):
    unassign(member=member, by=UserFactory(), at=NOON)


def ask(member):
    request_information(member, missing="Who?", message=None)


def admit_as_co_lead(member):
    admit(member, focus_area=FocusAreaFactory(number=2), role=GrantedRole.CO_LEAD)


def withdraw_themselves(member):
    withdraw(member, by=member.focal_points.get())


def decline_for_a_reason(member):
    decline(member, reasons=reasons("principles"))


RECEIVED, LOOKED_AT, AHEAD = ("done", "Received"), ("done", "Reviewed"), ("ahead", "Decision")


@pytest.mark.parametrize(
    ("steps", "way"),
    [
        ([], [("now", "Received"), ("ahead", "Under review"), AHEAD]),
        ([take], [RECEIVED, ("now", "Under review"), AHEAD]),
        ([take, give_back], [("now", "Received"), ("ahead", "Under review"), AHEAD]),
        ([ask], [RECEIVED, LOOKED_AT, ("now", "Information needed"), AHEAD]),
        (
            [ask, record_answer],
            [
                RECEIVED,
                ("done", "We asked you for information"),
                ("now", "Reply under review"),
                AHEAD,
            ],
        ),
        (
            [admit_as_co_lead],
            [RECEIVED, LOOKED_AT, ("now", "Admitted to Empowering Communities as: Co-lead")],
        ),
        ([decline_for_a_reason], [RECEIVED, LOOKED_AT, ("now", "Not admitted")]),
        ([close], [RECEIVED, ("now", "Closed")]),
        ([withdraw_themselves], [RECEIVED, ("now", "Withdrawn")]),
        ([decline_for_a_reason, reopen], [RECEIVED, ("now", "Under review again"), AHEAD]),
        ([withdraw_themselves, reopen], [RECEIVED, ("now", "Under review again"), AHEAD]),
    ],
)
def test_way_of_an_eoi_says_what_is_done_what_is_now_and_what_is_ahead(member, steps, way):
    for step in steps:
        step(member)

    assert way_of(member) == way


def test_reasons_are_told_of_no_decision_that_was_taken_back(member):
    decline_for_a_reason(member)
    reopen(member)

    assert status_of(member).reasons == []


def test_who_was_declined_is_told_why_in_their_language_whatever_the_officers_was(member, officer):
    told = reasons("principles", "not-enough-known")

    with override("fr"):
        decline(member, reasons=told, by=officer)
        in_french = status_of(member).reasons

    assert {each.text for each in in_french} == {each.snippet_fr for each in told}
    assert {each.language for each in in_french} == {"fr"}
    assert status_of(member).reasons == [
        QuotedText(
            "What we know of the organisation and its work is not enough for us to decide.", "en"
        ),
        QuotedText(
            "The activities described are not in keeping with the principles of the coalition.",
            "en",
        ),
    ]


def test_who_was_declined_before_reasons_were_rows_is_told_what_was_noted():
    entry = TimelineEntryFactory(
        member__status=MemberStatus.DECLINED,
        kind=TimelineKind.DECLINED,
        is_public=True,
        note="A first reason.\nA second one.",
    )

    assert status_of(entry.member).reasons == [
        QuotedText("A first reason."),
        QuotedText("A second one."),
    ]


def test_steps_bear_their_time_in_the_persons_zone_and_in_genevas(member):
    standing = application_status(member, [], zone="Asia/Tokyo")

    assert standing.now.moments == ["Monday 25 October 2021, 21:00 Tokyo (UTC+9)", GENEVA]
    assert application_status(member, [], zone="Europe/Zurich").now.moments == [GENEVA]
    # If both zones show the same time, it is shown once.
    assert len(application_status(member, [], zone="Europe/Vienna").now.moments) == 1
    assert [step.moments for step in standing.steps if step.place == StepState.AHEAD] == [[], []]


def test_happened_tells_of_public_entries_the_latest_first(member, focal_point):
    add_entry(member, TimelineKind.RECEIVED, by=focal_point, at=NOON)
    take(member)
    ask(member)
    record_answer(member, answer="We.", by=focal_point, at=NOON + timedelta(hours=1))

    assert [(each.what, each.by, each.note) for each in status_of(member).happened] == [
        ("Reply received", "Ada Lovelace", "We."),
        ("We asked for information", "the coalition’s team", "Who?"),
        ("Expression of interest received", "Ada Lovelace", ""),
    ]


@pytest.mark.parametrize("kind", TimelineKind)
def test_happened_never_tells_what_is_internal(kind, member, officer):
    facts = {"member": member, "kind": kind, "by_user": officer, "by_name": "Amina Diallo"}
    TimelineEntryFactory(**facts, is_public=False, note="Between ourselves.")
    # Even if it was marked as public by mistake. The database refuses this for notes and opinions.
    may_be_public = kind not in (*PUBLIC_LABELS, TimelineKind.NOTE_ADDED, *OPINION_KINDS)
    TimelineEntryFactory(**facts, is_public=may_be_public, note="Between ourselves.")

    standing = status_of(member)

    assert standing.happened == []
    assert "Amina" not in repr(standing)
    assert "ourselves" not in repr(standing)


def test_every_kind_that_the_organisation_may_read_has_words():
    internal = {
        *("taken", "released", "handed_over", "closed", "reopened"),
        *("suspected", "suspicion_cleared"),
        *("links_revoked", "same_organisation", "noted", "officer_told", "closing_proposed"),
        *("follow_up_skipped", "duplicate_closed", "duplicate_reopened", "no_duplicate"),
        *("decision_undone", "letter_sent", "held", "hold_ended", "summarised"),
        *("opinion_asked", "opinion_given", "opinion_withdrawn"),
    }

    assert set(TimelineKind) - set(PUBLIC_LABELS) == internal
