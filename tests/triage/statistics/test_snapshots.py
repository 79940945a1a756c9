from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from core.conflicts import Refused
from members.models import (
    UNDECIDED_STATUSES,
    Category,
    ClosingReason,
    GrantedRole,
    Member,
    MemberStatus,
)
from members.services.corrections import correct_answers
from members.services.decisions import (
    admit_to_focus_area,
    close_without_letter,
    decline,
    move_to_focus_area,
    reopen,
    request_information,
    withdraw,
)
from tests.factories import (
    NOON,
    CallFactory,
    CountedFileFactory,
    FocusAreaFactory,
    MemberFactory,
    TallyFactory,
    TallyingFactory,
    UserFactory,
)
from triage.statistics.models import NO_AREA, CountedFile, Respect, Tally, Tallying, TallyKind
from triage.statistics.services import snapshots
from triage.statistics.services.snapshots import COUNTED_AT_ONCE, refresh_snapshots

DAY = timedelta(days=1)
ARRIVED, ADMITTED, DECLINED, CLOSED, WITHDRAWN = TallyKind


def tallies(respect):
    """What is counted in one respect: kind, area, value, number."""
    found = Tally.objects.filter(respect=respect)
    return sorted(found.values_list("kind", "area_number", "value", "count"))


def everything():
    columns = ("call", "respect", "value", "kind", "area_number", "count")
    return sorted(Tally.objects.values_list(*columns))


def counted_afresh():
    """The tallies as they come from the members alone, whatever was counted before."""
    Tally.objects.all().delete()
    CountedFile.objects.all().delete()
    Member.objects.update(tallied_version=0)
    refresh_snapshots(at=NOON)
    return everything()


def test_count_counts_what_came_in_each_respect():
    second = FocusAreaFactory(number=2)
    MemberFactory(country="KE", category=Category.ACADEMIA, first_choice=second)

    counted = refresh_snapshots(at=NOON)

    assert counted == 1
    # The factory's member came the day before NOON.
    assert tallies(Respect.DAY) == [(ARRIVED, 2, "2021-10-24", 1)]
    assert tallies(Respect.CATEGORY) == [(ARRIVED, 2, "academia", 1)]
    assert tallies(Respect.COUNTRY) == [(ARRIVED, 2, "KE", 1)]
    assert tallies(Respect.WORKING_DAYS) == []


@pytest.mark.parametrize(
    ("status", "area_number", "took"),
    [
        (MemberStatus.ADMITTED, 3, ["5"]),
        (MemberStatus.DECLINED, NO_AREA, ["5"]),
        (MemberStatus.CLOSED, NO_AREA, []),
        (MemberStatus.WITHDRAWN, NO_AREA, []),
    ],
)
def test_count_counts_what_became_of_a_file_and_how_long_an_answer_took(status, area_number, took):
    area = FocusAreaFactory(number=3) if area_number else None
    times = {"withdrawn_at": NOON} if status == MemberStatus.WITHDRAWN else {"decided_at": NOON}
    MemberFactory(status=status, focus_area=area, submitted_at=NOON - 7 * DAY, **times)

    refresh_snapshots(at=NOON)

    assert tallies(Respect.DAY) == sorted(
        [(ARRIVED, 1, "2021-10-18", 1), (status, area_number, "2021-10-25", 1)]
    )
    assert tallies(Respect.WORKING_DAYS) == [(status, area_number, days, 1) for days in took]


@pytest.mark.parametrize(
    "status", [status for status in MemberStatus if status != MemberStatus.PENDING]
)
def test_count_has_a_kind_for_every_status_but_of_what_waits(status):
    MemberFactory(status=status)

    refresh_snapshots(at=NOON)

    kinds = {kind for kind, *_others in tallies(Respect.DAY)}
    assert kinds == {ARRIVED, status} - {*UNDECIDED_STATUSES}


