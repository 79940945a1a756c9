"""The page of a commitment: what everybody may read, and what nobody may."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import lxml.html
import pytest
from pytest_django.asserts import assertContains, assertNotContains

from commitments.models import (
    PUBLIC,
    Commitment,
    CommitmentStatus,
    Condition,
    HostAnswer,
    Instrument,
    NotCounted,
    PartnerRole,
    ReportStatus,
    Stage,
)
from commitments.services.commitment_page import commitment_page, public_commitment
from commitments.services.content import as_json, content_of
from members.services.countries import name_of
from tests.commitments.register import in_dollars, listed_member, published, report_of
from tests.commitments.test_register_pages import text_of, weight_of
from tests.factories import (
    NOON,
    AcknowledgementFactory,
    AmountFactory,
    CommitmentFactory,
    CommitmentVersionFactory,
    MemberFactory,
    PartnerFactory,
    PlaceFactory,
    ReportFactory,
    TargetFactory,
    UserFactory,
)

REFERENCE = "C-SCH001"
PAGE = f"/en/commitments/{REFERENCE}/"
SECRET = "Zyxwvut"
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def commitment():
    return published(
        reference=REFERENCE,
        title="Fibre to schools",
        lead=listed_member(organisation_name="Liquid", slug="liquid"),
    )


def page_of(reference=REFERENCE, *, at=NOON):
    return commitment_page(public_commitment(reference), at=at)


@pytest.mark.parametrize("status", sorted(set(CommitmentStatus) - set(PUBLIC)))
def test_commitment_that_is_not_public_does_not_exist_for_anybody(client, status):
    lead = listed_member()
    CommitmentFactory(reference=REFERENCE, status=status, lead=lead)
    addresses = [PAGE, f"{PAGE}versions/1/"]

    answers = [client.get(address).status_code for address in addresses]
    client.force_login(UserFactory(is_superuser=True))
    answers += [client.get(address).status_code for address in addresses]

    assert set(answers) == {404}


@pytest.mark.parametrize("status", PUBLIC)
def test_public_commitment_keeps_its_page(client, status):
    CommitmentFactory(reference=REFERENCE, status=status, reason="It <b>failed</b>.", ended_at=NOON)

    response = client.get(PAGE)

    told = {
        CommitmentStatus.PUBLISHED: "",
        CommitmentStatus.ENDED: "This commitment ended on 25 October 2021.",
        CommitmentStatus.WITHDRAWN: "This commitment was withdrawn. It &lt;b&gt;failed&lt;/b&gt;.",
        CommitmentStatus.SUPERSEDED: "Another commitment has replaced this one.",
    }
    assert told[status] in text_of(response)
    assert response.status_code == 200


def test_superseded_and_successor_lead_to_each_other(client, commitment):
    CommitmentFactory(
        reference="C-OLD001", status=CommitmentStatus.SUPERSEDED, superseded_by=commitment
    )

    assertContains(client.get("/en/commitments/C-OLD001/"), f'href="{PAGE}"')
    assertContains(client.get(PAGE), 'href="/en/commitments/C-OLD001/"')


def test_nothing_that_is_not_public_is_on_the_page(client, commitment):
    PartnerFactory(commitment=commitment, name="Named", contact_email=f"{SECRET}@example.org")
    PartnerFactory(commitment=commitment, name=f"{SECRET} declined", has_declined=True)
    Commitment.objects.update(typed={"title": SECRET})
    CommitmentVersionFactory(commitment=commitment)
    waiting = {"narrative": SECRET, "question": SECRET}
    ReportFactory(commitment=commitment, status=ReportStatus.SENT, **waiting)
    report_of(commitment, due_on=date(2020, 1, 1), sent_by_name=SECRET, question=SECRET)
    for name, answer in (("Regulator", HostAnswer.KNOWS), (SECRET, HostAnswer.DOES_NOT_KNOW)):
        AcknowledgementFactory(
            commitment=commitment,
            member=MemberFactory(organisation_name=name),
            answer=answer,
            note=SECRET,
            answered_at=NOON,
            answered_by_name=SECRET,
        )

    for address in (PAGE, f"{PAGE}versions/1/"):
        response = client.get(address)
        assertNotContains(response, SECRET)
        assertContains(response, "Named")


def test_hosts_say_what_they_support_and_who_has_not_answered(client, commitment):
    AcknowledgementFactory(
        commitment=commitment,
        country="MW",
        member=MemberFactory(organisation_name="MACRA"),
        answer=HostAnswer.SUPPORTS,
        answered_at=NOON,
    )
    AcknowledgementFactory(
        commitment=commitment, country="ZM", member=MemberFactory(organisation_name="ZICTA")
    )
    AcknowledgementFactory(
        commitment=commitment, country="KE", answer=HostAnswer.KNOWS, answered_at=NOON
    )

    text = text_of(client.get(PAGE))

    assert "Acknowledged by the host, 25 October 2021 Malawi supports it ( MACRA )." in text
    assert "Kenya knows of it" in text
    assert "Zambia (ZICTA): asked on 25 October 2021, no answer yet." in text


def test_partners_are_confirmed_or_only_named(commitment):
    PartnerFactory(
        commitment=commitment,
        member=listed_member(organisation_name="Agreed", slug="agreed"),
        role=PartnerRole.CO_PLEDGER,
        has_confirmed=True,
    )
    PartnerFactory(
        commitment=commitment,
        member=listed_member(organisation_name="Silent", slug="silent", publication_consent=False),
        is_invited=True,
    )

    shown = [(each.name, each.slug, each.is_confirmed) for each in page_of().partners]

    assert shown == [("Agreed", "agreed", True), ("Silent", "", False)]


def test_lead_is_a_link_if_it_is_listed(client, commitment):
    assertContains(
        client.get(PAGE), '<a href="/en/members/liquid/"><bdi>Liquid</bdi></a>', html=True
    )

    commitment.lead.publication_consent = False
    commitment.lead.save()

    response = client.get(PAGE)
    assertContains(response, "<bdi>Liquid</bdi>", html=True)
    assertNotContains(response, "/en/members/liquid/")


def facts_shown(client):
    """Return the facts directly under the title, and those beside the text, each as one line."""
    page = lxml.html.fromstring(client.get(PAGE).content)
    return [
        [" ".join(" ".join(row.itertext()).split()) for row in page.xpath(f"{place}/div")]
        for place in ("//h1/following-sibling::*[1]/self::dl", "//aside/dl")
    ]


def test_lead_places_end_and_focus_area_stand_under_the_title_and_nowhere_else(client, commitment):
    commitment.ends = date(2029, 12, 31)
    commitment.save()
    for country in ("MW", "ZM"):
        PlaceFactory(commitment=commitment, country=country)

    head, beside = facts_shown(client)

    assert head == [
        "Led by Liquid",
        "Where Malawi, Zambia",
        "By 31 December 2029",
        "Focus area Connecting People Everywhere",
    ]
    said_twice = ("Led by", "Where", "Ends", "Focus area")
    assert [fact for fact in beside if fact.startswith(said_twice)] == []


def test_many_places_are_counted_under_the_title_and_named_beside_the_text(client, commitment):
    countries = ("MW", "ZM", "NE", "TD", "ML", "KE", "RW", "UG", "BI")
    for country in countries:
        PlaceFactory(commitment=commitment, country=country)

    head, beside = facts_shown(client)

    assert head[1] == "Where 9 countries in the region Africa"
    [named] = [fact for fact in beside if fact.startswith("Where")]
    assert named == f"Where {', '.join(name_of(country) for country in countries)}"


def test_each_amount_says_whether_it_counts_and_where_else(client, commitment):
    other, hidden = published(reference="C-OTHER1"), CommitmentFactory(status="approved")
    elsewhere = {"not_counted": NotCounted.DUPLICATE, "counted_in": hidden}
    of_lead = {"contributor": commitment.lead, "stage": Stage.FIRM}
    AmountFactory(commitment=other, **of_lead, **in_dollars(7))
    facts = {"commitment": commitment, "instrument": Instrument.GRANT}
    AmountFactory(
        **facts,
        position=1,
        currency="ZAR",
        original=Decimal("171000000.50"),
        usd=Decimal("9100585.44"),
        rate=Decimal("18.79"),
        rate_month=date(2024, 3, 1),
        rate_source="UN operational rates",
        decided_on=date(2024, 3, 14),
    )
    AmountFactory(
        **facts, position=2, not_counted=NotCounted.JOINT, counted_in=other, stage=Stage.FIRM
    )
    AmountFactory(**facts, position=3, not_counted=NotCounted.ANNOUNCED_BEFORE)
    AmountFactory(**facts, position=4, currency="ETB", contributor_name="Ministry")
    AmountFactory(**facts, position=5, is_current=False)
    AmountFactory(**facts, position=7, **elsewhere)
    report = report_of(commitment, paid=12, paid_currency="USD", paid_until=date(2026, 9, 30))
    AmountFactory(**facts, position=6, stage=Stage.PAID, report=report, **in_dollars(12))

    page = page_of()

    assert [
        (each.label, each.contributor, each.stage, each.original, each.counted, each.counted_in)
        for each in page.amounts
    ] == [
        ("Grant", "", "Pledged, 14 Mar 2024", f"ZAR{NBSP}171,000,000.50", "Yes", ""),
        (
            *("Grant", "", "Firm", f"USD{NBSP}1,000,000"),
            *("No: Counted in a joint commitment", "C-OTHER1"),
        ),
        ("Grant", "", "Pledged", f"USD{NBSP}1,000,000", "No: Announced before", ""),
        (
            *("Grant", "Ministry", "Pledged", f"ETB{NBSP}1,000,000"),
            *("Yes, in its own currency: there is no rate", ""),
        ),
        ("Paid so far, as reported", "", "Paid, to 30 Sep 2026", f"USD{NBSP}12", "Yes", ""),
        (
            *("Grant", "", "Pledged", f"USD{NBSP}1,000,000"),
            *("No: The same money as another amount", ""),
        ),
    ]
    assert page.rates == ["ZAR at 18.79 to the US dollar, March 2024: UN operational rates."]
    assertContains(client.get(PAGE), 'href="/en/commitments/C-OTHER1/"')
    assertNotContains(client.get(PAGE), hidden.reference)


def test_amounts_of_a_withdrawn_commitment_do_not_count():
    AmountFactory(commitment=CommitmentFactory(reference=REFERENCE, status="withdrawn"))

    [amount] = page_of().amounts

    assert amount.counted == "No: the commitment is not in force"


def test_page_says_of_the_target_that_decides_what_was_due():
    commitment = published(
        reference=REFERENCE,
        condition=Condition.BEHIND,
        published_at=datetime(2021, 1, 1, 12, tzinfo=UTC),
    )
    milestones = [["2021-06-30", "400"], ["2022-06-30", "600"]]
    targets = [
        TargetFactory(commitment=commitment, position=number, milestones=milestones)
        for number in (0, 1)
    ]
    report_of(commitment, (targets[0], 400), (targets[1], 399), behind_reason="It snowed.")

    page = page_of()

    assert page.sentence == "399 of 1,000. Due by the milestone of 30 Jun 2021: 400."
    assert (page.chip.words, page.chip.reason, page.chip.language) == ("Behind", "It snowed.", "en")
    assert [each.standing.condition for each in page.progress] == [
        Condition.ON_COURSE,
        Condition.BEHIND,
    ]


def test_reports_and_hosts_are_told_newest_first(commitment):
    target = TargetFactory(commitment=commitment)
    for days in (1, 9):
        report_of(
            commitment,
            (target, Decimal(100 * days)),
            at=NOON + timedelta(days=days),
            links="https://example.org/a\njavascript:alert(1)",
        )
    AcknowledgementFactory(
        commitment=commitment, answer=HostAnswer.KNOWS, answered_at=NOON + timedelta(days=5)
    )

    page = page_of(at=NOON + timedelta(days=20))

    assert [item.on.day - 25 for item in page.news if item.on.month == 10] == [5, 1]
    assert [bool(item.report) for item in page.news] == [True, False, True]
    newest = page.news[0].report
    assert [(each.indicator, value) for each, value in newest.values] == [
        ("Teachers trained", "900")
    ]
    assert newest.links == ["https://example.org/a"]


def test_page_cites_the_newest_version_and_says_where_it_was_announced(client, commitment):
    commitment.announced_at_event = "the Roundtable"
    commitment.save()
    CommitmentVersionFactory(commitment=commitment, published_at=datetime(2022, 6, 7, tzinfo=UTC))
    CommitmentVersionFactory(
        commitment=commitment,
        number=2,
        reason="More schools.",
        published_at=datetime(2024, 3, 14, tzinfo=UTC),
    )

    text = text_of(client.get(PAGE))

    assert f"Cite as: Partner2Connect commitment {REFERENCE}, version 2, 14 March 2024." in text
    assert "Version 1, announced at the Roundtable on 7 June 2022" in text


def test_old_version_can_be_read_and_says_what_has_replaced_it(client, commitment):
    target = TargetFactory(commitment=commitment, value=1000)
    first = as_json(content_of(commitment))
    CommitmentVersionFactory(commitment=commitment, content=first)
    target.value = 1200
    target.save()
    commitment.title = "Fibre to more schools"
    commitment.save()
    CommitmentVersionFactory(
        commitment=commitment, number=2, content=as_json(content_of(commitment)), reason="More."
    )

    old, new = (client.get(f"{PAGE}versions/{number}/") for number in (1, 2))

    assert "This is an old version. Version 2 has replaced it." in text_of(old)
    assert "Title Fibre to schools" in text_of(old)
    assert "Teachers trained 1,000 people by 31 Dec 2028 at the start: 0 people" in text_of(old)
    assertContains(old, '<meta name="robots" content="noindex">')
    assert "This is the present version, as it was published." in text_of(new)
    assert "Why: More." in text_of(new)
    assert client.get(f"{PAGE}versions/3/").status_code == 404


def test_page_links_its_own_files(client, commitment):
    response = client.get(PAGE)

    for address in (f"/data/commitments/{REFERENCE}.json", f"/data/commitments/{REFERENCE}.xml"):
        assertContains(response, f'href="{address}"')
        # Read whole, so that the file is closed.
        assert REFERENCE in b"".join(client.get(address)).decode()


def test_page_with_the_longest_texts_is_light(client, commitment):
    commitment.title, commitment.statement = "W" * 200, "Supercalifragilistic " * 150
    commitment.save()
    for number in range(5):
        filled_target = TargetFactory(commitment=commitment, indicator=f"{'W' * 190} {number}")
        report_of(
            commitment,
            (filled_target, Decimal(number)),
            at=NOON + timedelta(days=number),
            narrative="Supercalifragilistic " * 200,
        )
    CommitmentVersionFactory(commitment=commitment)

    response = client.get(PAGE)

    assert (response.status_code, weight_of(response) < 40_000) == (200, True)
