"""Opening a page with personal data in the administration is recorded, once in a while."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import DatabaseError
from django.urls import reverse

from accounts.models import ListReading, ReadingEvent, ReadingKind, SignInEvent
from accounts.services.events import RecordRead, record_list_reading, record_reading
from p2c_portal.readings import KEYS, PERSONAL_PAGES
from tests.factories import (
    NOON,
    ListReadingFactory,
    MemberFactory,
    ReadingEventFactory,
    SignInEventFactory,
    UserFactory,
)
from tests.sweeps.addresses import parameters_by_name
from tests.triage.staff import address, desk_manager, observer, officer, read, signed_in

QUEUE = "/admin/members/member/"
LISTS = "/admin/accounts/listreading/"
READINGS = "/admin/accounts/readingevent/"
SIGN_INS = "/admin/accounts/signinevent/"
# The kinds of record that name nobody but members of staff who work on them.
IMPERSONAL = (
    *("auth_group", "outbox_heartbeat", "outbox_messagetemplate", "focus_areas_focusarea"),
    *("focus_areas_pillar", "focus_areas_link", "focus_areas_homesection", "papers_paper"),
    *(
        "privacy_processingstatement",
        "members_reason",
        "members_call",
        "triage_followuprule",
        "triage_export",
    ),
    *("commitments_amount", "commitments_exchangerate", "opportunities_contact"),
    "privacy_processingstatement",
)


def told():
    events = ReadingEvent.objects.order_by("pk")
    return list(events.values_list("by", "record_type", "record_pk", "kind"))


def test_every_page_of_a_record_is_known_as_personal_or_not():
    undecided = [
        name
        for name, parameters in parameters_by_name().items()
        if name.startswith("admin:")
        and set(parameters) & set(KEYS)
        and not name.removeprefix("admin:").startswith(
            (*IMPERSONAL, *(label.replace(".", "_") for label in PERSONAL_PAGES), "view_on_site")
        )
    ]

    assert undecided == []


def test_pages_that_are_named_exist():
    names = {
        f"admin:{label.replace('.', '_')}_{page}"
        for label, pages in PERSONAL_PAGES.items()
        for page in {*pages.kinds, *pages.others, *(pages.pages or ())}
    }

    assert names - set(parameters_by_name()) == set()


def test_page_of_a_member_is_recorded_once_in_a_quarter_of_an_hour():
    reader, member = officer(), MemberFactory()
    client = signed_in(reader)

    client.get(address("change", member))
    client.get(address("change", member))

    assert told() == [(reader.pk, "members.member", member.pk, "page")]


def test_two_members_side_by_side_are_both_recorded():
    reader, one, other = officer(), MemberFactory(), MemberFactory()

    response = signed_in(reader).get(address("compare", one, other))

    assert response.status_code == 200
    assert {pk for _by, _type, pk, _kind in told()} == {one.pk, other.pk}


def test_page_that_is_refused_or_absent_is_not_recorded():
    MemberFactory()
    refused = signed_in(UserFactory()).get(address("change", MemberFactory()))
    absent = signed_in(officer()).get(address("change", 10**6))

    assert (refused.status_code, absent.status_code) == (403, 404)
    assert told() == []


def test_export_is_recorded_when_the_file_is_sent():
    reader = desk_manager()
    client = signed_in(reader)
    MemberFactory()

    client.get(reverse("admin:members_member_export"))
    before = told()
    client.post(reverse("admin:members_member_export"), {"format": "csv"}).getvalue()

    assert (before, told()) == ([], [(reader.pk, "members.member", 0, "export")])


def test_next_quarter_of_an_hour_has_a_row_of_its_own():
    reader = UserFactory()
    for minutes in (0, 14, 15):
        at = NOON + timedelta(minutes=minutes)
        record_reading([RecordRead("members.member", 7)], by=reader, at=at)

    assert [event.at.minute for event in ReadingEvent.objects.order_by("pk")] == [0, 15]


def test_reading_costs_one_query(django_assert_num_queries):
    reader = UserFactory()
    records = [RecordRead("members.member", pk, ReadingKind.LETTER) for pk in (1, 2, 3)]

    with django_assert_num_queries(1):
        record_reading(records, by=reader, at=NOON)


def counted():
    return list(ListReading.objects.values_list("by", "record_type", "kind", "pages", "row_count"))


def test_rows_of_a_list_are_counted_for_each_person_and_day():
    reader = officer()
    MemberFactory.create_batch(3)
    client = signed_in(reader)

    client.get(QUEUE)
    client.get(QUEUE, {"q": MemberFactory().reference})

    assert counted() == [(reader.pk, "members.member", "page", 2, 4)]
    assert told() == []


def test_empty_page_is_counted_and_a_list_without_personal_data_is_not():
    reader = desk_manager()
    client = signed_in(reader)

    shown = [client.get(page).status_code for page in (QUEUE, "/admin/members/reason/")]

    assert shown == [200, 200]
    assert counted() == [(reader.pk, "members.member", "page", 1, 0)]


def test_rows_of_an_export_are_counted_apart():
    reader = desk_manager()
    MemberFactory.create_batch(2)

    export = reverse("admin:members_member_export")
    signed_in(reader).post(export, {"format": "csv"}).getvalue()

    assert counted() == [(reader.pk, "members.member", "export", 1, 2)]


def test_next_day_in_geneva_has_a_number_of_its_own():
    reader = UserFactory()
    for hours in (0, 9, 10):
        # The last one is after midnight in Geneva.
        at = NOON + timedelta(hours=hours)
        record_list_reading("members.member", row_count=20, by=reader, at=at)

    rows = ListReading.objects.order_by("day").values_list("day", "pages", "row_count", "at")
    assert list(rows) == [
        (NOON.date(), 2, 40, NOON + timedelta(hours=9)),
        (NOON.date() + timedelta(days=1), 1, 20, NOON + timedelta(hours=10)),
    ]


def test_reading_of_a_list_costs_one_query(django_assert_num_queries):
    reader = UserFactory()

    for _page in range(2):
        with django_assert_num_queries(1):
            record_list_reading("members.member", row_count=20, by=reader, at=NOON)


def test_list_is_shown_also_if_its_rows_cannot_be_counted(monkeypatch, caplog):
    def refuse(*_rows, **_options):
        raise DatabaseError("no room")

    member = MemberFactory()
    monkeypatch.setattr(type(ListReading.objects.all()), "add_rows", refuse)
    monkeypatch.setattr(type(ListReading.objects), "add_rows", refuse)

    response = signed_in(officer()).get(QUEUE)

    assert member.organisation_name in response.text
    assert "A reading of a list was not recorded: DatabaseError" in caplog.text


def test_observer_sees_how_many_rows_were_read():
    ListReadingFactory(by=officer(name="Ada Reader"), pages=7, row_count=1234)
    client = signed_in(observer())

    audit = read(client.get(reverse("admin:audit")))
    page = read(client.get(LISTS))

    assert f'href="{LISTS}"' in audit
    assert "Ada Reader" in page
    assert "1234" in page.replace("\u202f", "").replace(",", "")


def test_page_is_shown_also_if_the_reading_cannot_be_written(monkeypatch, caplog):
    def refuse(*_rows, **_options):
        raise DatabaseError("no room")

    member = MemberFactory()
    monkeypatch.setattr(ReadingEvent.objects, "bulk_create", refuse)

    response = signed_in(officer()).get(address("change", member))

    assert response.status_code == 200
    assert member.organisation_name in response.text
    assert "A reading was not recorded: DatabaseError" in caplog.text


def test_observer_sees_who_read_a_member():
    member, reader = MemberFactory(), officer(name="Ada Reader")
    ReadingEventFactory(by=reader, record_pk=member.pk)
    ReadingEventFactory(by=officer(name="Another Reader"), record_pk=member.pk + 1)
    client = signed_in(observer())

    history = read(client.get(address("history", member)))
    page = read(client.get(READINGS, {"record": f"members.member-{member.pk}"}))

    assert f'href="{READINGS}?record=members.member-{member.pk}"' in history
    assert f'<a href="{address("change", member)}">Member {member.pk}</a>' in page
    assert "Ada Reader" in page
    assert "Another Reader</td>" not in page


@pytest.mark.parametrize("record", ["x", "members.member-", "members.member-x", f"a-{10**30}"])
def test_filter_by_what_is_no_record_finds_nothing(record):
    ReadingEventFactory()

    response = signed_in(observer()).get(READINGS, {"record": record})

    assert response.status_code == 200
    assert response.context["cl"].result_count == 0


def test_sign_ins_are_shown_to_those_who_read_the_audit():
    SignInEventFactory(user=UserFactory(name="Grace Signer"), network="0123456789ab")

    page = read(signed_in(observer()).get(SIGN_INS))
    refused = signed_in(UserFactory()).get(SIGN_INS)

    assert "Grace Signer" in page
    assert "0123456789ab" in page
    assert refused.status_code == 403
    assert admin.site.get_model_admin(SignInEvent).actions is None
