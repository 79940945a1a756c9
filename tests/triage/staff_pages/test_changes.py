"""After a conflict, the page shows who changed which values, and nothing is logged."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from meetings.models import Meeting
from meetings.services.meetings import change_meeting
from members.models import TimelineEntry
from members.services import assignment, decisions
from outbox.models import Message
from tests.factories import (
    NOON,
    CallFactory,
    FocalPointFactory,
    LinkFactory,
    MeetingFactory,
    MemberFactory,
)
from tests.hostile.pages import Page
from tests.hostile.site import LOOKING
from tests.triage.decisions.decisions import as_shown, chosen
from tests.triage.staff import address, officer, read, reasons, signed_in


def changed(label, old, new):
    return f"{label}: <del><bdi>{old}</bdi></del> <ins><bdi>{new}</bdi></ins>"


@pytest.fixture
def grace():
    return officer(name="Grace Hopper")


@pytest.fixture
def member():
    return FocalPointFactory(
        member=MemberFactory(acronym="OLD"), email="old@example.org", language="en"
    ).member


def test_refused_decision_shows_the_decision_that_came_first_and_keeps_what_was_typed(
    member, grace
):
    client = signed_in(officer())
    sent = as_shown(client, "decline", member, **chosen("decline"))
    edited = {**sent, "subject": "My subject", "body": "My own words."}
    decisions.decline(member=member, reasons=reasons("principles"), by=grace, at=NOON, message=None)
    before = (TimelineEntry.objects.count(), member.history.count())

    response = client.post(address("decline", member), {**edited, "decide": 1})

    words = read(response)
    assert response.status_code == 409
    for shown in (
        "This member was declined. Declined: Grace Hopper",
        (
            "<strong>Declined</strong> · <bdi>Grace Hopper</bdi>, "
            '<span class="muted">25 October 2021, 14:00</span>'
        ),
        changed("Status", "Pending", "Declined"),
        changed("Assignee", "–", "Grace Hopper"),
        "The activities described are not in keeping",
        "My subject",
        "My own words.",
    ):
        assert shown in words
    assert "Deciding reassigns it to you" not in words
    assert (TimelineEntry.objects.count(), member.history.count()) == before
    assert list(Message.objects.all()) == []
    assert list(LogEntry.objects.all()) == []


def test_refused_decision_shows_only_what_came_after_the_page_was_opened(member, grace):
    assignment.assign_to_self(member=member, by=officer(name="Bo Lind"), at=NOON.replace(hour=10))
    opened = member.version
    assignment.reassign(member=member, to=grace, by=grace, at=NOON)
    page = reverse("admin:members_member_close", args=[member.pk])

    response = signed_in(officer()).post(
        page, {"version": opened, "reason": "abandoned", "decide": 1}
    )

    words = read(response)
    assert changed("Assignee", "Bo Lind", "Grace Hopper") in words
    assert changed("Assignee", "–", "Bo Lind") not in words
    assert [change.what for change in response.context["changes"]] == ["Reassigned"]


def test_refused_meeting_shows_what_was_changed_and_keeps_what_was_typed(grace):
    meeting = MeetingFactory(title="First sitting")
    client = signed_in(officer())
    page = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    fields = Page(client.get(page)).fields_of(page)
    # Buttons of the form that save nothing.
    fields = {name: values for name, values in fields.items() if name not in LOOKING}
    change_meeting(meeting=meeting, by=grace, at=NOON, title="Second sitting")
    before = meeting.history.count()

    response = client.post(page, {**fields, "title": "My sitting"})

    words = read(response)
    assert response.status_code == 409
    assert changed("Title", "First sitting", "Second sitting") in words
    assert "<bdi>Grace Hopper</bdi>" in words
    assert 'value="My sitting"' in words
    assert (Meeting.objects.get(pk=meeting.pk).title, meeting.history.count()) == (
        "Second sitting",
        before,
    )
    assert list(LogEntry.objects.all()) == []


@pytest.mark.parametrize(
    ("name", "factory"), [("focus_areas_link", LinkFactory), ("members_call", CallFactory)]
)
def test_refused_form_shows_what_was_changed_once_for_each_column(name, factory, grace):
    row, client = factory(title="Before"), signed_in(officer())
    page = reverse(f"admin:{name}_change", args=[row.pk])
    fields = Page(client.get(page)).fields_of(page)
    row.title_en, row._history_user = "Theirs", grace
    row.save()
    before = row.history.count()

    response = client.post(page, {**fields, "title_en": "Mine"})

    words = read(response)
    assert response.status_code == 409
    assert changed("Title, in English", "Before", "Theirs") in words
    assert words.count("<ins><bdi>Theirs</bdi></ins>") == 1
    assert "<bdi>Grace Hopper</bdi>" in words
    assert "Mine" in words
    row.refresh_from_db()
    assert (row.title_en, row.history.count()) == ("Theirs", before)
    assert list(LogEntry.objects.all()) == []


def test_refused_step_of_a_call_shows_what_was_changed(grace):
    call = CallFactory(contact_email="old@example.org")
    seen = call.history.latest().history_id
    call.contact_email = "new@example.org"
    call._history_user = grace
    call.save()
    page = reverse("admin:members_call_close_now", args=[call.pk])

    response = signed_in(officer()).post(page, {"version": seen})

    assert response.status_code == 409
    assert changed("Contact", "old@example.org", "new@example.org") in read(response)
    assert list(LogEntry.objects.all()) == []
