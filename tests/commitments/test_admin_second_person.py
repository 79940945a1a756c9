"""The pages on which one person asks for a second one, and that one reads and confirms."""

from decimal import Decimal

import pytest
from django.urls import reverse

from commitments.models import EventKind, NotCounted, PublicationRequest
from commitments.services.second_person import waiting_request
from outbox.models import Message
from tests.commitments.desk import S, sent
from tests.commitments.register import published
from tests.commitments.test_admin_page import composed, decide, opened, url
from tests.eoi.form import words_of
from tests.factories import AmountFactory, PublicationRequestFactory
from tests.queries import queries_of
from tests.triage.staff import observer, officer, signed_in, told

ASKED = "A colleague must confirm this. Until then, nothing is published and no total changes."
LIST = "/admin/commitments/commitment/"


@pytest.fixture(autouse=True)
def _limit(settings):
    settings.COMMITMENT_SECOND_PERSON_ABOVE = 1000


@pytest.fixture
def ada():
    return signed_in(officer(name="Ada"))


@pytest.fixture
def grace():
    return signed_in(officer(name="Grace"))


def large(status=S.SUBMITTED, **facts):
    commitment = sent(status, **facts)
    AmountFactory(commitment=commitment, original=Decimal(1001))
    return commitment


def take_back(browser, commitment):
    commitment.refresh_from_db()
    address = reverse("admin:commitments_commitment_take_back_request", args=[commitment.pk])
    return browser.post(address, {"version": commitment.version}, follow=True)


def test_two_officers_publish_with_the_letter_of_the_first_one(ada, grace):
    commitment = large()
    before = words_of(ada.get(url("publish", commitment)))
    fields = opened(ada, "publish", commitment)
    fields |= composed(ada, "publish", commitment, fields) | {"body": "Words of Ada."}

    asked = ada.post(url("publish", commitment), fields, follow=True)

    assert "If you go on, a colleague is asked to confirm it" in before
    assert "it is above USD 1,000." in before
    assert told(asked) == [ASKED]
    commitment.refresh_from_db()
    assert (commitment.status, Message.objects.count()) == (S.SUBMITTED, 0)
    shown = grace.get(url("publish", commitment))
    assert "Ada asked on" in words_of(shown)
    assert "USD 1,001 · Pledged" in words_of(shown)
    assert "Words of Ada." in shown.text
    assert "Discard draft" not in shown.text

    done = grace.post(url("publish", commitment), opened(grace, "publish", commitment), follow=True)

    commitment.refresh_from_db()
    assert told(done) == ["The commitment is published."]
    assert commitment.status == S.PUBLISHED
    assert "Words of Ada." in Message.objects.get().body
    assert not commitment.letter_drafts.open().exists()


def test_second_officer_may_keep_a_draft_of_their_own(ada, grace):
    commitment = large()
    fields = opened(ada, "publish", commitment)
    decide(ada, "publish", commitment)
    commitment.refresh_from_db()
    fields = {**opened(grace, "publish", commitment), "body": "Words of Grace.", "save_draft": "1"}
    fields.pop("decide")

    grace.post(url("publish", commitment), fields)

    assert "Words of Grace." in grace.get(url("publish", commitment)).text
    assert "Words of Grace." not in ada.get(url("publish", commitment)).text


def test_day_that_the_first_one_chose_is_proposed_to_the_second_one(ada, grace):
    commitment = large()
    typed = {"day": "2099-03-01", "time": "09:30", "event": "Roundtable"}
    decide(ada, "approve", commitment, **typed)

    form = grace.get(url("approve", commitment)).context["form"]

    assert {name: str(form[name].value()) for name in typed} == typed


def test_own_second_press_says_why_it_is_refused(ada):
    commitment = large()
    decide(ada, "publish", commitment)

    again = decide(ada, "publish", commitment)

    assert again.status_code == 409
    assert "You requested this yourself. A second person must confirm it." in words_of(again)


def test_request_is_on_the_list_and_the_front_page_of_the_others_alone(ada, grace):
    commitment = large()
    decide(ada, "publish", commitment)

    assert "Second person: 1" in words_of(grace.get("/admin/"))
    assert "Second person: 1" not in words_of(ada.get("/admin/"))
    view = {"view": "second_person"}
    assert list(grace.get(LIST, view).context["cl"].queryset) == [commitment]
    assert list(ada.get(LIST, view).context["cl"].queryset) == []
    page = grace.get(f"{LIST}{commitment.pk}/change/")
    assert "Read and confirm" in words_of(page)
    assert "Take the request back" not in words_of(page)


def test_first_officer_takes_the_request_back(ada, grace):
    commitment = large()
    decide(ada, "publish", commitment)
    assert "Take the request back" in words_of(ada.get(f"{LIST}{commitment.pk}/change/"))

    assert told(take_back(grace, commitment)) == ["Only Ada can take this back."]
    assert told(take_back(ada, commitment)) == ["The request is taken back."]

    assert waiting_request(commitment) is None


def test_large_amount_is_counted_by_two_on_its_page(ada, grace):
    amount = AmountFactory(
        commitment=published(), original=Decimal(1001), not_counted=NotCounted.CONDITIONAL
    )
    address = f"/admin/commitments/amount/{amount.pk}/counting/"

    asked = ada.post(address, {"version": 1, "not_counted": ""}, follow=True)
    shown = words_of(grace.get(address))
    done = grace.post(address, {"version": 2, "not_counted": ""}, follow=True)

    assert (told(asked), "Ada asked on" in shown) == ([ASKED], True)
    assert told(done) == ["The amount was changed. The figures follow."]
    amount.refresh_from_db()
    assert amount.not_counted == ""


def test_amount_that_a_colleague_wants_to_count_is_chosen_on_the_page(grace):
    commitment = published()
    AmountFactory(commitment=commitment)
    amount = AmountFactory(commitment=commitment)
    PublicationRequestFactory(commitment=commitment, kind=EventKind.COUNTING_CHANGED, amount=amount)

    form = grace.get(url("count", commitment)).context["form"]

    assert form["amount"].value() == amount.pk


def test_list_of_requests_takes_as_many_queries_for_nine_as_for_three(grace):
    address = f"{LIST}?view=second_person"
    for _n in range(3):
        PublicationRequestFactory(commitment=large())
    grace.get(address)
    for_three = queries_of(grace, address)
    for _n in range(6):
        PublicationRequestFactory(commitment=large())

    assert queries_of(grace, address) == for_three
    assert PublicationRequest.objects.count() == 9


def test_observer_reads_the_request_and_confirms_nothing(ada):
    commitment = large()
    decide(ada, "publish", commitment)
    browser = signed_in(observer())

    page = browser.get(f"{LIST}{commitment.pk}/change/")

    assert "Ada asked on" in words_of(page)
    assert "Read and confirm" not in words_of(page)
