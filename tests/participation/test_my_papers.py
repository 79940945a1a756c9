"""The papers of a participant, and their files, which only participants can download."""

import logging
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.models import MeetingStatus
from papers.models import FileScan, Paper, PaperKind, PaperVersion, ScanStatus
from papers.services.file_scans import breaker, scan_waiting_files
from papers.services.papers import add_version, withdraw_paper
from participation.models import PaperOpening
from participation.services.my_papers import meeting_papers
from participation.views import my
from tests.factories import NOON, PaperFactory, PaperVersionFactory, UserFactory
from tests.papers.desk import published as add_paper_of
from tests.papers.files import PDF, TEXT, fit
from tests.participation.people import account_of, meeting_of

pytestmark = pytest.mark.usefixtures("folder")
PAPERS = "/en/my/papers/"


def of(version):
    return reverse("participation:my_paper", args=[version.pk])


def body(response):
    return b"".join(response.streaming_content)


def head_of(client, version):
    """Ask for the headers alone, and close the file as a server does after each answer.

    close() would also close the database in memory.
    """
    response = client.head(of(version))
    for close in response._resource_closers:
        close()
    return response


def test_my_paper_is_the_file_to_be_saved(mine, area):
    version = published(area=area)

    response = mine.get(of(version))

    assert response.status_code == 200
    assert body(response) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="Draft.pdf"'
    assert response["Content-Length"] == str(len(PDF))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; sandbox; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_my_paper_is_noted_as_opened_once(mine, area, person):
    version = published(area=area)
    head_of(mine, version)
    by_head = PaperOpening.objects.count()

    for _time in range(2):
        body(mine.get(of(version)))

    opening = PaperOpening.objects.get()
    assert by_head == 0
    assert (opening.user, opening.version) == (account_of(person), version)


@pytest.mark.parametrize(
    ("asked", "sent", "content_range"),
    [
        ("bytes=4-", PDF[4:], f"bytes 4-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=0-0", PDF[:1], f"bytes 0-0/{len(PDF)}"),
        ("bytes=4-99999999", PDF[4:], f"bytes 4-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=-5", PDF[-5:], f"bytes {len(PDF) - 5}-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=-99999999", PDF, f"bytes 0-{len(PDF) - 1}/{len(PDF)}"),
    ],
)
def test_download_that_broke_off_goes_on_where_it_stopped(mine, area, asked, sent, content_range):
    version = published(area=area)
    etag = f'"{version.sha256}"'

    response = mine.get(of(version), headers={"range": asked, "if-range": etag})

    assert (response.status_code, response["Content-Range"]) == (206, content_range)
    assert body(response) == sent
    assert response["Content-Length"] == str(len(sent))
    assert response["ETag"] == etag


@pytest.mark.parametrize(
    "headers",
    [
        {"range": "bytes=4-", "if-range": '"of another file"'},
        {"range": "bytes=0-1,4-5"},
        {"range": "bytes=5-4"},
        {"range": "bytes=-"},
        {"range": "lines=1-2"},
    ],
)
def test_whole_file_is_sent_if_no_part_of_it_is_asked_for(mine, area, headers):
    response = mine.get(of(published(area=area)), headers=headers)

    assert response.status_code == 200
    assert body(response) == PDF


def test_part_behind_the_end_of_a_file_is_refused(mine, area):
    response = mine.get(of(published(area=area)), headers={"range": f"bytes={len(PDF)}-"})

    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(PDF)}")
    assert response.content == b""


@pytest.mark.parametrize(
    ("typed", "header"),
    [
        ("محضر الاجتماع.pdf", "%D9%85%D8%AD%D8%B6%D8%B1%20"),
        ("Ébauche.pdf", "attachment; filename*=utf-8''%C3%89bauche.pdf"),
        ('Draft "final".pdf', 'attachment; filename="Draft _final_.pdf"'),
        ("a\r\nSet-Cookie: x=1.pdf", 'attachment; filename="aSet-Cookie_ x=1.pdf"'),
        ("../../../etc/passwd", 'attachment; filename="passwd.pdf"'),
    ],
)
def test_my_paper_has_its_name_in_any_script_and_nothing_else(mine, area, typed, header):
    version = published(area=area, file=fit(PDF, typed))

    response = mine.get(of(version))

    assert header in response["Content-Disposition"]
    assert body(response) == PDF
    assert "Set-Cookie" not in response.headers


