"""After a conflict, a page shows who changed what; what arrived meanwhile, and who else reads."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.urls import reverse

from meetings.models import Meeting
from meetings.services.meetings import change_meeting
from members.models import Member, TimelineEntry, TimelineKind
from members.services import assignment, decisions
from members.services.assignment import assign_to_self
from members.services.notes import add_note
from members.services.timeline import add_entry
from outbox.models import Message
from tests.factories import (
    NOON,
    CallFactory,
    FocalPointFactory,
    LinkFactory,
    MeetingFactory,
    MemberFactory,
    UserFactory,
)
from tests.hostile.pages import Page
from tests.hostile.site import LOOKING
from tests.triage.decisions.decisions import a_file_for, as_shown, chosen
from tests.triage.staff import address, observer, officer, read, reasons, signed_in
from triage.staff_pages.arrivals import (
    MAX_SHOWN,
    arrived_since,
    mark_as_reading,
    others_reading,
)


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
        "This applicant was declined. Declined: Grace Hopper",
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


def noted(member, text="They merged with another ministry.", **facts):
    by = facts.pop("by", None) or UserFactory(name="Chen Wei")
    return add_note(member=member, text=text, by=by, at=NOON, **facts)


def opened(client, page, member):
    """What the page of a decision would send, with a choice in its fields."""
    shown = client.get(address(page, member)).context["arrivals"].latest
    return {**as_shown(client, page, member, **chosen(page)), "entry_shown": shown}


def presence_of(member):
    return reverse("admin:members_member_presence", args=[member.pk])


def test_decision_is_refused_until_the_note_of_a_colleague_was_shown_and_keeps_what_was_typed():
    client, member = signed_in(officer()), a_file_for("decline")
    typed = {"body": "We are sorry, Ada.", "leave_link_out": "on", "decide": 1}
    sent = {**opened(client, "decline", member), **typed}
    status = member.status
    note = noted(member)

    refused = client.post(address("decline", member), sent)
    member.refresh_from_db()
    is_unchanged = (member.status, Message.objects.count()) == (status, 0)
    decided = client.post(address("decline", member), {**sent, "entry_shown": note.pk})

    words = " ".join(refused.text.split())
    assert (refused.status_code, is_unchanged, decided.status_code) == (409, True, 302)
    for shown in (
        "Nothing was changed.",
        "Something arrived while you had this page open.",
        "They merged with another ministry.",
        "Chen Wei",
        "We are sorry, Ada.",
        # The page sends what it has now shown.
        f'name="entry_shown" value="{note.pk}"',
    ):
        assert shown in words
    assert refused.context["form"].is_valid()
    member.refresh_from_db()
    assert member.status != status


def test_own_note_and_entries_of_the_portal_do_not_refuse_a_decision():
    me = officer()
    client, member = signed_in(me), a_file_for("close")
    sent = {**opened(client, "close", member), "decide": 1}
    noted(member, by=me)
    add_entry(member, TimelineKind.REMINDED, by=None, at=NOON)

    response = client.post(address("close", member), sent)

    assert response.status_code == 302


def test_conflict_page_also_shows_what_arrived():
    client, member = signed_in(officer()), a_file_for("close")
    sent = {**opened(client, "close", member), "decide": 1}
    noted(member)
    assign_to_self(member=member, by=UserFactory(name="Chen Wei"), at=NOON.replace(hour=13))

    refused = client.post(address("close", member), sent)

    assert refused.status_code == 409
    assert "The organisation has changed since you opened it." in refused.text
    assert "They merged with another ministry." in refused.text
    shown = [entry.kind for entry in refused.context["arrivals"].entries]
    assert shown == [TimelineKind.NOTE_ADDED]


def test_page_shows_at_most_ten_arrivals_the_latest_first():
    member = FocalPointFactory().member
    notes = [noted(member, text=f"Note {number}") for number in range(MAX_SHOWN + 1)]

    shown = arrived_since(member.timeline.all(), 0, reader=officer())

    assert shown == notes[:0:-1]


def test_presence_names_the_colleagues_who_have_the_member_open_and_changes_nothing():
    member, other = FocalPointFactory().member, FocalPointFactory().member
    me, chen, ada = officer(name="Me"), officer(name="Chen Wei"), observer(name="Ada Lovelace")
    before = list(Member.objects.values())
    alone = signed_in(chen).post(presence_of(member)).json()
    second = signed_in(ada).post(presence_of(member)).json()
    signed_in(officer(name="Elsewhere")).post(presence_of(other))

    response = signed_in(me).post(presence_of(member))

    assert alone == {"readers": "", "arrived": ""}
    assert second["readers"] == "Chen Wei is reading this now."
    assert response.json()["readers"] == "Ada Lovelace and Chen Wei are reading this now."
    assert "no-store" in response["Cache-Control"]
    assert list(Member.objects.values()) == before


def test_presence_ends_a_minute_after_the_page_was_left():
    member, me, chen = FocalPointFactory().member, officer(), officer(name="Chen Wei")
    mark_as_reading(member.pk, chen)
    before = others_reading(member.pk, me)

    # What the cache does after a minute.
    cache.delete(f"reading-{member.pk}-{chen.pk}")

    assert (before, others_reading(member.pk, me)) == (["Chen Wei"], [])


def test_presence_returns_what_arrived_since_the_page_was_opened():
    client, member = signed_in(officer()), FocalPointFactory().member
    seen = noted(member, text="Seen.")
    noted(member, text="<b>New</b> note.")

    answer = client.post(presence_of(member), {"entry_shown": seen.pk}).json()

    assert "&lt;b&gt;New&lt;/b&gt; note." in answer["arrived"]
    assert "Seen." not in answer["arrived"]


def test_presence_does_without_a_cache(settings):
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_connect_timeout": 0.2},
        },
    }
    response = signed_in(officer()).post(presence_of(FocalPointFactory().member))

    assert response.json() == {"readers": "", "arrived": ""}


@pytest.mark.parametrize("page", ["decline", "change"])
def test_pages_say_where_to_ask_who_else_reads(page):
    member = a_file_for("decline")

    text = signed_in(officer()).get(address(page, member)).text

    assert f'data-address="{presence_of(member)}"' in text
    assert "js/presence.js" in text
