"""Partners are invited by a private link, and answer once."""

from datetime import timedelta

import pytest

from commitments.models import Commitment, Partner, PartnerAnswer
from commitments.services import partners
from commitments.services.content import write_content
from commitments.services.lead_letters import partner_page_url
from commitments.services.partners import (
    AlreadyAnswered,
    InvitedAlready,
    answer_invitation,
    invite_partner,
    partner_of,
    revoke_invitation,
)
from core.conflicts import Refused
from members.services.private_links import InvalidLink, token_for_object
from outbox.models import Message, MessageStatus
from p2c_portal.log_formatters import mask
from tests.commitments.desk import refused
from tests.commitments.writing import a_content
from tests.factories import NOON, CommitmentFactory, FocalPointFactory, PartnerFactory
from tests.participation.people import withdrawn

LATER = NOON + timedelta(days=2)


@pytest.fixture
def partner(person):
    commitment = CommitmentFactory(lead=person.member)
    write_content(commitment, a_content(), at=NOON)
    commitment.save()
    return own(commitment.partners.get())


@pytest.fixture
def invited(person, partner):
    invite_partner(partner=partner, by=person, at=NOON)
    return own(partner)


def own(partner):
    return Partner.objects.select_related("commitment__lead", "member").get(pk=partner.pk)


def page_of(partner, language="en"):
    return f"/{language}/commitments/partner/{token_for_object(partner)}/"


# Invite


def test_invite_sends_a_private_link_to_the_contact(person, partner):
    event = invite_partner(partner=partner, by=person, at=NOON)

    partner.refresh_from_db()
    letter = Message.objects.get()
    assert (partner.answer, partner.invited_at) == (PartnerAnswer.INVITED, NOON)
    assert (letter.recipient, letter.language) == ("contact@example.org", "en")
    assert letter.conversations == f"commitment-{partner.commitment.reference}"
    assert letter.private_page == partner_page_url(partner, "en")
    assert "[Confirm or decline]([[private-page]])" in letter.body
    assert "International Telecommunication Union (ITU)" in letter.body
    assert (event.note, event.by_name) == ("Schools for Everyone", "Wanjiku Kamau")
    assert Commitment.objects.get().version == 2


def test_invite_of_a_member_goes_to_its_focal_points_in_their_languages(person):
    member = FocalPointFactory(email="one@example.org", language="fr").member
    FocalPointFactory(member=member, is_alternate=True, email="two@example.org", language="ar")
    partner = PartnerFactory(
        commitment=CommitmentFactory(lead=person.member), member=member, contact_email=""
    )

    invite_partner(partner=own(partner), by=person, at=NOON)

    letters = {letter.recipient: letter for letter in Message.objects.all()}
    assert {to: letter.language for to, letter in letters.items()} == {
        "one@example.org": "fr",
        "two@example.org": "ar",
    }
    assert "/ar/commitments/partner/" in letters["two@example.org"].private_page


def test_invite_again_revokes_the_first_link_and_cancels_its_mail(person, invited):
    first = Message.objects.get()
    token = token_for_object(invited)

    invite_partner(partner=own(invited), by=person, at=LATER)

    first.refresh_from_db()
    assert (first.status, first.private_page) == (MessageStatus.CANCELLED, "")
    with pytest.raises(InvalidLink):
        partner_of(token)
    assert partner_of(token_for_object(own(invited))) == invited


def test_invite_refuses_to_ask_twice_in_a_day_or_many_times(person, invited, monkeypatch):
    with refused(InvitedAlready, match="less than a day ago"):
        invite_partner(partner=own(invited), by=person, at=NOON + timedelta(hours=23))
    monkeypatch.setattr(partners, "MAX_INVITATIONS", 1)
    with refused(InvitedAlready, match="several times"):
        invite_partner(partner=own(invited), by=person, at=LATER)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _person: Partner.objects.update(contact_email=""), "no email address of a contact"),
        (withdrawn, "You do not represent"),
    ],
)
def test_invite_refuses_without_an_address_and_for_a_lead_that_left(
    person, partner, change, reason
):
    change(person)

    with refused(Refused, match=reason):
        invite_partner(partner=own(partner), by=person, at=NOON)


# Answer


