"""The papers of somebody who takes part, and the files of those, for them alone."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from meetings.models import MeetingStatus
from members.services.decisions import withdraw
from members.services.focal_points import accept_role_transfer
from papers.models import Paper, PaperKind
from papers.services.papers import add_paper, add_version, withdraw_paper
from participation.services.my_papers import meeting_papers
from tests.factories import (
    NOON,
    PaperFactory,
    PaperVersionFactory,
    RoleTransferFactory,
    UserFactory,
)
from tests.papers.files import PDF, TEXT, fit
from tests.participation.people import meeting_of, queries_of

PAPERS = "/en/my/papers/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def published(*, area=None, meeting=None, **facts):
    paper = add_paper(
        **{
            "title": "Draft",
            "kind": PaperKind.ACTION_FRAMEWORK,
            "meeting": meeting,
            "focus_area": area,
            "language": "en",
            "file": fit(PDF, "Draft.pdf"),
            "by": None,
            "at": NOON,
            **facts,
        }
    )
    return paper.versions.get()


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


def test_my_paper_is_asked_for_without_its_body(mine, area):
    response = mine.head(of(published(area=area)))

    assert (response.status_code, response["Content-Length"]) == (200, str(len(PDF)))
    assert response.getvalue() == b""


def test_my_paper_is_for_everybody_who_takes_part_where_it_is_the_coalitions(mine, area):
    versions = [
        published(),
        published(meeting=meeting_of(None)),
        published(meeting=meeting_of(area)),
        published(meeting=meeting_of(area, status=MeetingStatus.CANCELLED)),
    ]

    assert [body(mine.get(of(version))) for version in versions] == [PDF] * 4


def test_my_paper_of_an_earlier_version_is_there_still(mine, area):
    version = published(area=area)
    add_version(
        paper=version.paper,
        number=2,
        seen=1,
        language="en",
        file=fit(TEXT, "new.txt"),
        by=None,
        at=NOON,
    )

    assert body(mine.get(of(version))) == PDF


def test_my_paper_is_not_for_others(mine, area, other_area):
    draft = meeting_of(area, status=MeetingStatus.DRAFT)
    withdrawn = published(area=area)
    withdraw_paper(paper=withdrawn.paper, by=None, at=NOON)
    versions = [
        published(area=other_area),
        published(meeting=meeting_of(other_area)),
        published(meeting=draft),
        withdrawn,
    ]

    answers = [mine.get(of(version)) for version in versions]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert all(PDF not in answer.content for answer in answers)
    assert mine.get("/en/my/papers/999999/").status_code == 404


def test_my_paper_asks_a_stranger_to_sign_in(area):
    response = Client().get(of(published(area=area)))

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/sign-in/code/")


@pytest.mark.parametrize("is_staff", [False, True])
def test_my_paper_is_not_for_an_account_that_stands_for_nobody(area, is_staff):
    client = Client()
    client.force_login(UserFactory(is_staff=is_staff))

    assert client.get(of(published(area=area))).status_code == 403
    assert client.get(PAPERS).status_code == 403


def test_my_paper_is_closed_to_who_was_a_focal_point(mine, area, person):
    version = published(area=area)
    withdraw(member=person.member, by=None, at=timezone.now())

    assert mine.get(of(version)).status_code == 403


def test_my_paper_is_closed_to_who_handed_the_role_over(mine, area, person):
    version = published(area=area)
    at = timezone.now()
    accept_role_transfer(
        role_transfer=RoleTransferFactory(focal_point=person, expires_at=at + timedelta(days=1)),
        at=at,
    )

    assert mine.get(of(version)).status_code == 403


def test_my_paper_without_its_file_says_so_and_logs_no_name(mine, area, folder, caplog):
    version = published(area=area, file=fit(PDF, "Secret of Amina.pdf"))
    (folder / version.file.name).unlink()

    with caplog.at_level(logging.ERROR):
        response = mine.get(of(version))

    assert response.status_code == 404
    assert "This file is missing" in response.text
    assert f'href="{PAPERS}"' in response.text
    [line] = [each for each in caplog.records if each.name == "papers.services.downloads"]
    assert line.getMessage() == f"The file of version {version.pk} of a paper cannot be read"
    assert "Amina" not in caplog.text


def test_my_paper_changes_nothing(mine, area):
    version = published(area=area)
    before = list(Paper.objects.values()), list(User.objects.values("pk", "is_active"))

    body(mine.get(of(version)))

    assert (list(Paper.objects.values()), list(User.objects.values("pk", "is_active"))) == before


# The list --------------------------------------------------------------------------------------


def test_my_papers_has_each_with_its_versions_and_languages(mine, area):
    version = published(area=area, note="For comments", by=UserFactory(name="Awa Diop"))
    at = datetime(2021, 11, 3, 12, tzinfo=UTC)
    again = {"paper": version.paper, "file": fit(TEXT, "new.txt"), "by": None, "at": at}
    add_version(number=2, seen=1, language="ar", **again)

    response = mine.get(PAPERS)

    for words in (
        "Draft of the Action Framework · Empowering Communities",
        "Version 2",
        "العربيّة",
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


def test_my_papers_are_the_latest_first_and_none_that_is_not_for_them(mine, area, other_area):
    older = PaperVersionFactory(paper__focus_area=area, uploaded_at=NOON).paper
    newer = PaperVersionFactory(
        paper=PaperFactory(meeting=meeting_of(area)), uploaded_at=NOON + timedelta(days=1)
    ).paper
    PaperVersionFactory(paper__focus_area=other_area)
    PaperVersionFactory(paper__focus_area=area, paper__is_withdrawn=True)
    PaperVersionFactory(paper=PaperFactory(meeting=meeting_of(area, status="draft")))

    assert list(mine.get(PAPERS).context["page"]) == [newer, older]


def test_my_papers_of_whom_there_are_none_says_so(mine):
    assert "There are no papers yet." in mine.get(PAPERS).text


def test_my_papers_go_on_over_pages(mine, area):
    for _n in range(26):
        PaperVersionFactory(paper__focus_area=area)

    first, second = mine.get(PAPERS), mine.get(PAPERS, {"page": 2})

    assert (len(first.context["page"]), len(second.context["page"])) == (25, 1)
    assert "Page 1 of 2" in first.text
    assert mine.get(PAPERS, {"page": "x"}).status_code == 200


def test_my_papers_takes_as_many_queries_for_three_rows_as_for_one(mine, area):
    PaperVersionFactory(paper=PaperFactory(meeting=meeting_of(area)))
    for_one = queries_of(mine, PAPERS)
    PaperVersionFactory(paper__focus_area=area)
    paper = PaperVersionFactory(paper=PaperFactory(meeting=meeting_of(None))).paper
    PaperVersionFactory(paper=paper, number=2, language="fr")

    assert queries_of(mine, PAPERS) == for_one


def test_my_papers_shows_titles_as_typed(mine, area):
    PaperVersionFactory(
        paper__focus_area=area, paper__title="<script>x</script>", file_name="<b>.txt"
    )

    text = mine.get(PAPERS).text

    assert "&lt;script&gt;x&lt;/script&gt;" in text
    assert "<script>x" not in text
    assert "&lt;b&gt;.txt" in text


def test_my_papers_leads_from_every_page_of_theirs(mine):
    assert f'href="{PAPERS}"' in mine.get("/en/my/").text


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
