"""Saving a form as a draft for the first time."""

import pytest

from eoi.models import EoiDraft
from eoi.services import spam_check
from members.models import Call
from outbox.models import Message
from tests.eoi.drafts import SAVE, TO, page_of, versions
from tests.eoi.form import ANSWERS, FORM, carried_by, posted, text_of, value_of, words_of
from tests.hostile.pages import Page

pytestmark = [pytest.mark.usefixtures("open_call")]


# Fields with one line and with several.
def test_eoi_draft_create_saves_sends_the_link_and_shows_the_drafts_page(client, open_call):
    response = client.post(SAVE, posted(country=None, **TO), follow=True)

    draft = EoiDraft.objects.get()
    assert response.redirect_chain == [(page_of(draft), 302)]
    assert (draft.call, draft.email, draft.language) == (open_call, "wanjiku@example.org", "en")
    assert "country" not in draft.answers
    assert value_of(response, "family_name") == "Ng’ang’a"
    assert value_of(response, "submission_key") == ANSWERS["submission_key"]
    words = words_of(response)
    assert "Saved, not sent yet" in words
    assert "We keep it until" in words
    assert "We are sending a link to this page to wanjiku@example.org" in words
    assert "Send it no later than:" in words
    assert [letter.recipient for letter in Message.objects.all()] == ["wanjiku@example.org"]
    assert client.cookies.keys() <= {"csrftoken"}


def test_eoi_draft_create_forgets_a_kept_form_in_this_browser_once_it_has_a_link(client):
    page = client.post(SAVE, posted(), follow=True)

    response = client.post(SAVE, {**carried_by(page), **TO}, follow=True)

    draft = EoiDraft.objects.get()
    assert response.redirect_chain == [(page_of(draft), 302)]
    assert value_of(response, "family_name") == "Ng’ang’a"
    assert client.cookies["eoi_form"].value == ""
    assert value_of(client.get(FORM), "family_name") == ""


@pytest.mark.parametrize("meant", ["wanjiku@gmail.com", "wanjiku@gmial.com"])
def test_eoi_draft_create_asks_about_an_address_that_looks_mistyped(client, meant):
    mistyped = "wanjiku@gmial.com"

    proposed = client.post(SAVE, posted(email=mistyped), follow=True)
    without_question = {**carried_by(proposed), "asked": ""}
    asked = client.post(SAVE, {**without_question, "link_to": mistyped}, follow=True)
    question = {"link_to": mistyped, "asked": mistyped, "meant": meant}
    answered = client.post(SAVE, {**carried_by(asked), **question})

    assert "No, it is wanjiku@gmail.com" in words_of(proposed)
    assert asked.redirect_chain == [(f"{SAVE}?errors=1", 302)]
    assert "No, it is wanjiku@gmail.com" in words_of(asked)
    assert answered["Location"] == page_of(EoiDraft.objects.get())
    assert EoiDraft.objects.get().email == meant


@pytest.mark.parametrize("is_kept", [True, False])
def test_eoi_draft_create_chooses_no_address(client, settings, is_kept):
    mistyped = "wanjiku@gmial.com"
    settings.EOI_PER_NETWORK = 20 if is_kept else 0
    network = {"REMOTE_ADDR": "192.0.2.1"}
    typed = posted(email=mistyped)
    client.post(SAVE, typed, **network)
    question = {"link_to": mistyped, "asked": mistyped, "meant": ""}
    asked = client.post(SAVE, typed, follow=True, **network)

    refused = client.post(SAVE, {**carried_by(asked), **question}, follow=True, **network)

    assert " checked" not in text_of(asked)
    assert refused.status_code == (200 if is_kept else 422)
    assert "Not saved yet: one answer is missing Choose which email address is right" in words_of(
        refused
    )
    assert not EoiDraft.objects.with_address().exists()


def test_eoi_draft_create_begins_nothing_while_no_call_is_open(client):
    Call.objects.all().delete()

    response = client.post(SAVE, posted(**TO))

    assert response.status_code == 409
    assert "No call for expressions of interest is open" in words_of(response)
    assert value_of(response, "family_name") == "Ng’ang’a"
    assert "Save and continue later" not in words_of(response)
    assert versions() == []


def test_eoi_draft_create_opened_by_itself_leads_to_the_form(client):
    response = client.get(SAVE)

    assert (response.status_code, response["Location"]) == (302, FORM)


def test_eoi_draft_create_replaces_nothing_that_was_saved_before(client):
    client.post(SAVE, posted(**TO))
    before = versions()

    response = client.post(SAVE, posted(motivation="Older or newer?", **TO), follow=True)

    draft = EoiDraft.objects.get()
    assert response.redirect_chain == [(f"{page_of(draft)}?version=other", 302)]
    assert "This form was changed in another window or on another device" in words_of(response)
    assert value_of(response, "motivation") == "Older or newer?"
    assert versions() == before
    assert Message.objects.count() == 1


