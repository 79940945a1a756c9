"""The desk of papers: who adds, corrects, withdraws and reads them, with real files."""

import re

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from focus_areas.models import FocusArea, MeetingStatus, Paper, PaperKind, PaperVersion
from focus_areas.papers import add_paper, add_version, correct_paper, withdraw_paper
from tests.factories import NOON, MeetingFactory, PaperFactory, PaperVersionFactory, UserFactory
from tests.focus_areas.desk import queries_of
from tests.focus_areas.paper_files import EXE, PDF, REFUSED, TAKEN, TEXT, fit
from tests.members.desk import coordinator, observer, officer, signed_in

LIST = "/admin/focus_areas/paper/"
ADD = f"{LIST}add/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def area(db):
    return FocusArea.objects.get(number=2)


@pytest.fixture
def other_area(db):
    return FocusArea.objects.get(number=3)


@pytest.fixture
def desk():
    return signed_in(officer())


def published(**facts):
    return add_paper(
        **{
            "title": "Draft",
            "kind": PaperKind.ACTION_FRAMEWORK,
            "meeting": None,
            "focus_area": None,
            "language": "en",
            "file": fit(PDF, "Draft.pdf"),
            "by": None,
            "at": NOON,
            **facts,
        }
    )


def page_of(paper, name="change", **more):
    return reverse(f"admin:focus_areas_paper_{name}", kwargs={"pk": paper.pk, **more})


def change_page(paper):
    return reverse("admin:focus_areas_paper_change", args=[paper.pk])


def upload(client, address, *, content=PDF, name="Agenda.pdf", **typed):
    file = SimpleUploadedFile(name, content)
    return client.post(
        address,
        {
            "title": "Agenda",
            "kind": "agenda",
            "focus_area": "",
            "language": "en",
            "file": file,
            **typed,
        },
    )


def again(client, paper, *, content=TEXT, **typed):
    return client.post(
        page_of(paper, "add_version"),
        {
            "number": "2",
            "seen": "1",
            "language": "en",
            "file": SimpleUploadedFile("new.txt", content),
            **typed,
        },
    )


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def everything():
    return list(Paper.objects.values()), list(PaperVersion.objects.values())


# Adding ----------------------------------------------------------------------------------------


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


# Of a meeting ----------------------------------------------------------------------------------


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


def test_meeting_has_a_page_of_its_papers(desk, area):
    meeting = MeetingFactory(focus_area=area)
    paper = published(meeting=meeting, title="Agenda of the third")
    withdrawn = published(meeting=meeting, title="Wrong one")
    withdraw_paper(paper=withdrawn, by=None, at=NOON)
    published(meeting=MeetingFactory(focus_area=area), title="Of another")
    address = reverse("admin:focus_areas_meeting_papers", args=[meeting.pk])

    page = desk.get(address)

    assert address in desk.get(reverse("admin:focus_areas_meeting_change", args=[meeting.pk])).text
    assert list(page.context["papers"]) == [paper, withdrawn]
    assert page.text.count("Withdrawn: members do not see it.") == 1
    assert "Of another" not in page.text
    assert f"{ADD}?meeting={meeting.pk}" in page.text


def test_papers_of_a_meeting_have_their_latest_file_first(desk, area):
    meeting = MeetingFactory(focus_area=area)
    paper = published(meeting=meeting)
    for number in (2, 3):
        PaperVersionFactory(paper=paper, number=number)

    page = desk.get(reverse("admin:focus_areas_meeting_papers", args=[meeting.pk]))

    [shown] = page.context["papers"]
    assert [version.number for version in shown.versions.all()] == [3, 2, 1]


def test_meeting_without_papers_says_so(desk):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)

    page = desk.get(reverse("admin:focus_areas_meeting_papers", args=[meeting.pk]))

    assert "This meeting has no papers yet." in page.text
    assert "The meeting is a draft" in page.text


