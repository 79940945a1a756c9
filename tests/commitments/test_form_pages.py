"""The pages on which a lead writes a commitment: kept, checked and sent."""

import pytest

from commitments.models import Commitment, CommitmentStatus
from outbox.models import Message
from tests.commitments.writing import a_lead, draft_of
from tests.participation.people import signed_in_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db):
    return a_lead()


@pytest.fixture
def mine(person):
    return signed_in_as(person)


@pytest.mark.parametrize("part", ["what", "targets", "places", "money", "partners", "more"])
def test_each_part_opens(mine, person, part):
    draft = draft_of(person)

    response = mine.get(f"/en/my/commitments/{draft.reference}/edit/{part}/")

    assert response.status_code == 200


def test_draft_is_read_and_sent(mine, person):
    draft = draft_of(person)
    address = f"/en/my/commitments/{draft.reference}/check/"
    page = mine.get(address)
    form = page.context["form"]

    response = mine.post(
        address,
        {
            "version": form["version"].value(),
            "seen": form["seen"].value(),
            "publication_consent": "on",
        },
    )

    assert response.status_code == 302, response.context["form"].errors
    commitment = Commitment.objects.get()
    assert commitment.status == CommitmentStatus.SUBMITTED
    assert Message.objects.count() == 2
    assert mine.get(response["Location"]).status_code == 200