def test_my_paper_of_text_is_text_whatever_it_says(mine, area):
    version = published(area=area, file=fit(TEXT, "page.html"))

    response = mine.get(of(version))

    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="page.html.txt"'
    assert body(response) == TEXT


def test_my_paper_is_for_everybody_who_takes_part_where_it_is_the_coalitions(mine, area):
    versions = [
        published(),
        published(meeting=meeting_of(None)),
        published(meeting=meeting_of(area)),
        published(meeting=meeting_of(area, status=MeetingStatus.CANCELLED)),
    ]

    assert [body(mine.get(of(version))) for version in versions] == [PDF] * 4
    assert head_of(mine, versions[0]).getvalue() == b""
    # In the list, the latest is first.
    assert [paper.versions.get() for paper in mine.get(PAPERS).context["page"]] == versions[::-1]


def published(*, area=None, **facts):
    return add_paper_of(focus_area=area, **facts).versions.get()


def added_again(version, **facts):
    file = fit(TEXT, "new.txt")
    return add_version(paper=version.paper, number=2, seen=1, file=file, by=None, **facts)


def test_my_paper_is_not_for_others(mine, area, other_area):
    withdrawn = published(area=area)
    withdraw_paper(paper=withdrawn.paper, by=None, at=NOON)
    versions = [
        published(area=other_area),
        published(meeting=meeting_of(other_area)),
        published(meeting=meeting_of(area, status=MeetingStatus.DRAFT)),
        withdrawn,
    ]

    answers = [mine.get(of(version)) for version in versions]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert all(PDF not in answer.content for answer in answers)
    assert mine.get("/en/my/papers/999999/").status_code == 404
    assert list(mine.get(PAPERS).context["page"]) == []


def test_my_paper_without_its_file_says_so_and_logs_no_name(mine, area, folder, caplog):
    version = published(area=area, file=fit(PDF, "Secret of Amina.pdf"))
    (folder / version.file.name).unlink()

    with caplog.at_level(logging.ERROR):
        response = mine.get(of(version))

    assert response.status_code == 404
    assert "This file is missing" in response.text
    assert f'href="{PAPERS}"' in response.text
    [line] = [each for each in caplog.records if each.name == "papers.services.downloads"]
    assert line.getMessage() == f"The file of PaperVersion {version.pk} cannot be read"
    assert "Amina" not in caplog.text


# The list --------------------------------------------------------------------------------------


def test_my_papers_has_each_with_its_versions_and_languages(mine, area):
    version = published(area=area, note="For comments", by=UserFactory(name="Awa Diop"))
    added_again(version, language="ar", at=datetime(2021, 11, 3, 12, tzinfo=UTC))

    response = mine.get(PAPERS)

    for words in (
        "Draft of the Action Framework · Empowering Communities",
        "Version 2",
        "العربية",
        "new.txt",
        "Added on 3 November 2021, 15:00",
        "Earlier versions",
        "Version 1",
        "Draft.pdf",
        "by <bdi>Awa Diop",
        "For comments",
        "Times are in your time zone, Nairobi.",
    ):
        assert words in response.text
    assert of(version) in response.text
    assert body(mine.get(of(version))) == PDF


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "French"),
        ("ar", "الفرنسية"),
    ],
)
def test_my_page_says_the_language_of_a_paper_in_the_language_of_the_reader(
    mine, area, language, name
):
    published(area=area, language="fr")
    PaperVersion.objects.update(uploaded_at=timezone.now())

    response = mine.get(f"/{language}/my/")

    assert f"<bdi>{name}</bdi>" in response.text
    assert "<bdi>fr</bdi>" not in response.text


