from datetime import date
from decimal import Decimal

import pytest

from commitments.models import CommitmentStatus, Instrument, NotCounted, PartnerRole, Stage
from commitments.services.content import (
    AmountContent,
    Content,
    PartnerContent,
    PlaceContent,
    TargetContent,
    as_json,
    content_of,
    from_json,
    write_content,
)
from tests.factories import NOON, CommitmentFactory, MemberFactory, PillarFactory

pytestmark = pytest.mark.django_db


def stated(pillar, member):
    return Content(
        type="financial",
        title="Fibre for 1,200 schools",
        statement="We will connect 1,200 schools.",
        language="en",
        focus_area=pillar.focus_area_id,
        pillar=pillar.pk,
        starts=date(2026, 1, 1),
        ends=date(2028, 12, 31),
        novelty="expands",
        sdgs=(4, 9),
        topics=("schools",),
        publication_consent=True,
        targets=(
            TargetContent(
                indicator="Schools connected",
                unit="schools",
                baseline=Decimal("0.000"),
                value=Decimal("1200.000"),
                by=date(2028, 12, 31),
            ),
            TargetContent(indicator="Prices published", is_yes_no=True, by=date(2027, 6, 1)),
        ),
        places=(
            PlaceContent(country="MW", share=Decimal("60.00")),
            PlaceContent(region="AFR"),
            PlaceContent(),
        ),
        amounts=(
            AmountContent(
                contributor=member.pk,
                label="Free capacity",
                instrument=Instrument.IN_KIND,
                original=Decimal("6250000.500"),
                currency="KWD",
                stage=Stage.FIRM,
                decided_on=date(2026, 3, 14),
                portions=((2026, "250000.500"), (2027, "6000000")),
                not_counted=NotCounted.CONDITIONAL,
            ),
        ),
        partners=(
            PartnerContent(member=member.pk, name="Zain", role=PartnerRole.CO_PLEDGER),
            PartnerContent(name="Schools", contact_email="a@example.org", role=PartnerRole.HOST),
        ),
    )


@pytest.fixture
def content():
    return stated(PillarFactory(), MemberFactory())


def written(commitment, content):
    write_content(commitment, content, at=NOON)
    commitment.save()
    commitment.refresh_from_db()
    return content_of(commitment)


def test_content_is_read_as_it_was_written(content):
    assert written(CommitmentFactory(), content) == content


def test_content_is_the_same_from_json_but_for_addresses_of_contacts(content):
    partners = tuple(
        PartnerContent(key=each.key, member=each.member, name=each.name, role=each.role)
        for each in content.partners
    )

    facts = as_json(content)

    assert "a@example.org" not in str(facts)
    assert from_json(facts) == Content(**{**vars(content), "partners": partners})


def test_part_that_a_published_commitment_leaves_out_stays_for_its_reports(content):
    commitment = CommitmentFactory(status=CommitmentStatus.PUBLISHED)
    written(commitment, content)
    shorter = Content(**{**vars(content), "targets": content.targets[1:], "places": ()})

    assert written(commitment, shorter) == shorter
    assert commitment.targets.filter(is_current=False).count() == 1
    assert written(commitment, content) == content


def test_part_that_is_left_out_before_publication_is_deleted(content):
    commitment = CommitmentFactory()
    written(commitment, content)

    written(commitment, Content(**{**vars(content), "targets": content.targets[1:]}))

    assert commitment.targets.count() == 1


def test_amount_keeps_its_us_dollars_until_money_currency_or_day_change(content):
    commitment = CommitmentFactory(status=CommitmentStatus.PUBLISHED)
    written(commitment, content)
    commitment.amounts.update(
        usd=Decimal(20000000), rate=Decimal("0.3"), rate_month=date(2026, 3, 1), rate_source="UN"
    )
    [amount] = content.amounts

    written(commitment, content)
    assert commitment.amounts.get().usd == Decimal(20000000)

    changed = AmountContent(**{**vars(amount), "original": Decimal(1)})
    written(commitment, Content(**{**vars(content), "amounts": (changed,)}))
    assert commitment.amounts.get().usd is None
