"""A partner is asked with each sum that it gives, and its word is for these sums."""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps

from commitments.models import (
    Amount,
    CommitmentStatus,
    ConfirmedSum,
    ContributorAnswer,
    EventKind,
    Partner,
    PartnerAnswer,
    Stage,
)
from commitments.services.change_decisions import accept_change
from commitments.services.content import as_json, content_of, write_content
from commitments.services.expected_counting import present_counting, reason_in_words
from commitments.services.given_sums import digest_of, sums_of
from commitments.services.lead_letters import partner_page_url
from commitments.services.partners import (
    InvitedAlready,
    SumsChanged,
    answer_invitation,
    ask_partners,
    invite_partner,
    partner_of,
    revoke_invitation,
)
from commitments.services.publication import publish
from members.services.private_links import InvalidLink, token_for_object
from outbox.models import Message, MessageStatus
from tests.commitments.desk import proposed, refused
from tests.commitments.writing import a_content
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    MemberFactory,
    PartnerFactory,
    UserFactory,
)

NBSP = "\N{NO-BREAK SPACE}"
LATER, MUCH_LATER = NOON + timedelta(days=2), NOON + timedelta(days=4)
BANK = "Bank of Tests"


@pytest.fixture
def commitment(person):
    """A commitment that was sent, with money of its lead and of a partner."""
    commitment = CommitmentFactory(lead=person.member)
    write_content(commitment, a_content(partners=()), at=NOON)
    commitment.save()
    PartnerFactory(commitment=commitment, name=BANK, contact_email="bank@example.org")
    AmountFactory(
        commitment=commitment,
        position=1,
        original=Decimal(3_000_000),
        label="Fibre *now*",
        portions=[[2027, "1000000"], [2028, "2000000"]],
        contributor_name=BANK,
        contributor_answer="",
    )
    return commitment


def bank_of(commitment):
    partners = Partner.objects.select_related("commitment__lead", "member")
    return partners.get(commitment=commitment, is_current=True)


def ask(commitment, *, at=NOON):
    return ask_partners(commitment, by=None, at=at)


def answer(commitment, *, confirms=True, at=NOON, seen=None):
    bank = bank_of(commitment)
    shown = digest_of(sums_of(bank)) if seen is None else seen
    return answer_invitation(partner=bank, confirms=confirms, name="Ada", seen=shown, at=at)


def confirmed(commitment):
    """Publish a commitment whose partner has confirmed its sum."""
    ask(commitment)
    answer(commitment)
    publish(commitment, by=UserFactory(), at=NOON)
    commitment.refresh_from_db()
    return commitment


def change_to(commitment, at=LATER, **facts):
    """Let staff accept another sum of the partner."""
    amounts = as_json(content_of(commitment))["amounts"]
    amounts[1] |= facts
    change = proposed(commitment, amounts=amounts)
    accept_change(commitment, change=change, reason="It changed.", by=UserFactory(), at=at)
    commitment.refresh_from_db()


def amount_of(commitment):
    return commitment.amounts.get(contributor_name=BANK)


def letters():
    """What the partner was asked."""
    return Message.objects.filter(topic__contains="/invited/").order_by("pk")


# Asked with the sum


def test_letter_lists_each_sum_with_what_it_is_for_and_its_years(commitment):
    ask(commitment)

    [letter] = letters()
    assert (
        f"- **USD{NBSP}3,000,000** · promised, not binding · Fibre \\*now\\* · "
        "2027: 1,000,000, 2028: 2,000,000"
    ) in letter.body
    assert "[Confirm or decline]([[private-page]])" in letter.body


def test_partner_that_gives_nothing_reads_nothing_of_money(client, commitment):
    Amount.objects.filter(contributor_name=BANK).delete()

    ask(commitment)

    [letter] = letters()
    text = client.get(partner_page_url(bank_of(commitment), "en")).text
    assert "amount" not in letter.body
    assert ("said to give" in text, "Yes, we are a partner<" in text) == (False, True)


def test_page_says_what_is_confirmed(client, commitment):
    AmountFactory(
        commitment=commitment, contributor_name=BANK, original=5, stage=Stage.FIRM, position=2
    )
    ask(commitment)

    text = client.get(partner_page_url(bank_of(commitment), "en")).text

    assert f"<strong><bdi>USD{NBSP}3,000,000</bdi></strong> · promised, not binding" in text
    assert "2027: 1,000,000, 2028: 2,000,000" in text
    assert f"<strong><bdi>USD{NBSP}5</bdi></strong> · promised, binding" in text
    assert f"Yes, we are a partner and give USD{NBSP}3,000,000 and USD{NBSP}5" in text


