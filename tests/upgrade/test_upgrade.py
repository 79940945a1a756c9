"""The release before, full of data, is upgraded: nothing is lost, and everything opens."""

import hashlib
import re
from collections import Counter, deque
from contextlib import suppress
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import Resolver404, resolve

from accounts.models import User
from focus_areas.models import FocusArea, Link, Pillar
from meetings.models import Meeting
from members.models import AnswerFile, Call
from members.seed import CIRCULAR_CALL_TITLES
from outbox.models import MessageTemplate
from outbox.models.template_types import template_types
from outbox.services.template_states import english_digests
from papers.models import PaperVersion
from tests.sweeps.test_admin import MODELS, address
from tests.sweeps.test_seed_texts import lacking
from tests.upgrade.rows import lost_rows
from tools.release_data import tables_of

# On PostgreSQL, to migrate an empty database takes much longer. `make test-all` does.
pytestmark = [pytest.mark.usefixtures("upgraded")]
if connection.vendor == "postgresql":
    pytestmark.append(pytest.mark.long)

LINK = re.compile(r'(?:href|src)="([^"]+)"')
# Columns that only the release before writes. The next release drops them.
KEPT_COLUMNS = {
    "participation_mailpreferences": {"calendar_files"},
    "participation_historicalmailpreferences": {"calendar_files"},
}
# How many addresses are opened for each kind of page.
EACH_KIND = 2


def opened_pages(*starts):
    """Return the status of some public pages of each kind that a visitor reaches, by address."""
    client, host = Client(), urlsplit(settings.SITE_URL).netloc
    found, kinds, waiting = {}, Counter(), deque(starts)
    while waiting:
        path = waiting.popleft()
        if path in found or path.startswith(("/static/", "/admin/", "/accounts/")):
            continue
        # The address of a page without a language is not resolved: it redirects.
        kind = path
        with suppress(Resolver404):
            kind = resolve(urlsplit(path).path).view_name
        kinds[kind] += 1
        if kinds[kind] > EACH_KIND:
            continue
        response = client.get(path, headers={"Host": host})
        found[path] = response.status_code
        if response.streaming:
            # Read to its end, so that the file is closed.
            b"".join(response.streaming_content)
        if not response.streaming and response["Content-Type"].startswith("text/html"):
            for link in map(urlsplit, map(unescape, LINK.findall(response.text))):
                if link.netloc in ("", host) and link.path.startswith(("/en/", "/data/")):
                    waiting.append(f"{link.path}?{link.query}" if link.query else link.path)
    return found


def test_no_row_is_lost(upgraded):
    assert lost_rows(upgraded) == {}


def test_texts_that_came_with_the_portal_get_all_languages_and_better_french():
    calls = Call.objects.filter(title_en=CIRCULAR_CALL_TITLES["title_en"])
    rows = [*FocusArea.objects.all(), *Pillar.objects.all(), *Link.objects.all(), *calls]

    assert lacking(rows) == set()
    assert len(rows) == 17
    assert calls.get().title_fr == CIRCULAR_CALL_TITLES["title_fr"]
    assert Link.objects.get(title_en="Concept Note").title_fr == "Note conceptuelle"


def test_translations_know_the_english_text_that_they_were_made_from():
    english = english_digests(MessageTemplate.objects.all())
    translations = MessageTemplate.objects.filter(
        template_type__in=[kind.name for kind in template_types()]
    ).exclude(language="en")

    assert {each.source_digest == english[each.template_type] for each in translations} == {True}
    assert len(translations) > 400


def test_tables_are_those_of_the_models():
    columns = {}
    with connection.cursor() as cursor:
        for table in tables_of(apps):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} LIMIT 0")  # noqa: S608
            columns[table] = {column[0] for column in cursor.description}

    assert columns == {
        table: {field.column for field in model._meta.local_concrete_fields}
        | KEPT_COLUMNS.get(table, set())
        for table, model in tables_of(apps).items()
    }


def test_rows_refer_to_rows_that_exist():
    connection.check_constraints()


def test_files_are_those_that_were_stored():
    for file in [*PaperVersion.objects.all(), *AnswerFile.objects.all()]:
        with file.file.open() as content:
            assert hashlib.sha256(content.read()).hexdigest() == file.sha256


def test_private_links_that_were_sent_open_the_same_pages(upgraded):
    for path, shown in upgraded.data["links"]:
        response = Client().get(path, follow=True)

        body = b"".join(response) if response.streaming else response.content
        assert (response.status_code, shown in unescape(body.decode())) == (200, True), path


def test_public_pages_open():
    statuses = opened_pages("/en/", "/sitemap.xml", "/robots.txt", "/calendar/all.ics")

    assert {path: status for path, status in statuses.items() if status not in (200, 302)} == {}
    assert len(statuses) > 30


def test_admin_lists_and_their_first_row_open():
    client = Client()
    client.force_login(User.objects.filter(is_superuser=True).first())

    statuses = {}
    for model in MODELS:
        # By default, the list of meetings has only those that come.
        whole = "?when=all" if model is Meeting else ""
        pages = [address(model, "changelist") + whole]
        if row := model._default_manager.order_by("pk").first():
            pages.append(address(model, "change", row.pk))
        statuses |= {page: client.get(page).status_code for page in pages}

    assert {page: status for page, status in statuses.items() if status not in (200, 302)} == {}
    assert len(statuses) > len(MODELS)
