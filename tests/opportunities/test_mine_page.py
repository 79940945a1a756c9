"""The page with the needs, offers and contacts of a member."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from members.services.private_links import LinkPurpose, token_for
from opportunities.models import NoDigest
from opportunities.services.sending import unsent
from tests.factories import (
    NOON,
    ContactFactory,
    OfferFactory,
    OpportunityFactory,
    UserFactory,
)
from tests.opportunities.writing import a_writer
from tests.participation.people import signed_in_as
from tests.queries import queries_of


@pytest.fixture
def person():
    return a_writer(organisation_name="Ministry of Somewhere")


def path(person, page="mine", *arguments):
    token = token_for(person, LinkPurpose.OPPORTUNITIES)
    return reverse(f"opportunities:{page}_by_link", args=[token, *arguments])


def rows_of(client, person, name="current"):
    return client.get(path(person)).context[name]


def steps_of(row):
    return [(address.rsplit("/", 2)[-2], str(words)) for address, words in row.steps]


def test_page_without_anything_says_how_to_begin(client, person):
    OpportunityFactory()
    ContactFactory()

    page = client.get(path(person))

    assert [len(page.context[name]) for name in ("current", "ended", "received", "sent")] == [0] * 4
    assert "There are none yet." in page.text
    assert path(person, "write", "need") in page.text
    assert path(person, "write", "offer") in page.text
    assert page["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize(
    ("status", "facts", "sentence", "steps"),
    [
        ("sent", {}, "Our team reads it", [("change", "Change"), ("close", "Withdraw")]),
        (
            "question_asked",
            {},
            "Our team has a question.",
            [("change", "Answer and send again"), ("close", "Withdraw")],
        ),
        (
            "open",
            {"open_until": NOON},
            "Open until Monday 25 October 2021.",
            [("N-222222", "See what fits"), ("change", "Change"), ("close", "Close")],
        ),
        (
            "open",
            {"renewal_asked_at": NOON},
            "Is it still open?",
            [("renew", "Renew"), ("change", "Change"), ("close", "Close")],
        ),
    ],
)
def test_current_one_says_how_it_stands_and_what_to_do(
    client, person, status, facts, sentence, steps
):
    OpportunityFactory(member=person.member, reference="N-222222", status=status, **facts)

    [row] = rows_of(client, person)

    assert row.sentence.startswith(sentence)
    assert steps_of(row) == steps


def test_change_that_waits_is_said(client, person):
    OpportunityFactory(member=person.member, proposed={"title": "New"})

    assert "Your change waits for our team." in client.get(path(person)).text


@pytest.mark.parametrize(
    ("status", "sentence", "steps"),
    [
        ("expired", "You can renew it.", [("renew", "Renew"), ("close", "Close")]),
        ("agreed", "", []),
        ("withdrawn", "", []),
        ("closed_by_staff", "It is an advertisement.", []),
    ],
)
def test_ended_one_is_folded(client, person, status, sentence, steps):
    OpportunityFactory(member=person.member, status=status)

    [row] = rows_of(client, person, "ended")

    assert (row.sentence, steps_of(row)) == (sentence, steps)
    assert bool(row.address) == (status != "closed_by_staff")


def test_those_that_wait_for_the_member_come_first(client, person):
    for title, status in (("Second", "open"), ("First", "question_asked"), ("Third", "sent")):
        saved = NOON - timedelta(days=title == "Third")
        OpportunityFactory(member=person.member, title=title, status=status, saved_at=saved)

    assert [row.title for row in rows_of(client, person)] == ["First", "Second", "Third"]


def test_unsent_text_is_opened_again(client, person):
    row = unsent("offer", person.member_id, at=NOON)
    row.reference, row.typed = "O-222222", {"title": "Courses <b>"}
    row.save()

    page = client.get(path(person))

    assert f'{path(person, "write", "offer")}?for={person.member_id}"' in page.text
    assert "Courses &lt;b&gt;" in page.text
    assert "O-222222" not in page.text


def test_contacts_name_the_other_organisation_and_no_message(client, person):
    need = OpportunityFactory(member=person.member, title="Our need")
    offer = OfferFactory(title="Their offer", member__organisation_name="Institute of Elsewhere")
    closed = OfferFactory(title="Abusive words", status="closed_by_staff", reference="O-222222")
    facts = {"message": "Secret words", "sent_by_name": "Secret Name"}
    answered = ContactFactory(opportunity=need, status="accepted", **facts)
    waiting = ContactFactory(opportunity=need, **facts, sent_at=NOON - timedelta(days=9))
    ContactFactory(opportunity=need, status="withdrawn", **facts)
    sent = ContactFactory(opportunity=offer, member=person.member, **facts)
    ContactFactory(opportunity=closed, member=person.member, status="ended", **facts)

    page = client.get(path(person))

    received = [(contact, address) for contact, address in page.context["received"]]
    assert received == [
        (waiting, path(person, "answer", waiting.pk)),
        (answered, path(person, "answer", answered.pk)),
    ]
    assert page.context["sent"][0][0] == sent
    assert page.text.count("Accept or decline") == page.text.count("Names and addresses") == 1
    for words in ("Our need", "Their offer", "Institute of Elsewhere", "O-222222"):
        assert words in page.text
    for words in ("Secret words", "Secret Name", "Abusive words"):
        assert words not in page.text


def test_digest_is_switched_off_and_on(client, person):
    first = client.get(path(person))
    off = client.post(path(person, "switch_digest"), {"wanted": "0"}, follow=True)
    was_off = NoDigest.objects.filter(focal_point=person).exists()
    on = client.post(path(person, "switch_digest"), {"wanted": "1"}, follow=True)

    assert [page.context["wants_digest"] for page in (first, off, on)] == [True, False, True]
    assert was_off
    assert "You get no emails with new matches." in off.text


def test_person_with_two_organisations_reads_of_which_each_is(person):
    other = a_writer(organisation_name="Institute of Elsewhere")
    type(other).objects.filter(pk=other.pk).update(email=person.email)
    for member in (person.member, other.member):
        OpportunityFactory(member=member)

    page = signed_in_as(person).get(reverse("opportunities:mine"))

    assert len(page.context["current"]) == 2
    assert page.text.count("Institute of Elsewhere") == 2


def test_own_page_links_to_it(person):
    page = signed_in_as(person).get(reverse("participation:my_page"))

    assert page.text.count(f'href="{reverse("opportunities:mine")}"') == 1


def test_others_sign_in_or_read_how_to_join(client):
    address = reverse("opportunities:mine")

    assert client.get(address)["Location"].startswith(reverse("accounts:sign_in_code"))
    client.force_login(UserFactory(is_staff=False))
    assert client.get(address).status_code == 403


def test_page_asks_as_much_for_three_as_for_one(client, person):
    counts = []
    for number in (1, 2):
        for _row in range(number):
            need = OpportunityFactory(member=person.member)
            ContactFactory(opportunity=need)
            ContactFactory(opportunity=OfferFactory(), member=person.member)
            OpportunityFactory(member=person.member, status="agreed", ended_at=timezone.now())
        counts.append(queries_of(client, path(person)))

    assert counts[0] == counts[1]
