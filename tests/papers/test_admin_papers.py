"""The desk's list and page of papers: who corrects, withdraws and reads them."""

import pytest
from django.urls import reverse

from papers.models import Paper, PaperKind
from papers.services.papers import correct_paper, withdraw_paper
from tests.factories import NOON, MeetingFactory, PaperVersionFactory, UserFactory
from tests.meetings.desk import queries_of
from tests.papers.desk import (
    ADD,
    LIST,
    again,
    change_page,
    everything,
    page_of,
    published,
    told,
    upload,
)
from tests.papers.files import TEXT, fit
from tests.triage.staff import coordinator, observer, signed_in

pytestmark = pytest.mark.usefixtures("folder")

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
    seen = client.get(address).context["form"]["version"].value()
    return client.post(address, {"version": seen, **sent})


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
    seen = desk.get(address).context["form"]["version"].value()
    correct_paper(
        paper=paper, title="Theirs", kind=paper.kind, by=UserFactory(name="Li Na"), at=NOON
    )

    page = desk.post(address, {"version": seen})

    assert page.status_code == 409
    assert "changed this paper after you opened it" in page.text
    assert "Theirs" in page.text
    paper.refresh_from_db()
    assert not paper.is_withdrawn
    assert page.context["form"]["version"].value() == paper.history.latest("history_id").history_id


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
        reverse("admin:papers_paper_delete", args=[paper.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert Paper.objects.count() == 1
