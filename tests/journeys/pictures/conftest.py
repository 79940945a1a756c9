"""Takes the pictures of the handbook and of the README from the demonstration.

How to write one: a test in `test_SLUG.py` does what a person does, in English and in French, and
ends with `take`. Texts of the interface are given in English; `words` returns them in the language
of the picture.

    def test_assign(desk, take, words):
        page = desk("officer")
        page.goto("/admin/members/member/")
        page.get_by_role("link", name=words("All")).click()
        take(page, "day-views", page.get_by_role("navigation", name=words("Views")))

- `desk(ROLE)` opens a page for an officer, manager, coordinator, observer or administrator;
  `visitor()` opens one without signing in. Both take options of a browser context, such as
  `viewport={"width": 1000, "height": 700}`: the narrower the window, the larger the text.
- `take(page, "SLUG-thing", what)` crops to one locator, or to all of a list. `margin` and
  `max_height` are in CSS pixels. Crop to what the text is about.
- Each test starts from the demonstration, so it may change everything. Its names, numbers and dates
  differ from day to day: open the first of a view, not a certain member.

`make pictures ONLY=SLUG` writes `docs/handbook/pictures/LANGUAGE/SLUG-thing.png`. Other runs write
nothing: they fail if a step fails, or if a picture is missing or its size is out of date.
"""

import os
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings as django_settings
from django.db import connection
from django.utils.translation import gettext, override, pgettext

from accounts.models import User
from accounts.services.second_factor import AUTHENTICATION_METHODS_KEY, PROVED_BY
from accounts.services.sessions import SessionStore
from p2c_portal.demonstration import staff
from tests.journeys.pictures.cropping import assert_same_size, cropped, with_few_colours
from tests.journeys.pictures.demonstration import SITE_URL, load_once

HERE = Path(__file__).parent
HANDBOOK = Path(django_settings.BASE_DIR) / "docs" / "handbook" / "pictures"
IS_TAKING = os.environ.get("TAKE_PICTURES") == "true"
STAFF = {
    "officer": staff.OFFICERS[0],
    "manager": staff.DESK_MANAGER,
    "coordinator": staff.COORDINATOR,
    "observer": staff.OBSERVER,
    "administrator": staff.ADMINISTRATOR,
}
LOCALES = {"en": "en-GB", "fr": "fr-FR"}

# The copy of the demonstration is a SQLite file.
if connection.vendor != "sqlite":
    collect_ignore_glob = ["test_*.py"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == HERE:
            item.add_marker("long")
            # The first test of all loads the demonstration.
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def demonstration(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return load_once()


@pytest.fixture(autouse=True)
def site(settings, live_server):
    settings.SITE_URL = SITE_URL
    return live_server.url


@pytest.fixture(autouse=True)
def _loaded(demonstration, transactional_db, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    # As in production.
    settings.UNDO_SECONDS = 120
    settings.STAFF_SECOND_FACTOR = True
    demonstration.copy_to(tmp_path)


@pytest.fixture(params=LOCALES)
def language(request):
    return request.param


@pytest.fixture
def words(language):
    """Return a text of the interface in the language of the picture."""

    def translate(text, context=None):
        with override(language):
            return pgettext(context, text) if context else gettext(text)

    return translate


@pytest.fixture
def look(language):
    """The options of the browser context of each picture."""
    return {
        "locale": LOCALES[language],
        "viewport": {"width": 1280, "height": 800},
        "device_scale_factor": 1.25,
        "color_scheme": "light",
    }


@pytest.fixture
def visitor(new_page, look):
    """Open a page without signing in."""
    return lambda **options: new_page(**{**look, **options})


@pytest.fixture
def desk(page_of, look):
    """Open a page for a member of staff of the demonstration."""

    def open_page(role, **options):
        email, _name = STAFF[role]
        person = User.objects.get(email=email)
        page = page_of(person, **{**look, **options})
        prove_second_factor(person, page)
        return page

    return open_page


def prove_second_factor(person, page):
    """Store in the session what is stored when a second factor was used."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    session = SessionStore(cookies[django_settings.SESSION_COOKIE_NAME])
    session[PROVED_BY] = str(person.pk)
    session[AUTHENTICATION_METHODS_KEY] = [
        {"method": "mfa", "at": 0, "id": Authenticator.objects.get(user=person).pk, "type": "totp"}
    ]
    session.save()


@pytest.fixture
def folder(language):
    """The folder of the pictures."""
    return HANDBOOK / language


@pytest.fixture
def take(folder):
    """Take a picture of one locator, or of all in a list."""

    def take_picture(page, name, what, **ways):
        picture = cropped(page, what if isinstance(what, list) else [what], **ways)
        file = folder / f"{name}.png"
        if IS_TAKING:
            file.parent.mkdir(parents=True, exist_ok=True)
            with_few_colours(picture).save(file, optimize=True)
        assert_same_size(picture, file)

    return take_picture
