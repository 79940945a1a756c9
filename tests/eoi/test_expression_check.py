import re

import pytest
from django.test import Client

from eoi.models import EoiDraft
from members.models import Category, Contribution, FocalPoint, Member
from tests.eoi.form import (
    ANSWERS,
    CHECK,
    FORM,
    RECEIVED,
    carried_by,
    posted,
    text_of,
    value_of,
    words_of,
)

pytestmark = [pytest.mark.usefixtures("open_call")]


def test_eoi_create_shows_the_answers_before_they_are_sent(client):
    response = client.post(
        FORM,
        posted(website="www.example.org", phone="0712 345678", contributions=["policy"]),
        follow=True,
    )

    assert response.redirect_chain == [(CHECK, 302)]
    assert "Check your answers" in words_of(response)
    words = words_of(response)
    assert "Country of the headquarters Kenya Change" in words
    assert "Website https://www.example.org Change" in words
    assert "Phone +254712345678 Change" in words
    assert "What kind of contribution do you plan to make? Policy Change" in words
    assert "may be listed on the public site No Change" in words
    assert list(Member.objects.all()) == []
    assert response["Cache-Control"] == "private, no-cache"


def test_eoi_check_does_not_send_what_nobody_saw_on_it(client):
    carried = carried_by(client.post(FORM, posted(), follow=True))
    fields = {
        **posted(motivation="From another window."),
        "draft_version": carried["draft_version"],
    }
    client.post(FORM, fields)

    response = client.post(CHECK, carried, follow=True)

    assert response.redirect_chain == [(f"{CHECK}?refusal=changed", 302)]
    assert "Not sent yet: your answers have changed" in words_of(response)
    assert "From another window." in words_of(response)
    assert list(Member.objects.all()) == []
    client.post(CHECK, carried_by(response))
    assert Member.objects.get().motivation == "From another window."


def test_eoi_check_sent_twice_is_one_member_even_after_the_draft_is_deleted(client):
    carried = carried_by(client.post(FORM, posted(), follow=True))

    client.post(CHECK, carried)
    twice = client.post(CHECK, carried)
    EoiDraft.objects.all().delete()
    again = Client().post(CHECK, carried, follow=True)

    assert carried.keys() == {"confirmed", "submission_key", "draft_version", "page"}
    assert (twice.status_code, twice["Location"]) == (302, RECEIVED)
    assert Member.objects.get().reference in words_of(again)


def test_eoi_check_says_when_the_form_is_no_longer_kept(client):
    carried = carried_by(client.post(FORM, posted(), follow=True))
    client.post(f"{FORM}clear/", {"submission_key": ANSWERS["submission_key"]})

    response = client.post(CHECK, carried, follow=True)

    assert response.redirect_chain == [(f"{FORM}?refusal=gone", 302)]
    assert "This form is no longer kept" in words_of(response)
    assert list(Member.objects.all()) == []


@pytest.fixture
def _nothing_is_kept(settings):
    settings.EOI_PER_NETWORK = 0


@pytest.mark.usefixtures("_nothing_is_kept")
def test_eoi_create_works_where_nothing_can_be_kept(client):
    network = {"REMOTE_ADDR": "192.0.2.1"}

    checked = client.post(FORM, posted(contributions=["policy"]), **network)
    carried = carried_by(checked)
    changed = client.post(FORM, {**carried, "change": "acronym"}, **network)
    wrong = client.post(FORM, posted(email="nonsense"), **network)
    switched = client.post(FORM, posted(switch="fr"), **network)
    saving = client.post(f"{FORM}draft/", {**posted(), "save": "1"}, **network)
    sent = client.post(FORM, carried, REMOTE_ADDR="127.0.0.1")

    assert "Check your answers" in words_of(checked)
    assert value_of(changed, "family_name") == "Ng’ang’a"
    assert (wrong.status_code, value_of(wrong, "email")) == (422, "nonsense")
    assert value_of(switched, "family_name") == "Ng’ang’a"
    assert carried_by(saving)["family_name"] == ["Ng’ang’a"]
    assert (sent.status_code, sent["Location"]) == (302, RECEIVED)
    assert not EoiDraft.objects.exists()
    assert Member.objects.get().contributes_policy


