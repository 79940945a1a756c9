from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from accounts.models import User
from core.history import set_history_actor
from focus_areas.models import Link
from members.services.assignment import assign_to_self
from outbox.models import MessageStatus, MessageTemplate
from outbox.services.delivery_events import lift_suppression
from outbox.services.queue import cancel_message, retry_message
from tests.factories import (
    NOON,
    FocalPointFactory,
    LinkFactory,
    MemberFactory,
    MessageFactory,
    SuppressedAddressFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.queries import queries_of
from tests.triage.staff import observer, officer, signed_in

AUDIT = "/admin/audit/"
AN_HOUR = timedelta(hours=1)
NOW = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def client():
    return signed_in(observer())


def changed(row, by, at, **facts):
    set_history_actor(row, by, at)
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()


def shown(client, **asked):
    return client.get(AUDIT, asked).context["changes"]


def test_audit_says_who_changed_or_deleted_what_from_what_to_what_and_when(client):
    ada, link = UserFactory(name="Ada"), LinkFactory(url="https://example.org/old")
    gone = LinkFactory(title="Gone")
    changed(link, ada, NOON, url="https://example.org/new")
    set_history_actor(gone, ada, NOON)
    gone.delete()
    person = FocalPointFactory(given_name="José", family_name="Pérez", position="Director")
    changed(person, person, NOON, position="Minister")

    # It can be read after the account is deleted.
    User.objects.filter(pk=ada.pk).delete()
    deleted, change = shown(client, of="focus_areas.link", by="Ada")
    [of_person] = shown(client, of="members.focalpoint", by="José")

    assert (change.at, change.by, change.record) == (NOON, "Ada", link.title)
    assert change.what == "Link: Changed"
    assert change.fields == [
        {"field": "Address", "old": "https://example.org/old", "new": "https://example.org/new"}
    ]
    assert change.address == f"/admin/focus_areas/link/{link.pk}/change/"
    assert (deleted.what, deleted.record) == ("Link: Deleted", "Gone")
    assert of_person.fields == [{"field": "Position", "old": "Director", "new": "Minister"}]


def test_audit_says_who_edited_the_text_of_a_message(client):
    template = MessageTemplate.objects.get(template_type="closing", language="en")
    changed(template, UserFactory(name="Ada"), NOON, body="Yours sincerely")

    [change] = shown(client, of="outbox.messagetemplate", by="Ada")

    assert change.record == "Closing text of every letter (en)"
    assert change.address == f"/admin/outbox/messagetemplate/{template.pk}/change/"
    [text] = [field for field in change.fields if field["field"] == "Text"]
    assert text["new"] == "Yours sincerely"


def test_audit_has_the_timeline_of_a_file(client):
    member, by = MemberFactory(), officer(name="Grace")
    assign_to_self(member=member, by=by, at=NOON)

    [change] = shown(client, of="timeline")

    assert (change.what, change.by, change.record) == ("Assigned", "Grace", str(member))


@pytest.mark.parametrize(
    ("step", "status", "what"),
    [
        (retry_message, MessageStatus.FAILED, "Retried"),
        (cancel_message, MessageStatus.QUEUED, "Cancelled"),
    ],
)
def test_audit_has_what_was_done_with_a_message(client, step, status, what):
    message = MessageFactory(status=status, subject="P2C-1: Welcome")

    step(message=message, by=UserFactory(name="Ada"), at=NOON)

    [change] = shown(client, of="messages")
    assert (change.what, change.by, change.record) == (what, "Ada", "P2C-1: Welcome")


def test_audit_has_who_let_an_address_be_written_to_again(client):
    SuppressedAddressFactory(address="alan@example.org")
    suppressed = SuppressedAddressFactory(address="ada@example.org")

    lift_suppression(suppressed=suppressed, by=UserFactory(name="Grace"), at=NOON)

    [change] = shown(client, of="suppressed")
    assert (change.at, change.by, change.record) == (NOON, "Grace", "ada@example.org")
    assert change.what == "Address removed from suppression list"
    assert change.address == f"/admin/outbox/suppressedaddress/{suppressed.pk}/change/"


def test_audit_says_what_right_was_given_and_taken_away_also_where_it_is_deleted_since(client):
    user, kept = UserFactory(name="Ada"), Group.objects.create(name="Kept")
    gone, may = Group.objects.create(name="Gone"), Permission.objects.get(codename="view_call")
    user.groups.add(kept, gone)
    user.groups.remove(kept)
    user.user_permissions.add(may)
    gone.delete()

    rights, taken, added, _made = [
        change for change in shown(client, of="accounts.user") if change.record == "Ada"
    ]

    assert rights.fields == [{"field": "user permissions", "added": str(may), "removed": ""}]
    assert taken.fields == [{"field": "groups", "added": "", "removed": "Kept"}]
    assert added.fields == [{"field": "groups", "added": "(deleted), Kept", "removed": ""}]
    assert added.address == reverse("admin:accounts_user_staff_page", args=[user.pk])


def test_audit_is_narrowed_by_days_of_geneva(client):
    link = LinkFactory()
    # There, 31 October has 25 hours, and begins at 22:00 UTC the day before.
    first = datetime(2021, 10, 30, 22, tzinfo=UTC)
    last = datetime(2021, 10, 31, 22, 59, tzinfo=UTC)
    for at in (first - timedelta(minutes=1), first, last, last + timedelta(minutes=1)):
        changed(link, None, at, position=link.position + 1)

    days = {"since": "2021-10-31", "until": "2021-10-31"}
    changes = shown(client, of="focus_areas.link", **days)

    assert [change.at for change in changes] == [last, first]


def test_audit_is_one_list_of_every_record_in_the_order_of_time(client):
    link, member = LinkFactory(), MemberFactory()
    Link.history.all().delete()
    for at, row in enumerate((link, member, link)):
        changed(row, None, NOON + at * AN_HOUR)

    days = {"since": "2021-10-25", "until": "2021-10-25"}
    changes = shown(client, **days)

    assert [change.record for change in changes] == [str(link), str(member), str(link)]


def test_audit_turns_its_pages_without_losing_what_was_changed_at_one_moment(client, monkeypatch):
    monkeypatch.setattr("triage.audit.services.sources.PAGE_SIZE", 3)
    link = LinkFactory()
    Link.history.all().delete()
    for position in range(5):
        changed(link, None, NOON, position=position)

    first = client.get(AUDIT, {"of": "focus_areas.link"}).context
    second = client.get(AUDIT + first["older"], {}).context

    new = [
        change.fields[0]["new"]
        for page in (first, second)
        for change in page["changes"]
        if change.fields
    ]
    assert new == [str(position) for position in range(4, 0, -1)]
    assert (second["older"], first["newer"]) == ("", "")


@pytest.mark.parametrize(
    "asked",
    [
        {"of": "nothing"},
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"start": "5001"},
        {"by": "x" * 200},
    ],
)
def test_audit_asked_for_what_cannot_be_says_so(client, asked):
    LinkFactory()

    response = client.get(AUDIT, asked)

    assert (response.status_code, response.context["changes"]) == (422, [])


