"""Co-leads propose meetings, and coordinators accept or decline them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from core.conflicts import Refused
from meetings.models import Meeting, MeetingStatus
from meetings.services.meetings import schedule_meeting
from members.services.submissions import (
    AlreadySubmitted,
    return_to_co_lead,
    withdraw,
)
from outbox.models import Message
from participation.models import MeetingProposal, ProposalStatus
from participation.services import meeting_proposals
from participation.services.meeting_proposals import PROPOSALS, accept_proposal
from tests.factories import NOON, MeetingProposalFactory, UserFactory
from tests.participation.people import (
    account_of,
    handed_over,
    signed_in_as,
    withdrawn,
)
from tests.participation.proposals import FACTS, co_lead_of, proposed
from tests.queries import queries_of
from tests.triage.staff import coordinator, desk_manager, signed_in

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def proposal(co_lead):
    return proposed(co_lead)


def declined(proposal, by, reason="No room."):
    return_to_co_lead(proposal, PROPOSALS, reason=reason, by=by, at=LATER)


def told(person):
    return [
        message.subject for message in Message.objects.filter(recipient=person.email).order_by("pk")
    ]


def test_proposal_keeps_what_was_typed_and_who_proposed_it(area, co_lead):
    proposal = proposed(co_lead)

    kept = MeetingProposal.objects.get()
    assert {name: getattr(kept, name) for name in FACTS} == FACTS
    assert (kept.focus_area, kept.focal_point) == (area, co_lead)
    assert kept.proposed_by_name == "Wanjiku Kamau"
    assert kept.organisation_name == "Ministry of Somewhere"
    assert (kept.status, kept.proposed_at) == (ProposalStatus.OPEN, NOON)
    assert proposal.history.get().history_by_name == str(account_of(co_lead))


def test_coordinators_of_the_area_are_told_of_a_proposal(area, other_area, co_lead):
    own = coordinator(area)
    coordinator(other_area)

    proposal = proposed(co_lead)

    message = Message.objects.get()
    assert message.recipient == own.email
    assert message.subject == "Meeting proposed: Round table on spectrum"
    assert f"/admin/meetings/meeting/proposals/{proposal.pk}/" in message.body
    assert "15:00 to 16:00 Nairobi" in message.body


def test_desk_managers_are_told_where_a_group_has_no_coordinator(other_area, co_lead):
    coordinator(other_area)
    manager = desk_manager()

    proposed(co_lead)

    assert Message.objects.get().recipient == manager.email


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"starts_at": NOON}, "This time has passed"),
        ({"ends_at": FACTS["starts_at"]}, "end must be after"),
    ],
)
def test_proposal_with_impossible_times_is_refused(area, co_lead, facts, refusal):
    coordinator(area)

    with pytest.raises(Refused, match=refusal):
        proposed(co_lead, **facts)

    assert not MeetingProposal.objects.exists()
    assert not Message.objects.exists()


def test_same_proposal_is_refused_while_it_is_open(area, co_lead, proposal):
    other = co_lead_of(area, email="other@example.org")
    coordinator(area)

    with pytest.raises(AlreadySubmitted):
        proposed(other)

    assert MeetingProposal.objects.get() == proposal
    assert not Message.objects.exists()
    withdraw(proposal, PROPOSALS, person=co_lead, by=account_of(co_lead), at=LATER)
    assert proposed(other).is_open


def test_open_proposals_of_a_group_are_limited(area, other_area, co_lead, proposal, monkeypatch):
    limited = replace(PROPOSALS, max_waiting=2)
    monkeypatch.setattr(meeting_proposals, "PROPOSALS", limited)
    MeetingProposalFactory(focus_area=other_area)
    MeetingProposalFactory(
        focus_area=area, status="withdrawn", decided_at=NOON, decided_by=UserFactory()
    )
    proposed(co_lead, title="Second")

    with pytest.raises(Refused, match="already has 2 open proposals"):
        proposed(co_lead, title="Third")

    assert MeetingProposal.objects.waiting().filter(focus_area=area).count() == 2


def test_accepting_creates_a_draft_and_tells_the_co_lead(area, co_lead, proposal):
    by = coordinator(area)

    meeting = accept_proposal(proposal=proposal, by=by, at=LATER)

    wanted = {name: FACTS[name] for name in FACTS if name != "is_online"}
    assert {name: getattr(meeting, name) for name in wanted} == wanted
    assert (meeting.focus_area, meeting.status, meeting.is_public) == (area, "draft", False)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.meeting, proposal.decided_by) == ("accepted", meeting, by)
    assert told(co_lead) == ["Your proposal was accepted: Round table on spectrum"]


def test_declining_tells_the_co_lead_the_reason(area, co_lead, proposal):
    declined(proposal, coordinator(area), "No room.\n\n*Later* please.")

    message = Message.objects.get()
    assert (message.recipient, message.reference) == (co_lead.email, co_lead.member.reference)
    assert message.subject == "Your proposal was declined: Round table on spectrum"
    assert "No room.\n\n\\*Later\\* please." in message.body
    assert not Meeting.objects.exists()


def test_decision_is_told_to_the_new_holder_of_the_role_and_to_nobody_who_left(
    area, co_lead, proposal
):
    other = proposed(co_lead_of(area, email="other@example.org"), title="Second")
    by = coordinator(area)
    new = handed_over(co_lead, email="new@example.org")
    withdrawn(other.focal_point)
    Message.objects.all().delete()

    accept_proposal(proposal=proposal, by=by, at=LATER)
    accept_proposal(proposal=other, by=by, at=LATER)

    assert [message.recipient for message in Message.objects.all()] == [new.email]


# The pages of co-leads ---------------------------------------------------------------------------


def page_of(area):
    return f"/en/my/groups/{area.slug}/"


def sent(**facts):
    day = timezone.now().date() + timedelta(days=30)
    return {
        "title": "Round table",
        "kind": "meeting",
        "language": "en",
        "day": day.isoformat(),
        "start_time": "15:00",
        "minutes": "90",
        "is_online": "on",
        **facts,
    }


def test_meeting_is_proposed_on_the_page_in_the_zone_of_the_co_lead(area, co_lead):
    client, page = signed_in_as(co_lead), page_of(area)

    response = client.post(f"{page}propose/", sent(), follow=True)
    again = client.post(f"{page}propose/", sent(), follow=True)

    assert response.redirect_chain == again.redirect_chain == [(page, 302)]
    assert "Proposed. The coordinators were told" in response.text
    assert "is already proposed" in again.text
    proposal = MeetingProposal.objects.get()
    assert (proposal.starts_at.hour, proposal.time_zone) == (12, "Africa/Nairobi")
    assert proposal.ends_at - proposal.starts_at == timedelta(minutes=90)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"day": "2021-01-01"}, "This time has passed."),
        ({"start_time": "25:00"}, "Enter a valid time."),
        ({"kind": "deadline"}, "Select a valid choice."),
    ],
)
def test_page_says_what_is_wrong_and_keeps_what_was_typed(area, co_lead, facts, refusal):
    response = signed_in_as(co_lead).post(f"{page_of(area)}propose/", sent(**facts))

    assert response.status_code == 422
    assert refusal in response.text
    assert 'value="Round table"' in response.text
    assert not MeetingProposal.objects.exists()


def test_meeting_without_a_place_and_without_a_tick_is_online(area, co_lead):
    signed_in_as(co_lead).post(f"{page_of(area)}propose/", sent(is_online="", place=""))

    assert MeetingProposal.objects.get().is_online


def test_page_keeps_what_was_typed_if_there_are_too_many(area, co_lead, proposal, monkeypatch):
    limited = replace(PROPOSALS, max_waiting=1)
    monkeypatch.setattr(meeting_proposals, "PROPOSALS", limited)

    response = signed_in_as(co_lead).post(f"{page_of(area)}propose/", sent())

    assert response.status_code == 409
    assert "already has 1 open proposal." in response.text
    assert 'value="Round table"' in response.text


def test_page_shows_what_became_of_a_proposal(area, co_lead, proposal):
    client, page = signed_in_as(co_lead), f"{page_of(area)}proposals/{proposal.pk}/"
    by = coordinator(area)

    texts = [client.get(page).text]
    meeting = accept_proposal(proposal=proposal, by=by, at=LATER)
    texts.append(client.get(page).text)
    schedule_meeting(meeting=meeting, by=by, at=LATER)
    texts.append(client.get(page).text)

    states = ("Waiting for the coordinators", "are preparing", "the meeting is scheduled")
    assert [state in text for state, text in zip(states, texts, strict=True)] == [True] * 3
    assert ["Withdraw the proposal" in text for text in texts] == [True, False, False]
    assert [f"/my/meetings/{meeting.uid}/" in text for text in texts] == [False, False, True]


def test_proposal_is_withdrawn_on_its_page_and_not_by_another_organisation(area, co_lead, proposal):
    other = co_lead_of(area, email="other@example.org")
    page = f"{page_of(area)}proposals/{proposal.pk}/"

    answers = [signed_in_as(each).post(page).status_code for each in (other, co_lead, co_lead)]

    assert answers == [409, 302, 409]
    proposal.refresh_from_db()
    assert proposal.status == ProposalStatus.WITHDRAWN


def test_overview_takes_as_many_queries_for_three_proposals_as_for_one(area, co_lead, proposal):
    client = signed_in_as(co_lead)
    accept_proposal(proposal=proposal, by=UserFactory(), at=LATER)
    before = queries_of(client, page_of(area))

    for number in range(2):
        more = proposed(co_lead, title=f"Another {number}")
        accept_proposal(proposal=more, by=UserFactory(), at=LATER)

    assert queries_of(client, page_of(area)) == before


# The pages of staff ------------------------------------------------------------------------------

LIST = "/admin/meetings/meeting/proposals/"


def test_desk_counts_and_lists_the_proposals_of_its_own_areas(area, other_area, proposal):
    MeetingProposalFactory(focus_area=other_area, title="Elsewhere")
    client = signed_in(coordinator(area))

    assert "1 meeting is proposed by a co-lead" in client.get("/admin/meetings/meeting/").text
    text = client.get(LIST).text
    assert "Round table on spectrum" in text
    assert "Elsewhere" not in text


def test_accepting_leads_to_the_form_of_the_draft(area, proposal):
    client = signed_in(coordinator(area))

    response = client.post(f"{LIST}{proposal.pk}/", {"release": "1"}, follow=True)

    meeting = Meeting.objects.get()
    assert meeting.status == MeetingStatus.DRAFT
    assert response.redirect_chain == [(f"/admin/meetings/meeting/{meeting.pk}/change/", 302)]
    assert 'value="Round table on spectrum"' in response.text


def test_declining_needs_a_reason_and_is_done_once(area, proposal):
    client = signed_in(coordinator(area))
    page = f"{LIST}{proposal.pk}/"

    without, first, second = (
        client.post(page, {"reason": reason}) for reason in (" ", "No room.", "Other.")
    )

    assert [each.status_code for each in (without, first, second)] == [422, 302, 409]
    assert "Enter a reason" in without.text
    assert "has settled this proposal" in second.text
    assert MeetingProposal.objects.get().reason == "No room."
