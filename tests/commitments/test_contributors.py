"""Money of another organisation counts once it has confirmed, and goes when it declines."""

import json
from dataclasses import replace
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from commitments.models import (
    Amount,
    CommitmentStatus,
    ContributorAnswer,
    CountingBy,
    NotCounted,
    Partner,
    PartnerAnswer,
    RegisterFigures,
    RetractedRow,
    Stage,
)
from commitments.services.change_decisions import accept_change, proposed_content
from commitments.services.content import PartnerContent, as_json, content_of, write_content
from commitments.services.contributors import write_words
from commitments.services.expected_counting import forecast
from commitments.services.figures import refresh_figures, register_figures
from commitments.services.given_sums import digest_of, sums_of
from commitments.services.money import set_counting
from commitments.services.partners import answer_invitation
from commitments.services.publication import publish
from commitments.services.totals import totals
from tests.commitments.desk import proposed, sent
from tests.factories import (
    NOON,
    AmountFactory,
    CommitmentFactory,
    CommitmentVersionFactory,
    MemberFactory,
    PartnerFactory,
    UserFactory,
)

NBSP = "\N{NO-BREAK SPACE}"
GHOST = "Ghost Fibre Fund"


@pytest.fixture
def commitment():
    """A commitment that was sent, with money of its lead and of another organisation."""
    commitment = sent()
    AmountFactory(commitment=commitment, original=2_000_000)
    amount_of(commitment, GHOST, "5e9")
    return commitment


def amount_of(commitment, name, original):
    """An amount of another organisation, which has not answered."""
    return AmountFactory(
        commitment=commitment,
        position=commitment.amounts.count(),
        original=Decimal(original),
        contributor_name=name,
        contributor_answer="",
    )


def partner_named(commitment, name=GHOST, *, answer="is_invited", **facts):
    partner = PartnerFactory(commitment=commitment, name=name, **{answer: True}, **facts)
    if partner.answer == PartnerAnswer.CONFIRMED:
        write_words(partner, (each.amount for each in sums_of(partner)))
    return partner


def bank_of(commitment, **facts):
    """Return a member that gives the second amount, and its partnership."""
    bank = MemberFactory(status="admitted", organisation_name="Bank of Tests", acronym="BOT")
    commitment.amounts.filter(position=1).update(contributor=bank, contributor_name="")
    return bank, partner_named(commitment, "Bank of Tests", member=bank, **facts)


def accept(commitment, **changes):
    """Let staff accept a change of the lead."""
    change = proposed(commitment, **changes)
    accept_change(commitment, change=change, reason="Correction.", by=UserFactory(), at=NOON)


def ghost_of(commitment):
    return commitment.amounts.get(position=1)


def publish_it(commitment):
    publish(commitment, by=UserFactory(), at=NOON)
    commitment.refresh_from_db()


def answer(partner, *, confirms):
    partner = Partner.objects.select_related("commitment__lead", "member").get(pk=partner.pk)
    seen = digest_of(sums_of(partner))
    answer_invitation(partner=partner, confirms=confirms, name="Ada", seen=seen, at=NOON)


def pledged():
    found = totals(CommitmentFactory._meta.model.objects.all())
    return found.own.by_stage[Stage.PLEDGED].usd, dict(found.not_counted)


# What counts


@pytest.mark.parametrize(
    ("confirming", "expected"),
    [
        ([], (2_000_000, {})),
        (["Another Fund"], (2_000_000, {})),
        ([GHOST], (5_002_000_000, {})),
    ],
)
def test_money_counts_if_its_contributor_is_a_partner_that_confirmed(
    commitment, confirming, expected
):
    for name in confirming:
        answer(partner_named(commitment, name), confirms=True)

    publish_it(commitment)
    refresh_figures(at=NOON)

    figures = register_figures().everything.totals
    assert pledged() == expected
    assert (figures.own.by_stage[Stage.PLEDGED].usd, figures.not_counted) == expected


def test_money_counts_from_the_moment_when_its_contributor_confirms(commitment):
    partner = partner_named(commitment, "ghost FIBRE fund")
    publish_it(commitment)
    before = pledged()

    answer(partner, confirms=True)

    assert before == (2_000_000, {})
    assert pledged() == (5_002_000_000, {})


def test_member_is_found_by_its_key_and_by_its_acronym(commitment):
    amount_of(commitment, "B.O.T.", 7)
    amount_of(commitment, "bot", 9)
    bank_of(commitment, answer="has_confirmed")

    publish_it(commitment)

    assert pledged() == (5_002_000_009, {})


def test_staff_cannot_count_what_nobody_confirmed(commitment):
    publish_it(commitment)

    set_counting(ghost_of(commitment), not_counted="", by=UserFactory(), at=NOON)

    assert ghost_of(commitment).counting_by == CountingBy.STAFF
    assert pledged() == (2_000_000, {})


def test_reason_that_the_lead_states_comes_first(commitment):
    Amount.objects.filter(position=1).update(not_counted=NotCounted.ANNOUNCED_BEFORE)
    partner_named(commitment, answer="has_confirmed")

    publish_it(commitment)

    assert pledged() == (2_000_000, {NotCounted.ANNOUNCED_BEFORE: 1})


