"""What the pages of the calendar's desk share."""

from django.http import QueryDict

from accounts.admin.base import StaffRequest
from core.conflicts import Refused

CANCEL = "meetings.cancel_meeting"
SCHEDULE = "meetings.schedule_meeting"
CHANGE = "meetings.change_meeting"
VIEW = "meetings.view_meeting"


class MeetingFormRequest(StaffRequest):
    """A request of the form of a meeting; `refused` is what a process function answered to it.

    `typed` is what the person goes back to from what they read.
    """

    refused: Refused
    typed: QueryDict
