"""The page on which a focal point exports their own data."""

import json

import pytest
from django.urls import reverse

from accounts.services.second_factor import AUTHENTICATION_METHODS_KEY
from focus_areas.models import FocusArea
from privacy.models import DataExport
from privacy.views import CODE_IS_RECENT_FOR
from tests.accounts.codes import ENTER, code_in
from tests.factories import FocalPointFactory
from tests.participation.people import focal_point_in, signed_in_as

pytestmark = pytest.mark.django_db
PAGE = "/en/my/data/"


@pytest.fixture
def mine():
    person = focal_point_in(
        FocusArea.objects.get(number=2), family_name="Kamau", email="wanjiku@example.org"
    )
    return signed_in_as(person)


@pytest.fixture
def confirmed(mine, sent_codes):
    """The client, after the person typed a code that the page sent."""
    mine.post(PAGE)
    (letter,) = sent_codes()
    response = mine.post(f"{ENTER}?next={PAGE}", {"code": code_in(letter)})
    assert response.headers["Location"] == PAGE
    return mine


def test_preferences_lead_to_the_page(mine):
    assert f'href="{PAGE}"' in mine.get(reverse("participation:my_preferences")).text


def test_old_session_gets_a_code_first_and_no_file(mine, sent_codes):
    page = mine.get(PAGE)
    response = mine.post(PAGE, {"format": "json"})

    assert "Send the code" in page.text
    assert response.status_code == 302
    assert response.headers["Location"].startswith(ENTER)
    assert [letter.to for letter in sent_codes()] == [["wanjiku@example.org"]]
    assert not DataExport.objects.exists()


@pytest.mark.parametrize("kind", ["json", "html"])
def test_person_who_typed_a_code_saves_the_file(confirmed, kind):
    FocalPointFactory(family_name="Somebody", email="else@example.org")

    response = confirmed.post(PAGE, {"format": kind})

    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="personal-data-')
    assert "wanjiku" not in disposition
    text = response.content.decode()
    assert "Kamau" in text
    assert "else@example.org" not in text
    export = DataExport.objects.get()
    assert (export.address, export.is_own, export.format) == ("wanjiku@example.org", True, kind)
    if kind == "json":
        assert json.loads(text)["address"] == "wanjiku@example.org"


def test_unknown_format_is_refused(confirmed):
    response = confirmed.post(PAGE, {"format": "pdf"})

    assert response.status_code == 422
    assert not DataExport.objects.exists()


def test_code_is_not_recent_for_ever(confirmed):
    session = confirmed.session
    (record,) = session[AUTHENTICATION_METHODS_KEY]
    record["at"] -= CODE_IS_RECENT_FOR.total_seconds() + 1
    session[AUTHENTICATION_METHODS_KEY] = [record]
    session.save()

    assert confirmed.post(PAGE, {"format": "json"}).status_code == 302
    assert not DataExport.objects.exists()


def test_too_many_files_are_refused_with_a_reason(confirmed, monkeypatch):
    monkeypatch.setattr("privacy.services.exports.MAX_EXPORTS_PER_HOUR", 1)
    confirmed.post(PAGE, {"format": "json"})

    response = confirmed.post(PAGE, {"format": "json"})

    assert response.status_code == 429
    assert "Too many attempts." in response.text
    assert DataExport.objects.count() == 1
