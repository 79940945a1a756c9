"""The page on which desk managers export a person's data, and the record of it."""

import json

import pytest
from django.urls import reverse

from privacy.models import DataExport
from tests.factories import DataExportFactory, FocalPointFactory, MessageFactory
from tests.triage.staff import desk_manager, observer, officer, read, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/admin/privacy/dataexport/person/"
ADA = "ada@example.org"


@pytest.fixture
def manager():
    return desk_manager(name="Mona Manager")


@pytest.fixture
def desk(manager):
    return signed_in(manager)


@pytest.fixture
def ada():
    return FocalPointFactory(family_name="Lovelace", email=ADA, language="fr")


def test_search_shows_the_tables_and_exports_nothing(desk, ada):
    MessageFactory.create_batch(2, recipient=ADA)

    response = desk.post(PAGE, {"address": "ADA@example.org"})

    rows = {table.name: len(table.rows) for table in response.context["tables"]}
    assert (rows["Messages"], rows["Focal points"]) == (2, 1)
    assert not DataExport.objects.exists()


def test_search_of_an_unknown_address_says_so(desk):
    response = desk.post(PAGE, {"address": "nobody@example.org"})

    assert "No row has this address." in response.text


def test_export_is_in_the_language_of_the_person_and_is_recorded(desk, manager, ada):
    response = desk.post(PAGE, {"address": ADA, "format": "html"})

    assert '<html lang="fr"' in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert ADA not in response.headers["Content-Disposition"]
    export = DataExport.objects.get()
    assert (export.by, export.by_name, export.address) == (manager, "Mona Manager", ADA)
    assert (export.is_own, export.format) == (False, "html")


def test_export_as_json(desk, ada):
    response = desk.post(PAGE, {"address": ADA, "format": "json"})

    assert json.loads(response.content)["address"] == ADA


@pytest.mark.parametrize("sent", [{"address": "Ada"}, {"address": ADA, "format": "pdf"}])
def test_what_is_no_address_or_format_is_refused(desk, ada, sent):
    assert desk.post(PAGE, sent).status_code == 422
    assert not DataExport.objects.exists()


def test_too_many_exports_are_refused(desk, ada, monkeypatch):
    monkeypatch.setattr("privacy.services.exports.MAX_EXPORTS_PER_HOUR", 0)

    response = desk.post(PAGE, {"address": ADA, "format": "json"})

    assert response.status_code == 429
    assert not DataExport.objects.exists()


def test_officers_and_observers_read_the_record_but_find_no_export():
    DataExportFactory(address=ADA, by_name="Mona Manager")

    for user in (officer(), observer()):
        page = signed_in(user).get(reverse("admin:privacy_dataexport_changelist"))
        assert "Mona Manager" in page.text
        assert PAGE not in page.text


def test_filter_of_exports_by_the_person_has_a_heading_that_reads_well():
    DataExportFactory(address=ADA, is_own=True)
    DataExportFactory(address="grace@example.org", is_own=False)
    client = signed_in(observer())

    page = client.get("/admin/privacy/dataexport/", {"is_own__exact": "1"})
    french = client.get("/admin/privacy/dataexport/", headers={"Accept-Language": "fr"})

    assert "By export by the person" in read(page)
    assert [export.address for export in page.context["cl"].result_list] == [ADA]
    assert "Par exportation par la personne elle-même" in read(french)


def test_audit_tells_who_exported_whom(ada):
    DataExportFactory(address=ADA, by_name="Mona Manager")
    DataExportFactory(address=ADA, by_name="Ada Lovelace", is_own=True)

    page = read(signed_in(observer()).get(reverse("admin:audit"), {"of": "data_exports"}))

    assert page.count(ADA) == 2
    assert "Exported a person&#x27;s data" in page
    assert "Exported their own data" in page
