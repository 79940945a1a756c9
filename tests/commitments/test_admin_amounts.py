"""The admin pages that say which amounts count."""

from datetime import date
from decimal import Decimal

import lxml.html
import pytest

from commitments.models import (
    CommitmentStatus,
    ContributorAnswer,
    CountingBy,
    NotCounted,
)
from tests.commitments.register import published
from tests.commitments.test_money import counting
from tests.eoi.form import words_of
from tests.factories import AmountFactory, CommitmentFactory, FocusAreaFactory
from tests.queries import queries_of
from tests.triage.staff import coordinator, signed_in, told

LIST = "/admin/commitments/amount/"
PAIRS = f"{LIST}double-counts/"


def page_of(amount):
    return f"{LIST}{amount.pk}/counting/"


def two(**facts):
    """Return two amounts that may be the same money."""
    first = AmountFactory(commitment=published(reference="C-FIRST1"))
    lead = first.commitment.lead
    return first, AmountFactory(commitment=published(reference="C-SECND2", lead=lead), **facts)


def answer(pair, keep):
    first, second = pair
    return {
        "first": first.pk,
        "second": second.pk,
        "first_version": first.commitment.version,
        "second_version": second.commitment.version,
        "keep": keep,
    }


def test_officer_says_where_an_amount_counts(browser):
    first, second = two()
    assert "C-SECND2" in words_of(browser.get(page_of(second)))

    done = browser.post(
        page_of(second),
        {"version": 1, "not_counted": "duplicate", "counted_in": " c-first1 ", "note": "Twice."},
        follow=True,
    )

    assert told(done) == ["The amount was changed. The figures follow."]
    assert counting(second) == (NotCounted.DUPLICATE, first.commitment, CountingBy.STAFF)
    assert second.commitment.events.get().note.endswith("\nTwice.")


@pytest.mark.parametrize(
    ("counted_in", "status", "error"),
    [
        ("", 422, "Enter the reference of the other commitment"),
        ("C-NOSUCH", 422, "There is no published commitment"),
        # What the service refuses.
        ("C-SECND2", 409, "no other amount"),
    ],
)
def test_wrong_answer_is_shown_again_with_its_error(counted_in, status, error, browser):
    _first, second = two()
    typed = {"not_counted": "joint", "counted_in": counted_in, "note": "Kept."}

    page = browser.post(page_of(second), {"version": 1, **typed})

    assert page.status_code == status
    assert error in words_of(page)
    assert "Kept." in page.text
    assert counting(second) == ("", None, "")


def test_coordinator_sees_the_amounts_of_own_areas_only():
    area = FocusAreaFactory(number=2)
    own = AmountFactory(commitment=published(focus_area=area))
    AmountFactory(commitment=CommitmentFactory(status="draft", focus_area=area))
    other = AmountFactory(commitment=published())
    browser = signed_in(coordinator(area))

    assert list(browser.get(LIST).context["cl"].queryset) == [own]
    assert browser.get(f"{LIST}{other.pk}/change/").status_code == 302


def test_dollars_are_written_like_the_amount_in_the_list_and_on_the_page(browser):
    amount = AmountFactory(
        commitment=published(),
        usd=Decimal("12195121.95"),
        rate=Decimal("25.42"),
        rate_month=date(2026, 11, 1),
        rate_source="UN",
    )

    assert "USD 12,195,121.95" in words_of(browser.get(LIST))
    assert "USD 12,195,121.95" in words_of(browser.get(f"{LIST}{amount.pk}/change/"))


@pytest.mark.parametrize(
    ("keep", "first_counts", "second_counts"),
    [("both", True, True), ("first", True, False), ("second", False, True)],
)
def test_officer_says_which_of_two_amounts_count(keep, first_counts, second_counts, browser):
    pair = two()
    assert "C-FIRST1 · C-SECND2" in words_of(browser.get(PAIRS))

    done = browser.post(PAIRS, answer(pair, keep), follow=True)

    assert told(done) == ["Saved. The figures follow."]
    assert [not counting(amount)[0] for amount in pair] == [first_counts, second_counts]
    assert "None." in words_of(done)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"keep": "neither"}, 422),
        ({"first": ""}, 422),
        ({"first": 0}, 404),
        ({"second_version": 7}, 409),
    ],
)
def test_wrong_answer_about_two_amounts_changes_nothing(changes, status, browser):
    pair = two()

    page = browser.post(PAIRS, {**answer(pair, "both"), **changes})

    assert page.status_code == status
    assert [counting(amount) for amount in pair] == [("", None, ""), ("", None, "")]