def test_partner_that_the_lead_leaves_out_no_longer_confirms(commitment):
    partner_named(commitment, answer="has_confirmed")
    publish_it(commitment)
    before = pledged()

    accept(commitment, partners=[])

    assert before == (5_002_000_000, {})
    assert pledged() == (2_000_000, {})


# Published before contributors were asked


@pytest.mark.parametrize(
    ("change", "counts"),
    [({"label": "Fibre"}, True), ({"original": "6000000000"}, False), ({"stage": "firm"}, False)],
)
def test_amount_from_before_counts_no_longer_if_its_money_changes(commitment, change, counts):
    Amount.objects.filter(position=1).update(contributor_answer=ContributorAnswer.NOT_ASKED)
    publish_it(commitment)
    assert pledged() == (5_002_000_000, {})
    amounts = as_json(content_of(commitment))["amounts"]
    amounts[1] |= change

    accept(commitment, amounts=amounts)

    assert pledged()[0] == (5_002_000_000 if counts else 2_000_000)


# A partner declines


def public_texts(commitment):
    """What everybody can read of the money of a commitment, by address."""
    client, reference = Client(), commitment.reference
    addresses = [
        f"/en/commitments/{reference}/",
        f"/en/commitments/{reference}/versions/1/",
        f"/data/commitments/{reference}.json",
        f"/data/commitments/{reference}.xml",
        "/data/amounts.csv",
        "/data/amounts.json",
        "/data/partners.csv",
        "/data/commitments.xml",
    ]
    return {address: client.get(address).content.decode() for address in addresses}


def test_refusal_takes_name_and_amount_out_of_all_that_is_public(commitment):
    partner = partner_named(commitment)
    publish_it(commitment)
    accept(commitment, title="Another title")
    before = public_texts(commitment)
    key = ghost_of(commitment).key

    answer(partner, confirms=False)

    # It was named as partner, but not as giver.
    assert [address for address, text in before.items() if GHOST in text] == [
        f"/en/commitments/{commitment.reference}/",
        f"/en/commitments/{commitment.reference}/versions/1/",
        f"/data/commitments/{commitment.reference}.json",
        f"/data/commitments/{commitment.reference}.xml",
        "/data/partners.csv",
        "/data/commitments.xml",
    ]
    assert [
        address
        for address, text in public_texts(commitment).items()
        if GHOST in text or "5000000000" in text or "5,000,000,000" in text
    ] == []
    stored = json.dumps([each.content for each in commitment.versions.all()])
    assert commitment.versions.count() == 2
    assert GHOST not in stored
    assert str(key) not in stored
    assert pledged() == (2_000_000, {})
    retracted = RetractedRow.objects.order_by("table").values_list("table", "key")
    assert list(retracted) == [("amounts", key), ("partners", partner.key)]
    lines = Client().get("/data/retractions.csv").content.decode().splitlines()
    assert f"{commitment.reference},amounts,{key},2021-10-25" in lines


def test_refusal_leaves_other_money_and_partners_alone(commitment):
    declined = partner_named(commitment)
    other = partner_named(commitment, "Schools for Everyone")
    amount_of(commitment, "Schools for Everyone", 3)
    publish_it(commitment)

    answer(declined, confirms=False)

    version = commitment.versions.get().content
    assert [each["key"] for each in version["partners"]] == [str(other.key)]
    assert [each["original"] for each in version["amounts"]] == ["2000000.000", "3.000"]
    assert pledged() == (2_000_000, {})


@pytest.mark.parametrize("is_partner_left_out", [False, True])
def test_what_was_declined_before_the_publication_is_never_published(
    commitment, is_partner_left_out
):
    answer(partner_named(commitment), confirms=False)
    if is_partner_left_out:
        write_content(commitment, replace(content_of(commitment), partners=()), at=NOON)

    publish_it(commitment)

    assert ghost_of(commitment).contributor_answer == ContributorAnswer.DECLINED
    assert GHOST not in json.dumps(commitment.versions.get().content)
    assert GHOST not in "".join(public_texts(commitment).values())
    # Nobody has it.
    assert not RetractedRow.objects.exists()


def test_partner_that_is_named_again_and_confirms_gives_its_money(commitment):
    answer(partner_named(commitment), confirms=False)
    content = replace(content_of(commitment), partners=(PartnerContent(name=GHOST, role="host"),))
    write_content(commitment, content, at=NOON)
    again = commitment.partners.get(is_current=True)
    Partner.objects.filter(pk=again.pk).update(answer=PartnerAnswer.INVITED, invited_at=NOON)
    publish_it(commitment)
    before = GHOST in "".join(public_texts(commitment).values())

    answer(again, confirms=True)

    assert (before, pledged()) == (False, (5_002_000_000, {}))
    assert GHOST in "".join(public_texts(commitment).values())


# Before staff publish


