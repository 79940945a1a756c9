"""All papers of a meeting in one ZIP file."""

import io
import zipfile

import pytest
from django.test import Client

from papers.models import FileScan, PaperVersion, ScanStatus
from papers.services.papers import withdraw_paper
from participation.models import PaperOpening
from participation.services import paper_archive
from participation.services.paper_archive import archive_of, write_archive
from tests.factories import NOON
from tests.papers.desk import published as paper_of
from tests.papers.files import PDF
from tests.participation.people import account_of, focal_point_in, meeting_of, signed_in_as

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def meeting(area):
    return meeting_of(area)


def published(**facts):
    return paper_of(**facts).versions.get()


def of(meeting):
    return f"/en/my/meetings/{meeting.uid}/papers.zip"


def read(response):
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as written:
        return {name: written.read(name) for name in written.namelist()}


def test_file_has_the_newest_version_of_each_paper_under_its_name(mine, person, meeting):
    first = published(meeting=meeting, title="Agenda")
    second = published(meeting=meeting, title="Budget")
    gone = published(meeting=meeting, title="Withdrawn")
    withdraw_paper(paper=gone.paper, by=None, at=NOON)
    published(meeting=None)

    response = mine.get(of(meeting))

    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == (
        f'attachment; filename="papers-{meeting.local_day}.zip"'
    )
    assert read(response) == {"01 Draft.pdf": PDF, "02 Draft.pdf": PDF}
    opened = PaperOpening.objects.filter(user=account_of(person)).values_list("version", flat=True)
    assert {*opened} == {first.pk, second.pk}


def test_head_notes_nothing_and_a_second_download_is_noted_once(mine, meeting):
    published(meeting=meeting)

    mine.head(of(meeting))
    noted = PaperOpening.objects.count()
    for _time in range(2):
        read(mine.get(of(meeting)))

    assert (noted, PaperOpening.objects.count()) == (0, 1)


def test_paper_that_waits_for_its_scan_is_left_out_and_named(mine, meeting, settings):
    settings.CLAMD = "tcp://127.0.0.1:3310"
    clean, waiting = published(meeting=meeting), published(meeting=meeting, title="Still waiting")
    PaperVersion.objects.filter(pk=waiting.pk).update(sha256="0" * 64)
    FileScan.objects.update(status=ScanStatus.CLEAN, scanned_at=NOON)

    files = read(mine.get(of(meeting)))
    page = mine.get(f"/en/my/meetings/{meeting.uid}/")

    assert list(files) == ["01 Draft.pdf", "Not in this file.txt"]
    assert "Still waiting" in files["Not in this file.txt"].decode()
    assert len(page.context["archive"].left_out) == 1
    assert [each.version for each in PaperOpening.objects.all()] == [clean]


@pytest.mark.parametrize(
    ("is_there", "words"),
    [(False, "None of the papers can be downloaded now."), (True, "Download them one by one.")],
)
def test_nothing_and_too_much_are_refused_on_the_page(mine, meeting, monkeypatch, is_there, words):
    monkeypatch.setattr(paper_archive, "MAX_SIZE", len(PDF) - 1)
    if is_there:
        published(meeting=meeting)

    refused = mine.get(of(meeting), follow=True)

    assert refused.redirect_chain == [(f"/en/my/meetings/{meeting.uid}/#papers", 302)]
    assert words in refused.text
    assert not PaperOpening.objects.exists()


def test_who_is_not_invited_gets_no_file(meeting, other_area):
    published(meeting=meeting)
    outsider = signed_in_as(focal_point_in(other_area))

    answers = [client.get(of(meeting)) for client in (outsider, Client())]

    assert [answer.status_code for answer in answers] == [404, 302]
    assert not PaperOpening.objects.exists()


def test_missing_file_says_so_and_notes_nothing(mine, meeting):
    version = published(meeting=meeting)
    version.file.storage.delete(version.file.name)

    assert mine.get(of(meeting)).status_code == 404
    assert not PaperOpening.objects.exists()


def test_page_offers_the_file_of_several_papers(mine, meeting):
    published(meeting=meeting)
    alone = mine.get(f"/en/my/meetings/{meeting.uid}/").text
    published(meeting=meeting)
    page = mine.get(f"/en/my/meetings/{meeting.uid}/").text

    assert [of(meeting) in text for text in (alone, page)] == [False, True]
    assert "All papers in one file: 2 papers, ZIP" in page


def test_name_with_folders_stays_in_the_folder_of_the_file(meeting):
    version = published(meeting=meeting)
    PaperVersion.objects.filter(pk=version.pk).update(file_name="../../b\\c.txt")

    archive = archive_of([version.paper], language="en")
    with write_archive(archive) as file, zipfile.ZipFile(file) as written:
        assert written.namelist() == ["01 ..-..-b-c.txt"]
