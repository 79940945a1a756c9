"""The pages to request an alert about the next call, to confirm it, and to delete it."""

import pytest
from django.utils import timezone

from accounts.models import Session
from eoi.models import CallAlert
from eoi.services.call_alerts import ALERTS_PER_ADDRESS
from members.models import MemberStatus
from members.services.private_links import token_for_object
from outbox.models import Message
from tests.eoi.form import make_call, text_of, value_of, whole_answer, words_of
from tests.eoi.own import own_person
from tests.factories import NOON, CallAlertFactory, EoiDraftFactory

FORM = "/en/expression-of-interest/"
PAGE = "/en/expression-of-interest/next-call/"
NOT_VALID = "This link is not valid"


def ask(client, email="ada@example.org", network="192.0.2.1", page=PAGE, **typed):
    fields = {"email": email, "language": "en", "leave_empty": "", **typed}
    return client.post(page, fields, REMOTE_ADDR=network)


def page_of(alert):
    return f"{PAGE}{token_for_object(alert)}/"


def stored():
    return list(CallAlert.objects.order_by("pk").values_list("email", "language", "confirmed_at"))


@pytest.fixture
def alert():
    """An address that nobody has confirmed yet."""
    return CallAlertFactory(
        email="ada@example.org", language="fr", requested_at=timezone.now(), confirmed_at=None
    )


def test_not_open_page_asks_for_an_address_and_the_language_of_the_page(client):
    page = client.get(FORM.replace("/en/", "/fr/"))

    assert page.status_code == 200
    form = page.context["alert_form"]
    assert form["language"].value() == "fr"
    assert f'action="{PAGE.replace("/en/", "/fr/")}"' in text_of(page)
    for name in ("email", "language", "leave_empty", "csrfmiddlewaretoken"):
        assert f'name="{name}"' in text_of(page)


def test_next_call_offers_six_languages(client):
    page = client.get(PAGE)

    languages = [code for code, _label in page.context["form"].fields["language"].choices]
    assert sorted(languages) == ["ar", "en", "es", "fr", "ru", "zh-hans"]
    assert "Tell me when the next call opens" in words_of(page)
    assert '<meta name="robots" content="noindex">' in text_of(page)


def test_next_call_leads_to_the_form_while_a_call_is_open(client):
    make_call()

    answers = [client.get(PAGE), ask(client)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, FORM)] * 2
    assert (stored(), Message.objects.count()) == ([], 0)


def test_next_call_answers_alike_whether_or_not_the_address_is_known(client):
    CallAlertFactory(email="confirmed@example.org")
    own_person(MemberStatus.ADMITTED, email="member@example.org")
    EoiDraftFactory(email="draft@example.org")
    addresses = [f"{name}@example.org" for name in ("confirmed", "member", "draft", "nobody")]

    answers = [ask(client, email) for email in addresses]
    pages = [client.get(answer["Location"]) for answer in answers]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {
        (302, f"{PAGE}?asked=1")
    }
    for page in pages[1:]:
        assert whole_answer(page) == whole_answer(pages[0])
    assert "We are sending an email to the address that you entered." in words_of(pages[0])
    assert not any(email in text_of(page) for email in addresses for page in pages)
    assert [message.recipient for message in Message.objects.order_by("pk")] == addresses
    assert Session.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "field", "error"),
    [
        ({"email": ""}, "email", "Enter your email address"),
        ({"email": "ada"}, "email", "Enter a valid email address, like name@example.org"),
        ({"language": "tlh"}, "language", "Select a valid choice."),
    ],
)
def test_next_call_says_what_is_wrong_and_stores_nothing(client, typed, field, error):
    response = ask(client, **typed)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert error in words_of(response)
    assert f'href="#id_{field}"' in text_of(response)
    assert (stored(), Message.objects.count()) == ([], 0)


def test_next_call_answers_a_robot_alike_and_writes_to_nobody(client):
    person, robot = (
        ask(client),
        ask(client, "victim@example.org", leave_empty="https://spam.example"),
    )

    assert (robot.status_code, robot["Location"]) == (person.status_code, person["Location"])
    assert stored() == [("ada@example.org", "en", None)]
    assert Message.objects.count() == 1


@pytest.mark.parametrize("email", ["confirmed@example.org", "nobody@example.org"])
def test_next_call_limits_requests_for_an_address_known_or_not(client, email):
    CallAlertFactory(email="confirmed@example.org")
    for number in range(ALERTS_PER_ADDRESS):
        ask(client, email, network=f"198.51.100.{number}")

    response = ask(client, email, network="203.0.113.1")

    assert response.status_code == 429
    assert 3540 < int(response["Retry-After"]) <= 3600
    assert "Too many attempts Try again in 1 hour." in words_of(response)
    assert value_of(response, "email") == email
    assert Message.objects.count() == ALERTS_PER_ADDRESS


def test_alert_page_asks_and_changes_nothing(client, alert):
    page = client.get(page_of(alert))

    assert page.status_code == 200
    assert "Shall we tell you when the next call opens?" in words_of(page)
    assert "We then send one email to ada@example.org" in words_of(page)
    assert "The language of the email: French." in words_of(page)
    assert page["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in page["Cache-Control"]
    assert client.head(page_of(alert)).status_code == 200
    assert stored() == [("ada@example.org", "fr", None)]


@pytest.mark.parametrize("is_a_call_open", [False, True])
def test_alert_page_confirms_and_says_so(client, alert, is_a_call_open):
    if is_a_call_open:
        make_call()

    answers = [client.post(page_of(alert), follow=True) for _time in range(2)]

    alert.refresh_from_db()
    assert alert.confirmed_at is not None
    for answer in answers:
        assert answer.redirect_chain == [(page_of(alert), 302)]
        assert "When the next call opens, we send one email to ada@example.org" in words_of(answer)
        assert "Yes, tell me" not in words_of(answer)
        assert "Delete my address" in words_of(answer)


@pytest.mark.parametrize("confirmed_at", [None, NOON])
def test_alert_page_deletes_the_address_and_its_link_then_opens_nothing(
    client, alert, confirmed_at
):
    CallAlert.objects.update(confirmed_at=confirmed_at)
    other = CallAlertFactory(email="other@example.org")
    page = page_of(alert)

    response = client.post(page, {"delete": "1"}, follow=True)

    assert response.redirect_chain == [(PAGE, 302)]
    assert "Your address was deleted." in words_of(response)
    assert list(CallAlert.objects.all()) == [other]
    again = [client.get(page), client.post(page), client.post(page, {"delete": "1"})]
    assert [answer.status_code for answer in again] == [404] * 3
    assert {NOT_VALID in words_of(answer) for answer in again} == {True}


def test_alert_page_refuses_alike_whatever_is_wrong(client, alert):
    draft = EoiDraftFactory(expires_at=timezone.now() + timezone.timedelta(days=1))
    expired = CallAlertFactory(confirmed_at=None, requested_at=NOON)
    token = token_for_object(alert)
    tokens = [
        token.replace(":", ":x", 1),
        token_for_object(draft),
        token_for_object(expired),
        "0",
    ]

    answers = [client.get(f"{PAGE}{wrong}/") for wrong in tokens]
    answers += [client.post(f"{PAGE}{wrong}/") for wrong in tokens]

    assert [answer.status_code for answer in answers] == [404] * 8
    assert {answer["X-Robots-Tag"] for answer in answers} == {"noindex, nofollow"}
    assert len({words_of(answer) for answer in answers}) == 1
    assert NOT_VALID in words_of(answers[0])
    assert CallAlert.objects.filter(confirmed_at=None).count() == 2
