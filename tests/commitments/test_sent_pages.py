"""The pages of a commitment that was sent: answers, changes, withdrawal and partners."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from commitments.models import Commitment, CommitmentStatus, ProposedChange
from commitments.services.changes import propose_change
from commitments.services.contributors import write_words
from focus_areas.models import Pillar
from tests.commitments.pages import in_status, page_of, posted, send
from tests.commitments.writing import a_content, own
from tests.eoi.form import words_of
from tests.factories import NOON, AmountFactory, CommitmentEventFactory


@pytest.mark.parametrize("status", [each for each in CommitmentStatus if each != "draft"])
def test_page_of_the_commitment_shows_how_it_stands(mine, person, status):
    commitment = in_status(person, status)
    CommitmentEventFactory(commitment=commitment, kind="noted", note="Internal", is_shared=False)
    CommitmentEventFactory(commitment=commitment, kind="submitted", by_name="Wanjiku Kamau")

    response = mine.get(page_of(commitment))

    assert response.status_code == 200
    assert "Internal" not in response.text
    assert str(CommitmentStatus(status).label) in response.text
    assert response.context["next_step"] in response.text


def test_page_says_when_the_next_report_is_due(mine, person):
    commitment = in_status(person, "published")
    day = timezone.localdate() + timedelta(days=20)
    Commitment.objects.update(next_report_on=day)

    sentence = mine.get(page_of(commitment)).context["next_step"]

    assert sentence.startswith("The next report is due on ")
    assert str(day.year) in sentence


def test_lead_answers_a_question_with_a_correction(mine, person):
    commitment = in_status(person, "information_requested")
    CommitmentEventFactory(
        commitment=commitment, kind="information_requested", note="Which schools?"
    )
    mine.post(
        page_of(commitment, "edit/targets/"), posted("targets", **{"target-0-value": "1,500"})
    )
    address = page_of(commitment, "answer/")

    page = mine.get(address)
    response = send(mine, address, text="Primary schools.")

    assert "Which schools?" in page.text
    changed = [fact for row in page.context["rows"] for fact in row["facts"] if fact.is_changed]
    assert [fact.label for fact in changed] == ["Target 1"]
    assert response["Location"] == page_of(commitment)
    stored = own(commitment)
    assert (stored.status, stored.typed) == ("answered", {})
    assert stored.targets.get().value == 1500


def test_lead_proposes_a_change_and_withdraws_it(mine, person):
    commitment = in_status(person, "published")
    mine.post(
        page_of(commitment, "edit/targets/"), posted("targets", **{"target-0-value": "1,500"})
    )

    response = send(mine, page_of(commitment, "change/"), text="More money.")
    waits = mine.get(page_of(commitment))
    shut = mine.get(page_of(commitment, "edit/targets/"))
    mine.post(page_of(commitment, "change/withdraw/"))

    assert response["Location"] == page_of(commitment)
    assert "waits for our decision" in waits.text
    assert shut["Location"] == page_of(commitment)
    change = ProposedChange.objects.get()
    assert (change.reason, change.status) == ("More money.", "withdrawn")
    assert own(commitment).targets.get().value == 1200


def test_change_of_nothing_is_refused_with_what_was_typed(mine, person):
    commitment = in_status(person, "published")

    response = send(mine, page_of(commitment, "change/"), text="Nothing.")

    assert response.status_code == 409
    assert "no changes" in response.text
    assert response.context["form"]["text"].value() == "Nothing."


def test_change_waits_once(mine, person):
    commitment = in_status(person, "published")
    propose_change(own(commitment), a_content(title="Other"), reason="One.", by=person, at=NOON)

    response = mine.get(page_of(commitment, "change/"))

    assert response["Location"] == page_of(commitment)


@pytest.mark.parametrize("name", ["check/", "answer/", "change/", "withdraw/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_page_for_another_status_leads_to_the_commitment(mine, person, name, method):
    commitment = in_status(person, "declined")

    response = getattr(mine, method)(page_of(commitment, name))

    assert response["Location"] == page_of(commitment)
    assert own(commitment).status == "declined"


def test_changes_that_were_not_sent_are_deleted(mine, person):
    commitment = in_status(person, "published", typed={"version": 1, "parts": {}})
    address = page_of(commitment, "discard/")

    mine.post(address, {"delete": "1"})

    assert (own(commitment).typed, own(commitment).status) == ({}, "published")
    assert mine.get(address)["Location"] == page_of(commitment)


def test_lead_withdraws_with_a_reason(mine, person):
    commitment = in_status(person, "published")
    address = page_of(commitment, "withdraw/")

    without = send(mine, address, text="")
    stale = mine.post(address, {"version": "9", "seen": "0", "text": "No money."})
    response = send(mine, address, text="No money.")

    assert (without.status_code, stale.status_code) == (422, 409)
    assert stale.context["form"]["text"].value() == "No money."
    assert response["Location"] == page_of(commitment)
    assert own(commitment).status == "withdrawn"


def test_page_shows_the_sums_of_a_partner_with_its_word_and_lets_it_be_asked_again(mine, person):
    commitment = in_status(person, "submitted", content=a_content())
    partner = commitment.partners.get()
    amount = AmountFactory(commitment=commitment, contributor_name=partner.name, original=5)
    commitment.partners.update(answer="confirmed", invited_at=NOON, answered_at=NOON)
    write_words(partner, [amount])
    confirmed = words_of(mine.get(page_of(commitment)))
    commitment.amounts.filter(pk=amount.pk).update(original=6)

    changed = words_of(mine.get(page_of(commitment)))
    mine.post(page_of(commitment, f"partners/{partner.key}/invite/"))
    asked = words_of(mine.get(page_of(commitment)))

    assert "USD 5 · promised, not binding : confirmed" in confirmed
    assert "USD 6 · promised, not binding : not confirmed, so it is not public" in changed
    assert "Confirmed before: USD 5 · promised, not binding" in changed
    assert ["Ask about these amounts" in words for words in (confirmed, changed)] == [False, True]
    assert "Asked about these amounts on" in asked


def test_partner_is_invited_and_its_link_revoked_from_the_page(mine, person):
    commitment = in_status(person, "published")
    partner = commitment.partners.get()
    address = page_of(commitment, f"partners/{partner.key}/invite/")

    invited = mine.post(address)
    again = mine.post(address)
    revoked = mine.post(address, {"revoke": "1"})

    assert invited["Location"] == revoked["Location"] == page_of(commitment)
    assert again.status_code == 409
    assert "less than a day ago" in again.text
    assert mine.post(page_of(commitment, f"partners/{uuid4()}/invite/")).status_code == 404


def test_words_of_the_lead_keep_their_direction_and_those_of_the_portal_have_the_readers(
    mine, person
):
    commitment = in_status(person, "information_requested")
    pillar = Pillar.objects.get(name_en="Infrastructure")
    Pillar.objects.filter(pk=pillar.pk).update(name_ar="")
    Commitment.objects.update(pillar=pillar)

    page = mine.get(page_of(commitment, "answer/", language="ar")).text

    assert '<span class="typed moment" lang="en" dir="auto">Schools connected</span>' in page
    assert '<span class="typed moment" lang="en" dir="auto">Infrastructure</span>' in page
    assert '<span class="typed moment" dir="auto">Schools for Everyone</span>' in page
    assert '<span class="typed moment">\u206731,000,000\xa0USD\u2069 · ' in page
    assert '<span class="typed moment">1,200 schools بحلول ' in page
