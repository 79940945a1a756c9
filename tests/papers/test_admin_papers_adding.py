"""The desk's page that adds a paper: real files of every kind, taken or refused in words."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from papers.models import Paper, PaperKind, PaperVersion
from tests.factories import MeetingFactory
from tests.full_disk import room_for
from tests.papers.desk import ADD, change_page, everything, files_in, told, upload
from tests.papers.files import HALF_OF_IT, LARGE_PDF, PDF, REFUSED, TAKEN
from tests.triage.staff import officer

pytestmark = [pytest.mark.sqlite_only, pytest.mark.usefixtures("folder")]


def test_add_asks_for_a_paper_and_its_file(desk):
    page = desk.get(ADD)

    assert list(page.context["form"].fields) == [
        "title",
        "kind",
        "focus_area",
        "language",
        "file",
        "note",
    ]
    assert 'enctype="multipart/form-data"' in page.text
    assert "at most 20 MB" in page.text
    assert "Whole coalition" in page.text


def test_add_publishes_a_paper_of_an_area(desk, area, folder):
    response = upload(desk, ADD, focus_area=area.pk, title="Ordre du jour", language="fr", note="!")

    paper = Paper.objects.get()
    version = paper.versions.get()
    assert response.status_code == 302
    assert response["Location"] == change_page(paper)
    assert told(response) == ["“Ordre du jour” was added."]
    assert (paper.title, paper.kind, paper.area) == ("Ordre du jour", PaperKind.AGENDA, area)
    assert (version.language, version.file_name, version.note) == ("fr", "Agenda.pdf", "!")
    assert version.uploaded_by_name == str(version.uploaded_by)
    assert [path.read_bytes() for path in files_in(folder)] == [PDF]


def test_add_publishes_a_paper_of_the_whole_coalition(desk):
    upload(desk, ADD)

    assert Paper.objects.get().area is None


@pytest.mark.parametrize(("ending", "content"), [(k, v[0]) for k, v in TAKEN.items()])
def test_add_takes_files_of_every_kind_by_their_content(desk, ending, content):
    upload(desk, ADD, content=content, name="paper.bin")

    assert PaperVersion.objects.get().file_name == f"paper.bin.{ending}"


@pytest.mark.parametrize(("content", "sentence"), REFUSED.values(), ids=REFUSED)
def test_add_says_at_the_field_what_is_wrong_with_a_file_and_keeps_what_was_typed(
    desk, folder, content, sentence
):
    page = upload(desk, ADD, content=content, title="Agenda of ours")

    assert page.status_code == 422
    [error] = page.context["form"].errors["file"]
    assert sentence in error
    assert 'value="Agenda of ours"' in page.text
    assert "choose the file again" in page.text
    assert everything() == ([], [])
    assert files_in(folder) == []


def test_add_refuses_fifty_megabytes_and_keeps_none_of_it(desk, folder):
    page = upload(desk, ADD, content=b"%PDF-" + b"x" * 50 * 1024 * 1024)

    assert page.status_code == 422
    assert page.context["form"].errors["file"] == ["Choose a file of at most 20 MB."]
    assert everything() == ([], [])
    assert files_in(folder) == []


NO_ROOM = (
    "The file could not be stored: the disk is full or takes no files. Nothing was saved. Tell the "
    "people who run the portal, then choose the file again."
)


def test_add_says_at_the_field_that_the_disk_is_full_and_keeps_what_was_typed(desk, folder, caplog):
    with room_for(HALF_OF_IT):
        page = upload(desk, ADD, content=LARGE_PDF, title="Agenda of ours", note="New times")

    assert page.status_code == 503
    assert page.context["form"].errors == {"file": [NO_ROOM]}
    assert 'value="Agenda of ours"' in page.text
    assert 'value="New times"' in page.text
    assert everything() == ([], [])
    assert files_in(folder) == []
    assert f"A file of {len(LARGE_PDF)} bytes could not be stored" in caplog.messages
    assert upload(desk, ADD, content=LARGE_PDF).status_code == 302


def test_add_says_at_the_field_that_the_folder_takes_no_files(desk, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "a-file"
    settings.MEDIA_ROOT.write_text("")

    page = upload(desk, ADD)

    assert page.status_code == 503
    assert page.context["form"].errors == {"file": [NO_ROOM]}
    assert everything() == ([], [])


def test_add_takes_as_much_as_the_setting_says(desk, settings):
    settings.PAPER_AT_MOST_MB = 1
    largest = PDF.ljust(1024 * 1024 - 5, b" ") + b"%%EOF"

    assert upload(desk, ADD, content=largest).status_code == 302
    assert upload(desk, ADD, content=largest[:-5] + b" %%EOF").status_code == 422
    assert "at most 1 MB" in desk.get(ADD).text


def test_add_of_a_larger_body_is_refused_unread(desk):
    response = desk.post(
        ADD, {"file": SimpleUploadedFile("a.pdf", b"x")}, CONTENT_LENGTH="1000000000"
    )

    assert response.status_code == 413


@pytest.mark.parametrize(
    "name",
    ["محضر.pdf", "../../../etc/passwd.pdf", "a\x00b.pdf", "\u202efdp.exe", "é" * 10_000 + ".pdf"],
)
def test_add_takes_any_name_and_keeps_the_file_in_its_folder(desk, folder, name):
    upload(desk, ADD, name=name)

    [path] = files_in(folder)
    assert path.parent == folder / "papers"
    assert re.fullmatch("[0-9a-f]{32}", path.name)
    kept = PaperVersion.objects.get().file_name
    assert kept.endswith(".pdf")
    assert kept.isprintable()
    assert "/" not in kept
    assert len(kept) <= 200


def test_add_without_a_file_or_title_says_so(desk):
    page = desk.post(ADD, {"title": "", "kind": "agenda", "language": "en"})

    assert page.status_code == 422
    assert page.context["form"].errors == {
        "title": ["This field is required."],
        "file": ["Choose the file"],
    }


def test_add_refuses_a_kind_or_language_that_there_is_not(desk):
    page = upload(desk, ADD, kind="poem", language="xx")

    assert set(page.context["form"].errors) == {"kind", "language"}
    assert everything() == ([], [])


def test_add_needs_the_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer())

    assert upload(client, ADD).status_code == 403
    assert everything() == ([], [])


def test_add_takes_the_token_that_stands_before_the_file():
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer())
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(ADD).text)[1]

    # A browser sends the fields of a form in the order in which they stand.
    response = client.post(
        ADD,
        {
            "csrfmiddlewaretoken": token,
            "title": "Agenda",
            "kind": "agenda",
            "focus_area": "",
            "language": "en",
            "file": SimpleUploadedFile("Agenda.pdf", PDF),
        },
    )

    assert response.status_code == 302
    assert Paper.objects.count() == 1


def test_add_to_a_meeting_is_of_the_area_of_that(desk, area, other_area):
    meeting = MeetingFactory(focus_area=area, title="Third meeting", language="fr")
    address = f"{ADD}?meeting={meeting.pk}"

    page = desk.get(address)
    upload(desk, address, focus_area=other_area.pk)

    assert "Third meeting" in page.text
    assert "focus_area" not in page.context["form"].fields
    assert page.context["form"]["language"].value() == "fr"
    paper = Paper.objects.get()
    assert (paper.meeting, paper.focus_area) == (meeting, None)


@pytest.mark.parametrize("asked_for", ["0", "x", "-1", "9" * 40, "²", "1 or 1=1"])
def test_add_to_a_meeting_that_there_is_not_is_not_there(desk, asked_for):
    assert desk.get(ADD, {"meeting": asked_for}).status_code == 404