@pytest.mark.usefixtures("_nothing_is_kept")
def test_eoi_create_carries_the_answers_as_typed(client):
    typed = posted(
        motivation='Line 1\r\nLine 2 "quoted" <b>',
        contributions=["policy", "advocacy"],
        website="www.example.org",
        leave_empty="",
    )

    carried = carried_by(client.post(FORM, typed, REMOTE_ADDR="192.0.2.1"))

    assert carried.pop("confirmed") == ["1"]
    assert carried == {
        name: value if isinstance(value, list) else [value] for name, value in typed.items()
    }


def test_eoi_create_makes_a_key_where_there_is_none(client):
    keys = [
        carried_by(client.post(FORM, posted(submission_key=None), follow=True))["submission_key"]
        for _time in range(2)
    ]

    assert keys[0] != keys[1]


@pytest.mark.parametrize("email", ["ada@gmial.com", "ada@gmail.com"])
def test_eoi_check_asks_about_a_likely_typing_error_and_takes_either(client, email):
    response = client.post(FORM, posted(email="ada@gmial.com"), follow=True)

    assert "Is this address right? Yes: ada@gmial.com No, it is ada@gmail.com" in words_of(response)
    client.post(CHECK, {**carried_by(response), "email": email})
    assert FocalPoint.objects.get().email == email


def test_eoi_check_chooses_no_address_and_sends_nothing_without_a_choice(client):
    asked = client.post(FORM, posted(email="ada@gmial.com"), follow=True)

    refused = client.post(CHECK, carried_by(asked), follow=True)

    assert " checked" not in text_of(asked)
    assert "email" not in carried_by(asked)
    assert refused.redirect_chain == [(f"{CHECK}?errors=1", 302)]
    assert "Not sent yet: one answer is missing Choose which email address is right" in words_of(
        refused
    )
    assert list(Member.objects.all()) == []


def test_eoi_check_asks_about_another_address_than_the_right_one(client):
    typed = posted(email="ada@hotmial.com", right_addresses="ada@gmial.com")

    asked = client.post(FORM, typed, follow=True)

    assert "No, it is ada@hotmail.com" in words_of(asked)


@pytest.mark.usefixtures("_nothing_is_kept")
def test_eoi_create_asks_about_an_address_where_nothing_can_be_kept(client):
    network = {"REMOTE_ADDR": "192.0.2.1"}
    asked = client.post(FORM, posted(email="ada@gmial.com"), **network)

    refused = client.post(FORM, carried_by(asked), **network)
    members = Member.objects.count()
    changed = client.post(FORM, {**carried_by(asked), "change": "acronym"}, **network)
    sent = client.post(FORM, {**carried_by(refused), "email": "ada@gmial.com"})

    assert refused.status_code == 422
    assert "Choose which email address is right" in words_of(refused)
    assert (members, value_of(changed, "email")) == (0, "ada@gmial.com")
    assert sent["Location"] == RECEIVED
    assert FocalPoint.objects.get().email == "ada@gmial.com"


def test_eoi_check_does_not_send_without_the_time_zone_and_keeps_the_other_answer(client):
    page = client.post(FORM, posted(country="BR", email="ada@gmial.com"), follow=True)
    answered = {**carried_by(page), "email": "ada@gmail.com", "time_zone": ""}

    refused = client.post(CHECK, answered, follow=True)
    members = Member.objects.count()
    sent = client.post(CHECK, {**carried_by(refused), "time_zone": "America/Manaus"})

    assert '<option value="America/Manaus">Manaus</option>' in text_of(page)
    assert '<option value="Africa/Nairobi">' not in text_of(page)
    assert refused.redirect_chain == [(f"{CHECK}?errors=1", 302)]
    assert "Choose the time zone of the focal point" in words_of(refused)
    assert "ada@gmail.com" in words_of(refused)
    assert (members, sent["Location"]) == (0, RECEIVED)
    person = FocalPoint.objects.get()
    assert (person.email, person.time_zone) == ("ada@gmail.com", "America/Manaus")


