from datetime import timedelta

import pytest
from django.utils.translation import override

from eoi.services.application_status import EVENT_LABELS, QuotedText, StepState, application_status
from members.models import GrantedRole, MemberStatus, TimelineKind
from members.services.assignment import assign_to_self, unassign
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    record_answer,
    reopen,
    request_information,
    withdraw,
)
from members.services.timeline import PUBLIC_KINDS, add_entry
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import reasons

pytestmark = pytest.mark.sqlite_only

GENEVA = "Monday 25 October 2021, 14:00 Geneva (UTC+2)"


def way_of(member, zone="Europe/Zurich"):
    member.refresh_from_db()
    standing = application_status(member, member.timeline.all(), zone=zone)
    return [(step.place.value, step.name) for step in standing.steps]


@pytest.fixture
def focal_point():
    return FocalPointFactory(given_name="Ada", family_name="Lovelace", member__submitted_at=NOON)


@pytest.fixture
def member(focal_point):
    return focal_point.member


@pytest.fixture
def officer():
    return UserFactory(name="Amina Diallo")


def test_way_of_what_nobody_has(member):
    assert way_of(member) == [
        ("now", "Received"),
        ("ahead", "Being looked at"),
        ("ahead", "Decision"),
    ]


def test_way_of_what_somebody_has(member, officer):
    assign_to_self(member=member, by=officer, at=NOON)

    assert way_of(member) == [
        ("done", "Received"),
        ("now", "Being looked at"),
        ("ahead", "Decision"),
    ]


def test_way_of_what_was_given_back_begins_anew(member, officer):
    assign_to_self(member=member, by=officer, at=NOON)
    unassign(member=member, by=officer, at=NOON)

    assert way_of(member)[0] == ("now", "Received")


def test_way_of_who_was_asked_and_answered(member, focal_point, officer):
    request_information(member=member, missing="Who?", by=officer, at=NOON, message=None)
    asked = way_of(member)
    record_answer(member=member, answer="We.", by=focal_point, at=NOON)

    assert asked == [
        ("done", "Received"),
        ("done", "Looked at"),
        ("now", "We need something from you"),
        ("ahead", "Decision"),
    ]
    assert way_of(member) == [
        ("done", "Received"),
        ("done", "We asked you for information"),
        ("now", "Your answer is being looked at"),
        ("ahead", "Decision"),
    ]


def test_way_of_who_was_admitted_names_area_and_role(member, officer):
    admit_to_focus_area(
        member=member,
        focus_area=FocusAreaFactory(number=2),
        role=GrantedRole.CO_LEAD,
        by=officer,
        at=NOON,
    )

    assert way_of(member)[-1] == ("now", "Admitted to Empowering Communities as: Co-lead")


def test_way_of_who_was_declined_says_why(member, officer):
    decline(member=member, reasons=reasons("principles", "not-enough-known"), by=officer, at=NOON)

    standing = application_status(member, member.timeline.all(), zone="Europe/Zurich")
    assert way_of(member)[-1] == ("now", "Not admitted")
    assert standing.reasons == [
        QuotedText(
            "What we know of the organisation and its work is not enough for us to decide.", "en"
        ),
        QuotedText(
            "The activities described are not in keeping with the principles of the coalition.",
            "en",
        ),
    ]


def test_way_of_who_was_declined_before_reasons_were_rows_says_what_was_noted():
    entry = TimelineEntryFactory(
        member__status=MemberStatus.DECLINED,
        kind=TimelineKind.DECLINED,
        is_public=True,
        note="A first reason.\nA second one.",
    )

    standing = application_status(entry.member, entry.member.timeline.all(), zone="Europe/Zurich")

    assert standing.reasons == [QuotedText("A first reason."), QuotedText("A second one.")]


def test_way_of_what_was_closed_says_no_reason(member, officer):
    close_without_letter(member=member, reason="not_genuine", by=officer, at=NOON)

    standing = application_status(member, member.timeline.all(), zone="Europe/Zurich")
    assert way_of(member) == [("done", "Received"), ("now", "Closed")]
    assert "genuine" not in repr(standing)


def test_way_of_who_withdrew(member, focal_point):
    withdraw(member=member, by=focal_point, at=NOON)

    assert way_of(member) == [("done", "Received"), ("now", "Withdrawn")]


@pytest.mark.parametrize("ending", ["declined", "withdrawn"])
def test_way_of_what_was_reopened_is_looked_at_again(ending, member, focal_point, officer):
    if ending == "declined":
        decline(member=member, reasons=reasons("principles"), by=officer, at=NOON)
    else:
        withdraw(member=member, by=focal_point, at=NOON)
    reopen(member=member, by=officer, at=NOON)

    standing = application_status(member, member.timeline.all(), zone="Europe/Zurich")
    assert way_of(member) == [
        ("done", "Received"),
        ("now", "Being looked at again"),
        ("ahead", "Decision"),
    ]
    assert standing.reasons == []


