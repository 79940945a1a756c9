"""The desk's pages of mailings: whom they are begun for, what is typed, and each step."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from correspondence.models import LeftOut, Mailing, MailingKind, MailingStatus, Selection
from correspondence.writing import Written, save_draft
from focus_areas.models import FocusArea
from members.models import Export, FocalPoint, MemberStatus
from outbox.models import Message, MessageStatus
from tests.correspondence.mailings import begun, confirmed, fresh, going, left_out, person
from tests.factories import NOON, MailingTextFactory, UserFactory
from tests.members.desk import coordinator, observer, officer, run, signed_in, told

LIST = "/admin/correspondence/mailing/"


def page_of(mailing, name="change"):
    return reverse(f"admin:correspondence_mailing_{name}", args=[mailing.pk])


def begin(client, query="", **answers):
    page = f"{LIST}add/list/{query}" if query else f"{LIST}add/"
    return client.post(page, {"kind": "letter", "language": "en", **answers}, follow=True)


def send(client, mailing, **answers):
    shown = {"number": mailing.recipients.written_to().count(), "version": mailing.version}
    return client.post(page_of(mailing, "send"), {"when": "now", **shown, **answers}, follow=True)


@pytest.fixture
def client_of_officer():
    return signed_in(officer(name="Ada Officer", email="ada.officer@itu.example"))


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
    assert (mailing.selection, mailing.query) == (Selection.LISTED, query[1:])
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


# Written ---------------------------------------------------------------------------------------


def typed(mailing, **answers):
    return {
        "kind": mailing.kind,
        "language": mailing.language,
        "version": mailing.version,
        "subject_en": "News",
        "body_en": "There is news.",
        **answers,
    }


def test_draft_is_kept_as_typed_and_what_is_unfit_is_said_at_its_field(client_of_officer):
    mailing = begun(person())
    wrong = typed(mailing, body_en="For {nobody}", subject_fr="Nouvelles")

    answer = client_of_officer.post(page_of(mailing), wrong, follow=True)

    assert told(answer) == ["The draft is saved. Nobody was written to."]
    texts = {text.language: (text.subject, text.body) for text in mailing.texts.all()}
    assert texts == {"en": ("News", "For {nobody}"), "fr": ("Nouvelles", "")}
    errors = answer.context["form"].errors
    assert errors["body_en"] == ["{nobody} is unknown to this kind of message."]
    assert errors["body_fr"] == ["Write a text."]
    assert "For {nobody}" in answer.content.decode()


def test_draft_over_a_colleagues_shows_theirs_and_keeps_what_was_typed(client_of_officer):
    mailing = begun(person())
    opened = typed(mailing, body_en="Mine.")
    save_draft(
        mailing=fresh(mailing),
        kind=MailingKind.LETTER,
        language="en",
        texts={"en": Written("Theirs", "Their words.")},
        version=mailing.version,
        by=UserFactory(name="Grace"),
        at=NOON,
    )

    answer = client_of_officer.post(page_of(mailing), opened)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Grace changed this mailing after you opened it" in page
    assert "Their words." in page
    assert "Mine." in page
    assert mailing.texts.get().body == "Their words."

    again = {**opened, "version": answer.context["form"]["version"].value()}
    client_of_officer.post(page_of(mailing), again)

    assert mailing.texts.get().body == "Mine."


def test_draft_with_what_no_text_holds_is_not_kept(client_of_officer):
    mailing = begun(person())

    answer = client_of_officer.post(page_of(mailing), typed(mailing, body_en="a\0b"))

    assert answer.status_code == 422
    assert fresh(mailing).version == 1


def test_preview_shows_what_each_recipient_reads_and_leads_to_the_next(client_of_officer):
    ada = person(email="ada@example.org", organisation_name="Ministry of Stars")
    alan = person(email="alan@example.org", language="fr")
    mailing = begun(ada, alan)
    first, second = mailing.recipients.order_by("pk")

    page = client_of_officer.get(page_of(mailing, "preview"))
    other = client_of_officer.get(page_of(mailing, "preview"), {"recipient": second.pk})
    mail = client_of_officer.get(page_of(mailing, "mail"), {"recipient": first.pk})

    assert page.context["letter"].subject == f"News for {ada.member.reference}"
    assert (page.context["before"], page.context["after"]) == (None, second)
    assert "There is news for Ministry of Stars." in page.context["text"]
    assert "Reads French, in which there is no text." in other.content.decode()
    assert (other.context["before"], other.context["after"]) == (first, None)
    assert "There is news for Ministry of Stars." in mail.content.decode()
    assert client_of_officer.get(page_of(mailing, "mail"), {"recipient": 999}).status_code == 404


@pytest.mark.parametrize("then", ["preview", "recipients"])
def test_page_beside_a_draft_is_opened_after_every_word_of_it_is_saved(client_of_officer, then):
    mailing = begun(person())
    typed_on_it = typed(mailing, subject_fr="Des nouvelles", body_en="Typed last.", then=then)

    response = client_of_officer.post(page_of(mailing), typed_on_it, follow=True)

    assert response.redirect_chain == [(page_of(mailing, then), 302)]
    assert told(response) == ["The draft is saved. Nobody was written to."]
    kept = dict(mailing.texts.values_list("language", "body"))
    assert kept == {"en": "Typed last.", "fr": ""}
    assert mailing.texts.get(language="fr").subject == "Des nouvelles"


def test_preview_of_what_cannot_go_out_leads_back_to_the_draft(client_of_officer):
    mailing = begun(person())
    unfit = typed(mailing, body_en="For {nobody}", then="preview")

    response = client_of_officer.post(page_of(mailing), unfit, follow=True)

    assert "The text cannot go out yet" in response.text
    assert f'<a href="{page_of(mailing)}">Back to the mailing</a>' in response.text


def test_what_was_typed_stays_on_the_page_where_a_colleague_sent_the_draft_meanwhile(
    client_of_officer,
):
    mailing = begun(person())
    typed_on_it = typed(mailing, body_en="Typed last.")
    confirmed(mailing)

    response = client_of_officer.post(page_of(mailing), typed_on_it)

    assert response.status_code == 409
    assert "Typed last." in response.text
    assert fresh(mailing).texts.get().body != "Typed last."


def test_page_that_sends_a_mailing_names_its_subject(client_of_officer):
    mailing = begun(person())

    page = client_of_officer.get(page_of(mailing, "send"))

    assert page.context["subject"] == mailing.texts.get().subject
    assert f"<bdi>{mailing.texts.get().subject}</bdi>" in page.text


def test_texts_of_a_mailing_are_read_with_that_in_its_first_language_first(client_of_officer):
    mailing = begun(person())
    MailingTextFactory(mailing=mailing, language="fr")
    Mailing.objects.update(language="fr")
    confirmed(fresh(mailing))

    page = client_of_officer.get(page_of(mailing))

    assert [text.language for text in page.context["texts"]] == ["fr", "en"]


def test_test_copy_goes_to_oneself(client_of_officer):
    mailing = begun(person(email="ada@example.org"))

    answer = client_of_officer.post(page_of(mailing, "preview"), follow=True)

    assert told(answer) == ["A test copy goes to ada.officer@itu.example, and to nobody else."]
    assert Message.objects.get().recipient == "ada.officer@itu.example"


# Recipients ------------------------------------------------------------------------------------


def test_recipients_are_taken_off_and_put_back(client_of_officer):
    ada, alan = person(email="ada@example.org"), person(email="alan@example.org")
    mailing = begun(ada, alan)
    first = mailing.recipients.get(focal_point=ada)
    page = page_of(mailing, "recipients")

    off = client_of_officer.post(page, {"recipient": first.pk, "take_off": "1"}, follow=True)
    assert told(off) == ["1 recipient is off the list."]
    assert left_out(mailing) == [("ada@example.org", LeftOut.REMOVED), ("alan@example.org", "")]

    back = client_of_officer.post(page, {"recipient": first.pk, "put_back": "1"}, follow=True)
    assert told(back) == ["1 recipient is back on the list."]

    none = client_of_officer.post(page, {"take_off": "1"}, follow=True)
    assert told(none) == ["Choose at least one recipient."]
    assert {because for _email, because in left_out(mailing)} == {""}


def test_recipients_tell_who_shares_an_address(client_of_officer):
    first = person(email="office@example.org", organisation_name="Ministry of Stars")
    second = person(email="office@example.org", organisation_name="Institute of Moons")
    mailing = begun(first, second)

    page = client_of_officer.get(page_of(mailing, "recipients")).content.decode()

    assert f"also for {second.member.reference} · <bdi>Institute of Moons</bdi>" in page
    assert "gets it once, with another organisation" in page


def test_recipients_are_listed_in_as_many_queries_for_300_as_for_1(client_of_officer):
    def queries(number):
        mailing = begun(*(person() for _number in range(number)))
        client_of_officer.get(page_of(mailing, "recipients"))
        with CaptureQueriesContext(connection) as found:
            page = client_of_officer.get(page_of(mailing, "recipients"))
        assert len(page.context["rows"]) == min(number, 100)
        return len(found)

    assert len({queries(1), queries(3), queries(300)}) == 1


def test_results_are_filtered_and_exported_and_that_is_written_down(client_of_officer):
    mailing = going(
        person(email="ada@example.org", organisation_name="=cmd()"),
        person(email="alan@example.org", organisation_name="Institute of Moons"),
    )
    failed, _waiting = Message.objects.order_by("pk")
    Message.objects.filter(pk=failed.pk).update(
        status=MessageStatus.FAILED, server_answer="550 No such user"
    )

    page = client_of_officer.get(page_of(mailing, "recipients"), {"of": "failed"})
    answer = client_of_officer.post(page_of(mailing, "export"), {"of": "failed"})
    lines = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert [row.focal_point.email for row, _others in page.context["rows"]] == ["ada@example.org"]
    assert [line[1] for line in lines] == ["Organisation", "'=cmd()"]
    assert lines[1][5:7] == ["Failed", "550 No such user"]
    export = Export.objects.get()
    assert (export.rows, export.filters) == (1, f"mailing {mailing.pk} failed")


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


# Sent ------------------------------------------------------------------------------------------


def test_confirm_page_names_how_many_in_which_languages_and_who_is_left_out(client_of_officer):
    mailing = begun(
        person(),
        person(language="fr"),
        person(newsletter=False),
        kind=MailingKind.BULLETIN,
    )

    typed_on_it = typed(mailing, kind="bulletin", body_en="Typed last.", then="send")
    response = client_of_officer.post(page_of(mailing), typed_on_it, follow=True)

    page = response.content.decode()
    assert mailing.texts.get().body == "Typed last."
    assert response.redirect_chain[-1][0] == page_of(mailing, "send")
    assert "Send to 2 people" in page
    assert "1: English, for readers of French" in page
    assert "did not agree to get news" in page


def test_confirm_page_of_what_cannot_go_out_leads_back_to_the_draft(client_of_officer):
    mailing = begun(person())
    unfit = typed(mailing, body_en="For {nobody}", then="send")

    response = client_of_officer.post(page_of(mailing), unfit, follow=True)

    page = response.content.decode()
    assert response.redirect_chain[-1][0] == page_of(mailing, "send")
    assert "The text cannot go out yet" in page
    assert f'<a href="{page_of(mailing)}">Back to the mailing</a>' in page
    assert "Send to" not in page


def test_send_at_once_schedules_it_for_now_and_for_whoever_was_shown(client_of_officer):
    mailing = begun(person())

    answer = send(client_of_officer, mailing)

    assert told(answer) == ["The mailing goes out now."]
    assert (fresh(mailing).status, fresh(mailing).number) == (MailingStatus.SCHEDULED, 1)


def test_send_at_a_time_takes_it_in_geneva(client_of_officer):
    mailing = begun(person())

    send(client_of_officer, mailing, when="later", day="2035-07-02", time="09:30")

    assert fresh(mailing).scheduled_for.isoformat() == "2035-07-02T07:30:00+00:00"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"when": "later"}, "Say when it is to go out."),
        ({"when": "later", "day": "2035-03-25", "time": "02:30"}, "02:30 does not exist"),
        ({"when": "later", "day": "2035-10-28", "time": "02:30"}, "02:30 comes twice"),
        ({"when": "later", "day": "2020-01-01", "time": "10:00"}, "This time is over."),
        ({"number": 7}, "it would go to 1 person now"),
        ({"version": 7}, "changed this mailing after you opened it"),
        ({"when": "soon"}, "Select a valid choice"),
    ],
)
def test_send_refuses_in_words_and_sends_nothing(client_of_officer, answers, words):
    mailing = begun(person())

    answer = send(client_of_officer, mailing, **answers)

    assert answer.status_code in (409, 422)
    assert words in answer.content.decode()
    assert fresh(mailing).status == MailingStatus.DRAFT


def test_send_offers_no_button_where_the_text_is_unfit_or_nobody_gets_it(client_of_officer):
    unfit, nobody = begun(person()), begun(person())
    unfit.texts.update(body="")
    nobody.recipients.update(left_out=LeftOut.NOT_AGREED)

    pages = [
        client_of_officer.get(page_of(mailing, "send")).content.decode()
        for mailing in (unfit, nobody)
    ]

    assert "The text cannot go out yet" in pages[0]
    assert "Nobody gets it." in pages[1]
    assert not any("Send to" in page for page in pages)


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("stop", MailingStatus.STOPPED, "The mailing is stopped."),
        ("cancel", MailingStatus.CANCELLED, "The mailing is cancelled. Nobody was written to."),
        ("take_back", MailingStatus.DRAFT, "The mailing is a draft again."),
    ],
)
def test_step_is_asked_for_on_a_page_and_then_taken(client_of_officer, name, status, words):
    mailing = going(person()) if name == "stop" else confirmed(begun(person()))

    asked = client_of_officer.get(page_of(mailing, name))
    answer = client_of_officer.post(
        page_of(mailing, name), {"version": asked.context["form"]["version"].value()}, follow=True
    )

    assert asked.status_code == 200
    assert told(answer) == [words]
    assert fresh(mailing).status == status


def test_step_is_refused_with_the_mailing_as_it_is_now(client_of_officer):
    mailing = going(person())

    answer = client_of_officer.post(page_of(mailing, "stop"), {"version": 1})

    assert answer.status_code == 409
    assert "changed this mailing after you opened it" in answer.content.decode()
    assert answer.context["form"]["version"].value() == mailing.version
    assert fresh(mailing).status == MailingStatus.GOING


def test_reschedule_shows_the_time_in_geneva_and_takes_another(client_of_officer):
    mailing = confirmed(begun(person()), scheduled_for=timezone.now() + timedelta(days=3))

    page = client_of_officer.get(page_of(mailing, "reschedule"))
    client_of_officer.post(
        page_of(mailing, "reschedule"),
        {"version": mailing.version, "day": "2035-01-02", "time": "10:00"},
    )

    assert page.status_code == 200
    assert fresh(mailing).scheduled_for.isoformat() == "2035-01-02T09:00:00+00:00"


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
        reverse("admin:audit"), {"of": "correspondence.mailing", "by": "Ada Officer"}
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


def test_page_of_a_mailing_takes_as_many_queries_for_300_as_for_3(client_of_officer):
    def queries(number):
        mailing = going(*(person() for _number in range(number)))
        client_of_officer.get(page_of(mailing))
        with CaptureQueriesContext(connection) as found:
            page = client_of_officer.get(page_of(mailing))
        assert page.context["progress"].chosen == number
        return len(found)

    assert queries(300) == queries(3)


def test_list_says_how_to_begin_where_there_is_none(client_of_officer):
    page = client_of_officer.get(LIST).content.decode()

    assert "A mailing is begun here, or from the files ticked in the queue." in page
