"""The papers of a participant, and their files, which only participants can download."""

import logging
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from meetings.models import MeetingStatus
from papers.models import PaperKind
from papers.services.papers import add_version, withdraw_paper
from participation.services.my_papers import meeting_papers
from participation.views import my
from tests.factories import NOON, PaperFactory, PaperVersionFactory, UserFactory
from tests.papers.desk import published as add_paper_of
from tests.papers.files import PDF, TEXT, fit
from tests.participation.people import meeting_of

pytestmark = pytest.mark.usefixtures("folder")
PAPERS = "/en/my/papers/"


def of(version):
    return reverse("participation:my_paper", args=[version.pk])


def body(response):
    return b"".join(response.streaming_content)


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
    assert mine.head(of(versions[0])).getvalue() == b""
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
