import re

import pytest

from members.models import Category, Contribution, FocalPoint, Member
from tests.eoi.form import ANSWERS, FORM, carried_by, posted, text_of, value_of, words_of

pytestmark = [pytest.mark.sqlite_only, pytest.mark.usefixtures("open_call")]


def test_eoi_create_shows_the_answers_before_they_are_sent(client):
    response = client.post(
        FORM, posted(website="www.example.org", phone="0712 345678", contributions=["policy"])
    )

    assert response.status_code == 200
    assert "Check your answers" in words_of(response)
    words = words_of(response)
    assert "Country of the headquarters Kenya Change" in words
    assert "Website https://www.example.org Change" in words
    assert "Phone +254712345678 Change" in words
    assert "What kind of contribution do you plan to make? Policy Change" in words
    assert "may be listed on the public site No Change" in words
    assert list(Member.objects.all()) == []
    assert "no-store" in response["Cache-Control"]


def test_eoi_create_carries_the_answers_as_typed(client):
    typed = posted(
        motivation='Line 1\r\nLine 2 "quoted" <b>',
        contributions=["policy", "advocacy"],
        website="www.example.org",
        leave_empty="",
    )

    carried = carried_by(client.post(FORM, typed))

    assert carried.pop("confirmed") == ["1"]
    assert carried == {
        name: value if isinstance(value, list) else [value] for name, value in typed.items()
    }


def test_eoi_create_makes_a_key_where_there_is_none(client):
    keys = [
        carried_by(client.post(FORM, posted(submission_key=None)))["submission_key"]
        for _time in range(2)
    ]

    assert keys[0] != keys[1]


def test_eoi_create_asks_about_a_likely_typing_error_and_takes_either(client):
    response = client.post(FORM, posted(email="ada@gmial.com"))

    assert "Is this address right? Yes: ada@gmial.com No, it is ada@gmail.com" in words_of(response)
    assert "email" not in carried_by(response)
    client.post(FORM, posted(email="ada@gmial.com", confirmed="1"))
    client.post(FORM, posted(email="ada@gmail.com", confirmed="1", submission_key="another"))
    emails = FocalPoint.objects.order_by("pk").values_list("email", flat=True)
    assert list(emails) == ["ada@gmial.com", "ada@gmail.com"]


def test_eoi_create_asks_for_the_time_zone_where_the_country_has_several_or_none(client):
    several, one = client.post(FORM, posted(country="BR")), client.post(FORM, posted())
    none = client.post(FORM, posted(country="BV"))

    assert '<option value="Europe/Oslo">Oslo</option>' in text_of(none)
    assert '<option value="America/Manaus">Manaus</option>' in text_of(several)
    assert '<option value="Africa/Nairobi">' not in text_of(several)
    assert "Which time zone" not in words_of(one)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_eoi_create_promises_letters_in_the_language_chosen(client, language):
    sentence = "Our messages are in this language."

    form = words_of(client.get(FORM))
    checked = words_of(client.post(FORM, posted(language=language)))

    assert sentence in form
    assert "are in English" not in form + checked


def test_eoi_create_goes_back_to_a_field_with_everything_as_typed(client):
    response = client.post(
        FORM, posted(confirmed="1", change="phone", phone=" 0712 ", newsletter="on", country="BR")
    )

    assert response.status_code == 200
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
    page = text_of(client.post(FORM, posted(**changes)))

    assert re.findall(r'<input[^>]*value="([^"]*)"[^>]* autofocus', page) == [focused]


def test_eoi_create_says_what_is_wrong_at_the_field_and_above_the_form(client):
    response = client.post(FORM, posted(email="nonsense", confirmed="1"))

    assert response.status_code == 422
    page = text_of(response)
    sentence = "Enter a valid email address, like name@example.org"
    assert f'<a href="#id_email">{sentence}</a>' in page
    assert re.search(
        r'<input[^>]*name="email"[^>]*aria-describedby="id_email_helptext id_email_error"', page
    )
    assert "no-store" in response["Cache-Control"]
    assert list(Member.objects.all()) == []


def test_eoi_create_opens_what_is_folded_where_something_in_it_is_wrong(client):
    folded = client.post(FORM, posted(email="nonsense"))
    opened = client.post(FORM, posted(alternate_given_name="Otieno"))

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


@pytest.mark.parametrize(
    "body",
    [
        b"organisation_name=%ED%A0%80&email=%FF%FE",
        b"organisation_name=%00&change=%00&confirmed=%00&submission_key=%00&started=%00",
        b"confirmed=1",
        b"change=submission_key",
        b"",
    ],
)
def test_eoi_create_never_fails_on_what_no_browser_sends(client, body):
    response = client.post(FORM, body, content_type="application/x-www-form-urlencoded")

    assert response.status_code in {200, 422}
