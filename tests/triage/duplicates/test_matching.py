"""Finding members that may be duplicates."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from focus_areas.models import FocusArea
from members.models import UNDECIDED_STATUSES, FocalPoint, Member, MemberStatus, SpamSignal
from tests.factories import (
    NOON,
    FingerprintedMemberFactory,
    MemberFactory,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.triage.duplicates.duplicates import HOUR, an_eoi, match_again, proposed, unmatched
from tests.triage.staff import coordinator, observer
from triage.duplicates.models import (
    Fingerprint,
    FingerprintedMember,
    PossibleDuplicate,
    possible_duplicates_q,
    to_compare,
    to_match,
    with_possible_duplicates,
)
from triage.duplicates.services import matching
from triage.duplicates.services.matching import alike_to, match_member, match_new_members

ALIKE = pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (
            {"website": "https://www.mic.gov.xx/en"},
            {"website": "http://portal.mic.gov.xx"},
            {"same_domain"},
        ),
        (
            {"website": "https://mic.gov.xx", "country": "GH"},
            {"email": "somebody@mail.mic.gov.xx", "country": "TG"},
            {"same_domain"},
        ),
        ({"name": "МТС"}, {"name": "MTS"}, {"same_name"}),
        ({"name": "Université de Genève"}, {"name": "Geneve Universite"}, {"same_name"}),
        ({"name": "Université de Genève", "acronym": "UNIGE"}, {"name": "UNIGE"}, {"same_name"}),
        ({"name": "University of Lagos"}, {"name": "Univeristy of Lagos"}, {"similar_name"}),
        (
            {"email": "Ada@Example.org", "country": "GH"},
            {"email": "ada@example.org", "country": "TG"},
            {"same_person"},
        ),
        ({"person": ("Анна", "Соколова")}, {"person": ("Anna", "Sokolova")}, {"same_person"}),
        (
            {"name": "UNIGE", "website": "https://unige.ch", "email": "ada@unige.ch"},
            {"name": "Unige", "email": "ADA@unige.ch"},
            {"same_domain", "same_name", "same_person"},
        ),
    ],
)


@ALIKE
def test_find_new_proposes_two_files_with_the_reason_why(one, other, reasons):
    first, second = an_eoi(**one), an_eoi(**other)
    an_eoi(name="Nothing in common")

    number = match_new_members(at=NOON)

    assert number == 3
    assert proposed() == {(first.pk, second.pk): reasons}
    assert PossibleDuplicate.objects.get().found_at == NOON
    assert unmatched() == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"name": "Ministry of Communications", "country": "GH"},
            {"name": "Ministry of Communications", "country": "TG"},
        ),
        (
            {"name": "University of Ghana", "country": "GH"},
            {"name": "University of Guyana", "country": "GY"},
        ),
        (
            {"website": "https://health.gov.xx", "email": "a@health.gov.xx"},
            {"website": "https://transport.gov.xx", "email": "b@transport.gov.xx"},
        ),
        ({"email": "ministry.one@gmail.com"}, {"email": "ministry.two@gmail.com"}),
        (
            {"website": "https://www.facebook.com/one"},
            {"website": "https://www.facebook.com/other"},
        ),
        (
            {"person": ("Wei", "Wang"), "country": "CN"},
            {"person": ("Wei", "Wang"), "country": "SG"},
        ),
        ({"acronym": "MIC", "country": "GH"}, {"acronym": "MIC", "country": "TG"}),
    ],
)
def test_find_new_leaves_two_organisations_alone(one, other):
    an_eoi(**one)
    an_eoi(**other)

    match_new_members(at=NOON)

    assert proposed() == {}


@pytest.mark.parametrize(
    "facts",
    [
        {"status": MemberStatus.ADMITTED},
        {"status": MemberStatus.WITHDRAWN},
        {"spam_signal": SpamSignal.HONEYPOT},
    ],
)
def test_find_new_proposes_files_of_any_status_and_what_a_robot_may_have_sent(facts):
    first, second = an_eoi(name="UNIGE", **facts), an_eoi(name="UNIGE")

    match_new_members(at=NOON)

    assert proposed() == {(first.pk, second.pk): {"same_name"}}


def test_find_new_finds_once_however_often_it_runs_and_is_no_change_of_the_file():
    member = an_eoi(name="UNIGE")
    an_eoi(name="UNIGE")
    before = member.version, member.history.count(), member.timeline.count()

    numbers = [match_new_members(at=NOON), match_new_members(at=NOON + HOUR)]

    assert numbers == [2, 0]
    assert PossibleDuplicate.objects.get().found_at == NOON
    member.refresh_from_db()
    assert (member.version, member.history.count(), member.timeline.count()) == before


def test_find_new_takes_so_many_at_once_the_latest_first(monkeypatch):
    monkeypatch.setattr(matching, "MATCH_BATCH_SIZE", 2)
    members = [an_eoi() for _n in range(3)]

    numbers = [match_new_members(at=NOON)]
    waiting = unmatched()
    numbers.append(match_new_members(at=NOON))

    assert waiting == members[:1]
    assert numbers == [2, 1]


def test_find_new_writes_first_what_all_are_recognised_by(monkeypatch):
    monkeypatch.setattr(matching, "FINGERPRINT_BATCH_SIZE", 2)
    for _n in range(3):
        an_eoi(name="UNIGE")

    numbers = [match_new_members(at=NOON)]
    pairs = proposed()
    numbers.append(match_new_members(at=NOON))

    assert (numbers, pairs, len(proposed())) == ([2, 3], {}, 3)


def test_what_too_many_have_in_common_tells_nothing(monkeypatch):
    monkeypatch.setattr(matching, "MAX_CANDIDATES", 2)
    for _n in range(4):
        an_eoi(email="shared@example.org")
    three = [an_eoi(name="UNIGE").pk for _n in range(3)]

    match_new_members(at=NOON)

    assert set(proposed()) == {(three[0], three[1]), (three[0], three[2]), (three[1], three[2])}


@given(
    st.lists(
        st.one_of(
            st.text(min_size=1, max_size=60),
            st.sampled_from(["University of Lagos", "Univeristy of Lagos", "МТС", "MTS", "(MTS)"]),
        ),
        min_size=2,
        max_size=5,
    ),
    st.randoms(),
)
def test_find_proposes_the_same_whichever_file_is_looked_at_first(typed, chance):
    # No fingerprint of the earlier answers is left.
    PossibleDuplicate.objects.all().delete()
    Fingerprint.objects.all().delete()
    names = [name.replace("\0", "") for name in typed]
    members = [an_eoi(organisation_name=name) for name in names]
    keys = [member.pk for member in members]
    for pk in keys:
        match_member(pk, at=NOON)
    in_one_order = proposed()
    assert all(earlier != later for earlier, later in in_one_order)

    PossibleDuplicate.objects.all().delete()
    Fingerprint.objects.all().delete()
    match_again(*keys)
    chance.shuffle(keys)
    for pk in keys:
        match_member(pk, at=NOON)

    assert proposed() == in_one_order


def test_find_asks_as_much_with_three_pairs_as_with_one_and_among_others():
    member, counts = an_eoi(name="UNIGE"), []

    for number in (1, 2):
        for _n in range(number):
            an_eoi(name="UNIGE")
            an_eoi(website="https://mic.gov.xx")
        while match_new_members(at=NOON):
            continue
        match_again(member.pk)
        with CaptureQueriesContext(connection) as queries:
            match_member(member.pk, at=NOON)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert len([pair for pair in proposed() if member.pk in pair]) == 3


def unstored(**facts):
    """An unsaved EOI with the given answers."""
    member = an_eoi(**facts)
    people = list(member.focal_points.all())
    FocalPoint.objects.filter(member=member).delete()
    member.delete()
    return member, people


@ALIKE
def test_alike_to_finds_what_find_new_would(one, other, reasons):
    candidate = unstored(**other)
    first = an_eoi(**one)
    an_eoi(name="Nothing in common")
    match_new_members(at=NOON)

    assert alike_to({7: candidate, 8: unstored(name="Another")}) == {7: {first.pk: reasons}}


def test_alike_to_takes_a_corrected_member_as_it_is_now():
    member = an_eoi(name="Ministry of Stars")
    match_new_members(at=NOON)
    Member.objects.update(organisation_name="Ministry of Seas", version=2)

    found = alike_to({1: unstored(name="Ministry of Seas")})

    assert found == {1: {member.pk: {"same_name"}}}


@pytest.mark.parametrize(
    ("looked_at", "waiting", "is_told"),
    [(3, 0, True), (4, 0, False), (0, 3, True), (0, 4, False), (2, 1, True), (2, 2, False)],
)
def test_alike_to_passes_over_what_many_have(monkeypatch, looked_at, waiting, is_told):
    monkeypatch.setattr(matching, "MAX_CANDIDATES", 3)
    members = [an_eoi(website="https://mic.gov.xx") for _n in range(looked_at)]
    if looked_at:
        match_new_members(at=NOON)
    members += [an_eoi(website="https://mic.gov.xx") for _n in range(waiting)]

    found = alike_to({1: unstored(website="https://mic.gov.xx")})

    told = {1: {member.pk: {"same_domain"} for member in members}}
    assert found == (told if is_told else {})


def test_alike_to_writes_nothing_and_asks_as_often_for_many_as_for_one():
    an_eoi(name="Ministry of Seas")
    match_new_members(at=NOON)
    an_eoi(name="Ministry of Stars")
    candidates = {n: unstored(name=f"Ministry of Saes {n}") for n in range(3)}
    before = Fingerprint.objects.count()

    with CaptureQueriesContext(connection) as for_one:
        alike_to({0: candidates[0]})
    with CaptureQueriesContext(connection) as for_many:
        alike_to(candidates)

    assert len(for_many) == len(for_one) == 4
    assert Fingerprint.objects.count() == before


def test_alike_to_nothing_is_nothing():
    assert alike_to({}) == {}


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
