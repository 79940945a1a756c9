"""The mail with new matches: who gets it, how often, and what it says."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertRedirects

from members.models import MemberStatus
from opportunities.models import NoDigest, ToldMatch
from opportunities.services import digest
from opportunities.services.digest import send_digests, switch_digest, wants_digest
from opportunities.services.reader import link_to
from outbox.models import Message
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    NoDigestFactory,
)
from tests.framework.readers import text_of
from tests.framework.reading import signed_in
from tests.opportunities.fitting import DAY, a_need, an_offer
from tests.triage.staff import read

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


@pytest.fixture
def person():
    """The focal point of a member with a need."""
    member = MemberFactory(status=MemberStatus.ADMITTED, organisation_name="Ministry of Niger")
    return FocalPointFactory(member=member, email="amina@example.org")


def recipients():
    return list(Message.objects.order_by("pk").values_list("recipient", flat=True))


def told():
    rows = ToldMatch.objects.order_by("pk").select_related("opportunity", "other")
    return [(row.opportunity, row.other) for row in rows]


def test_member_is_told_of_its_new_matches_once(person):
    need, offer = a_need(member=person.member), an_offer()

    assert send_digests(at=NOON) == 1

    assert recipients() == ["amina@example.org"]
    assert told() == [(need, offer)]
    assert ToldMatch.objects.get().at == NOON
    assert send_digests(at=NOON + 8 * DAY) == 0
    assert Message.objects.count() == 1


def test_letter_names_each_match_with_its_reasons_and_links(person):
    need = a_need(member=person.member, title="Training for 900 teachers")
    offer = an_offer(title="Courses *on a boat*", member__organisation_name="Brac University")

    send_digests(at=NOON)

    message = Message.objects.get()
    text = text_of(message)
    assert message.subject == "New needs and offers that fit yours"
    assert "Your need: Training for 900 teachers" in text
    assert "Courses *on a boat* · Brac University" in text
    assert "Offers what you ask for: training." in text
    assert "The offer names Niger." in text
    assert f"Read {offer.reference}" in text
    mine, switch, page = message.private_links.split("\n")
    assert mine.endswith("/mine/")
    assert switch.endswith("/mine/")
    assert page.endswith(f"/{offer.reference}/")
    assert "/opportunities/private/" in page
    assert need.reference not in page
    assert message.expires_at == NOON + 7 * DAY
    assert message.reference == person.member.reference


def test_letter_has_all_matches_of_the_organisation_and_ten_of_each(person):
    need = a_need(member=person.member)
    other = an_offer(supports=["money"], member=person.member)
    offers = [an_offer(published_at=NOON - number * DAY) for number in range(1, 13)]
    asked = a_need(supports=["money"])

    assert send_digests(at=NOON) == 1

    expected = [(need, each) for each in offers[:1:-1]]
    assert sorted(told(), key=str) == sorted([*expected, (other, asked)], key=str)
    assert Message.objects.count() == 1


def test_what_was_left_out_is_told_after_seven_days(person):
    need = a_need(member=person.member)
    offers = [an_offer(published_at=NOON - number * DAY) for number in range(1, 13)]
    send_digests(at=NOON)

    assert send_digests(at=NOON + 7 * DAY - SECOND) == 0
    assert send_digests(at=NOON + 7 * DAY) == 1

    assert told()[10:] == [(need, each) for each in offers[1::-1]]


def test_nothing_is_sent_if_there_is_no_match(person):
    a_need(member=person.member)
    an_offer(supports=["money"])

    assert send_digests(at=NOON) == 0

    assert Message.objects.count() == 0


def test_both_sides_are_told(person):
    need, offer = a_need(member=person.member), an_offer()
    FocalPointFactory(member=offer.member, email="grace@example.org")

    assert send_digests(at=NOON) == 2

    assert sorted(recipients()) == ["amina@example.org", "grace@example.org"]
    assert sorted(told(), key=str) == sorted([(need, offer), (offer, need)], key=str)


@pytest.mark.parametrize("is_own", [True, False])
def test_publication_that_can_be_undone_is_not_told(person, settings, is_own):
    settings.UNDO_SECONDS = 120
    own, other = ({"published_at": NOON}, {})[:: 1 if is_own else -1]
    a_need(member=person.member, **own)
    an_offer(**other)

    assert send_digests(at=NOON + 119 * SECOND) == 0
    assert send_digests(at=NOON + 120 * SECOND) == 1


def test_focal_points_who_switched_it_off_get_none(person):
    alternate = FocalPointFactory(
        member=person.member, is_alternate=True, email="hadiza@example.org"
    )
    NoDigestFactory(focal_point=person)
    a_need(member=person.member), an_offer()

    assert send_digests(at=NOON) == 1

    assert recipients() == [alternate.email]


def test_member_without_a_reader_counts_as_not_told(person):
    switch_digest(people=[person], is_wanted=False, at=NOON)
    need, offer = a_need(member=person.member), an_offer()
    assert send_digests(at=NOON) == 0
    assert told() == []

    switch_digest(people=[person], is_wanted=True, at=NOON)

    assert send_digests(at=NOON) == 1
    assert told() == [(need, offer)]


def test_member_that_left_gets_no_letter(person):
    a_need(member=person.member), an_offer()
    person.member.status = MemberStatus.WITHDRAWN
    person.member.withdrawn_at = NOON
    person.member.save()

    assert send_digests(at=NOON) == 0


def test_batch_that_fails_tells_nobody_and_the_next_run_goes_on(person, monkeypatch):
    monkeypatch.setattr(digest, "BATCH_SIZE", 1)
    a_need(member=person.member), an_offer()
    late = FocalPointFactory(
        member=MemberFactory(status=MemberStatus.ADMITTED), email="late@example.org"
    )
    broken = a_need(member=late.member)
    # As if the process was killed while it writes the second batch.
    monkeypatch.setattr(digest, "link_to", fails_for(late, digest.link_to))

    with pytest.raises(RuntimeError):
        send_digests(at=NOON)

    assert recipients() == ["amina@example.org"]
    assert broken not in [own for own, _other in told()]
    monkeypatch.undo()
    assert send_digests(at=NOON) == 1
    assert recipients() == ["amina@example.org", "late@example.org"]


def fails_for(person, link_to):
    def link(each, *page):
        if each == person:
            raise RuntimeError
        return link_to(each, *page)

    return link


def test_switch_may_be_pressed_twice(person):
    for _ in range(2):
        switch_digest(people=[person], is_wanted=False, at=NOON)
        assert not wants_digest([person])
    assert NoDigest.objects.get().focal_point == person
    for _ in range(2):
        switch_digest(people=[person], is_wanted=True, at=NOON)
        assert wants_digest([person])


@pytest.mark.parametrize("number", [3, 9])
def test_number_of_queries_does_not_grow_with_the_matches(
    django_assert_num_queries, person, number
):
    a_need(member=person.member)
    other = MemberFactory(status=MemberStatus.ADMITTED)
    for _ in range(number):
        an_offer(member=other)

    with django_assert_num_queries(16):
        send_digests(at=NOON)


# The switch


@pytest.mark.parametrize(("wanted", "number"), [("0", 1), ("1", 0)])
def test_switch_on_the_page_is_for_all_roles_of_the_reader(person, wanted, number):
    NoDigestFactory(focal_point=person)

    response = signed_in(person).post(reverse("opportunities:switch_digest"), {"wanted": wanted})

    assertRedirects(response, reverse("opportunities:mine"), fetch_redirect_response=False)
    assert NoDigest.objects.count() == number


def test_switch_by_link_leads_back_to_the_private_page(person):
    page = link_to(person, "switch_digest").removeprefix(settings.SITE_URL)
    browser = Client()

    response = browser.post(page, {"wanted": "0"})

    back = link_to(person).removeprefix(settings.SITE_URL)
    assertRedirects(response, back, fetch_redirect_response=False)
    assert "You get no more emails with new matches." in read(browser.get(back))
    assert not wants_digest([person])


def test_switch_changes_nothing_when_it_is_only_opened(person):
    page = link_to(person, "switch_digest").removeprefix(settings.SITE_URL)

    assert Client().get(page).status_code == 405

    assert wants_digest([person])


def test_switch_is_for_focal_points_only():
    response = Client().post(reverse("opportunities:switch_digest"), {"wanted": "0"})

    assert response.status_code == 302
    assert "sign-in" in response.url
    assert NoDigest.objects.count() == 0


def test_switch_without_a_position_changes_nothing(person):
    response = signed_in(person).post(reverse("opportunities:switch_digest"))

    assert response.status_code == 400
    assert wants_digest([person])
