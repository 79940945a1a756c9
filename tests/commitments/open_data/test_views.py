"""The addresses of the open data: headers, pages of JSON, refused queries, database queries."""

import gzip
import json

import pytest
from django.conf import settings
from django.test import Client

from commitments.services.open_data import files
from commitments.services.open_data.formats import LIST_FILES, links_to
from commitments.services.open_data.resources import RESOURCES
from core.spreadsheets import unescape_formula
from tests.commitments.open_data.hard_cases import a_commitment
from tests.commitments.open_data.reading import body, get
from tests.factories import PlaceFactory

ADDRESSES = (
    "/data/commitments.csv",
    "/data/commitments.json",
    "/data/commitments.xml",
    "/data/commitments/C-000001.json",
    "/data/commitments/C-000001.xml",
    "/data/datapackage.json",
    "/data/places.csv",
    "/data/members.json",
)


@pytest.fixture
def commitment():
    return a_commitment("C-000001")


@pytest.mark.parametrize("address", ADDRESSES)
def test_file_is_public_for_scripts_of_all_sites_and_is_sent_once(commitment, address):
    response = get(address, Origin="https://elsewhere.example")
    etag = response["ETag"]
    same = get(address, **{"If-None-Match": etag})
    head = Client().head(address)

    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == same["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=300"
    assert response["Content-Length"] == str(len(body(response)))
    assert len(etag) == 66
    assert not response.cookies
    assert "sandbox" in response["Content-Security-Policy"]
    assert (same.status_code, body(same), same["ETag"]) == (304, b"", etag)
    assert (body(head), head["ETag"]) == (b"", etag)
    assert head["Content-Length"] == response["Content-Length"]


def test_content_types_and_names_of_files(commitment):
    found = {
        address: (response["Content-Type"], response.get("Content-Disposition"))
        for address in ADDRESSES[:4]
        for response in [get(address)]
    }

    assert found == {
        "/data/commitments.csv": (
            "text/csv; charset=utf-8",
            'attachment; filename="commitments.csv"',
        ),
        "/data/commitments.json": ("application/json", None),
        "/data/commitments.xml": ("application/xml", 'attachment; filename="commitments.xml"'),
        "/data/commitments/C-000001.json": ("application/json", None),
    }


@pytest.mark.parametrize("download", LIST_FILES, ids=lambda download: download.format.label)
def test_file_of_a_list_has_the_content_type_of_its_format(download, commitment):
    [(label, address)] = links_to([download], query="?year=2021")

    response = get(address)

    assert (response.status_code, response["Content-Type"]) == (
        200,
        download.format.content_type,
    )
    assert label in get("/en/data/").content.decode()


def test_file_is_compressed_if_the_program_takes_it(commitment):
    plain = get("/data/commitments.csv")
    packed = get("/data/commitments.csv", **{"Accept-Encoding": "gzip"})

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(body(packed)) == body(plain)
    again = get(
        "/data/commitments.csv", **{"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]}
    )
    assert again.status_code == 304


def test_csv_has_no_byte_order_mark_and_ends_each_line_as_the_standard_says(commitment):
    content = body(get("/data/places.csv"))

    assert content == (b"commitment,place,name,country,region,share,is_ldc,is_lldc,is_sids\r\n")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?country=XX", "'XX' is not a value of this filter."),
        ("?contry=MW", "There is no filter 'contry' here."),
        ("?after=1", "There is no filter 'after' here."),
        ("?year=<b>", "'<b>' is not a value of this filter."),
        ("?member=nobody", "'nobody' is not a value of this filter."),
    ],
)
def test_wrong_query_is_refused_and_not_ignored(query, said, commitment):
    response = get(f"/data/commitments.csv{query}")

    assert (response.status_code, response.content.decode()) == (400, f"{said}\n")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("sort", ["promised", "size"])
def test_order_of_the_register_changes_no_file(sort, commitment):
    for name in ("commitments.csv", "commitments.json", "commitments.xml", "amounts.csv"):
        assert body(get(f"/data/{name}?sort={sort}")) == body(get(f"/data/{name}")), name
    wanted = body(get("/data/commitments.csv?country=MW"))
    assert body(get(f"/data/commitments.csv?country=MW&sort={sort}")) == wanted


def test_empty_filters_of_the_form_select_everything(commitment):
    query = "?q=&country=&area=&type=&kind=&region=&group=&stage=&year=&condition=&member=&sort="

    assert body(get(f"/data/commitments.csv{query}")) == body(get("/data/commitments.csv"))