def test_what_we_decided_is_told_in_the_readers_language_whatever_the_officers_was():
    member = FocalPointFactory().member
    with override("fr"):
        decline(
            member=member,
            reasons=reasons("not-authorised"),
            by=UserFactory(),
            at=NOON,
        )
        in_french = application_status(member, member.timeline.all(), zone="Europe/Zurich")
    in_english = application_status(member, member.timeline.all(), zone="Europe/Zurich")

    told = reasons("not-authorised")[0]
    assert in_english.reasons == [QuotedText(told.snippet_en, "en")]
    assert in_french.reasons == [QuotedText(told.snippet_fr, "fr")]


def test_steps_bear_their_time_in_the_persons_zone_and_in_genevas(member):
    standing = application_status(member, [], zone="Asia/Tokyo")

    assert standing.now.moments == ["Monday 25 October 2021, 21:00 Tokyo (UTC+9)", GENEVA]
    assert application_status(member, [], zone="Europe/Zurich").now.moments == [GENEVA]
    # Where the clocks show the same, once is enough.
    assert len(application_status(member, [], zone="Europe/Vienna").now.moments) == 1
    assert [step.moments for step in standing.steps if step.place == StepState.AHEAD] == [[], []]


def test_happened_tells_of_public_entries_the_latest_first(member, focal_point, officer):
    add_entry(member, TimelineKind.RECEIVED, by=focal_point, at=NOON)
    assign_to_self(member=member, by=officer, at=NOON)
    request_information(member=member, missing="Who?", by=officer, at=NOON, message=None)
    record_answer(member=member, answer="We.", by=focal_point, at=NOON + timedelta(hours=1))

    standing = application_status(member, member.timeline.all(), zone="Europe/Zurich")

    assert [(each.what, each.by, each.note) for each in standing.happened] == [
        ("The answer arrived", "Ada Lovelace", "We."),
        ("We asked for information", "the coalition’s team", "Who?"),
        ("The expression of interest arrived", "Ada Lovelace", ""),
    ]


@pytest.mark.parametrize("kind", TimelineKind)
def test_happened_never_tells_what_is_internal(kind, member, officer):
    facts = {"member": member, "kind": kind, "by_user": officer, "by_name": "Amina Diallo"}
    TimelineEntryFactory(**facts, is_public=False, note="Between ourselves.")
    # Even if somebody marked it as public by mistake; of a note, the database would not have it.
    may_be_public = kind not in (*EVENT_LABELS, TimelineKind.NOTE_ADDED)
    TimelineEntryFactory(**facts, is_public=may_be_public, note="Between ourselves.")

    standing = application_status(member, member.timeline.all(), zone="Europe/Zurich")

    assert standing.happened == []
    assert "Amina" not in repr(standing)
    assert "ourselves" not in repr(standing)


@pytest.mark.parametrize("kind", EVENT_LABELS)
def test_happened_never_names_an_officer(kind, member, officer):
    entry = add_entry(member, kind, by=officer, at=NOON)
    entry.is_public = True

    standing = application_status(member, [entry], zone="Europe/Zurich")

    assert [each.by for each in standing.happened] == ["the coalition’s team"]
    assert "Amina" not in repr(standing)


def test_every_kind_that_the_organisation_may_read_has_words():
    internal = {
        TimelineKind.ASSIGNED,
        TimelineKind.UNASSIGNED,
        TimelineKind.REASSIGNED,
        TimelineKind.CLOSED,
        TimelineKind.REOPENED,
        TimelineKind.SPAM_FLAG_CLEARED,
        TimelineKind.LINKS_REVOKED,
        TimelineKind.SAME_ORGANISATION,
        TimelineKind.NOTE_ADDED,
        TimelineKind.OFFICER_NOTIFIED,
        TimelineKind.CLOSING_PROPOSED,
        TimelineKind.FOLLOW_UP_SKIPPED,
        TimelineKind.DUPLICATE_CLOSED,
        TimelineKind.DUPLICATE_REOPENED,
        TimelineKind.DUPLICATE_DISMISSED,
    }

    assert set(TimelineKind) - set(EVENT_LABELS) == internal
    assert set(PUBLIC_KINDS) <= set(EVENT_LABELS)


@pytest.mark.parametrize("status", MemberStatus)
def test_one_step_is_the_present_one(status):
    person = FocalPointFactory(member__status=status)

    standing = application_status(person.member, [], zone="Pacific/Auckland")

    assert [step.place for step in standing.steps].count(StepState.NOW) == 1
