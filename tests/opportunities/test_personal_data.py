"""What stays of needs, offers and contacts when a person or an organisation is erased."""

import pytest

from members.models import Member
from opportunities.models import Contact, NoDigest, Opportunity, OpportunityStatus
from privacy.services.erasure import erase_organisation, erase_person
from tests.factories import (
    NOON,
    ContactFactory,
    FocalPointFactory,
    MemberFactory,
    NoDigestFactory,
    OpportunityFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    """Return a focal point of an admitted member."""
    member = MemberFactory(status="admitted")
    return FocalPointFactory(
        member=member, given_name="Amina", family_name="Diallo", email="amina@example.org"
    )


def test_published_need_of_an_erased_organisation_stays_and_its_messages_do_not(person):
    facts = {"member": person.member, "text": "We look for 40 laptops."}
    OpportunityFactory(status="open", **facts)
    OpportunityFactory(status="sent", **facts)
    ContactFactory(member=person.member, message="We can come in May.")
    ContactFactory(opportunity__member=person.member, message="Of another member.")

    erase_organisation(member=person.member, by=UserFactory(), at=NOON)

    texts = Opportunity.objects.filter(member=person.member, contacts=None).order_by("pk")
    messages = Contact.objects.order_by("pk").values_list("message", flat=True)
    assert [each.text for each in texts] == ["We look for 40 laptops.", "[erased]"]
    assert [*messages] == ["[erased]", "Of another member."]


def test_erased_person_leaves_what_the_organisation_wrote_without_the_name(person):
    named = {"sent_by": person, "sent_by_name": person.full_name}
    opportunity = OpportunityFactory(
        member=person.member, saved_by_name=person.full_name, text="We look for laptops.", **named
    )
    contact = ContactFactory(member=person.member, message="We can come in May.", **named)
    answered = ContactFactory(
        opportunity=opportunity,
        status="declined",
        sent_by_name="Grace Hopper",
        answered_by=person,
        answered_by_name=person.full_name,
    )
    NoDigestFactory(focal_point=person)
    # Whoever has a role in a member cannot be erased.
    Member.objects.filter(pk=person.member_id).update(status="withdrawn", withdrawn_at=NOON)

    erase_person(address=person.email, by=UserFactory(), at=NOON)

    for row in (opportunity, contact, answered):
        row.refresh_from_db()
    assert (opportunity.sent_by_name, opportunity.text) == ("[erased]", "We look for laptops.")
    assert "Diallo" not in opportunity.saved_by_name
    assert (contact.sent_by_name, contact.message) == ("[erased]", "We can come in May.")
    assert (answered.sent_by_name, answered.answered_by_name) == ("Grace Hopper", "[erased]")
    assert list(NoDigest.objects.all()) == []
    assert opportunity.status == OpportunityStatus.OPEN
