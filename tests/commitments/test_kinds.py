import pytest

from commitments.models import Commitment, CommitmentStatus
from tests.commitments.kinds import commitments_of_all_kinds
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_commitments_of_all_kinds_are_of_one_lead_in_every_status():
    found = commitments_of_all_kinds()

    assert {status: row.status for status, row in found.items()} == {
        status: status for status in CommitmentStatus
    }
    assert Commitment.objects.count() == len(CommitmentStatus)
    assert len({row.lead for row in found.values()}) == 1
    published = found[CommitmentStatus.PUBLISHED]
    assert published.published_at < NOON
    assert (published.targets.count(), published.versions.count()) == (1, 1)
