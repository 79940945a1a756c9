"""Two that count at once, and one that counts while an officer decides, in real transactions."""

from members.services.assignment import assign_to_self
from tests.factories import NOON, MemberFactory, UserFactory
from tests.races import ON_POSTGRESQL, overtaken, without_locks
from triage.statistics.models import Respect, Tally
from triage.statistics.services.snapshots import refresh_snapshots

pytestmark = ON_POSTGRESQL


def counted_twice():
    # The row that is locked is there.
    refresh_snapshots(at=NOON)
    MemberFactory()
    outcomes = overtaken(
        lambda: refresh_snapshots(at=NOON),
        lambda: refresh_snapshots(at=NOON),
        at="triage_countedfile",
    )
    return outcomes, list(
        Tally.objects.filter(respect=Respect.COUNTRY).values_list("count", flat=True)
    )


def test_one_of_two_counts_each_file():
    outcomes, counts = counted_twice()

    assert sorted(outcomes) == [0, 1]
    assert counts == [1]


def test_without_the_lock_both_would():
    with without_locks():
        outcomes, _counts = counted_twice()

    assert outcomes == (1, 1)


def test_what_an_officer_changes_at_this_moment_is_left_for_the_next_count():
    member, officer = MemberFactory(), UserFactory()

    _entry, counted = overtaken(
        lambda: assign_to_self(member=member, by=officer, at=NOON),
        lambda: refresh_snapshots(at=NOON),
        at="after members_member",
    )

    assert counted == 0
    assert refresh_snapshots(at=NOON) == 1
