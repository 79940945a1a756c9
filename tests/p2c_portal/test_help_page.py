import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override
from pytest_django.asserts import assertContains, assertNotContains

from eoi.forms.expression import ExpressionOfInterestForm
from members.models import MemberStatus
from p2c_portal.help_page import QUESTIONS, TOPICS
from p2c_portal.templatetags.help_page import PLACES, answer, figures
from tests.eoi.own import address_of, own_person
from tests.factories import CallFactory
from tests.sweeps.addresses import Address, Visitors, parameters_by_name
from tests.sweeps.prose import long_sentences
from tests.sweeps.test_languages import READERS, is_page

pytestmark = pytest.mark.django_db

ANCHORS = [each.anchor for topic in TOPICS for each in (topic, *topic.questions)]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Pages that open only after another step.
LATER_PAGES = {"accounts:sign_in_code_enter", "eoi:answer", "eoi:check", "eoi:request_late"}
LINK = re.compile(r'<p class="help-link no-print">.*?href="([^"]+)"')


def links_of(response):
    return LINK.findall(response.content.decode())


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_has_each_question_at_its_anchor(client, language):
    page = client.get(f"/{language}/help/").content.decode()

    assert re.findall(r'<h[23] id="([^"]+)">', page) == ANCHORS
    assert "%(" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_answer_about_signing_names_the_box_to_tick(language):
    with override(language):
        text = answer(QUESTIONS["sign-off"])
        label = str(ExpressionOfInterestForm.base_fields["somebody_else_signs"].label)

    assert label in text


def test_anchors_are_unique():
    assert len(ANCHORS) == len(set(ANCHORS))


def test_every_figure_is_in_an_answer():
    used = {
        name for each in QUESTIONS.values() for name in re.findall(r"%\((\w+)\)s", str(each.answer))
    }

    assert used == set(figures())


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_answer_is_short(question):
    with override("en"):
        text = answer(question)

    assert long_sentences(text) == []
    assert len(re.findall(r"[.?!](?:\s|$)", text)) <= 4


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_links_of_an_answer_lead_to_pages(client, question):
    statuses = {
        link.url_name: client.get(reverse(link.url_name)).status_code for link in question.links
    }

    # The pages of members redirect to the sign-in page.
    assert set(statuses.values()) <= {200, 302}


def test_answers_take_their_numbers_from_settings(client, settings):
    settings.PAPER_AT_MOST_MB = 7
    settings.SESSION_COOKIE_AGE = 3 * 60 * 60

    response = client.get("/en/help/")

    assertContains(response, "together at most 7 MB")
    assertContains(response, "at most 3 hours")


@pytest.mark.parametrize(("name", "anchor"), PLACES.items(), ids=PLACES)
def test_page_leads_to_a_question_that_exists(name, anchor):
    assert name in parameters_by_name()
    assert anchor in QUESTIONS


def test_form_without_a_call_leads_to_the_question_about_the_deadline(client):
    response = client.get("/en/expression-of-interest/")

    assert links_of(response) == ["/en/help/#deadline"]
    assertContains(response, escape(QUESTIONS["deadline"].question))


def test_question_of_staff_leads_to_the_question_how_to_answer(client):
    person = own_person(MemberStatus.INFORMATION_REQUESTED)

    response = client.get(address_of(person, "answer"))

    assert links_of(response) == ["/en/help/#answer-a-question"]


def test_page_of_the_code_leads_to_the_question_about_codes(client):
    response = client.post("/accounts/sign-in/code/", {"email": "ada@example.org"}, follow=True)

    assert links_of(response) == ["/en/help/#no-code"]


def test_invalid_link_leads_to_the_question_about_lost_links(client):
    response = client.get("/en/expression-of-interest/altered/")

    assert links_of(response) == ["/en/help/#lost-link"]


def test_link_is_in_the_language_of_the_page(client):
    assert links_of(client.get("/fr/calendar/")) == ["/fr/help/#calendar"]


@pytest.mark.parametrize("address", ["/en/privacy/", "/en/help/", "/en/no-such-page/"])
def test_page_without_a_question_has_only_the_links_in_menu_and_footer(client, address):
    response = client.get(address)

    assertNotContains(response, "help-link", status_code=response.status_code)
    assertContains(response, '<a href="/en/help/"', 2, status_code=response.status_code)


def test_each_page_has_one_link_to_its_question(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    CallFactory(closes_at=timezone.now() + timedelta(days=9))
    visitors = Visitors()

    shown = {}
    for name in PLACES:
        address = Address(name)
        for visitor in READERS:
            response = visitors.client(visitor, name).get(address.of(visitor, visitors))
            if is_page(response) and response.status_code == 200:
                shown.setdefault(name, set()).add(tuple(links_of(response)))

    assert shown == {
        name: {(f"/en/help/#{anchor}",)}
        for name, anchor in PLACES.items()
        if name not in LATER_PAGES
    }
