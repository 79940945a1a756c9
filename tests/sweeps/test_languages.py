"""Each page for the public, submitters and members is whole in each of the six languages."""

import re
from itertools import product

import pytest
from django.conf import settings

from tests.catalogues import in_catalogue, record_look_ups
from tests.sweeps.addresses import Address, parameters_by_name

NOT_ENGLISH = [code for code, _name in settings.LANGUAGES if code != "en"]
READERS = ("anonymous", "submitter", "focal point")
# Pages for staff, and what is not in the reader's language: files and the page for developers.
STAFF = re.compile(
    r"admin:|mfa_|account_|accounts:(preferences|invitation)|style_guide|.*(_file|feed|sheet)$"
)
NAMES = [name for name in sorted(parameters_by_name()) if not STAFF.match(name)]
ROOT = re.compile(r'<html lang="([^"]+)" dir="([^"]+)">')


@pytest.fixture
def looked_up(monkeypatch):
    return record_look_ups(monkeypatch)


def answer_of(client, path, language, *, is_sent):
    """Return the answer in a language: the language is in its address or in the cookie."""
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    there = path.replace("/en/", f"/{language}/", 1)
    return client.post(there) if is_sent else client.get(there)


def is_page(response):
    is_html = response.get("Content-Type", "").startswith("text/html")
    return is_html and response.status_code in (200, 404, 422)


@pytest.mark.parametrize("name", NAMES)
def test_page_is_whole_in_each_language(name, visitors, looked_up):
    address = Address(name)

    shown, drawn = {}, set()
    for is_sent, visitor in product((False, True), READERS):
        client, path = visitors.client(visitor, name), address.of(visitor, visitors)
        # A page without a private link is the same for everybody who may open it.
        if (is_sent, path) in drawn:
            continue
        response = answer_of(client, path, "en", is_sent=is_sent)
        if not is_page(response):
            continue
        drawn.add((is_sent, path))
        shown.setdefault("en", []).extend(ROOT.findall(response.text))
        for language in NOT_ENGLISH:
            response = answer_of(client, path, language, is_sent=is_sent)
            shown.setdefault(language, []).extend(ROOT.findall(response.text))

    for language, roots in shown.items():
        direction = "rtl" if language == "ar" else "ltr"
        assert set(roots) == {(language, direction)}
    lacking = {
        language: {(context, text) for code, context, text in looked_up if code == language}
        - in_catalogue(language)
        for language in shown
        if language != "en"
    }
    assert lacking == {language: set() for language in lacking}