@pytest.mark.parametrize(
    ("submitted_at", "day"),
    [
        # The last Sunday of October has 25 hours in Geneva: from 22:00 UTC to 23:00 UTC.
        (datetime(2021, 10, 30, 21, 59, 59, tzinfo=UTC), "2021-10-30"),
        (datetime(2021, 10, 30, 22, tzinfo=UTC), "2021-10-31"),
        (datetime(2021, 10, 31, 22, 59, 59, tzinfo=UTC), "2021-10-31"),
        # In the grace, when the deadline is over in Geneva.
        (datetime(2021, 10, 31, 23, tzinfo=UTC), "2021-11-01"),
    ],
)
def test_count_takes_days_from_genevas_calendar(submitted_at, day):
    MemberFactory(submitted_at=submitted_at)

    refresh_snapshots(at=NOON)

    assert tallies(Respect.DAY) == [(ARRIVED, 1, day, 1)]


def test_count_counts_a_member_that_withdrew_as_one_that_withdrew_from_its_area():
    area = FocusAreaFactory(number=4)
    member = MemberFactory(status=MemberStatus.ADMITTED, focus_area=area)
    refresh_snapshots(at=NOON)

    withdraw(member=member, by=UserFactory(), at=NOON + DAY)
    refresh_snapshots(at=NOON)

    assert tallies(Respect.DAY) == [
        (ARRIVED, 1, "2021-10-24", 1),
        (WITHDRAWN, 4, "2021-10-26", 1),
    ]
    assert tallies(Respect.WORKING_DAYS) == []


def test_count_counts_a_reopened_file_as_undecided():
    member = MemberFactory(status=MemberStatus.DECLINED)
    refresh_snapshots(at=NOON)

    reopen(member=member, by=UserFactory(), at=NOON)
    refresh_snapshots(at=NOON)

    assert tallies(Respect.DAY) == [(ARRIVED, 1, "2021-10-24", 1)]
    assert tallies(Respect.WORKING_DAYS) == []


def test_count_follows_a_correction():
    member = MemberFactory(country="KE", category=Category.ACADEMIA)
    refresh_snapshots(at=NOON)

    facts = {
        "country": "TO",
        "category": Category.OTHER,
        "first_choice": FocusAreaFactory(number=2),
    }
    correct_answers(
        member=member, facts=facts, focal_points={}, reason="Typo", by=UserFactory(), at=NOON
    )
    refresh_snapshots(at=NOON)

    assert tallies(Respect.CATEGORY) == [(ARRIVED, 2, "other", 1)]
    assert tallies(Respect.COUNTRY) == [(ARRIVED, 2, "TO", 1)]


def test_count_keeps_calls_apart():
    one, other = MemberFactory(), MemberFactory()

    refresh_snapshots(at=NOON)

    by_call = Tally.objects.filter(respect=Respect.COUNTRY).values_list("call", "count")
    assert set(by_call) == {(one.call_id, 1), (other.call_id, 1)}


def test_count_twice_is_as_once():
    call = CallFactory()
    for _n in range(3):
        MemberFactory(call=call)
    refresh_snapshots(at=NOON)
    once = everything()

    again = refresh_snapshots(at=NOON)

    assert again == 0
    assert everything() == once


def test_count_is_no_change_of_the_file():
    member = MemberFactory()
    versions = member.history.count()

    refresh_snapshots(at=NOON)

    member.refresh_from_db()
    assert (member.version, member.tallied_version) == (1, 1)
    assert member.history.count() == versions


def test_count_says_until_when_all_is_counted_and_never_goes_back():
    refresh_snapshots(at=NOON)
    refresh_snapshots(at=NOON - DAY)

    assert Tallying.objects.get().as_of == NOON


def test_count_is_done_in_bounded_steps_and_says_nothing_before_the_last(monkeypatch):
    monkeypatch.setattr(snapshots, "COUNTED_AT_ONCE", 2)
    monkeypatch.setattr(snapshots, "STEPS_AT_MOST", 2)
    call = CallFactory()
    for _n in range(5):
        MemberFactory(call=call)

    counted = refresh_snapshots(at=NOON)
    state = Tallying.objects.get().as_of
    rest = refresh_snapshots(at=NOON + DAY)

    assert (counted, state, rest) == (4, None, 1)
    assert Tallying.objects.get().as_of == NOON + DAY
    assert tallies(Respect.COUNTRY) == [(ARRIVED, 1, "CH", 5)]


