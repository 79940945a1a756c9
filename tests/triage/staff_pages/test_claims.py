"""Which member *Next* gives to a person, and that no colleague gets the same one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils.timezone import now

from accounts.models import ReadLanguage
from focus_areas.models import FocusArea
from members.models import Member, MemberStatus
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.triage.staff import QUEUE, address, observer, officer, signed_in
from triage.staff_pages.claims import CLAIM_DURATION, PASSED_OVER_FOR, claim, claim_next
from triage.staff_pages.models import Claim

SECOND = timedelta(seconds=1)


def a_member(hours=0, language="en", **facts):
    """Return a member that waits for staff since a number of hours after noon."""
    submitted_at = NOON + timedelta(hours=hours)
    facts = {f"member__{name}": value for name, value in facts.items()}
    person = FocalPointFactory(language=language, member__submitted_at=submitted_at, **facts)
    return person.member


def next_for(user, after, at=NOON):
    members = Member.objects.order_by("submitted_at", "pk")
    return claim_next(members, after=after, by=user, at=at)


def test_claim_is_refused_while_a_colleague_has_it():
    member, user, colleague = a_member(), UserFactory(), UserFactory()

    given = claim(member.pk, by=user, at=NOON)
    refused = claim(member.pk, by=colleague, at=NOON + CLAIM_DURATION - SECOND)

    assert (given, refused) == (True, False)
    assert list(Claim.objects.values_list("by", "ends_at")) == [(user.pk, NOON + CLAIM_DURATION)]


def test_claim_of_ones_own_is_extended_and_one_that_ended_is_taken_over():
    member, user, colleague = a_member(), UserFactory(), UserFactory()

    claims = [
        claim(member.pk, by=user, at=NOON),
        claim(member.pk, by=user, at=NOON + SECOND),
        claim(member.pk, by=colleague, at=NOON + SECOND + CLAIM_DURATION),
    ]

    assert claims == [True, True, True]
    assert Claim.objects.get().by == colleague


def test_next_begins_with_ones_own_members_and_leaves_out_those_of_colleagues():
    user, colleague = UserFactory(), UserFactory()
    here, of_nobody = a_member(), a_member(1)
    a_member(2, assignee=colleague)
    own = a_member(3, assignee=user)

    first = next_for(user, here)
    second = next_for(user, Member.objects.get(pk=first))

    assert [first, second] == [own.pk, of_nobody.pk]
    assert next_for(user, of_nobody) is None


def test_next_prefers_languages_that_the_person_reads_and_then_their_areas():
    user = UserFactory()
    ReadLanguage.objects.create(user=user, language="fr")
    theirs, other = FocusArea.objects.filter(number__in=(1, 2)).order_by("number")
    theirs.coordinators.add(user)
    here = a_member()
    in_arabic = a_member(1, "ar", first_choice=theirs)
    in_english = a_member(2, "en", first_choice=other)
    in_french = a_member(3, "fr", first_choice=theirs)
    later = a_member(4, "fr", first_choice=other)

    given = [next_for(user, here) for _time in range(4)]

    assert given == [each.pk for each in (in_french, in_english, later, in_arabic)]


def test_next_gives_only_what_waits_for_staff():
    here = a_member()
    a_member(1, status=MemberStatus.INFORMATION_REQUESTED)
    a_member(2, status=MemberStatus.ADMITTED)

    assert next_for(UserFactory(), here) is None
    assert list(Claim.objects.values_list("member", "ends_at")) == [(here.pk, NOON)]


def test_next_gives_two_people_two_members_and_the_one_left_to_the_other():
    user, colleague = UserFactory(), UserFactory()
    here, first, second = a_member(status=MemberStatus.ADMITTED), a_member(1), a_member(2)

    given = next_for(user, here), next_for(colleague, here)
    # The first person goes on, so that the colleague may have what was passed over.
    left = next_for(user, first, NOON + SECOND)
    passed_over = next_for(colleague, second, NOON + SECOND)

    assert given == (first.pk, second.pk)
    assert (left, passed_over) == (None, first.pk)


def test_next_gives_what_a_colleague_has_just_passed_over_after_all_others():
    user, colleague = UserFactory(), UserFactory()
    members = [a_member(hours) for hours in range(6)]
    given = [None, None]

    for turn in range(6):
        found = next_for((user, colleague)[turn % 2], given[-2], NOON + turn * SECOND)
        given.append(Member.objects.get(pk=found))

    assert given[2:] == members


def test_next_offers_again_what_was_passed_over_after_a_time():
    user, here, member = UserFactory(), a_member(), a_member(1)
    next_for(user, here)
    next_for(user, member, NOON + SECOND)
    after = NOON + SECOND + PASSED_OVER_FOR

    too_early = next_for(user, here, after - SECOND)

    assert (too_early, next_for(user, here, after)) == (None, member.pk)


def test_database_refuses_a_second_claim_on_a_member():
    member = a_member()
    Claim.objects.create(member=member, by=UserFactory(), ends_at=NOON)

    with pytest.raises(IntegrityError):
        Claim.objects.create(member=member, by=UserFactory(), ends_at=NOON)


@pytest.mark.parametrize("came_from", ["", "?_changelist_filters=taken_by%3Dnobody"])
def test_next_leads_two_officers_from_one_page_to_two_members(came_from):
    here, first, second = a_member(), a_member(1), a_member(2)
    step = address("next", here) + came_from

    led = [signed_in(officer()).get(step).url for _officer in range(2)]

    assert led == [address("change", each) + came_from for each in (first, second)]


def test_next_leads_back_to_the_list_when_nothing_is_left():
    here = a_member()

    assert signed_in(officer()).get(address("next", here)).url == QUEUE


def test_next_leads_an_observer_along_the_list_without_a_claim():
    here, following = a_member(), a_member(1)

    led = signed_in(observer()).get(address("next", here)).url

    assert led == address("change", following)
    assert not Claim.objects.exists()


def test_open_page_is_claimed_by_who_may_decide_and_by_nobody_else():
    member, user = a_member(), officer()
    page = address("presence", member)

    signed_in(observer()).post(page, {"entry_shown": "0"})
    signed_in(user).post(page, {"entry_shown": "0"})
    signed_in(officer()).post(page, {"entry_shown": "0"})

    assert list(Claim.objects.values_list("member", "by")) == [(member.pk, user.pk)]


def test_decision_that_is_refused_keeps_the_claim_and_takes_no_other():
    member, user = a_member(), officer()
    a_member(1)
    claim(member.pk, by=user, at=now())
    ends_at = Claim.objects.get().ends_at

    response = signed_in(user).post(
        address("hold", member),
        {
            "decide": "next",
            "version": 1,
            "waits_for": "day",
            "ends_on": "2021-10-25",
            "reason": "The day has passed.",
        },
    )

    assert response.status_code == 409
    assert list(Claim.objects.values_list("member", "ends_at")) == [(member.pk, ends_at)]
