"""The admin page that adds a version or a language of a paper."""

import re

import pytest

from papers.services.papers import add_version
from tests.factories import NOON, UserFactory
from tests.full_disk import room_for
from tests.papers.desk import again, change_page, everything, files_in, page_of, published, told
from tests.papers.files import HALF_OF_IT, LARGE_PDF, TEXT, fit

pytestmark = pytest.mark.usefixtures("folder")


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