def test_my_papers_go_on_over_pages(mine, area, monkeypatch):
    monkeypatch.setattr(my, "PAPERS_PER_PAGE", 2)
    none = mine.get(PAPERS)
    for _n in range(3):
        PaperVersionFactory(paper__focus_area=area)

    first, second = mine.get(PAPERS), mine.get(PAPERS, {"page": 2})

    assert "No papers yet." in none.text
    assert (len(first.context["page"]), len(second.context["page"])) == (2, 1)
    assert "Page 1 of 2" in first.text


def test_folder_of_files_is_served_under_no_address(mine, area):
    name = published(area=area).file.name

    addresses = (f"/{name}", f"/media/{name}", f"/static/{name}", f"/static/../{name}")

    assert [mine.get(address).status_code for address in addresses] == [404] * 4


def test_agenda_of_a_meeting_stands_before_its_other_papers(area):
    meeting = meeting_of(area)
    for kind in (PaperKind.MINUTES, PaperKind.ACTION_FRAMEWORK, PaperKind.AGENDA):
        PaperVersionFactory(paper=PaperFactory(meeting=meeting, kind=kind))

    assert [paper.kind for paper in meeting_papers(meeting)] == [
        PaperKind.AGENDA,
        PaperKind.ACTION_FRAMEWORK,
        PaperKind.MINUTES,
    ]


def test_my_papers_say_that_a_file_is_being_checked_and_send_it_to_nobody(mine, area, clamd):
    breaker.open()
    version = published(area=area)
    PaperVersion.objects.update(uploaded_at=timezone.now())
    public = reverse("public_paper", args=[version.pk])
    Paper.objects.update(is_public=True)

    pages = [
        mine.get(page).text
        for page in (PAPERS, "/en/my/", reverse("focus_area_detail", args=[area.slug]))
    ]
    answers = [mine.get(of(version)), Client().get(public)]

    assert [page.count("being checked for viruses") for page in pages] == [1, 1, 1]
    assert [address in page for page in pages for address in (of(version), public)] == [False] * 6
    assert [answer.status_code for answer in answers] == [403, 403]
    scan_waiting_files(at=NOON)
    assert [body(mine.get(of(version))), body(Client().get(public))] == [PDF, PDF]


def scanned(version, status=ScanStatus.CLEAN):
    finding = "" if status == ScanStatus.CLEAN else "Eicar"
    FileScan.objects.update_or_create(
        sha256=version.sha256,
        defaults={
            "status": status,
            "requested_at": NOON,
            "scanned_at": NOON,
            "finding": finding,
        },
    )
    return version


def test_scanned_pdf_opens_in_the_browser_which_runs_nothing_of_it(mine, area):
    version = scanned(published(area=area))

    response = mine.get(of(version))

    assert body(response) == PDF
    assert response["Content-Disposition"] == 'inline; filename="Draft.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; form-action 'none'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


def test_scanned_pdf_resumes_as_well(mine, area):
    version = scanned(published(area=area))

    response = mine.get(of(version), headers={"range": "bytes=4-"})

    assert (response.status_code, body(response)) == (206, PDF[4:])
    assert response["Content-Disposition"].startswith("inline;")


def not_scanned(area):
    return published(area=area)


def other_file(area):
    return scanned(published(area=area, file=fit(TEXT, "page.pdf")))


def no_pdf_by_its_bytes(area):
    version = scanned(published(area=area))
    with version.file.storage.open(version.file.name, "wb") as file:
        file.write(b"<html>" + PDF[6:])
    return version


@pytest.mark.parametrize("of_area", [not_scanned, other_file, no_pdf_by_its_bytes])
def test_all_other_files_are_saved(mine, area, of_area):
    response = mine.get(of(of_area(area)))

    body(response)
    assert response["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in response["Content-Security-Policy"]