def test_forecast_says_how_much_would_count_and_how_much_waits_and_why(commitment):
    other = partner_named(commitment, "Schools for Everyone")
    for name in ("Schools for Everyone", "Lost Fund"):
        amount_of(commitment, name, 3)
    answer(partner_named(commitment, "Lost Fund"), confirms=False)
    AmountFactory(commitment=commitment, position=4, original=1, not_counted=NotCounted.DUPLICATE)
    rows = list(commitment.amounts.order_by("pk").values())

    found = forecast(commitment, content_of(commitment))

    assert found.sums == [f"USD{NBSP}2,000,000 · Pledged"]
    assert [(each.amount, each.contributor, each.reason) for each in found.waiting] == [
        (
            f"USD{NBSP}5,000,000,000 · Pledged",
            GHOST,
            "Its contributor is not named as partner, so nobody asked it.",
        ),
        (f"USD{NBSP}3 · Pledged", other.name, "Its contributor has not answered yet."),
        (
            f"USD{NBSP}3 · Pledged",
            "Lost Fund",
            "Its contributor has declined. Its name and the amount are not published.",
        ),
    ]
    assert [each.reason for each in found.not_counted] == ["The same money as another amount"]
    assert list(commitment.amounts.order_by("pk").values()) == rows


def test_forecast_is_what_the_publication_decides(commitment):
    commitment.conditions = "If the budget passes"
    commitment.save()
    AmountFactory(commitment=commitment, position=2, original=3, stage=Stage.PAID)

    found = forecast(commitment, content_of(commitment))
    publish_it(commitment)

    assert found.sums == [f"USD{NBSP}3 · Paid"]
    assert [each.reason for each in found.not_counted] == ["Depends on others"] * 2
    assert [each.not_counted for each in commitment.amounts.order_by("position")] == [
        NotCounted.CONDITIONAL,
        NotCounted.CONDITIONAL,
        "",
    ]


def test_forecast_of_a_change_has_its_amounts_and_partners(commitment):
    publish_it(commitment)
    amounts = as_json(content_of(commitment))["amounts"]
    amounts[0]["original"] = "9"
    change = proposed(commitment, amounts=amounts)

    found = forecast(commitment, proposed_content(commitment, change))

    assert found.sums == [f"USD{NBSP}9 · Pledged"]
    assert [each.contributor for each in found.waiting] == [GHOST]
    assert commitment.amounts.get(position=0).original == 2_000_000


# Beside the release before


def test_release_before_can_read_the_figures(commitment):
    publish_it(commitment)

    refresh_figures(at=NOON)

    known = {"announced_before", "joint", "duplicate", "conditional"}
    cells = RegisterFigures.objects.get().figures["everything"]["all"]
    assert set(cells["not_counted"]) <= known
    assert cells["not_counted"] == {}


def test_figures_of_the_release_before_are_read():
    cell = {"commitments": 1, "not_disclosed": 0, "not_counted": {}, "by_stage": {}}
    RegisterFigures.objects.create(
        pk=1,
        figures={"everything": {"all": {**cell, "not_converted": []}}},
        as_of=NOON,
    )

    assert register_figures().everything.totals.not_counted == {}


# The migration


def test_migration_writes_what_contributors_answered_so_far():
    migration = import_module("commitments.migrations.0004_answers_of_contributors")
    member = MemberFactory(organisation_name="Bank of Tests")
    public = CommitmentFactory(status=CommitmentStatus.PUBLISHED)
    waiting = CommitmentFactory()
    partner_named(public, "Bank of Tests", member=member, answer="has_confirmed")
    gone = partner_named(public, answer="has_declined")
    facts = {"contributor_answer": ""}
    AmountFactory(commitment=public, contributor=None)
    AmountFactory(commitment=public, contributor=member, **facts)
    ghost = AmountFactory(commitment=public, contributor_name=GHOST, **facts)
    AmountFactory(commitment=public, contributor_name="Lost Fund", **facts)
    AmountFactory(commitment=waiting, contributor_name="Lost Fund", **facts)
    version = CommitmentVersionFactory(commitment=public)

    migration.write_answers(apps, None)
    migration.write_answers(apps, None)

    answers = Amount.objects.order_by("pk").values_list("contributor_answer", flat=True)
    assert list(answers) == ["", "confirmed", "declined", "not_asked", ""]
    version.refresh_from_db()
    assert [each["contributor_name"] for each in version.content["amounts"]] == [
        "",
        "",
        "Lost Fund",
    ]
    assert [each["name"] for each in version.content["partners"]] == ["Bank of Tests"]
    retracted = RetractedRow.objects.order_by("table").values_list("table", "key")
    assert list(retracted) == [("amounts", ghost.key), ("partners", gone.key)]


def test_migration_marks_a_partner_that_is_named_again():
    migration = import_module("commitments.migrations.0004_answers_of_contributors")
    commitment = CommitmentFactory()
    partner_named(commitment, is_current=False, answer="has_declined")
    again, other = partner_named(commitment), partner_named(commitment, "Another Fund")

    migration.write_answers(apps, None)

    again.refresh_from_db()
    other.refresh_from_db()
    assert (again.declined_before, other.declined_before) == (True, False)
