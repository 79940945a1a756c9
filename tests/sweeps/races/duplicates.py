"""Two concurrent calls about possible duplicates."""

from datetime import timedelta
from functools import partial

from members.models import TimelineEntry
from members.services.corrections import correct_answers
from outbox.models import Message
from tests.factories import (
    NOON,
    PossibleDuplicateFactory,
    UserFactory,
)
from tests.sweeps.races.intake import closing_as_duplicate
from tests.sweeps.races.race import Race, own, twice
from tests.sweeps.races.triage import an_eoi
from tests.triage.duplicates import test_repeat_expressions
from tests.triage.duplicates.duplicates import match_again, unmatched
from triage.duplicates.models import PossibleDuplicate
from triage.duplicates.services.matching import (
    AlreadyDismissed,
    dismiss_duplicate,
    match_member,
    match_new_members,
    restore_duplicate,
)
from triage.duplicates.services.repeat_expressions import notify_of_repeat_expression

FINGERPRINT, PAIR = "triage_fingerprintedmember", "triage_possibleduplicate"
TRAIT = "triage_fingerprint"
MATCH = partial(match_new_members, at=NOON)


def matching(member):
    return partial(match_member, member.pk, at=NOON)


def two_dismiss():
    pair = PossibleDuplicateFactory()

    def dismissing():
        return partial(dismiss_duplicate, possible_duplicate=own(pair), by=UserFactory(), at=NOON)

    return dismissing(), dismissing()


def two_match_one():
    an_eoi()
    return twice(matching(an_eoi()))


def two_match_two(*, is_known=False):
    def arrange():
        one, other = an_eoi(), an_eoi()
        if is_known:
            # The fingerprints of the other member are known, so that the first run finds it too.
            matching(other)()
            match_again(other.pk)
        pair = PossibleDuplicate.objects.between(one.pk, other.pk)
        return matching(one), matching(other), lambda: pair.count() == 1

    return arrange


def two_match_all():
    for name in ("UNIGE", "EPFL", "UNIGE", "EPFL", "Unige"):
        an_eoi(name)

    def each_pair_is_found():
        return (PossibleDuplicate.objects.count(), unmatched()) == (4, [])

    return lambda: MATCH() is None, lambda: MATCH() is None, each_pair_is_found


def matched_and_corrected():
    an_eoi("EPFL")
    member = an_eoi()
    correcting = partial(
        correct_answers,
        member=own(member),
        facts={"organisation_name": "EPFL"},
        focal_points={},
        reason="They called.",
        by=UserFactory(),
        at=NOON,
    )

    def it_is_matched_again():
        MATCH()
        return (PossibleDuplicate.objects.of(member).count(), unmatched()) == (1, [])

    # Nothing is matched if the correction came before the fingerprints were stored.
    return lambda: matching(member)() is None, correcting, it_is_matched_again


def matched_and_closed():
    one, other = an_eoi(), an_eoi()
    MATCH()
    match_again(other.pk)
    return matching(other), closing_as_duplicate(one, other)


def matched_and_restored():
    other = [an_eoi(), an_eoi()][1]
    MATCH()
    pair = PossibleDuplicate.objects.get()
    dismiss_duplicate(possible_duplicate=pair, by=UserFactory(), at=NOON)
    match_again(other.pk)
    restoring = partial(restore_duplicate, possible_duplicate=pair, by=UserFactory(), at=NOON)
    return matching(other), restoring, lambda: unmatched() == [other]


def two_compare():
    earlier = {"submitted_at": NOON - timedelta(hours=1), "compared_at": NOON}
    test_repeat_expressions.an_eoi(**earlier)
    later = test_repeat_expressions.an_eoi(submitted_at=NOON)
    return twice(partial(notify_of_repeat_expression, later.pk, at=NOON))


RACES = {
    "dismiss a pair": Race(
        two_dismiss, PAIR, (PossibleDuplicate, AlreadyDismissed), {TimelineEntry: 2}
    ),
    "match a member": Race(two_match_one, FINGERPRINT, (True, False), is_either_first=True),
    **{
        f"match two that are alike, {at}": Race(
            two_match_two(is_known=at == PAIR),
            at,
            (True, True),
            {PossibleDuplicate: 1},
            needs_lock=False,
        )
        for at in (TRAIT, f"after {TRAIT}", FINGERPRINT, PAIR)
    },
    "match all": Race(two_match_all, FINGERPRINT, (False, False), needs_lock=False),
    "match, and correct": Race(
        matched_and_corrected,
        (TRAIT, f"after {TRAIT}", FINGERPRINT),
        (False, TimelineEntry),
        {TimelineEntry: 1},
        needs_lock=False,
    ),
    "match, and close": Race(
        matched_and_closed, FINGERPRINT, (True, TimelineEntry), {TimelineEntry: 2}, needs_lock=False
    ),
    "match, and restore a pair": Race(
        matched_and_restored,
        (FINGERPRINT, PAIR),
        (True, PossibleDuplicate),
        {TimelineEntry: 2},
        needs_lock=False,
    ),
    "compare": Race(
        two_compare,
        FINGERPRINT,
        (True, False),
        {Message: 1, TimelineEntry: 2},
        is_either_first=True,
    ),
}
