"""The admin's list and page of papers: correcting, withdrawing and reading them."""

import re

import pytest
from django.urls import reverse

from meetings.models import MeetingStatus
from papers.models import PaperKind
from papers.services.papers import correct_paper, withdraw_paper
from tests.factories import NOON, MeetingFactory, PaperVersionFactory, UserFactory
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
from tests.queries import queries_of
from tests.triage.staff import coordinator, observer, signed_in

pytestmark = pytest.mark.usefixtures("folder")

# List and page -----------------------------------------------------------------------------------


def test_list_says_what_there_is(desk, area):
    paper = published(focus_area=area, title="Terms")
    again(desk, paper, language="fr")

    text = desk.get(LIST).text

    for words in ("Terms", "Empowering Communities", "Version 2: fr"):
        assert words in text
    assert LIST in desk.get("/admin/").text


def test_list_is_narrowed_to_an_area_with_its_meetings(desk, area, other_area):
    mine = published_in(area)
    whole = published_in(None)
    published(focus_area=other_area)

    def listed(**asked):
        found = desk.get(LIST, asked).context["cl"].queryset
        return sorted(paper.pk for paper in found)

    assert listed(area="2") == [paper.pk for paper in mine]
    assert listed(area="coalition") == [paper.pk for paper in whole]
    assert len(listed(area="x")) == 5


def published_in(area):
    """A paper of an area or of the coalition, and one of its meetings."""
    meeting = MeetingFactory(focus_area=area)
    return [published(focus_area=area), published(meeting=meeting)]


def shown_on(page):
    return page.context["adminform"].form["history_shown"].value()


def corrected_by_li_na(paper):
    by = UserFactory(name="Li Na")
    correct_paper(paper=paper, title="Theirs", kind=paper.kind, by=by, at=NOON)


def test_page_has_every_file_and_who_added_it_in_as_many_queries_as_for_one(desk):
    paper = published(by=UserFactory(name="Awa Diop"), note="First")
    desk.get(change_page(paper))
    for_one = queries_of(desk, change_page(paper))
    again(desk, paper, language="fr")
    PaperVersionFactory(paper=paper, number=2)
    desk.get(change_page(paper))

    for_three, page = queries_of(desk, change_page(paper)), desk.get(change_page(paper))

    for words in ("Version 2", "French", "new.txt", "Version 1", "Draft.pdf", "Awa Diop", "First"):
        assert words in page.text
    for version in paper.versions.all():
        assert page_of(paper, "file", file=version.pk) in page.text
    assert for_three == for_one


def test_page_corrects_title_and_kind(desk):
    paper = published()
    typed = {"title": "Minutes", "kind": "minutes"}

    seen = {"history_shown": shown_on(desk.get(change_page(paper)))}
    response = desk.post(change_page(paper), {**typed, **seen})
    seen = {"history_shown": shown_on(desk.get(change_page(paper)))}
    again = desk.post(change_page(paper), {**typed, **seen})

    assert response.status_code == again.status_code == 302
    paper.refresh_from_db()
    assert (paper.title, paper.kind) == ("Minutes", PaperKind.MINUTES)
    assert told(again) == ["There are no changes to save."]
    assert paper.history.count() == 2


def test_page_makes_a_paper_public_unless_it_is_of_a_meeting(desk):
    paper, of_a_meeting = published(), published(meeting=MeetingFactory())
    typed = {"title": "Draft", "kind": "action_framework", "is_public": "on"}

    for each in (paper, of_a_meeting):
        seen = shown_on(desk.get(change_page(each)))
        desk.post(change_page(each), {**typed, "history_shown": seen})

    paper.refresh_from_db()
    of_a_meeting.refresh_from_db()
    assert (paper.is_public, of_a_meeting.is_public) == (True, False)
    assert "Public: anyone can download its newest files." in desk.get(change_page(paper)).text
    assert "disappears from the public pages" in desk.get(page_of(paper, "withdraw")).text


