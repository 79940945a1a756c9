"""The admin page that adds a paper: real files of every type, accepted or refused."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from papers.models import Paper, PaperKind
from tests.factories import MeetingFactory
from tests.full_disk import room_for
from tests.papers.desk import ADD, change_page, everything, files_in, told, upload
from tests.papers.files import HALF_OF_IT, LARGE_PDF, PDF, REFUSED
from tests.triage.staff import officer

pytestmark = [pytest.mark.usefixtures("folder")]


def test_add_asks_for_a_paper_and_its_file(desk):
    page = desk.get(ADD)

    names = ["title", "kind", "focus_area", "language", "file", "note", "form_key"]
    assert list(page.context["form"].fields) == names
    for words in ('enctype="multipart/form-data"', "at most 20 MB", "Whole coalition"):
        assert words in page.text


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


@pytest.mark.parametrize("what", ["HTML behind spaces", "macros under another name", "a bomb"])
def test_add_says_at_the_field_what_is_wrong_with_a_file_and_keeps_what_was_typed(
    desk, folder, what
):
    content, sentence = REFUSED[what]

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
    "The file could not be stored: the disk is full or not writable. Nothing was saved. Contact "
    "the people who run the portal, then choose the file again."
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


def test_add_of_a_larger_body_is_refused_unread(desk):
    response = desk.post(
        ADD, {"file": SimpleUploadedFile("a.pdf", b"x")}, CONTENT_LENGTH="1000000000"
    )

    assert response.status_code == 413


@pytest.mark.parametrize("name", ["محضر.bin", "../../../etc/passwd"])
def test_add_takes_any_name_and_keeps_the_file_in_its_folder(desk, folder, name):
    upload(desk, ADD, name=name)

    [path] = files_in(folder)
    assert path.parent == folder / "papers"
    assert re.fullmatch("[0-9a-f]{32}", path.name)
    paper = Paper.objects.get()
    assert paper.versions.get().file_name == f"{name.rpartition('/')[2]}.pdf"
    # A paper of the whole coalition.
    assert paper.area is None


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"title": "", "file": ""}, {"title", "file"}),
        ({"kind": "poem", "language": "xx"}, {"kind", "language"}),
    ],
)
def test_add_says_what_is_missing_or_is_not_there(desk, typed, fields):
    page = upload(desk, ADD, **typed)

    assert page.status_code == 422
    assert set(page.context["form"].errors) == fields
    assert everything() == ([], [])


def test_add_takes_the_token_that_stands_before_the_file():
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer())
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(ADD).text)[1]

    # A browser sends the fields of a form in the order of the page.
    typed = {"title": "Agenda", "kind": "agenda", "focus_area": "", "language": "en"}
    file = SimpleUploadedFile("Agenda.pdf", PDF)
    response = client.post(ADD, {"csrfmiddlewaretoken": token, **typed, "file": file})

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