def test_eoi_create_goes_back_to_a_field_with_everything_as_typed(client):
    response = client.post(
        FORM,
        posted(confirmed="1", change="phone", phone=" 0712 ", newsletter="on", country="BR"),
        follow=True,
    )

    assert response.redirect_chain == [(f"{FORM}?field=phone", 302)]
    assert value_of(response, "phone") == " 0712 "
    assert value_of(response, "organisation_name") == ANSWERS["organisation_name"]
    assert re.search(r'<input[^>]*name="phone"[^>]* autofocus', text_of(response))
    assert re.search(r'<details id="more" class="panel fold" open>', text_of(response))
    assert re.search(r'name="newsletter"[^>]* checked', text_of(response))
    assert '<option value="BR" selected>' in text_of(response)
    assert 'role="alert"' not in text_of(response)
    assert list(Member.objects.all()) == []


@pytest.mark.parametrize(
    ("changes", "focused"),
    [
        ({"change": "category", "category": "academia"}, "academia"),
        ({"change": "category", "category": ""}, Category.values[0]),
        (
            {"change": "focus_area", "focus_area": "empowering-communities"},
            "empowering-communities",
        ),
        ({"change": "contributions", "contributions": ["advocacy", "policy"]}, "policy"),
        ({"change": "contributions"}, Contribution.values[0]),
    ],
)
def test_eoi_create_goes_back_to_the_choice_that_was_taken(client, changes, focused):
    page = text_of(client.post(FORM, posted(**changes), follow=True))

    assert re.findall(r'<input[^>]*value="([^"]*)"[^>]* autofocus', page) == [focused]


@pytest.mark.parametrize(
    ("changes", "status", "steps"),
    [({"confirmed": "1"}, 422, []), ({}, 200, [(f"{FORM}?errors=1", 302)])],
)
def test_eoi_create_says_what_is_wrong_at_the_field_and_above_the_form(
    client, changes, status, steps
):
    response = client.post(FORM, posted(email="nonsense", **changes), follow=True)

    assert (response.status_code, response.redirect_chain[-1:]) == (status, steps)
    page = text_of(response)
    sentence = "Enter a valid email address, like name@example.org"
    assert f'<a href="#id_email">{sentence}</a>' in page
    assert re.search(
        r'<input[^>]*name="email"[^>]*aria-describedby="id_email_helptext id_email_error"', page
    )
    assert "Error:" in text_of(response)
    assert response["Cache-Control"] == "private, no-cache"
    assert list(Member.objects.all()) == []


def test_eoi_create_keeps_no_empty_form_and_says_what_is_missing(client):
    response = client.post(FORM, {}, follow=True)

    assert response.redirect_chain == [(f"{FORM}?errors=1", 302)]
    assert "Enter the name of the organisation" in words_of(response)
    assert not EoiDraft.objects.exists()


def test_eoi_create_opens_what_is_folded_where_something_in_it_is_wrong(client):
    folded = client.post(FORM, posted(email="nonsense"), follow=True)
    opened = client.post(FORM, posted(alternate_given_name="Otieno"), follow=True)

    assert "panel fold" in text_of(folded)
    assert 'class="panel fold" open' not in text_of(folded)
    assert 'class="panel fold" open' in text_of(opened)


def test_eoi_create_asks_a_script_for_the_time_zone_where_the_country_has_several(client):
    refused = client.post(FORM, posted(country="BR", confirmed="1"))
    taken = client.post(FORM, posted(country="BR", confirmed="1", time_zone="America/Manaus"))

    assert refused.status_code == 422
    assert '<a href="#id_time_zone">Choose the time zone of the focal point</a>' in text_of(refused)
    assert taken.status_code == 302
    assert FocalPoint.objects.get().time_zone == "America/Manaus"