def test_papers_of_a_meeting_take_as_many_queries_for_three_rows_as_for_one(desk):
    meeting = MeetingFactory()
    address = reverse("admin:focus_areas_meeting_papers", args=[meeting.pk])
    PaperVersionFactory(paper=PaperFactory(meeting=meeting))
    desk.get(address)
    for_one = queries_of(desk, address)
    for _n in range(2):
        paper = PaperVersionFactory(paper=PaperFactory(meeting=meeting)).paper
        PaperVersionFactory(paper=paper, number=2)

    assert queries_of(desk, address) == for_one


# Versions --------------------------------------------------------------------------------------


def test_add_version_offers_the_next_and_those_that_are_there(desk):
    page = desk.get(page_of(published(), "add_version"))

    form = page.context["form"]
    assert [str(label) for _value, label in form.fields["number"].choices] == [
        "Version 2, which is new",
        "Version 1 in a further language; there is: English",
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


def test_add_version_publishes_another_language(desk):
    paper = published()

    again(desk, paper, number="1", language="ar")

    assert paper.versions.get(language="ar").number == 1


def test_add_version_says_at_the_field_that_a_language_is_there(desk, folder):
    paper = published()

    page = again(desk, paper, number="1", note="Kept")

    assert page.status_code == 409
    [error] = page.context["form"].errors["language"]
    assert "Version 1 is there in this language already: English" in error
    assert 'value="Kept"' in page.text
    assert len(files_in(folder)) == 1


def test_add_version_over_a_colleagues_is_refused_and_says_what_is_there_now(desk, folder):
    paper = published()
    colleague = UserFactory(name="Li Na")
    add_version(
        paper=paper, number=2, seen=1, language="fr", file=fit(TEXT, "a.txt"), by=colleague, at=NOON
    )
    before = everything()

    page = again(desk, paper, note="Kept")

    assert page.status_code == 409
    assert "added version 2 after you opened this page" in page.text
    assert 'value="Kept"' in page.text
    assert page.context["form"]["seen"].value() == "2"
    assert "Version 3, which is new" in page.text
    assert everything() == before
    assert len(files_in(folder)) == 2


def test_add_version_of_a_withdrawn_paper_is_refused(desk):
    paper = published()
    withdraw_paper(paper=paper, by=None, at=NOON)

    page = again(desk, paper)

    assert page.status_code == 409
    assert "Put it back first" in page.text
    assert paper.versions.count() == 1


@pytest.mark.parametrize("typed", [{"number": "7"}, {"number": "x"}, {"seen": "x"}, {"seen": ""}])
def test_add_version_refuses_what_no_form_sends(desk, typed):
    paper = published()

    assert again(desk, paper, **typed).status_code == 422
    assert paper.versions.count() == 1


def test_add_version_says_that_a_renamed_program_is_one(desk):
    page = again(desk, published(), content=EXE)

    assert page.status_code == 422
    assert "This is a program or a script" in page.text


# The list and the page -------------------------------------------------------------------------


def test_list_says_what_there_is(desk, area):
    paper = published(focus_area=area, title="Terms")
    again(desk, paper, language="fr")

    text = desk.get(LIST).text

    for words in ("Terms", "Empowering Communities", "Version 2: fr"):
        assert words in text
    assert LIST in desk.get("/admin/").text


def test_list_is_narrowed_to_an_area_with_its_meetings(desk, area, other_area):
    mine = [published(focus_area=area), published(meeting=MeetingFactory(focus_area=area))]
    whole = [published(), published(meeting=MeetingFactory(focus_area=None))]
    published(focus_area=other_area)

    def listed(**asked):
        found = desk.get(LIST, asked).context["cl"].queryset
        return sorted(paper.pk for paper in found)

    assert listed(area="2") == [paper.pk for paper in mine]
    assert listed(area="coalition") == [paper.pk for paper in whole]
    assert len(listed(area="x")) == 5


def test_list_offers_a_coordinator_their_own_areas(area):
    page = signed_in(coordinator(area)).get(LIST, {"area": "coalition"})

    [of_area] = [each for each in page.context["cl"].filter_specs if each.title == "focus area"]
    assert of_area.lookup_choices == [("2", "Empowering Communities")]


def test_page_has_every_file_and_who_added_it(desk):
    paper = published(by=UserFactory(name="Awa Diop"), note="First")
    again(desk, paper, language="fr")

    page = desk.get(change_page(paper))

    for words in ("Version 2", "French", "new.txt", "Version 1", "Draft.pdf", "Awa Diop", "First"):
        assert words in page.text
    for version in paper.versions.all():
        assert page_of(paper, "file", file=version.pk) in page.text


def test_page_takes_as_many_queries_for_three_files_as_for_one(desk):
    paper = published()
    desk.get(change_page(paper))
    for_one = queries_of(desk, change_page(paper))
    PaperVersionFactory(paper=paper, number=2)
    PaperVersionFactory(paper=paper, number=2, language="fr")

    assert queries_of(desk, change_page(paper)) == for_one


def test_page_corrects_title_and_kind(desk):
    paper = published()
    form = desk.get(change_page(paper)).context["adminform"].form

    response = desk.post(
        change_page(paper),
        {"title": "Minutes", "kind": "minutes", "history_shown": form["history_shown"].value()},
    )

    assert response.status_code == 302
    paper.refresh_from_db()
    assert (paper.title, paper.kind) == ("Minutes", PaperKind.MINUTES)
    assert paper.history.count() == 2


def test_page_does_not_save_over_a_colleagues_change(desk):
    paper = published()
    shown = desk.get(change_page(paper)).context["adminform"].form["history_shown"].value()
    correct_paper(
        paper=paper, title="Theirs", kind=paper.kind, by=UserFactory(name="Li Na"), at=NOON
    )

    page = desk.post(
        change_page(paper), {"title": "Mine", "kind": "minutes", "history_shown": shown}
    )

    assert page.status_code == 409
    assert "Li Na" in page.text
    assert 'value="Mine"' in page.text
    paper.refresh_from_db()
    assert paper.title == "Theirs"


def test_page_that_changes_nothing_says_so(desk):
    paper = published()
    shown = desk.get(change_page(paper)).context["adminform"].form["history_shown"].value()

    response = desk.post(
        change_page(paper), {"title": "Draft", "kind": paper.kind, "history_shown": shown}
    )

    assert response.status_code == 302
    assert told(response) == ["Nothing was saved: you changed nothing."]
    assert paper.history.count() == 1


def test_page_of_a_withdrawn_paper_is_to_read(desk):
    paper = published()
    withdraw_paper(paper=paper, by=None, at=NOON)

    page = desk.get(change_page(paper))

    assert "Withdrawn: members do not see it." in page.text
    assert 'name="title"' not in page.text
    assert page_of(paper, "put_back") in page.text
    assert page_of(paper, "add_version") not in page.text


# Withdrawing -----------------------------------------------------------------------------------


def step(client, paper, name, **sent):
    address = page_of(paper, name)
    seen = client.get(address).context["form"]["seen"].value()
    return client.post(address, {"seen": seen, **sent})


def test_withdraw_names_the_paper_and_withdraws_it(desk):
    paper = published(title="Terms")

    page = desk.get(page_of(paper, "withdraw"))
    response = step(desk, paper, "withdraw")

    assert "Terms" in page.text
    assert response["Location"] == change_page(paper)
    assert told(response) == ["“Terms” is withdrawn. Members see it no more."]
    paper.refresh_from_db()
    assert paper.is_withdrawn


def test_put_back_puts_back(desk):
    paper = published()
    step(desk, paper, "withdraw")

    response = step(desk, paper, "put_back")

    assert response.status_code == 302
    paper.refresh_from_db()
    assert not paper.is_withdrawn


def test_withdraw_over_a_colleagues_change_is_refused_and_shows_it(desk):
    paper = published()
    address = page_of(paper, "withdraw")
    seen = desk.get(address).context["form"]["seen"].value()
    correct_paper(
        paper=paper, title="Theirs", kind=paper.kind, by=UserFactory(name="Li Na"), at=NOON
    )

    page = desk.post(address, {"seen": seen})

    assert page.status_code == 409
    assert "changed this paper after you opened it" in page.text
    assert "Theirs" in page.text
    paper.refresh_from_db()
    assert not paper.is_withdrawn
    assert page.context["form"]["seen"].value() == paper.history.latest("history_id").history_id


# Files -----------------------------------------------------------------------------------------


def test_file_is_sent_to_staff_to_be_saved(desk):
    paper = published(file=fit(TEXT, "محضر.txt"))
    withdraw_paper(paper=paper, by=None, at=NOON)

    response = desk.get(page_of(paper, "file", file=paper.versions.get().pk))

    assert b"".join(response.streaming_content) == TEXT
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%D9%85")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_file_of_another_paper_is_not_there(desk):
    paper, other = published(), published()

    assert desk.get(page_of(paper, "file", file=other.versions.get().pk)).status_code == 404


def test_file_that_is_missing_says_so(desk, folder):
    paper = published()
    version = paper.versions.get()
    (folder / version.file.name).unlink()

    response = desk.get(page_of(paper, "file", file=version.pk))

    assert response.status_code == 404
    assert "This file is missing" in response.text


# Who may ---------------------------------------------------------------------------------------


def test_coordinator_has_the_papers_of_their_own_areas_alone(area, other_area):
    client = signed_in(coordinator(area))
    mine = [
        published(focus_area=area),
        published(meeting=MeetingFactory(focus_area=area)),
    ]
    others = [
        published(focus_area=other_area),
        published(meeting=MeetingFactory(focus_area=other_area)),
        published(),
        published(meeting=MeetingFactory(focus_area=None)),
    ]

    listed = client.get(LIST).context["cl"].queryset

    assert sorted(paper.pk for paper in listed) == [paper.pk for paper in mine]
    for paper in others:
        pages = [page_of(paper, name) for name in ("add_version", "withdraw", "put_back")]
        pages.append(page_of(paper, "file", file=paper.versions.get().pk))
        assert [client.get(page).status_code for page in pages] == [404] * 4
        assert client.get(change_page(paper)).status_code == 302
        assert again(client, paper).status_code == 404


def test_coordinator_adds_papers_to_their_own_areas_alone(area, other_area):
    client = signed_in(coordinator(area))
    elsewhere = MeetingFactory(focus_area=other_area)

    offered = client.get(ADD).context["form"].fields["focus_area"]

    assert list(offered.queryset) == [area]
    assert "Whole coalition" not in client.get(ADD).text
    assert upload(client, ADD, focus_area=other_area.pk).status_code == 422
    assert upload(client, ADD, focus_area="").status_code == 422
    assert upload(client, f"{ADD}?meeting={elsewhere.pk}").status_code == 404
    assert everything() == ([], [])
    assert upload(client, ADD, focus_area=area.pk).status_code == 302


def test_coordinator_does_everything_with_a_paper_of_theirs(area):
    client = signed_in(coordinator(area))
    paper = published(focus_area=area)

    assert again(client, paper).status_code == 302
    assert step(client, paper, "withdraw").status_code == 302
    assert step(client, paper, "put_back").status_code == 302


def test_observer_reads_and_changes_nothing(area):
    client = signed_in(observer())
    paper = published(focus_area=area)
    before = everything()

    page = client.get(change_page(paper))
    file = client.get(page_of(paper, "file", file=paper.versions.get().pk))
    b"".join(file.streaming_content)

    assert (page.status_code, file.status_code) == (200, 200)
    assert 'name="title"' not in page.text
    assert page_of(paper, "withdraw") not in page.text
    for name in ("add_version", "withdraw", "put_back"):
        assert client.post(page_of(paper, name)).status_code == 403
    assert upload(client, ADD).status_code == 403
    assert client.post(change_page(paper), {"title": "x", "kind": "minutes"}).status_code == 403
    assert everything() == before


def test_nobody_deletes_a_paper(desk):
    paper = published()

    response = signed_in(UserFactory(is_superuser=True)).post(
        reverse("admin:focus_areas_paper_delete", args=[paper.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert Paper.objects.count() == 1
