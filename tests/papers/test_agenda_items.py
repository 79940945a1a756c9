"""Papers under an item of the agenda of their meeting."""

import pytest

from core.conflicts import NothingChanged, Refused
from papers.models import Paper
from papers.services.papers import correct_paper
from tests.factories import NOON, AgendaItemFactory, MeetingFactory, PaperFactory
from tests.meetings.desk import staff_with
from tests.papers.desk import ADD, change_page, everything, published, upload

pytestmark = pytest.mark.django_db
ADDING = ("add_paper", "change_paper", "view_paper", "view_meeting")


def own(paper):
    return Paper.objects.get(pk=paper.pk)


def corrected(paper, item=None, **facts):
    facts = {"title": paper.title, "kind": paper.kind, **facts}
    return correct_paper(paper=own(paper), agenda_item=item, by=None, at=NOON, **facts)


def test_paper_is_added_under_an_item_and_taken_off_it():
    item = AgendaItemFactory()
    paper = published(meeting=item.meeting, agenda_item=item)

    assert own(paper).agenda_item == item
    corrected(paper)
    assert own(paper).agenda_item is None
    corrected(paper, item)
    assert own(paper).agenda_item == item
    with pytest.raises(NothingChanged):
        corrected(paper, item)


def test_item_of_another_meeting_or_a_deleted_one_is_refused():
    meeting, foreign, deleted = MeetingFactory(), AgendaItemFactory(), AgendaItemFactory()
    paper = PaperFactory(meeting=meeting)
    deleted.meeting.agenda_items.all().delete()
    before = everything()

    for item in (foreign, deleted):
        for change in (
            lambda item=item: corrected(paper, item),
            lambda item=item: published(meeting=meeting, agenda_item=item),
            lambda item=item: published(agenda_item=item),
        ):
            with pytest.raises(Refused) as refused:
                change()
            assert refused.value.code == "no_such_item"
    assert everything() == before


def test_staff_choose_an_item_of_the_meeting(client):
    client.force_login(staff_with(*ADDING))
    item, other = AgendaItemFactory(title="Targets"), AgendaItemFactory(title="Not of it")
    meeting = item.meeting

    form = client.get(f"{ADD}?meeting={meeting.pk}").text
    upload(client, f"{ADD}?meeting={meeting.pk}", agenda_item=item.pk)
    wrong = upload(client, f"{ADD}?meeting={meeting.pk}", agenda_item=other.pk)

    assert ("Targets" in form, "Not of it" in form) == (True, False)
    assert [paper.agenda_item for paper in Paper.objects.all()] == [item]
    assert wrong.status_code == 422


@pytest.mark.parametrize("has_items", [True, False])
def test_staff_correct_the_item_of_a_paper_if_its_meeting_has_items(client, has_items):
    client.force_login(staff_with(*ADDING))
    meeting = MeetingFactory()
    item = AgendaItemFactory(meeting=meeting) if has_items else None
    paper = published(meeting=meeting)

    form = client.get(change_page(paper)).context["adminform"].form
    sent = {
        "title": "Corrected",
        "kind": paper.kind,
        "history_shown": form["history_shown"].value(),
    }
    client.post(change_page(paper), {**sent, **({"agenda_item": item.pk} if item else {})})

    assert ("agenda_item" in form.fields) == has_items
    assert (own(paper).title, own(paper).agenda_item) == ("Corrected", item)
