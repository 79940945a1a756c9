"""A commitment that begins with an accepted contact, and what its publication ends."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertRedirects

from commitments.forms.commitment import form_for
from commitments.models import Commitment, CommitmentStatus, PartnerRole
from commitments.services.completeness import FormPart
from commitments.services.drafts import discard_typed
from members.models import Member
from members.services.undo import end_of_undo_period
from opportunities.models import Contact, ContactStatus, OpportunityStatus
from opportunities.services.committing import begin, close_committed
from opportunities.services.reader import Reader, link_to
from outbox.models import Message
from tests.factories import (
    NOON,
    CommitmentFactory,
    ContactFactory,
    FocusAreaFactory,
    OfferFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    PillarFactory,
)
from tests.opportunities.contacting import a_contact, a_person, events_of, leave, mail, text_of
from tests.refusals import refused

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
ACTION = "5b7e1f3e-6c3f-4d0e-8a2b-1c5d9e7f0a11"


def accepted(**facts):
    """Return an accepted contact, and the focal points of both sides, which are listed."""
    contact, asked, sender = a_contact(status=ContactStatus.ACCEPTED, **facts)
    Member.objects.update(publication_consent=True)
    return contact, asked, sender


def committed(*, own=None, **facts):
    """Return an accepted contact whose commitment is published, and both focal points."""
    contact, asked, sender = accepted(own=own)
    facts = {"status": CommitmentStatus.PUBLISHED, "published_at": NOON, **facts}
    contact.commitment = CommitmentFactory(lead=sender.member, **facts)
    contact.save()
    return contact, asked, sender


def typed(commitment, part):
    return commitment.typed["parts"][part]["fields"]


# Beginning


def test_draft_is_filled_in_with_the_need_and_the_other_member():
    contact, asked, sender = accepted()
    need = contact.opportunity
    need.pillar = PillarFactory(focus_area=FocusAreaFactory(number=2))
    need.focus_area, need.language, need.action = need.pillar.focus_area, "fr", ACTION
    need.save()
    for country in ("NE", "TD"):
        OpportunityPlaceFactory(opportunity=need, country=country)

    draft = begin(contact=contact, by=sender, at=NOON)

    assert (draft.lead, draft.status) == (sender.member, CommitmentStatus.DRAFT)
    assert typed(draft, "what") == {
        "title": [need.title],
        "language": ["fr"],
        "focus_area": [str(need.focus_area_id)],
        "pillar": [str(need.pillar_id)],
    }
    assert typed(draft, "more") == {"actions": [ACTION]}
    content = form_for(draft).content()
    assert [(place.country, place.region) for place in content.places] == [("NE", ""), ("TD", "")]
    assert [(partner.member, partner.role) for partner in content.partners] == [
        (asked.member_id, PartnerRole.IMPLEMENTER)
    ]
    contact.refresh_from_db()
    assert contact.commitment == draft


def test_other_side_begins_one_with_the_sender_as_partner():
    contact, asked, sender = accepted()

    draft = begin(contact=contact, by=asked, at=NOON)

    [partner] = form_for(draft).content().partners
    assert (draft.lead, partner.member) == (asked.member, sender.member_id)


@pytest.mark.parametrize("has_need", [True, False])
def test_draft_from_an_offer_is_for_the_need_or_the_country_of_who_asks(has_need):
    sender = a_person()
    need = OpportunityFactory(member=sender.member, title="Masts") if has_need else None
    if need:
        OpportunityPlaceFactory(opportunity=need, country="TD")
    offer = OfferFactory(member=a_person().member, title="Courses")
    contact = ContactFactory(
        opportunity=offer, own=need, member=sender.member, status=ContactStatus.ACCEPTED
    )

    draft = begin(contact=contact, by=sender, at=NOON)

    content = form_for(draft).content()
    assert (content.title, content.places[0].country) == (
        ("Masts", "TD") if has_need else ("Courses", sender.member.country)
    )
    assert form_for(draft).parts[FormPart.PARTNERS].is_valid()


def test_second_click_opens_the_same_draft():
    contact, _asked, sender = accepted()
    first = begin(contact=contact, by=sender, at=NOON)

    second = begin(contact=Contact.objects.get(), by=sender, at=LATER)

    assert (second, Commitment.objects.count()) == (first, 1)


def test_another_one_begins_after_the_first_was_deleted_or_declined():
    contact, asked, sender = accepted()
    first = begin(contact=contact, by=sender, at=NOON)
    discard_typed(commitment=first, by=sender, at=NOON)
    second = begin(contact=contact, by=asked, at=NOON)
    declined = CommitmentFactory(
        lead=asked.member, status=CommitmentStatus.DECLINED, reason="Too vague."
    )
    Contact.objects.update(commitment=declined)

    third = begin(contact=contact, by=sender, at=NOON)

    assert (second.lead, third.lead) == (asked.member, sender.member)


@pytest.mark.parametrize("code", ["not_theirs", "not_accepted", "begun", "not_a_member"])
def test_begin_refuses(code):
    contact, asked, sender = accepted()
    by = {"not_theirs": a_person()}.get(code, sender)
    if code == "not_accepted":
        Contact.objects.update(status=ContactStatus.DECLINED)
    if code == "begun":
        begin(contact=contact, by=asked, at=NOON)
    if code == "not_a_member":
        leave(sender)
    before = Commitment.objects.count()

    with refused(code):
        begin(contact=contact, by=by, at=NOON)

    contact.refresh_from_db()
    assert Commitment.objects.count() == before
    assert (contact.commitment is not None) == (code == "begun")


# The page


def test_private_link_begins_the_draft_and_signs_in_for_its_form(client):
    contact, _asked, sender = accepted()
    page = Reader(at=NOON, token=token_of(sender)).address("commit", contact.pk)

    response = client.post(page)

    contact.refresh_from_db()
    draft = reverse("commitments:edit", args=[contact.commitment.reference, "what"])
    assertRedirects(response, draft, fetch_redirect_response=False)
    signing_in = client.get(draft)
    assertRedirects(
        signing_in,
        f"{reverse('accounts:sign_in_code')}?next={draft}",
        fetch_redirect_response=False,
    )


def test_get_begins_nothing(client):
    contact, _asked, sender = accepted()
    reader = Reader(at=NOON, token=token_of(sender))

    response = client.get(reader.address("commit", contact.pk))

    assertRedirects(response, reader.address("answer", contact.pk), fetch_redirect_response=False)
    assert Commitment.objects.count() == 0


def test_refusal_is_said_on_the_page_of_the_contact(client):
    contact, asked, sender = accepted()
    begin(contact=contact, by=asked, at=timezone.now())

    response = client.post(Reader(at=NOON, token=token_of(sender)).address("commit", contact.pk))

    assert response.status_code == 302
    messages = [str(message) for message in client.get(response["Location"]).context["messages"]]
    assert messages == ["The other organisation has begun a commitment from this."]


def test_page_is_for_the_two_members_alone(client):
    contact, *_people = accepted()
    stranger = Reader(at=NOON, token=token_of(a_person()))

    assert client.post(stranger.address("commit", contact.pk)).status_code == 404
    assert client.post(reverse("opportunities:commit", args=[contact.pk])).status_code == 302
    assert Commitment.objects.count() == 0


def token_of(person):
    return link_to(person).split("/private/")[1].split("/")[0]


# After the publication


def test_published_commitment_ends_the_need_and_tells_both_once():
    contact, asked, sender = committed()
    waiting = ContactFactory(opportunity=contact.opportunity, member=a_person().member)

    number = close_committed(at=LATER)

    assert (number, close_committed(at=LATER)) == (1, 0)
    need = contact.opportunity
    need.refresh_from_db()
    assert (need.status, need.commitment, need.ended_at) == ("committed", contact.commitment, LATER)
    assert [kind for kind, _name in events_of(need)] == ["committed"]
    waiting.refresh_from_db()
    assert waiting.status == ContactStatus.ENDED
    told = Message.objects.filter(subject__startswith="A commitment was made").order_by("pk")
    assert [each.recipient for each in told] == [asked.email, sender.email]
    reference = contact.commitment.reference
    assert all(f"/commitments/{reference}/" in text_of(each) for each in told)
    assert sender.member.organisation_name in text_of(told[0])
    contact.refresh_from_db()
    assert contact.commitment_told_at == LATER


def test_offer_stays_open_and_both_have_the_event():
    asked, sender = a_person(), a_person()
    offer = OfferFactory(member=asked.member)
    need = OpportunityFactory(member=sender.member)
    commitment = CommitmentFactory(status=CommitmentStatus.PUBLISHED, published_at=NOON)
    ContactFactory(
        opportunity=offer,
        own=need,
        member=sender.member,
        status=ContactStatus.ACCEPTED,
        commitment=commitment,
    )

    close_committed(at=LATER)

    for row in (offer, need):
        row.refresh_from_db()
        assert [kind for kind, _name in events_of(row)] == ["committed"]
    assert (offer.status, need.status) == ("open", "committed")
    assert [to for to, _subject in mail()] == [asked.email, sender.email]


@pytest.mark.parametrize(
    ("status", "ends_as"),
    [("agreed", "agreed"), ("withdrawn", "withdrawn"), ("expired", "committed")],
)
def test_result_that_the_member_gave_meanwhile_stays_and_both_are_told(status, ends_as):
    contact, asked, sender = committed()
    need = contact.opportunity
    need.status, need.ended_at = status, NOON
    need.save()

    close_committed(at=LATER)

    need.refresh_from_db()
    assert need.status == ends_as
    assert [to for to, _subject in mail()] == [asked.email, sender.email]
    assert [kind for kind, _name in events_of(need)] == ["committed"]


def test_two_contacts_of_one_need_end_it_once():
    contact, *_people = committed()
    other = ContactFactory(
        opportunity=contact.opportunity,
        member=a_person().member,
        status=ContactStatus.ACCEPTED,
        commitment=CommitmentFactory(status=CommitmentStatus.PUBLISHED, published_at=NOON),
    )

    number = close_committed(at=LATER)

    contact.opportunity.refresh_from_db()
    assert (number, contact.opportunity.commitment) == (2, contact.commitment)
    other.refresh_from_db()
    assert other.commitment_told_at == LATER


@pytest.mark.parametrize(
    "facts",
    [
        {"status": CommitmentStatus.SUBMITTED, "published_at": None},
        {"status": CommitmentStatus.WITHDRAWN, "published_at": None, "reason": "No money."},
        {"status": CommitmentStatus.WITHDRAWN, "reason": "No money."},
        {"status": CommitmentStatus.DECLINED, "published_at": None, "reason": "No."},
    ],
)
def test_commitment_that_is_not_in_force_changes_nothing(facts):
    contact, *_people = committed(**facts)

    number = close_committed(at=LATER)

    contact.opportunity.refresh_from_db()
    assert (number, contact.opportunity.status) == (0, OpportunityStatus.OPEN)
    assert (mail(), events_of(contact.opportunity)) == ([], [])


def test_nothing_ends_while_the_publication_can_be_undone():
    contact, *_people = committed()
    settled = end_of_undo_period(NOON)

    before, after = (close_committed(at=at) for at in (settled - timedelta(seconds=1), settled))

    assert (before, after) == (0, 1)
    contact.refresh_from_db()
    assert contact.commitment_told_at == settled
