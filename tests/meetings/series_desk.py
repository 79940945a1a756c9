"""Form data of the admin's pages of series."""

import re
from datetime import timedelta

from tests.meetings.test_meetings import typed

LIST = "/admin/meetings/meeting/"


def page_of(meeting, page="change"):
    return f"{LIST}{meeting.pk}/{page}/"


def hidden(response):
    """Return the data that the form of a preview sends when it is confirmed."""
    inputs = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.text.split("<table")[1]
    )
    return {name: value for name, value in inputs if name != "csrfmiddlewaretoken"}


def outcomes(response):
    return [line.outcome.value for line, _foreseen in response.context["lines"]]


def confirmed(client, address, preview):
    return client.post(address, {**hidden(preview), "confirmed": "1"})


def rule_typed(**answers):
    return typed(
        **{
            "title": "Weekly",
            "first_day": "2022-10-18",
            "start_time": "15:00",
            "end_time": "16:00",
            "repeats": "weekly",
            "interval": "1",
            "times": "3",
            **answers,
        }
    )


def days_typed(meeting, **answers):
    return {
        "scope": "later",
        "first_day": (meeting.local_day + timedelta(days=1)).isoformat(),
        "repeats": "weekly",
        "interval": "1",
        "times": "2",
        **answers,
    }