def test_list_of_pairs_does_not_grow_in_queries(browser):
    lead = two()[0].commitment.lead
    browser.get(PAIRS)
    for_one = queries_of(browser, PAIRS)
    AmountFactory(commitment=published(lead=lead))

    assert queries_of(browser, PAIRS) == for_one
    assert len(browser.get(PAIRS).context["pairs"]) == 3


def lost(**facts):
    """Return an amount that counts in a commitment which was replaced by a third one."""
    old, amount = two(not_counted=NotCounted.DUPLICATE, **facts)
    new = AmountFactory(commitment=published(reference="C-THIRD3"), currency="EUR")
    amount.counted_in = old.commitment
    amount.save()
    commitment = old.commitment
    commitment.status, commitment.superseded_by = CommitmentStatus.SUPERSEDED, new.commitment
    commitment.save()
    return amount, new.commitment


@pytest.mark.parametrize("where", ["here", "successor"])
def test_officer_says_where_money_counts_that_counted_nowhere(where, browser):
    amount, new = lost()
    words = words_of(browser.get(PAIRS))
    assert "It counts in C-FIRST1, which was replaced by C-THIRD3." in words

    facts = {"amount": amount.pk, "version": 1, "where": where}
    done = browser.post(PAIRS, facts, follow=True)

    assert told(done) == ["Saved. The figures follow."]
    expected = ("", None) if where == "here" else (NotCounted.DUPLICATE, new)
    assert counting(amount) == (*expected, CountingBy.STAFF)
    assert done.context["lost_amounts"] == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [({"where": "nowhere"}, 422), ({"amount": 0}, 404), ({"version": 7}, 409)],
)
def test_wrong_answer_about_lost_money_changes_nothing(changes, status, browser):
    amount, _new = lost()
    before = counting(amount)

    page = browser.post(PAIRS, {"amount": amount.pk, "version": 1, "where": "here", **changes})

    assert (page.status_code, counting(amount)) == (status, before)


def test_front_page_counts_what_may_count_twice_or_nowhere(browser):
    lost()
    two_more = AmountFactory(commitment=published(), original=9)
    AmountFactory(commitment=published(lead=two_more.commitment.lead), original=9)

    assert "Money that may count twice, or nowhere: 2" in words_of(browser.get("/admin/"))
    observing = signed_in(coordinator(FocusAreaFactory(number=2)))
    assert "Money that may count" not in words_of(observing.get("/admin/"))


# Amounts of other organisations


def of_others():
    """Amounts of other organisations in published commitments, which answered differently."""
    for name, answer in (
        ("BEFORE", ContributorAnswer.NOT_ASKED),
        ("CONFIR", ContributorAnswer.CONFIRMED),
        ("WAITS1", ""),
    ):
        facts = {"contributor_name": f"Fund {name}", "contributor_answer": answer}
        AmountFactory(commitment=published(reference=f"C-{name}"), **facts)


def references_in(page):
    return [amount.commitment.reference for amount in page.context["cl"].result_list]


def test_desk_lists_amounts_that_count_although_nobody_asked_their_contributors(browser):
    of_others()
    AmountFactory(commitment=published())
    AmountFactory(commitment=CommitmentFactory(), contributor_name="B", contributor_answer="")
    page = lxml.html.fromstring(browser.get(LIST).text)

    before, waiting = (
        browser.get(f"{LIST}{link.get('href').removeprefix(LIST)}")
        for text in (
            "Amounts that count although nobody asked their contributors",
            "Amounts that their contributors have not confirmed",
        )
        for link in page.xpath(f'//a[text()="{text}"]')
    )

    assert references_in(before) == ["C-BEFORE"]
    assert "Fund BEFORE" in words_of(before)
    assert references_in(waiting) == ["C-WAITS1"]


def test_list_of_contributors_takes_as_many_queries_for_more_rows(browser):
    address = f"{LIST}?contributor=waits"
    of_others()
    browser.get(address)
    number = queries_of(browser, address)
    for _n in range(3):
        commitment = published()
        AmountFactory(commitment=commitment, contributor=commitment.lead, contributor_answer="")
        AmountFactory(commitment=published(), contributor_name="B", contributor_answer="")

    assert queries_of(browser, address) == number
    assert len(references_in(browser.get(address))) == 4
