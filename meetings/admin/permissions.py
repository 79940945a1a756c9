"""The request class that the admin pages of meetings share."""

from django.http import QueryDict

from accounts.admin.base import StaffRequest
from core.conflicts import Refused

CANCEL = "meetings.cancel_meeting"
SCHEDULE = "meetings.schedule_meeting"
CHANGE = "meetings.change_meeting"
VIEW = "meetings.view_meeting"


class MeetingFormRequest(StaffRequest):
    """A request of the meeting form; `refused` is the exception that a service function raised.

    `typed` holds the data to show when the person goes back from the preview to the form.
    """

    refused: Refused
    typed: QueryDict
