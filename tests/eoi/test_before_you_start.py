"""The page of all questions, and the hints of the form."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.conf import settings

from core.dates import GENEVA, format_datetime
from focus_areas.models import FocusArea
from members.services.questions import QUESTIONS, QUESTIONS_BY_NAME
from tests.eoi.form import FORM, make_call, text_of, words_of

PAGE = "/en/expression-of-interest/before-you-start/"


def answers_by_question(response):
    """The text below each question, by its label."""
    rows = re.findall(r"<dt>(.*?)</dt>\s*<dd>(.*?)</dd>", text_of(response), re.DOTALL)
    return {label: " ".join(re.sub("<[^>]+>", " ", text).split()) for label, text in rows}


def test_page_lists_every_question_with_its_hint_and_whether_it_is_required(client):
    rows = answers_by_question(client.get(PAGE))

    assert set(rows) == {str(question.label) for question in QUESTIONS}
    for question in QUESTIONS:
        words = "Required" if question.required else "Optional"
        assert rows[str(question.label)].startswith(f"{words} {question.hint}".strip())


def test_page_explains_the_choices(client):
    FocusArea.objects.filter(number=1).update(summary_en="Connects every school.")
    rows = answers_by_question(client.get(PAGE))

    assert (
        "Connecting People Everywhere Connects every school."
        in (rows["Which focus area is your first choice?"])
    )
    assert (
        "Member State Including ministries, regulators and other public bodies."
        in (rows["What kind of organisation is it?"])
    )
    assert (
        "Observer Follows the meetings and reads the papers."
        in (rows["What role would you like in its working group?"])
    )
    # Long lists are left to the form.
    assert rows["Country of the headquarters"] == "Required"


def test_page_says_the_deadline_or_when_the_next_call_opens(client):
    assert "No call for expressions of interest is open" in words_of(client.get(PAGE))

    upcoming = make_call(opens=3)
    page = client.get(PAGE)
    words = words_of(page)
    assert f"The next call opens on: {format_datetime(upcoming.opens_at, GENEVA)}" in words
    assert f'<p><a class="btn btn-main" href="{FORM}">' not in text_of(page)

    call = make_call()
    page = client.get(PAGE)
    assert f"Send it no later than: {format_datetime(call.last_moment, GENEVA)}" in words_of(page)
    assert f'<p><a class="btn btn-main" href="{FORM}">' in text_of(page)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_can_be_sent_on(client, language):
    page = text_of(client.get(f"/{language}/expression-of-interest/before-you-start/"))

    [link] = [
        link for link in re.findall(r'href="(mailto:[^"]+)"', page) if link.startswith("mailto:?")
    ]
    mail = parse_qs(urlsplit(link).query)
    assert mail["body"] == [
        f"{settings.SITE_URL}/{language}/expression-of-interest/before-you-start/"
    ]
    assert "Partner2Connect" in unquote(mail["subject"][0])
    assert "+" not in link


def test_page_is_linked_from_the_home_page_and_the_form(client, open_call):
    assert f'href="{PAGE}"' in text_of(client.get("/en/"))
    assert f'href="{PAGE}"' in text_of(client.get(FORM))


def test_form_has_a_hint_at_each_option_that_needs_one(client, open_call):
    FocusArea.objects.update(summary_en="Connects every school.")

    page = text_of(client.get(FORM))

    assert page.count(' lang="en" dir="auto">Connects every school.</small>') == 4
    for name in ("category", "role"):
        hints = QUESTIONS_BY_NAME[name].choice_hints
        assert hints
        for value, hint in hints.items():
            option = re.search(rf'value="{value}".*?</label>', page, re.DOTALL)
            [described_by] = re.findall('aria-describedby="([^"]+)"', option[0])
            assert f'<small id="{described_by}">{hint}</small>' in option[0]
            [label] = re.findall('aria-labelledby="([^"]+)"', option[0])
            assert f'<span id="{label}">' in option[0]


def test_form_says_the_progress_in_words(client, open_call):
    page = text_of(client.get(FORM))

    headings = re.findall(r'<(?:h2 id="[\w-]+-title"|summary)>(.*?)</', page)
    assert [heading.split(">")[-1].split(" ")[:4] for heading in headings if "Part" in heading] == [
        ["Part", str(number), "of", "5"] for number in range(1, 6)
    ]