@pytest.mark.parametrize(
    ("confirms", "status", "kind", "subject"),
    [
        (True, "confirmed", "partner_confirmed", "Partner confirmed: Schools for Everyone"),
        (False, "declined", "partner_declined", "Partner declined: Schools for Everyone"),
    ],
)
def test_answer_is_recorded_and_the_lead_is_told(invited, confirms, status, kind, subject):
    event = answer_invitation(partner=own(invited), confirms=confirms, name="Chen Wei", at=LATER)

    stored = own(invited)
    assert (stored.answer, stored.answered_at, stored.answered_by_name) == (
        status,
        LATER,
        "Chen Wei",
    )
    assert (event.kind, event.by_name, event.note) == (kind, "Chen Wei", "Schools for Everyone")
    letter = Message.objects.latest("pk")
    assert letter.recipient == "wanjiku@example.org"
    assert letter.subject == subject
    assert "Chen Wei" in letter.body


def test_answer_is_given_once(person, invited):
    answer_invitation(partner=own(invited), confirms=True, name="Chen Wei", at=LATER)

    with refused(AlreadyAnswered, match="Chen Wei confirmed"):
        answer_invitation(partner=own(invited), confirms=False, name="Ana", at=LATER)
    with refused(AlreadyAnswered):
        invite_partner(partner=own(invited), by=person, at=LATER)
    with refused(AlreadyAnswered):
        revoke_invitation(partner=own(invited), by=person, at=LATER)


@pytest.mark.parametrize("change", [{"is_current": False}, {"link_secret": "another"}])
def test_answer_is_refused_if_the_link_ended_meanwhile(invited, change):
    opened = own(invited)
    Partner.objects.update(**change)

    with refused(InvalidLink):
        answer_invitation(partner=opened, confirms=True, name="Chen Wei", at=LATER)


# The page


def test_page_shows_what_the_lead_says_and_changes_nothing(client, invited):
    response = client.get(page_of(invited))

    assert response.status_code == 200
    assert "We will connect 1,200 primary schools in Malawi" in response.text
    assert "Carries it out" in response.text
    assert "contact@example.org" not in response.text
    assert response["Cache-Control"].startswith("max-age=0")
    assert "noindex" in response["X-Robots-Tag"]
    assert own(invited).answer == PartnerAnswer.INVITED


def test_partner_confirms_on_the_page(client, invited):
    response = client.post(page_of(invited), {"name": "Chen Wei", "confirm": "1"}, follow=True)

    assert "You have confirmed the partnership" in response.text
    assert "Chen Wei" in response.text
    assert own(invited).answer == PartnerAnswer.CONFIRMED


@pytest.mark.parametrize(
    "posted", [{"name": "", "confirm": "1"}, {"name": "Chen"}, {"name": "1", "decline": "1"}]
)
def test_page_refuses_an_answer_without_name_or_choice(client, invited, posted):
    response = client.post(page_of(invited), posted)

    assert response.status_code == 422
    assert own(invited).answer == PartnerAnswer.INVITED


def test_page_says_what_was_answered_before(client, invited):
    answer_invitation(partner=own(invited), confirms=False, name="Ana Silva", at=LATER)

    response = client.post(page_of(invited), {"name": "Chen Wei", "confirm": "1"})

    assert response.status_code == 409
    assert "Ana Silva declined this" in response.text
    assert own(invited).answer == PartnerAnswer.DECLINED


def test_page_says_that_the_commitment_no_longer_stands(client, invited):
    Commitment.objects.update(status="withdrawn", reason="No money.")

    assert "no longer stands" in client.get(page_of(invited)).text


def test_page_of_an_altered_or_revoked_link_is_the_same(client, person, invited):
    address = page_of(invited)
    altered = client.get(address.replace("/partner/", "/partner/x"))
    revoke_invitation(partner=own(invited), by=person, at=NOON)

    revoked = client.get(address)

    assert (altered.status_code, revoked.status_code) == (404, 404)
    assert Message.objects.get().status == MessageStatus.CANCELLED
    assert own(invited).answer == PartnerAnswer.INVITED
    assert revoked.templates[0].name == altered.templates[0].name == "commitments/partner_gone.html"


def test_log_shows_no_link_of_a_partner(invited):
    assert mask(f"GET {page_of(invited)} 200") == "GET /en/commitments/partner/…/ 200"