def test_page_does_not_save_over_a_colleagues_change(desk):
    paper = published()
    sent = {"title": "Mine", "kind": "minutes"}
    sent["history_shown"] = shown_on(desk.get(change_page(paper)))
    corrected_by_li_na(paper)

    page = desk.post(change_page(paper), sent)

    assert page.status_code == 409
    assert "Li Na" in page.text
    assert 'value="Mine"' in page.text
    paper.refresh_from_db()
    assert paper.title == "Theirs"


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


def test_withdraw_names_the_paper_and_withdraws_it_and_put_back_puts_it_back(desk):
    paper = published(title="Terms")

    page = desk.get(page_of(paper, "withdraw"))
    response = step(desk, paper, "withdraw")
    paper.refresh_from_db()
    was_withdrawn = paper.is_withdrawn
    put_back = step(desk, paper, "put_back")

    assert "Terms" in page.text
    assert response["Location"] == put_back["Location"] == change_page(paper)
    assert told(response) == ["“Terms” was withdrawn. Members can no longer see it."]
    paper.refresh_from_db()
    assert (was_withdrawn, paper.is_withdrawn) == (True, False)


def test_withdraw_over_a_colleagues_change_is_refused_and_shows_it(desk):
    paper = published()
    address = page_of(paper, "withdraw")
    seen = desk.get(address).context["form"]["version"].value()
    corrected_by_li_na(paper)

    page = desk.post(address, {"version": seen})

    assert page.status_code == 409
    assert re.search(r"changed this paper on [^<]+, after you opened it\.", page.text)
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


def test_file_that_is_missing_or_of_another_paper_is_not_there(desk, folder):
    paper = published()
    version, other = paper.versions.get(), published().versions.get()
    (folder / version.file.name).unlink()

    missing = desk.get(page_of(paper, "file", file=version.pk))
    of_another = desk.get(page_of(paper, "file", file=other.pk))

    assert (missing.status_code, of_another.status_code) == (404, 404)
    assert "This file is missing" in missing.text
    assert "This file is missing" not in of_another.text


# Of a meeting -----------------------------------------------------------------------------------


def test_meeting_has_a_page_of_its_papers(desk, area):
    meeting = MeetingFactory(focus_area=area)
    paper = published(meeting=meeting, title="Agenda of the third")
    published(meeting=MeetingFactory(focus_area=area), title="Of another")
    address = reverse("admin:papers_paper_of_meeting", args=[meeting.pk])
    desk.get(address)
    for_one = queries_of(desk, address)
    for number in (2, 3):
        PaperVersionFactory(paper=paper, number=number)
    withdrawn = [published(meeting=meeting, title="Wrong one") for _n in range(2)]
    for each in withdrawn:
        withdraw_paper(paper=each, by=None, at=NOON)

    for_three, page = queries_of(desk, address), desk.get(address)

    assert address in desk.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).text
    shown = page.context["papers"]
    assert list(shown) == [paper, *withdrawn]
    assert [version.number for version in shown[0].versions.all()] == [3, 2, 1]
    assert page.text.count("Withdrawn: members do not see it.") == 2
    assert "Of another" not in page.text
    assert f"{ADD}?meeting={meeting.pk}" in page.text
    assert for_three == for_one


def test_meeting_without_papers_says_so(desk):
    meeting = MeetingFactory(status=MeetingStatus.DRAFT)

    page = desk.get(reverse("admin:papers_paper_of_meeting", args=[meeting.pk]))

    assert "This meeting has no papers yet." in page.text
    assert "The meeting is a draft" in page.text


# Permissions -------------------------------------------------------------------------------------


def test_coordinator_has_the_papers_of_their_own_areas_alone(area, other_area):
    client = signed_in(coordinator(area))
    mine, others = published_in(area), [*published_in(other_area), *published_in(None)]

    listed = client.get(LIST, {"area": "x"}).context["cl"]

    assert sorted(paper.pk for paper in listed.queryset) == [paper.pk for paper in mine]
    [of_area] = [each for each in listed.filter_specs if each.title == "focus area"]
    assert of_area.lookup_choices == [("2", "Empowering Communities")]
    assert again(client, mine[0]).status_code == 302
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


def test_observer_is_offered_nothing_to_change():
    paper = published()

    page = signed_in(observer()).get(change_page(paper))

    assert 'name="title"' not in page.text
    assert page_of(paper, "withdraw") not in page.text
