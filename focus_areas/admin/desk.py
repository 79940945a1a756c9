"""What the pages of the calendar's desk share."""

from django.http import HttpRequest, QueryDict

from accounts.models import User
from focus_areas import planning

CANCEL = "focus_areas.cancel_meeting"
SCHEDULE = "focus_areas.schedule_meeting"
CHANGE = "focus_areas.change_meeting"
VIEW = "focus_areas.view_meeting"


class DeskRequest(HttpRequest):
    """A request of the staff; `refused` is what a process function answered to it.

    `typed` is what the person goes back to from what they read.
    """

    user: User
    refused: planning.Refused
    typed: QueryDict
