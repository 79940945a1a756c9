"""The members that are marked as possible duplicates, and those that must be compared."""

import pytest
from django.db import connection

from focus_areas.models import FocusArea
from members.models import UNDECIDED_STATUSES, Member, MemberStatus, SpamSignal
from tests.factories import (
    NOON,
    FingerprintedMemberFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.triage.staff import coordinator, observer
from triage.duplicates.models import (
    FingerprintedMember,
    possible_duplicates_q,
    to_compare,
    to_match,
    with_possible_duplicates,
)


def marked(reader):
    members = with_possible_duplicates(Member.objects.visible_to(reader), reader)
    found = set(members.filter(has_possible_duplicates=True))
    # The queue's filter uses another query with the same result.
    visible = Member.objects.visible_to(reader)
    assert set(visible.filter(possible_duplicates_q(reader))) == found
    assert set(visible.exclude(possible_duplicates_q(reader))) == {*visible} - found
    return found


@pytest.mark.parametrize(
    ("facts", "is_marked"),
    [
        *(({"earlier__status": status}, True) for status in UNDECIDED_STATUSES),
        ({"earlier__status": MemberStatus.ADMITTED}, True),
        ({"earlier__status": MemberStatus.DECLINED}, False),
        ({"earlier__status": MemberStatus.CLOSED}, False),
        ({"later__status": MemberStatus.WITHDRAWN}, False),
        ({"dismissed_at": NOON, "dismissed_by": UserFactory}, False),
    ],
)
def test_with_possible_duplicates_marks_both_unless_one_has_ended_or_it_was_set_aside(
    facts, is_marked
):
    made = {name: value() if callable(value) else value for name, value in facts.items()}
    pair = PossibleDuplicateFactory(**made)
    MemberFactory()

    assert marked(observer()) == ({pair.earlier, pair.later} if is_marked else set())


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL makes no such list")
def test_with_possible_duplicates_makes_no_list_of_all_that_stand():
    plan = with_possible_duplicates(Member.objects.all(), observer()).explain()

    assert "LIST SUBQUERY" not in plan


def test_with_possible_duplicates_shows_a_coordinator_none_beyond_their_reach():
    theirs, another = FocusArea.objects.order_by("number")[:2]
    admitted = {"status": MemberStatus.ADMITTED}
    member = MemberFactory(focus_area=theirs, **admitted)
    PossibleDuplicateFactory(earlier=member, later=MemberFactory(focus_area=another, **admitted))
    PossibleDuplicateFactory(earlier=member, later=MemberFactory())
    within = PossibleDuplicateFactory(
        earlier=MemberFactory(focus_area=theirs, **admitted),
        later=MemberFactory(focus_area=theirs, **admitted),
    )

    assert marked(coordinator(theirs)) == {within.earlier, within.later}


def test_to_match_keeps_what_was_not_matched_or_has_changed_since():
    new, changed, again = MemberFactory(), MemberFactory(version=3), MemberFactory()
    FingerprintedMemberFactory(member=changed, matched_version=2)
    FingerprintedMemberFactory(member=again, matched_version=None)
    FingerprintedMemberFactory(member__version=2, matched_version=2)

    assert set(to_match(Member.objects.all())) == {new, changed, again}


def test_to_compare_keeps_what_was_not_compared_whatever_changed_since():
    new, matched = MemberFactory(), MemberFactory()
    FingerprintedMemberFactory(member=matched, compared_at=None)
    FingerprintedMemberFactory(member__version=3, matched_version=2, compared_at=NOON)
    MemberFactory(spam_signal=SpamSignal.HONEYPOT)

    assert set(to_compare(Member.objects.all())) == {new, matched}


@pytest.mark.parametrize("keep", [to_match, to_compare])
def test_what_is_up_to_date_is_passed_over_without_reading_members(keep):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Which index is preferred to the key depends on when the table was vacuumed. Without
            # the key and without sorting, only an index with all columns in the order of keys is
            # left.
            cursor.execute("ALTER TABLE members_member DROP CONSTRAINT members_member_pkey CASCADE")
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plan = keep(Member.objects.order_by("pk")).values_list("pk", flat=True)[:300].explain()

    assert "members_member_versions" in plan
    if connection.vendor == "postgresql":
        assert "Index Only Scan using members_member_versions" in plan


def test_fingerprinted_member_goes_with_its_member():
    FingerprintedMemberFactory().member.delete()

    assert not FingerprintedMember.objects.exists()
