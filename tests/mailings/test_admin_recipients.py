"""The admin page of a mailing's recipients: removal and outcomes."""

import csv
import io

from mailings.admin import recipients
from mailings.models import Exclusion
from members.models import FocalPoint
from outbox.models import Message, MessageStatus
from tests.factories import NOON
from tests.mailings.desk import page_of
from tests.mailings.mailings import begun, going, left_out, person
from tests.queries import queries_of
from tests.triage.staff import told
from triage.spreadsheets.models import Export


def test_recipients_are_taken_off_and_put_back(client_of_officer):
    ada, alan = person(email="ada@example.org"), person(email="alan@example.org")
    mailing = begun(ada, alan)
    first = mailing.recipients.get(focal_point=ada)
    page = page_of(mailing, "recipients")

    off = client_of_officer.post(page, {"recipient": first.pk, "take_off": "1"}, follow=True)
    assert told(off) == ["1 recipient removed."]
    assert left_out(mailing) == [("ada@example.org", Exclusion.REMOVED), ("alan@example.org", "")]

    back = client_of_officer.post(page, {"recipient": first.pk, "put_back": "1"}, follow=True)
    assert told(back) == ["1 recipient restored."]

    none = client_of_officer.post(page, {"take_off": "1"}, follow=True)
    assert told(none) == ["Choose at least one recipient."]
    assert {because for _email, because in left_out(mailing)} == {""}


def test_recipients_tell_who_shares_an_address(client_of_officer):
    first = person(email="office@example.org", organisation_name="Ministry of Stars")
    second = person(email="office@example.org", organisation_name="Institute of Moons")
    mailing = begun(first, second)

    page, draft = (
        client_of_officer.get(page_of(mailing, name)).text for name in ("recipients", "change")
    )

    assert f"also for {second.member.reference} · <bdi>Institute of Moons</bdi>" in page
    assert ">1</a> · same address as another recipient (sent once)" in draft
    assert "same address as another recipient (sent once)" in page


def test_recipients_are_listed_page_by_page_in_as_many_queries_for_9_as_for_1(
    client_of_officer, monkeypatch
):
    monkeypatch.setattr(recipients, "PAGE_SIZE", 5)

    def queries(number):
        page = page_of(begun(*(person() for _number in range(number))), "recipients")
        assert len(client_of_officer.get(page).context["rows"]) == min(number, 5)
        return queries_of(client_of_officer, page)

    assert queries(1) == queries(9)


def test_results_are_filtered_and_exported_and_that_is_written_down(client_of_officer):
    mailing = going(
        person(email="ada@example.org", organisation_name="=cmd()"),
        person(email="alan@example.org", organisation_name="Institute of Moons"),
    )
    failed, _waiting = Message.objects.order_by("pk")
    Message.objects.filter(pk=failed.pk).update(
        status=MessageStatus.FAILED, server_response="550 No such user"
    )

    page = client_of_officer.get(page_of(mailing, "recipients"), {"of": "failed"})
    answer = client_of_officer.post(page_of(mailing, "export"), {"of": "failed"})
    lines = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert [row.focal_point.email for row, _others in page.context["rows"]] == ["ada@example.org"]
    assert [line[1] for line in lines] == ["Organisation", "'=cmd()"]
    assert lines[1][5:7] == ["Failed", "550 No such user"]
    export = Export.objects.get()
    assert (export.row_count, export.filters) == (1, f"mailing {mailing.pk} failed")


def test_results_tell_what_came_back_from_what_was_accepted(client_of_officer):
    mailing = going(person(email="ada@example.org"), person(email="alan@example.org"))
    Message.objects.update(
        status=MessageStatus.SENT, sent_at=NOON, server_response="250 OK", private_unsubscribe=""
    )
    returned, _accepted = Message.objects.order_by("pk")
    Message.objects.filter(pk=returned.pk).update(
        bounced_at=NOON, bounce_response="550 No such user"
    )

    page = client_of_officer.get(page_of(mailing, "recipients"), {"of": "returned"})
    answer = client_of_officer.post(page_of(mailing, "export"), {"of": ""})
    lines = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert [row.focal_point.email for row, _others in page.context["rows"]] == ["ada@example.org"]
    figures = {each.of: each.number for each in page.context["progress"].outcomes}
    assert (figures["returned"], figures["sent"], figures["failed"]) == (1, 1, 0)
    assert [line[6] for line in lines[1:]] == ["550 No such user", ""]


def test_results_name_who_it_was_written_to_and_not_who_has_their_role_since(client_of_officer):
    ada = person(email="ada@example.org")
    FocalPoint.objects.filter(pk=ada.pk).update(family_name="Lovelace")
    mailing = going(FocalPoint.objects.get(), person())
    FocalPoint.objects.filter(pk=ada.pk).update(family_name="Hopper", email="grace@example.org")

    page = client_of_officer.get(page_of(mailing, "recipients"))
    answer = client_of_officer.post(page_of(mailing, "export"), {"of": ""})

    for text in (page.text, answer.getvalue().decode()):
        assert ("ada@example.org" in text, "grace@example.org" in text) == (True, False)
        assert ("Lovelace" in text, "Hopper" in text) == (True, False)
