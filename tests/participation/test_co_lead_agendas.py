"""Co-leads write the agenda of the meetings of their group, and add papers to its items."""

import pytest
from django.utils import timezone

from meetings.models import AgendaItem, MeetingStatus
from meetings.services.agenda import items_of, set_agenda
from members.services.co_leads import NotCoLead
from papers.models import Paper
from participation.services.co_lead_agendas import set_group_agenda
from tests.factories import NOON, AgendaItemFactory
from tests.meetings.test_agenda import in_short, own, sent, typed
from tests.papers.desk import upload
from tests.participation.notices import DAY
from tests.participation.people import account_of, focal_point_in, meeting_of, signed_in_as

pytestmark = pytest.mark.django_db
SOON = timezone.now() + 7 * DAY


def page_of(area, meeting):
    return f"/en/my/groups/{area.slug}/meetings/{meeting.uid}/agenda/"


def test_co_lead_writes_the_agenda_of_a_meeting(area, co_lead):
    client, meeting = signed_in_as(co_lead), meeting_of(area, starts_at=SOON)
    address = page_of(area, meeting)

    assert address in client.get(f"/en/my/groups/{area.slug}/").text
    assert client.get(address).status_code == 200
    response = client.post(address, sent(typed("Opening"), typed("Targets", 35, "Maria Conti")))

    assert response.url == f"/en/my/meetings/{meeting.uid}/"
    assert in_short(meeting) == [("Opening", 5, ""), ("Targets", 35, "Maria Conti")]
    saved = own(meeting).history.latest("history_id")
    assert saved.history_user == account_of(co_lead)


def test_what_a_co_lead_typed_is_kept(area, co_lead):
    client, meeting = signed_in_as(co_lead), meeting_of(area, starts_at=SOON)
    address = page_of(area, meeting)
    set_agenda(meeting=own(meeting), items=[typed("Of staff", 9)], by=None, at=NOON)

    conflict = client.post(address, sent(typed("Mine")))
    wrong = client.post(address, sent(typed("Mine", ""), version=2))
    moved = client.post(address, sent(typed("Mine"), version=2, move="item add"))
    switched = client.post(address, sent(typed("Mine"), version=2, switch="fr"))

    responses = (conflict, wrong, moved, switched)
    assert [response.status_code for response in responses] == [409, 422, 200, 200]
    assert all('value="Mine"' in response.text for response in responses)
    assert "Of staff" in conflict.text
    assert in_short(meeting) == [("Of staff", 9, "")]


def test_co_lead_has_no_page_for_other_meetings(area, other_area, co_lead):
    client = signed_in_as(co_lead)

    for meeting in (
        meeting_of(other_area, starts_at=SOON),
        meeting_of(None, starts_at=SOON),
        meeting_of(area, starts_at=NOON),
        meeting_of(area, starts_at=SOON, status=MeetingStatus.DRAFT),
        meeting_of(area, starts_at=SOON, status=MeetingStatus.CANCELLED),
    ):
        assert client.post(page_of(area, meeting), sent(typed())).status_code == 404
    other = signed_in_as(focal_point_in(area, "Not a co-lead"))
    meeting = meeting_of(area, starts_at=SOON)
    assert other.post(page_of(area, meeting), sent(typed())).status_code == 404
    assert list(AgendaItem.objects.all()) == []


def test_agenda_of_a_meeting_that_left_the_group_is_refused(area, other_area, co_lead):
    meeting = meeting_of(other_area, starts_at=NOON + DAY)

    with pytest.raises(NotCoLead):
        set_group_agenda(
            person=co_lead,
            meeting=meeting,
            items=[typed()],
            version=1,
            by=account_of(co_lead),
            at=NOON,
        )

    assert (items_of(own(meeting)), own(meeting).version) == ([], 1)


@pytest.mark.parametrize("names_meeting", [True, False])
def test_co_lead_adds_a_paper_to_an_item(area, co_lead, mailbox, names_meeting):
    client, meeting = signed_in_as(co_lead), meeting_of(area, starts_at=SOON)
    item = AgendaItemFactory(meeting=meeting, title="Targets")
    other = AgendaItemFactory(meeting=meeting_of(area, starts_at=SOON + DAY))
    address = f"/en/my/groups/{area.slug}/papers/add/"
    chosen = meeting.uid if names_meeting else ""

    assert "Targets" in client.get(f"{address}?meeting={meeting.uid}").text
    upload(client, address, agenda_item=item.pk, meeting=chosen)
    wrong = upload(client, address, agenda_item=other.pk, meeting=meeting.uid)

    paper = Paper.objects.get()
    assert (paper.meeting, paper.agenda_item) == (meeting, item)
    assert wrong.status_code == 422
