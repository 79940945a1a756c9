"""Pages while the database is unavailable, and errors that are not outages."""

import sqlite3
from contextlib import closing, nullcontext

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection, transaction
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.asserts import assertContains, assertNotContains

from focus_areas.models import FocusArea
from p2c_portal import urls
from p2c_portal.outages import is_outage
from tests.outages import database_away
from tests.portal import database_url

HEADING = "<h1>The portal is temporarily unavailable</h1>"
NOT_SAVED = "Your last submission was not saved."
NOT_KNOWN = "We do not know whether your last submission was saved."


def reads(request):
    return HttpResponse(FocusArea.objects.count())


def reads_twice(request):
    list(FocusArea.objects.select_for_update())
    with database_away():
        return reads(request)


def writes_before(request):
    FocusArea.objects.update(number=F("number"))
    with database_away():
        return reads(request)


def asks_wrongly(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


class Asking:
    handler400 = urls.handler400
    handler404 = urls.handler404
    handler500 = urls.handler500
    urlpatterns = [
        path("reads/", reads),
        path("reads-twice/", transaction.atomic(reads_twice)),
        path("writes-before/", writes_before),
        path("asks-wrongly/", transaction.atomic(asks_wrongly)),
        *urls.urlpatterns,
    ]


@pytest.fixture
def asking(settings):
    settings.ROOT_URLCONF = Asking
    return Client(raise_request_exception=False)


def test_page_without_database_says_when_to_come_back_and_is_kept_by_nobody(asking):
    with database_away():
        response = asking.get("/reads/")

    assertContains(response, HEADING, status_code=503, html=True)
    assertContains(response, "Wait a minute, then reload this page.", status_code=503)
    assertContains(response, '<meta name="robots" content="noindex">', status_code=503)
    assertNotContains(response, "last submission", status_code=503)
    assert response["Retry-After"] == "60"
    assert "no-store" in response["Cache-Control"]
    assert response["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_query_that_is_wrong_is_a_fault_of_the_portal_and_no_outage(asking):
    response = asking.get("/asks-wrongly/")

    assertContains(response, "Something went wrong on our side", status_code=500)
    assert "Retry-After" not in response


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (None, False),
        (RuntimeError("connection already closed"), False),
        (ProgrammingError("relation does not exist"), False),
        (InterfaceError("cursor already closed"), False),
        (OperationalError("of nobody's"), False),
        # A connection that broke before.
        (InterfaceError("connection already closed"), True),
    ],
)
def test_other_errors_are_no_outage(error, is_one):
    assert is_outage(error) is is_one


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own errors")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "is_one"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", True),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", False),
        ("SELECT 1 / 0", False),
    ],
)
def test_postgresql_that_ends_a_connection_is_away_and_one_that_ends_a_query_is_not(
    statement, is_one
):
    with pytest.raises(Exception) as raised, transaction.atomic(), connection.cursor() as cursor:  # noqa: PT011
        cursor.execute(statement)
    connection.close()

    assert is_outage(raised.value) is is_one


@pytest.mark.sqlite_in_ci
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own errors")
@pytest.mark.django_db(transaction=True)
def test_sqlite_that_stays_locked_is_away_and_nothing_was_saved(asking):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(database_url().removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    response = asking.post("/reads-twice/")

    other.execute("ROLLBACK")
    other.close()
    connection.close()
    assertContains(response, NOT_SAVED, status_code=503)


@pytest.mark.sqlite_in_ci
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own errors")
def test_sqlite_that_cannot_be_opened_is_away(tmp_path):
    with pytest.raises(sqlite3.Error) as raised:
        sqlite3.connect(tmp_path / "missing" / "portal.sqlite3")
    away, wrong = OperationalError(), OperationalError()
    away.__cause__ = raised.value
    with closing(sqlite3.connect(":memory:")) as database, pytest.raises(sqlite3.Error) as raised:
        database.execute("SELECT nothing FROM nowhere")
    wrong.__cause__ = raised.value

    assert (is_outage(away), is_outage(wrong)) == (True, False)


def test_page_without_database_is_in_the_readers_language_and_needs_no_list_of_hashed_files(
    asking, settings, tmp_path
):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

    with database_away():
        response = asking.get("/reads/", headers={"accept-language": "fr"})

    heading = "<h1>Le portail est temporairement indisponible</h1>"
    assertContains(response, heading, status_code=503, html=True)
    assertContains(response, '<html lang="fr" dir="ltr">', status_code=503)
    assertContains(response, 'href="/static/css/components.css"', status_code=503)


@pytest.mark.parametrize(
    ("address", "said", "unsaid"),
    [
        ("/reads/", NOT_SAVED, NOT_KNOWN),
        # The database becomes unavailable after reads only, and after a write.
        ("/reads-twice/", NOT_SAVED, NOT_KNOWN),
        ("/writes-before/", NOT_KNOWN, NOT_SAVED),
    ],
)
def test_what_is_sent_was_not_saved_or_may_have_been_after_a_change(asking, address, said, unsaid):
    with database_away() if address == "/reads/" else nullcontext():
        response = asking.post(address)

    assertContains(response, said, status_code=503)
    assertNotContains(response, unsaid, status_code=503)
