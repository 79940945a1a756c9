"""What the pages of the calendar's desk share."""

from django.http import HttpRequest, QueryDict

from accounts.models import User
from core.conflicts import Refused

CANCEL = "meetings.cancel_meeting"
SCHEDULE = "meetings.schedule_meeting"
CHANGE = "meetings.change_meeting"
VIEW = "meetings.view_meeting"


class DeskRequest(HttpRequest):
    """A request of the staff; `refused` is what a process function answered to it.

    `typed` is what the person goes back to from what they read.
    """

    user: User
    refused: Refused
    typed: QueryDict
