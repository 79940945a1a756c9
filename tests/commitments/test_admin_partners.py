"""The list of partners for staff: the sums, the question and the answer of each."""

from datetime import timedelta

import pytest

from commitments.models import Amount, EventKind, Partner
from commitments.services.contributors import write_words
from commitments.services.given_sums import sums_of
from tests.commitments.register import published
from tests.eoi.form import words_of
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentEventFactory,
    FocusAreaFactory,
    PartnerFactory,
)
from tests.queries import queries_of
from tests.triage.staff import coordinator, signed_in

LIST = "/admin/commitments/partner/"


def a_partner(name, **facts):
    """A partner with a sum, of a commitment of its own."""
    commitment = published(title=f"Schools of {name}")
    AmountFactory(commitment=commitment, contributor_name=name, original=5)
    return PartnerFactory(commitment=commitment, name=name, **facts)


def names_in(response):
    return [partner.name for partner in response.context["cl"].result_list]


def test_list_says_what_each_partner_was_asked_and_answered(browser):
    bank = a_partner("Bank", has_confirmed=True, answered_by_name="Chen Wei")
    write_words(bank, (each.amount for each in sums_of(bank)))
    Amount.objects.update(original=6)
    Partner.objects.update(asked_again_at=NOON + timedelta(days=1))
    for _time in range(2):
        CommitmentEventFactory(
            commitment=bank.commitment, kind=EventKind.PARTNER_INVITED, note="Bank"
        )

    words = words_of(browser.get(LIST))

    assert f"{bank.commitment.reference} Schools of Bank" in words
    assert "USD 6 · promised, not binding" in words
    assert "not confirmed; confirmed before: USD 5 · promised, not binding" in words
    assert "Confirmed, and asked about other amounts" in words
    assert "Chen Wei" in words
    [shown] = browser.get(LIST).context["cl"].result_list
    assert shown.times == 2


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?answer=not_invited", ["New"]),
        ("?answer=invited", ["Asked"]),
        ("?answer=confirmed", ["Again", "Sure"]),
        ("?answer=asked_again", ["Again"]),
        ("?answer=declined", ["Never"]),
        ("?q=never", ["Never"]),
        ("?q=Schools of New", ["New"]),
    ],
)
def test_list_has_filters_by_answer_and_a_search(browser, query, names):
    a_partner("New")
    a_partner("Asked", is_invited=True)
    a_partner("Sure", has_confirmed=True)
    a_partner("Again", has_confirmed=True, asked_again_at=NOON)
    a_partner("Never", has_declined=True)

    assert sorted(names_in(browser.get(f"{LIST}{query}"))) == names


def test_list_is_empty_in_words(browser):
    assert "No partners. A partner appears here" in words_of(browser.get(LIST))
    assert "No matches." in words_of(browser.get(f"{LIST}?answer=declined"))


def test_coordinator_sees_partners_of_commitments_of_own_areas_only():
    area = FocusAreaFactory(number=2)
    own = a_partner("Own")
    own.commitment.focus_area = area
    own.commitment.save()
    other = a_partner("Other")
    browser = signed_in(coordinator(area))

    assert names_in(browser.get(LIST)) == ["Own"]
    assert browser.get(f"{LIST}{own.pk}/change/").status_code == 200
    assert browser.get(f"{LIST}{other.pk}/change/").status_code == 302


def test_list_takes_as_many_queries_for_five_partners_as_for_one(browser):
    a_partner("First", is_invited=True)
    one = queries_of(browser, LIST)
    for number in range(4):
        a_partner(f"Fund {number}", is_invited=True)

    assert queries_of(browser, LIST) == one