def test_eoi_draft_create_writes_to_nobody_for_a_robot_and_says_so(client):
    response = client.post(SAVE, posted(leave_empty="https://evil.example", **TO), follow=True)

    assert "We did not send the link by email" in words_of(response)
    assert value_of(response, "leave_empty") == "https://evil.example"
    assert EoiDraft.objects.count() == 1
    assert list(Message.objects.all()) == []


def test_eoi_draft_create_limits_how_many_links_an_address_is_sent(client):
    answered = [
        client.post(SAVE, posted(submission_key=f"key-{number}", **TO)) for number in range(6)
    ]

    last = answered.pop()

    assert {response.status_code for response in answered} == {302}
    assert last.status_code == 429
    assert 3540 < int(last["Retry-After"]) <= 3600
    assert "Try again in 1 hour." in words_of(last)
    assert carried_by(last)["family_name"] == ["Ng’ang’a"]
    assert value_of(last, "link_to") == "wanjiku@example.org"
    assert EoiDraft.objects.count() == Message.objects.count() == 5
    # A saved draft can be saved again without limit.
    assert client.post(SAVE, posted(submission_key="key-0", **TO)).status_code == 302
    other = {"link_to": "otieno@example.org"}
    assert client.post(SAVE, posted(submission_key="key-5", **other)).status_code == 302
    # An attacker in another network cannot prevent the owner from saving.
    form = posted(submission_key="key-6", **TO)
    assert client.post(SAVE, form, REMOTE_ADDR="192.0.2.1").status_code == 302


def test_eoi_draft_create_floods_no_address_from_many_networks(client, monkeypatch):
    monkeypatch.setattr(spam_check, "DRAFTS_PER_ADDRESS", 2)
    for number in range(4):
        form = posted(submission_key=f"key-{number}", **TO)
        client.post(SAVE, form, REMOTE_ADDR=f"198.51.100.{number}")

    assert Message.objects.count() == 2


def test_eoi_draft_create_refuses_more_than_any_form_takes(client):
    response = client.post(SAVE, posted(motivation="x" * 600_000, **TO))

    assert response.status_code == 422
    assert "Not saved: the form is too long" in words_of(response)
    assert versions() == []


def test_eoi_draft_create_asks_where_the_link_goes_and_proposes_the_focal_point(client):
    typed = posted(save="1", motivation='Line 1\r\n"Line" 2', country=None, email=" nonsense ")

    response = client.post(SAVE, typed, follow=True)

    assert response.redirect_chain == [(SAVE, 302)]
    assert value_of(response, "link_to") == "nonsense"
    assert carried_by(response).keys() == {"submission_key", "draft_version", "page"}
    assert response["Cache-Control"] == "private, no-cache"
    assert "Is this address right?" not in words_of(response)
    kept = EoiDraft.objects.get()
    assert (kept.email, kept.answers["email"]) == ("", " nonsense ")
    assert kept.answers["motivation"] == 'Line 1\r\n"Line" 2'


@pytest.mark.parametrize(
    ("link_to", "said"),
    [
        ("", "Enter a valid email address, like name@example.org"),
        ("nonsense", "Enter a valid email address, like name@example.org"),
        ("müller@example.org", "because of “ü” before the @ sign"),
    ],
)
def test_eoi_draft_create_says_what_is_wrong_with_the_address(client, link_to, said):
    page = client.post(SAVE, posted(), follow=True)

    response = client.post(SAVE, {**carried_by(page), "link_to": link_to}, follow=True)

    assert response.redirect_chain == [(f"{SAVE}?errors=1", 302)]
    assert words_of(response).count(said) == 2
    assert value_of(response, "link_to") == link_to
    kept = EoiDraft.objects.get()
    assert (kept.email, kept.answers["family_name"]) == ("", "Ng’ang’a")
    assert list(Message.objects.all()) == []


def test_eoi_draft_create_says_when_too_many_links_were_requested(client, settings):
    settings.EOI_PER_NETWORK = 1
    network = {"REMOTE_ADDR": "192.0.2.1"}
    client.post(SAVE, posted(submission_key="key-0", **TO), **network)
    page = client.post(SAVE, posted(), follow=True, **network)

    response = client.post(SAVE, {**carried_by(page), **TO}, follow=True, **network)

    assert response.redirect_chain[0][0].startswith(f"{SAVE}?wait=35")
    assert "Not saved yet: too many links were requested Try again in 1 hour." in words_of(response)
    assert EoiDraft.objects.get(submission_key=ANSWERS["submission_key"]).email == ""


def test_eoi_draft_create_says_that_nothing_is_typed(client):
    fresh = Page(client.get(FORM)).fields_of(FORM)

    response = client.post(SAVE, fresh, follow=True)

    assert response.redirect_chain == [(f"{FORM}?refusal=nothing", 302)]
    assert "There is nothing to save yet" in words_of(response)
    assert versions() == []