@pytest.mark.parametrize(
    ("status", "address"),
    [
        (404, "/data/nothing.csv"),
        (404, "/data/nothing.json"),
        (404, "/data/places.xml"),
        (404, "/data/commitments/C-GONE00.json"),
        (404, "/data/snapshots/2026-12/commitments.csv"),
        (404, "/data/snapshots/2026-13/commitments.csv"),
        (404, "/en/data/nothing/"),
        (404, "/en/data/snapshots/2026-12/"),
        # A resource without commitments has no filters.
        (400, "/data/members.csv?country=MW"),
        # No link names these pages.
        *((400, f"/data/commitments.json?after={after}") for after in ("x", "-1", "1.5", "9" * 30)),
        (400, "/data/commitments.json?after=٣"),
    ],
)
def test_what_is_not_there_is_not_found(status, address):
    assert get(address).status_code == status


def test_pages_of_json_have_every_row_once_and_each_names_the_next(commitment, monkeypatch):
    monkeypatch.setattr(files, "PAGE_SIZE", 2)
    for country in ("MW", "ZM", "TZ", "KE", "UG"):
        PlaceFactory(commitment=commitment, country=country)

    first = get("/data/places.json?country=MW")
    page = json.loads(body(first))

    site = settings.SITE_URL
    assert page["next"].startswith(f"{site}/data/places.json?country=MW&after=")
    assert first["Link"] == f'<{page["next"]}>; rel="next"'
    path = page["next"].removeprefix(site)
    PlaceFactory(commitment=commitment, country="AO")
    commitment.places.get(country="MW").delete()
    PlaceFactory(commitment=commitment, country="MW")
    second = json.loads(body(get(path)))
    assert [row["country"] for row in page["rows"] + second["rows"]] == ["MW", "ZM", "TZ", "KE"]


def test_last_page_of_json_names_no_next_one(commitment, monkeypatch):
    monkeypatch.setattr(files, "PAGE_SIZE", 2)
    for country in ("MW", "ZM"):
        PlaceFactory(commitment=commitment, country=country)

    response = get("/data/places.json")

    assert json.loads(body(response))["next"] is None
    assert "Link" not in response


@pytest.mark.parametrize(("ending", "queries"), [("csv", 2), ("json", 1)])
def test_file_takes_one_query_for_its_rows(ending, queries, commitment, django_assert_num_queries):
    for name in RESOURCES:
        # CSV takes another one for the ETag.
        with django_assert_num_queries(queries):
            body(get(f"/data/{name}.{ending}"))


def test_filter_takes_a_query_more(commitment, django_assert_num_queries):
    with django_assert_num_queries(3):
        body(get("/data/commitments.csv?country=MW"))


def test_large_file_is_written_to_the_disk_and_sent_whole(commitment, monkeypatch):
    monkeypatch.setattr(files, "MAX_SIZE_IN_MEMORY", 100)

    content = body(get("/data/commitments.csv")).decode()

    assert commitment.statement in unescape_formula(content)


def test_page_lists_all_files_and_its_queries_do_not_grow(
    commitment, django_assert_max_num_queries
):
    with django_assert_max_num_queries(len(RESOURCES) + 3):
        page = get("/en/data/").content.decode()

    for name in RESOURCES:
        assert f'href="/data/{name}.csv"' in page
        assert f'href="/en/data/{name}/"' in page
    assert 'href="/data/commitments.xml"' in page
    assert "has not set the licence" in page


def test_page_names_the_licence_that_the_owner_set(settings):
    settings.DATA_LICENCE = "CC BY 3.0 IGO"
    settings.DATA_LICENCE_URL = "https://creativecommons.org/licenses/by/3.0/igo/"

    page = get("/en/data/").content.decode()

    assert f'<a href="{settings.DATA_LICENCE_URL}" rel="license">CC BY 3.0 IGO</a>' in page
    assert json.loads(body(get("/data/datapackage.json")))["licenses"] == [
        {"title": settings.DATA_LICENCE, "path": settings.DATA_LICENCE_URL}
    ]


def test_page_of_a_resource_documents_each_column(django_assert_num_queries):
    for name, resource in RESOURCES.items():
        with django_assert_num_queries(0):
            page = get(f"/en/data/{name}/").content.decode()

        for column in resource.columns:
            assert f'<code dir="ltr">{column.name}</code>' in page
            assert str(column.description) in page.replace("&#x27;", "'")