def test_many_sums_are_counted_on_the_button(client, commitment):
    for position in (2, 3):
        AmountFactory(commitment=commitment, contributor_name=BANK, position=position)
    ask(commitment)

    text = client.get(partner_page_url(bank_of(commitment), "en")).text

    assert "Yes, we are a partner and give 3 amounts" in text


# A word is for a sum


def test_answer_stores_the_sums(commitment):
    ask(commitment)

    answer(commitment)

    bank = bank_of(commitment)
    stored = bank.confirmed_sums.values_list(
        "key", "original", "currency", "stage", "is_current"
    ).get()
    assert stored == (amount_of(commitment).key, 3_000_000, "USD", "pledged", True)
    assert not bank.is_asked


def test_refusal_stores_no_sum(commitment):
    ask(commitment)

    answer(commitment, confirms=False)

    assert not ConfirmedSum.objects.exists()


def test_sum_that_changed_while_the_page_was_open_is_refused(client, commitment):
    ask(commitment)
    page = partner_page_url(bank_of(commitment), "en")
    shown = digest_of(sums_of(bank_of(commitment)))
    Amount.objects.filter(contributor_name=BANK).update(original=30_000_000)

    response = client.post(page, {"name": "Ada", "confirm": "1", "seen": shown})

    assert response.status_code == 409
    assert "the amounts were changed after you opened this page" in response.text
    assert f"give USD{NBSP}30,000,000" in response.text
    assert bank_of(commitment).answer == PartnerAnswer.INVITED
    assert not ConfirmedSum.objects.exists()


def test_page_without_sums_confirms_none(commitment):
    ask(commitment)

    with refused(SumsChanged):
        answer(commitment, seen="")


@pytest.mark.parametrize(
    ("change", "was_and_is"),
    [
        ({"original": "30000000"}, ("3,000,000", "30,000,000")),
        ({"original": "2000000"}, ("3,000,000", "2,000,000")),
        ({"stage": "firm"}, ("promised, not binding", "promised, binding")),
        ({"currency": "EUR"}, ("USD", "EUR")),
    ],
)
def test_other_sum_does_not_count_and_is_asked_about(commitment, change, was_and_is):
    confirmed(commitment)
    before = amount_of(commitment).contributor_answer
    was, now = was_and_is

    change_to(commitment, **change)

    bank, letter = bank_of(commitment), letters().last()
    assert (before, amount_of(commitment).contributor_answer) == (ContributorAnswer.CONFIRMED, "")
    assert (bank.answer, bank.asked_again_at) == (PartnerAnswer.CONFIRMED, LATER)
    assert letter.subject.startswith("Amounts changed, please answer")
    line = next(line for line in letter.body.splitlines() if line.startswith("- "))
    assert now in line.partition("(before")[0]
    assert was in line.partition("(before")[2]
    assert commitment.events.filter(kind=EventKind.PARTNER_INVITED).count() == 2


@pytest.mark.parametrize("change", [{"label": "Satellites"}, {"portions": []}])
def test_what_a_sum_is_for_may_change_without_a_new_question(commitment, change):
    confirmed(commitment)

    change_to(commitment, **change)

    assert amount_of(commitment).contributor_answer == ContributorAnswer.CONFIRMED
    assert letters().count() == 1


def test_partner_confirms_the_other_sum(commitment):
    confirmed(commitment)
    change_to(commitment, original="30000000")

    answer(commitment, at=LATER)

    bank = bank_of(commitment)
    assert amount_of(commitment).contributor_answer == ContributorAnswer.CONFIRMED
    assert (bank.answered_at, bank.asked_again_at) == (LATER, None)
    words = bank.confirmed_sums.order_by("original").values_list("original", "is_current")
    assert list(words) == [(3_000_000, False), (30_000_000, True)]


def test_partner_that_declines_the_other_sum_is_taken_out(commitment):
    confirmed(commitment)
    change_to(commitment, original="30000000")

    answer(commitment, confirms=False, at=LATER)

    assert bank_of(commitment).answer == PartnerAnswer.DECLINED
    assert amount_of(commitment).contributor_answer == ContributorAnswer.DECLINED
    contents = [version.content for version in commitment.versions.all()]
    assert [len(content["amounts"]) for content in contents] == [1, 1]


def test_other_sums_of_the_partner_stay_confirmed(commitment):
    other = AmountFactory(commitment=commitment, contributor_name=BANK, position=2, original=7)
    confirmed(commitment)

    change_to(commitment, original="30000000")

    other.refresh_from_db()
    assert other.contributor_answer == ContributorAnswer.CONFIRMED
    assert f"- **USD{NBSP}7** · promised, not binding (as you confirmed)" in letters().last().body