def test_audit_takes_as_many_queries_for_three_changes_as_for_one(client):
    users = [UserFactory(), UserFactory()]
    rows = (LinkFactory(), MemberFactory(), *users)
    counts = []

    for number in (1, 2):
        for _time in range(number):
            for row in rows:
                changed(row, users[0], NOON)
            users[1].groups.add(Group.objects.create(name=f"Group {number}.{_time}"))
        client.get(AUDIT)
        counts.append(queries_of(client, AUDIT))

    assert counts[1] <= counts[0]


@pytest.mark.parametrize("text", ["grace", "p2c-0042", "coded bus", "ASSIGNED"])
def test_audit_finds_who_what_and_the_reference_of_a_record(client, text):
    member = MemberFactory(reference="P2C-0042", organisation_name="Coded Business")
    other = MemberFactory(reference="P2C-0043", organisation_name="Other")
    assign_to_self(member=member, by=officer(name="Grace"), at=NOON)
    TimelineEntryFactory(member=other, by_name="Ada")

    changes = shown(client, of="timeline", text=text)

    assert [change.record for change in changes] == [str(member)]


def test_audit_finds_changes_of_what_belongs_to_a_member_and_of_a_kind_of_record(client):
    member, link = MemberFactory(reference="P2C-0042"), LinkFactory(title="A report")
    person = FocalPointFactory(member=member)
    changed(person, None, NOON, position="Minister")
    changed(link, None, NOON, position=7)

    of_member = shown(client, text="P2C-0042", of="members.focalpoint")
    of_kind = shown(client, text="link", of="focus_areas.link")

    assert {change.record for change in of_member} == {str(person)}
    assert of_kind[0].record == "A report"
    assert {change.record for change in shown(client, text="a REPORT")} == {"A report"}
    assert shown(client, text="No such thing") == []


def test_audit_page_ends_where_it_would_take_too_many_queries(client, monkeypatch):
    monkeypatch.setattr("triage.audit.services.sources.MAX_QUERIES", 2)
    rows = [LinkFactory(title="Link"), FocalPointFactory(), MemberFactory()]
    for day, row in enumerate((*rows, rows[0])):
        changed(row, None, NOW + day * AN_HOUR)

    first = client.get(AUDIT).context
    second = client.get(AUDIT + first["older"]).context
    back = client.get(AUDIT + second["newer"]).context

    assert [change.record for change in first["changes"]] == ["Link", str(rows[2])]
    assert [change.record for change in second["changes"]][:2] == [str(rows[1]), "Link"]
    assert (first["newer"], second["newer"]) == ("", "?start=0")
    assert back["changes"] == first["changes"]
