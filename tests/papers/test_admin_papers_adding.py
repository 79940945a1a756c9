"""The admin pages that add a paper, a version or a language of a paper."""

import re

import pytest

from papers.models import Paper, PaperKind
from papers.services.papers import add_version
from tests.factories import NOON, MeetingFactory, UserFactory
from tests.full_disk import room_for
from tests.papers.desk import (
    ADD,
    again,
    change_page,
    everything,
    files_in,
    page_of,
    published,
    told,
    upload,
)
from tests.papers.files import HALF_OF_IT, LARGE_PDF, PDF, REFUSED, TEXT, fit

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


def test_add_says_at_the_field_what_is_wrong_with_a_file_and_keeps_what_was_typed(desk, folder):
    content, sentence = REFUSED["HTML behind spaces"]

    page = upload(desk, ADD, content=content, title="Agenda of ours")

    assert page.status_code == 422
    [error] = page.context["form"].errors["file"]
    assert sentence in error
    assert 'value="Agenda of ours"' in page.text
    assert "choose the file again" in page.text
    assert everything() == ([], [])
    assert files_in(folder) == []


def test_add_refuses_a_file_that_is_too_large_and_keeps_none_of_it(desk, folder, settings):
    settings.PAPER_AT_MOST_MB = 1

    page = upload(desk, ADD, content=PDF + LARGE_PDF)

    assert page.status_code == 422
    assert page.context["form"].errors["file"] == ["Choose a file of at most 1 MB."]
    assert (everything(), files_in(folder)) == (([], []), [])


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


# Versions ----------------------------------------------------------------------------------------


def test_add_version_offers_the_next_and_those_that_are_there(desk):
    page = desk.get(page_of(published(), "add_version"))

    form = page.context["form"]
    assert [str(label) for _value, label in form.fields["number"].choices] == [
        "Version 2 (new)",
        "Version 1 in another language; already available: English",
    ]
    assert (form["number"].value(), form["seen"].value()) == (2, 1)


def test_add_version_publishes_the_next(desk, folder):
    paper = published()

    response = again(desk, paper, note="After comments")

    assert response["Location"] == change_page(paper)
    assert told(response) == ["Version 2 of “Draft” was added."]
    version = paper.versions.get(number=2)
    assert (version.file_name, version.note) == ("new.txt", "After comments")
    assert len(files_in(folder)) == 2


def test_add_version_says_at_the_field_that_a_language_is_there(desk, folder):
    paper = published()

    page = again(desk, paper, number="1", note="Kept")

    assert page.status_code == 409
    [error] = page.context["form"].errors["language"]
    assert "Version 1 already exists in this language: English" in error
    assert 'value="Kept"' in page.text
    assert len(files_in(folder)) == 1


def test_add_version_says_at_the_field_that_the_disk_is_full(desk, folder):
    paper = published()
    before = everything(), files_in(folder)

    with room_for(HALF_OF_IT):
        page = again(desk, paper, content=LARGE_PDF, note="New times")

    assert page.status_code == 503
    [error] = page.context["form"].errors["file"]
    assert "The file could not be stored: the disk is full" in error
    assert 'value="New times"' in page.text
    assert (everything(), files_in(folder)) == before


def test_add_version_over_a_colleagues_is_refused_and_says_what_is_there_now(desk, folder):
    paper = published()
    colleague = UserFactory(name="Li Na")
    add_version(
        paper=paper, number=2, seen=1, language="fr", file=fit(TEXT, "a.txt"), by=colleague, at=NOON
    )
    before = everything()

    page = again(desk, paper, note="Kept")

    assert page.status_code == 409
    assert re.search(r"added version 2 on [^<]+, after you opened this page\.", page.text)
    assert 'value="Kept"' in page.text
    assert page.context["form"]["seen"].value() == "2"
    assert "Version 3 (new)" in page.text
    assert everything() == before
    assert len(files_in(folder)) == 2


@pytest.mark.parametrize("typed", [{"number": "7"}, {"number": "x"}, {"seen": "x"}, {"seen": ""}])
def test_add_version_refuses_what_no_form_sends(desk, typed):
    paper = published()

    assert again(desk, paper, **typed).status_code == 422
    assert paper.versions.count() == 1