def test_first_sum_is_back_before_the_answer(commitment):
    confirmed(commitment)
    change_to(commitment, original="30000000")
    change_to(commitment, original="3000000")
    is_back = amount_of(commitment).contributor_answer, bank_of(commitment).asked_again_at

    change_to(commitment, at=MUCH_LATER, original="30000000")

    assert is_back == (ContributorAnswer.CONFIRMED, None)
    # The question about the first change waits no more, and the second change is asked about.
    assert [letter.status for letter in letters()][1:] == [
        MessageStatus.CANCELLED,
        MessageStatus.QUEUED,
    ]
    assert bank_of(commitment).is_asked


def test_word_for_a_sum_that_was_changed_and_confirmed_is_gone(commitment):
    confirmed(commitment)
    change_to(commitment, original="30000000")
    answer(commitment, at=LATER)

    change_to(commitment, at=MUCH_LATER, original="3000000")

    assert amount_of(commitment).contributor_answer == ""
    assert bank_of(commitment).is_asked


def test_word_of_one_organisation_is_none_of_another(commitment):
    confirmed(commitment)
    PartnerFactory(commitment=commitment, name="Ghost Fund", has_confirmed=True)

    change_to(commitment, contributor_name="Ghost Fund")

    assert commitment.amounts.get(position=1).contributor_answer == ""


def test_partner_that_has_not_answered_is_asked_again_with_the_other_sum(commitment):
    ask(commitment)
    Amount.objects.filter(contributor_name=BANK).update(original=4_000_000)

    asked = [ask(commitment, at=LATER), ask(commitment, at=LATER)]

    first, second = letters()
    assert [len(partners) for partners in asked] == [1, 0]
    assert (first.status, "4,000,000" in second.body) == (MessageStatus.CANCELLED, True)


def test_partner_without_an_address_is_not_asked(commitment):
    Partner.objects.update(contact_email="")

    assert ask(commitment) == []
    assert bank_of(commitment).answer == PartnerAnswer.NOT_INVITED


# The lead


def test_lead_asks_again_about_a_sum_after_a_day(person, commitment):
    confirmed(commitment)
    change_to(commitment, original="30000000")
    with refused(InvitedAlready, match="less than a day ago"):
        invite_partner(partner=bank_of(commitment), by=person, at=LATER)

    invite_partner(partner=bank_of(commitment), by=person, at=LATER + timedelta(days=1))

    assert letters().last().subject.startswith("Amounts changed")
    assert bank_of(commitment).asked_again_at == LATER + timedelta(days=1)


def test_lead_revokes_the_link_to_a_question_about_sums(person, commitment):
    confirmed(commitment)
    change_to(commitment, original="30000000")
    token = token_for_object(bank_of(commitment))

    revoke_invitation(partner=bank_of(commitment), by=person, at=LATER)

    with pytest.raises(InvalidLink):
        partner_of(token)


def test_staff_read_why_the_other_sum_does_not_count(commitment):
    confirmed(commitment)
    change_to(commitment, original="30000000")
    asked = [reason_in_words(each) for each in present_counting(commitment)]
    Partner.objects.update(asked_again_at=None)

    not_asked = [reason_in_words(each) for each in present_counting(commitment)]

    assert asked == ["", "Its contributor was asked about this sum, and has not answered yet."]
    assert not_asked == [
        "",
        "Its contributor has confirmed another sum, and was not asked about this one.",
    ]


# The migration


def test_migration_keeps_what_was_confirmed():
    migration = import_module("commitments.migrations.0015_sums_confirmed_so_far")
    member = MemberFactory(organisation_name=BANK, acronym="BOT")
    commitment = CommitmentFactory(status=CommitmentStatus.PUBLISHED)
    bank = PartnerFactory(commitment=commitment, name=BANK, member=member, has_confirmed=True)
    PartnerFactory(commitment=commitment, name="Ghost Fund", is_invited=True)
    kept = [
        AmountFactory(commitment=commitment, contributor=member),
        AmountFactory(commitment=commitment, contributor_name="bot"),
    ]
    AmountFactory(commitment=commitment, contributor_name="Ghost Fund", contributor_answer="")
    AmountFactory(commitment=commitment)
    AmountFactory(commitment=commitment, contributor=member, is_current=False)

    migration.write_sums(apps, None)
    migration.write_sums(apps, None)

    rows = ConfirmedSum.objects.order_by("pk").values_list("partner", "key", "original")
    assert list(rows) == [(bank.pk, each.key, each.original) for each in kept]