def test_count_after_a_standstill_has_what_happened_meanwhile():
    gone, came = MemberFactory(country="KE"), MemberFactory(country="TO")
    refresh_snapshots(at=NOON)
    officer = UserFactory()
    decline(member=gone, by=officer, at=NOON + DAY)
    reopen(member=gone, by=officer, at=NOON + 3 * DAY)
    withdraw(member=came, by=officer, at=NOON + 5 * DAY)

    refresh_snapshots(at=NOON + 7 * DAY)

    assert tallies(Respect.DAY) == [
        (ARRIVED, 1, "2021-10-24", 1),
        (ARRIVED, 1, "2021-10-24", 1),
        (WITHDRAWN, NO_AREA, "2021-10-30", 1),
    ]


def test_count_costs_the_same_for_three_and_for_thirty():
    call = CallFactory()

    def queries_for(number):
        for _n in range(number):
            MemberFactory(call=call)
        with CaptureQueriesContext(connection) as queries:
            refresh_snapshots(at=NOON + number * DAY)
        return len(queries)

    assert queries_for(3) == queries_for(30)


def test_what_is_to_be_counted_is_found_by_an_index():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Member.objects.to_tally().only("pk")[:COUNTED_AT_ONCE].explain()

    assert "members_member_to_tally" in plan


# What staff do with a file, of which each may be refused where it does not fit.
STEPS = {
    "admit": lambda facts, n: admit_to_focus_area(
        focus_area=FocusAreaFactory(number=n), role=GrantedRole.PARTICIPANT, **facts
    ),
    "move": lambda facts, n: move_to_focus_area(
        focus_area=FocusAreaFactory(number=n), role=GrantedRole.OBSERVER, **facts
    ),
    "decline": lambda facts, n: decline(**facts),
    "close": lambda facts, n: close_without_letter(reason=ClosingReason.ABANDONED, **facts),
    "withdraw": lambda facts, n: withdraw(**facts),
    "reopen": lambda facts, n: reopen(**facts),
    "ask": lambda facts, n: request_information(**facts),
    "correct": lambda facts, n: correct_answers(
        facts={
            "country": ["KE", "TO", "CH", "GL"][n - 1],
            "category": Category.values[n],
            "first_choice": FocusAreaFactory(number=n),
        },
        focal_points={},
        reason="Typo",
        **facts,
    ),
}


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.sampled_from(sorted(STEPS)), st.integers(1, 4), st.booleans()
        ),
        max_size=25,
    )
)
def test_counting_step_by_step_comes_to_what_counting_afresh_does(steps):
    officer, call = UserFactory(), CallFactory()
    members = [MemberFactory(call=call) for _n in range(3)]

    for number, (which, step, n, is_counted) in enumerate(steps):
        facts = {"member": members[which], "by": officer, "at": NOON + number * DAY}
        try:
            STEPS[step](facts, n)
        except Refused:
            members[which].refresh_from_db()
        if is_counted:
            refresh_snapshots(at=NOON)
    refresh_snapshots(at=NOON)
    step_by_step = everything()

    assert step_by_step == counted_afresh()


# What the database refuses


def refused_by(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def test_tally_is_one_of_each():
    tally = TallyFactory()

    with pytest.raises(IntegrityError, match=r"triage_tally_one_of_each|UNIQUE constraint failed"):
        TallyFactory(call=tally.call)


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"respect": "colour"}, "triage_tally_known_respect"),
        ({"kind": "pending"}, "triage_tally_known_kind"),
        ({"count": 0}, "triage_tally_counts_something"),
    ],
)
def test_tally_counts_something_known(facts, constraint):
    with refused_by(constraint):
        TallyFactory(**facts)


@pytest.mark.parametrize(
    "facts",
    [
        {"outcome": "admitted", "outcome_on": None},
        {"outcome": "arrived", "outcome_on": date(2021, 10, 25)},
        {"outcome": "", "outcome_on": date(2021, 10, 25)},
        {"outcome": "", "outcome_on": None, "area_number": 2},
    ],
)
def test_counted_file_has_the_day_of_its_outcome(facts):
    with refused_by("triage_countedfile_outcome_has_its_day"):
        CountedFileFactory(**facts)


def test_tallying_is_the_only_one():
    with refused_by("triage_tallying_is_the_only_one"):
        TallyingFactory(pk=2)
