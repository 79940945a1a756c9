"""A meeting that a co-lead proposes."""

from datetime import timedelta

from meetings.models import MeetingKind
from members.models import GrantedRole
from participation.services.meeting_proposals import propose_meeting
from tests.factories import NOON
from tests.participation.people import account_of, focal_point_in

FACTS = {
    "kind": MeetingKind.MEETING,
    "title": "Round table on spectrum",
    "language": "en",
    "starts_at": NOON + timedelta(days=30),
    "ends_at": NOON + timedelta(days=30, hours=1),
    "time_zone": "Africa/Nairobi",
    "place": "Nairobi",
    "is_online": False,
    "agenda": "1. Welcome",
}


def co_lead_of(area, organisation_name="Ministry of Somewhere", **facts):
    return focal_point_in(
        area,
        organisation_name,
        **{"member__granted_role": GrantedRole.CO_LEAD, "time_zone": "Africa/Nairobi", **facts},
    )


def proposed(person, **facts):
    by = {"by": account_of(person), "at": NOON}
    return propose_meeting(person=person, **{**FACTS, **by, **facts})
