from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from commitments.models import CommitmentStatus, Partner
from commitments.services.content import (
    TargetContent,
    as_json,
    content_of,
    from_json,
    write_content,
)
from tests.commitments.writing import KEYS, a_content
from tests.factories import NOON, CommitmentFactory, MemberFactory


@pytest.fixture
def content():
    schools = a_content().targets[0]
    prices = TargetContent(indicator="Prices published", is_yes_no=True, by=date(2027, 6, 1))
    return a_content(targets=(schools, prices))


def written(commitment, content):
    write_content(commitment, content, at=NOON)
    commitment.save()
    commitment.refresh_from_db()
    return content_of(commitment)


def test_part_that_a_published_commitment_leaves_out_stays_for_its_reports(content):
    commitment = CommitmentFactory(status=CommitmentStatus.PUBLISHED)
    written(commitment, content)
    shorter = replace(content, targets=content.targets[1:], places=())

    assert written(commitment, shorter) == shorter
    assert commitment.targets.filter(is_current=False).count() == 1
    assert written(commitment, content) == content


def test_part_that_is_left_out_before_publication_is_deleted(content):
    commitment = CommitmentFactory()
    written(commitment, content)

    written(commitment, replace(content, targets=content.targets[1:]))

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

    changed = replace(amount, original=Decimal(1))
    written(commitment, replace(content, amounts=(changed,)))
    assert commitment.amounts.get().usd is None


def test_content_with_a_member_as_new_partner_in_place_of_the_same_member_is_written():
    """A member is one current partner, also while its row is replaced."""
    other = MemberFactory()
    commitment = CommitmentFactory(status=CommitmentStatus.PUBLISHED)
    (partner,) = a_content().partners
    first = replace(partner, member=other.pk, name="Member")
    write_content(commitment, a_content(partners=(first,)), at=NOON)

    write_content(commitment, a_content(partners=(replace(first, key=KEYS[6]),)), at=NOON)

    current = Partner.objects.get(is_current=True)
    assert (current.key, current.member) == (KEYS[6], other)


def test_content_with_fields_of_a_later_release_is_read_without_them(content):
    stored = as_json(content, has_contacts=True) | {"later": "Text"}
    stored["targets"][0]["later"] = "Text"

    assert from_json(stored) == content
