"""The desk's pages of mailings: whom they are begun for, and who may do what with them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from focus_areas.models import FocusArea
from mailings.models import Mailing, MailingStatus, Selection
from members.models import MemberStatus
from outbox.models import Message
from tests.mailings.desk import LIST, page_of, send, typed
from tests.mailings.mailings import begun, fresh, going, left_out, person
from tests.triage.staff import coordinator, observer, run, signed_in, told


def begin(client, query="", **answers):
    page = f"{LIST}add/list/{query}" if query else f"{LIST}add/"
    return client.post(page, {"kind": "letter", "language": "en", **answers}, follow=True)


# Begun -----------------------------------------------------------------------------------------


def test_files_ticked_in_the_queue_lead_to_a_draft_to_them(client_of_officer):
    ada, alan, _other = (
        person(email=f"{name}@example.org", status=MemberStatus.PENDING)
        for name in ("ada", "alan", "other")
    )

    page = run(client_of_officer, "write_to", [ada.member, alan.member])
    form = page.context["form"]
    answer = begin(client_of_officer, references=form["references"].value())

    mailing = Mailing.objects.get()
    assert told(answer) == ["A draft to 2 people is begun. Nobody was written to."]
    assert [email for email, _because in left_out(mailing)] == [ada.email, alan.email]
    assert mailing.selection == Selection.CHOSEN
    assert mailing.selection_in_words == f"{ada.member.reference}, {alan.member.reference}"
    assert list(Message.objects.all()) == []


def test_whole_list_of_the_queue_leads_to_a_draft_to_all_of_it_and_is_kept(client_of_officer):
    ada = person(email="ada@example.org", country="KE")
    person(email="alan@example.org", country="CH")
    page = run(client_of_officer, "write_to", [ada.member], select_across="1")
    assert page.redirect_chain[-1][0].startswith(f"{LIST}add/list/")

    query = "?status=admitted&region=AFR"
    shown = client_of_officer.get(f"{LIST}add/list/{query}")
    begin(client_of_officer, query)

    assert (shown.context["files"], shown.context["people"]) == (1, 1)
    mailing = Mailing.objects.get()
    assert left_out(mailing) == [("ada@example.org", "")]
    assert (mailing.selection, mailing.query) == (Selection.FILTERED, query[1:])
    assert mailing.selection_in_words == "status: Admitted · ITU region: Africa"
    page = client_of_officer.get(page_of(mailing)).content.decode()
    assert "?status=admitted&amp;region=AFR" in page


def test_focus_area_leads_to_a_draft_to_its_members(client_of_officer):
    area = FocusArea.objects.get(number=2)
    person(email="ada@example.org", focus_area=area)
    person(email="alan@example.org")
    person(email="gone@example.org", status=MemberStatus.WITHDRAWN)

    begin(client_of_officer, focus_area=area.pk, kind="bulletin")

    mailing = Mailing.objects.get()
    assert left_out(mailing) == [("ada@example.org", "")]
    assert (mailing.kind, mailing.selection_in_words) == ("bulletin", "Empowering Communities")


@pytest.mark.parametrize(
    ("query", "answers", "noted", "read"),
    [
        (
            "?status=admitted&region=AFR",
            {},
            "status: Admitted · ITU region: Africa",
            "statut : Admis · Région de l’UIT : Afrique",
        ),
        ("", {"focus_area": 2}, "Empowering Communities", "Autonomiser les communautés"),
    ],
)
def test_who_was_chosen_is_noted_in_english_whoever_writes_and_read_in_ones_own_language(
    client_of_officer, query, answers, noted, read
):
    area = FocusArea.objects.get(number=2)
    person(country="KE", focus_area=area)
    client_of_officer.cookies["django_language"] = "fr"

    begin(client_of_officer, query, **dict.fromkeys(answers, area.pk))

    mailing = Mailing.objects.get()
    assert mailing.selection_in_words == noted
    with override("fr"):
        assert mailing.selection_as_read.replace("\N{NO-BREAK SPACE}", " ") == read


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "Choose a focus area, or name files below."),
        ({"references": "P2C-NOBODY"}, "There is no file P2C-NOBODY."),
        ({"references": "x " * 101}, "There is no file X."),
        ({"references": " ".join(f"P2C-{n}" for n in range(101))}, "Name at most 100 files."),
        ({"focus_area": "1", "kind": "gossip"}, "Select a valid choice"),
    ],
)
def test_nothing_is_begun_without_somebody_to_write_to(client_of_officer, answers, words):
    answer = begin(client_of_officer, **answers)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert list(Mailing.objects.all()) == []


def test_area_without_members_begins_nothing_and_says_so(client_of_officer):
    answer = begin(client_of_officer, focus_area=FocusArea.objects.get(number=3).pk)

    assert answer.status_code == 422
    assert "Nobody was chosen" in answer.content.decode()
    assert list(Mailing.objects.all()) == []


def test_coordinator_writes_to_members_of_their_own_areas_and_names_no_others():
    first, second = FocusArea.objects.get(number=1), FocusArea.objects.get(number=2)
    theirs = person(email="ada@example.org", focus_area=first)
    beyond = person(email="alan@example.org", focus_area=second)
    client = signed_in(coordinator(first))

    refused = begin(client, references=beyond.member.reference)
    area = begin(client, focus_area=second.pk)
    begin(client, references=theirs.member.reference)

    assert "There is no file" in refused.content.decode()
    assert area.status_code == 422
    mailing = Mailing.objects.get()
    assert left_out(mailing) == [("ada@example.org", "")]
    assert client.get(page_of(mailing)).status_code == 200
    assert client.get(page_of(begun(beyond))).status_code == 404


# Who may ---------------------------------------------------------------------------------------


def test_observer_reads_and_changes_nothing():
    mailing, client = begun(person()), signed_in(observer())
    row = mailing.recipients.get()

    pages = [client.get(page_of(mailing, name)).status_code for name in ("change", "recipients")]
    answers = [
        client.post(page_of(mailing), typed(mailing)).status_code,
        client.post(page_of(mailing, "recipients"), {"recipient": row.pk}).status_code,
        client.post(page_of(mailing, "preview")).status_code,
        send(client, mailing).status_code,
    ]

    assert pages == [200, 200]
    assert answers == [200, 403, 403, 403]
    assert (fresh(mailing).version, fresh(mailing).status) == (1, MailingStatus.DRAFT)
    assert list(Message.objects.all()) == []


def test_audit_tells_who_sent_what(client_of_officer):
    mailing = begun(person())
    send(client_of_officer, mailing)

    page = client_of_officer.get(
        reverse("admin:audit"), {"of": "mailings.mailing", "by": "Ada Officer"}
    )

    [change] = page.context["changes"]
    assert change.by == "Ada Officer"
    assert change.address == page_of(mailing)
    assert {"Draft", "Scheduled"} <= {
        value for told in change.fields for value in (told["old"], told["new"])
    }


def test_list_of_mailings_takes_as_many_queries_for_three_as_for_one(client_of_officer):
    def queries():
        with CaptureQueriesContext(connection) as found:
            page = client_of_officer.get(LIST)
        assert page.status_code == 200
        return len(found)

    going(person())
    client_of_officer.get(LIST)
    for_one = queries()
    going(person())
    begun(person())

    assert queries() == for_one


def test_page_of_a_mailing_takes_as_many_queries_for_9_as_for_3(client_of_officer):
    def queries(number):
        mailing = going(*(person() for _number in range(number)))
        client_of_officer.get(page_of(mailing))
        with CaptureQueriesContext(connection) as found:
            page = client_of_officer.get(page_of(mailing))
        assert page.context["progress"].chosen == number
        return len(found)

    assert queries(9) == queries(3)


def test_list_says_how_to_begin_where_there_is_none(client_of_officer):
    page = client_of_officer.get(LIST).content.decode()

    assert "A mailing is begun here, or from the files ticked in the queue." in page
