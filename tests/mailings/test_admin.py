"""The admin's pages of mailings: starting a mailing, and permissions."""

import pytest
from django.utils.translation import override

from focus_areas.models import FocusArea
from mailings.models import Mailing, Selection
from members.models import MemberStatus
from outbox.models import Message
from tests.factories import NOON
from tests.mailings.desk import LIST, page_of
from tests.mailings.mailings import begun, deliver, going, left_out, person
from tests.queries import queries_of
from tests.triage.staff import coordinator, run, signed_in, told


def begin(client, query="", **answers):
    page = f"{LIST}add/list/{query}" if query else f"{LIST}add/"
    return client.post(page, {"kind": "letter", "language": "en", **answers}, follow=True)


# Starting --------------------------------------------------------------------------------------


def test_files_ticked_in_the_queue_lead_to_a_draft_to_them(client_of_officer):
    ada, alan, _other = (
        person(email=f"{name}@example.org", status=MemberStatus.PENDING)
        for name in ("ada", "alan", "other")
    )

    page = run(client_of_officer, "write_to", [ada.member, alan.member])
    form = page.context["form"]
    answer = begin(client_of_officer, references=form["references"].value())

    mailing = Mailing.objects.get()
    assert told(answer) == ["Draft created for 2 recipients. Nothing sent."]
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
    assert mailing.selection_in_words == "ITU region: Africa · status: Admitted"
    with override("fr"):
        read = mailing.selection_as_read.replace("\N{NO-BREAK SPACE}", " ")
    assert read == "Région de l’UIT : Afrique · statut : Admis"
    page = client_of_officer.get(page_of(mailing)).content.decode()
    assert "?status=admitted&amp;region=AFR" in page


def test_coordinator_writes_to_members_of_their_own_areas_and_names_no_others():
    first, second = FocusArea.objects.get(number=1), FocusArea.objects.get(number=2)
    theirs = person(email="ada@example.org", focus_area=first)
    beyond = person(email="alan@example.org", focus_area=second)
    client = signed_in(coordinator(first))

    refused = begin(client, references=beyond.member.reference)
    area = begin(client, focus_area=second.pk)
    begin(client, references=theirs.member.reference)

    assert "No organisation found" in refused.content.decode()
    assert area.status_code == 422
    mailing = Mailing.objects.get()
    assert left_out(mailing) == [("ada@example.org", "")]
    assert client.get(page_of(mailing)).status_code == 200
    assert client.get(page_of(begun(beyond))).status_code == 404


# Permissions -----------------------------------------------------------------------------------


def test_focus_area_leads_to_a_draft_to_its_members(client_of_officer):
    area = FocusArea.objects.get(number=2)
    person(email="ada@example.org", focus_area=area)
    person(email="alan@example.org")
    person(email="gone@example.org", status=MemberStatus.WITHDRAWN)
    client_of_officer.cookies["django_language"] = "fr"

    begin(client_of_officer, focus_area=area.pk, kind="bulletin")

    mailing = Mailing.objects.get()
    assert left_out(mailing) == [("ada@example.org", "")]
    # Stored in English for every author, and shown in the reader's language.
    assert (mailing.kind, mailing.selection_in_words) == ("bulletin", "Empowering Communities")
    with override("fr"):
        assert mailing.selection_as_read == "Autonomiser les communautés"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({}, "Choose a focus area, or enter references of organisations below."),
        ({"references": "P2C-NOBODY"}, "No organisation found: P2C-NOBODY."),
        ({"references": "x " * 101}, "No organisation found: X."),
        ({"references": " ".join(f"P2C-{n}" for n in range(101))}, "Enter at most 100 references."),
        ({"focus_area": "1", "kind": "gossip"}, "Select a valid choice"),
        # It has no members.
        ({"focus_area": 3}, "No recipients: there is no focal point"),
    ],
)
def test_nothing_is_begun_without_somebody_to_write_to(client_of_officer, answers, words):
    if answers.get("focus_area") == 3:
        answers = {"focus_area": FocusArea.objects.get(number=3).pk}

    answer = begin(client_of_officer, **answers)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert list(Mailing.objects.all()) == []


def test_page_of_a_mailing_takes_as_many_queries_for_3_as_for_1(client_of_officer):
    def queries(number):
        mailing = going(*(person() for _number in range(number)))
        client_of_officer.get(page_of(mailing))
        return queries_of(client_of_officer, page_of(mailing))

    assert queries(3) == queries(1)


def test_list_says_how_to_begin_or_what_became_of_each(client_of_officer):
    none = client_of_officer.get(LIST).content.decode()
    going(person(), person())
    deliver(*Message.objects.all()[:1])
    Mailing.objects.update(scheduled_for=NOON)
    some = client_of_officer.get(LIST).content.decode()

    assert "Create a mailing here, or from organisations selected on the Applicants or" in none
    assert "News for [reference]" in some
    assert "25 Oct 2021, 14:00 Geneva (UTC+2)" in some
    assert "1 / 2" in some


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("News of {focus_area} for {reference}", "News of [focus area] for [reference]"),
        ("News of {focus_area", "News of {focus_area"),
        ("News of {nobody}", "News of {nobody}"),
    ],
)
def test_list_shows_a_subject_with_labels_for_its_placeholders(client_of_officer, subject, shown):
    begun(person()).texts.update(subject=subject)

    page = client_of_officer.get(LIST).content.decode()

    assert f">{shown}</a>" in page
