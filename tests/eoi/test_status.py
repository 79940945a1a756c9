"""The page of an EOI and its steps, as focal points open them."""

import re
from datetime import timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import Session
from core.dates import format_date
from members.models import AnswerFile, FocalPoint, Member, MemberStatus, SpamSignal, TimelineKind
from members.services.assignment import assign_to_self
from members.services.corrections import correct_answers
from members.services.decisions import decline, record_answer, request_information, withdraw
from members.services.private_links import ENDED, PAGE_EXPIRES_AFTER
from members.services.timeline import add_entry
from outbox.models import Message
from tests.eoi.form import text_of, value_of, words_of
from tests.eoi.own import YESTERDAY, address_of, own_member, own_person
from tests.factories import CallFactory, FocalPointFactory, TimelineEntryFactory, UserFactory
from tests.papers.files import PDF
from tests.triage.staff import reasons

NOW = timezone.now()
OPEN = [status for status in MemberStatus if status not in ENDED]
ASKED = MemberStatus.INFORMATION_REQUESTED


@pytest.fixture
def person():
    return own_person()


@pytest.fixture
def asked():
    """A focal point of a member with an open request."""
    return own_person(ASKED)


def everything_written():
    return (
        list(Member.objects.values_list("status", "version")),
        list(FocalPoint.objects.values_list("confirmed_at")),
        [*Member.objects.get().timeline.values_list("kind", "note")],
        Message.objects.count(),
    )


def test_eoi_status_says_whose_page_it_is_and_what_was_sent(client):
    person = own_person(
        given_name="Ada",
        family_name="Lovelace",
        email="ada@example.org",
        phone="+41227305111",
        member=own_member(organisation_name="Union of Villages", acronym="UV"),
    )
    FocalPointFactory(member=person.member, family_name="Babbage", is_alternate=True)

    response = client.get(address_of(person))

    words = words_of(response)
    assert response.status_code == 200
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert f"Expression of interest {person.member.reference} Union of Villages" in words
    assert "The page of Ada Lovelace ." in words
    for fact in ("UV", "Academia", "Switzerland", "To connect people.", "+41 22 730 51 11"):
        assert fact in words
    assert "Ada Babbage" in words
    assert "Authorised to express the interest Yes" in words
    assert "test-1" in words
    assert Session.objects.count() == 0


def test_eoi_status_marks_what_was_corrected_since(client):
    person = own_person(member=own_member(organisation_name="Uniom of Villages"))
    correct_answers(
        member=person.member,
        facts={"organisation_name": "Union of Villages"},
        focal_points={},
        reason="An internal remark.",
        by=UserFactory(name="Amina Diallo"),
        at=NOW,
    )

    words = words_of(client.get(address_of(person)))

    assert (
        "Organisation Union of Villages Changed. Originally submitted: Uniom of Villages" in words
    )
    assert "internal" not in words
    assert "Amina" not in words


def test_eoi_status_never_tells_what_is_internal(client):
    officer = UserFactory(name="Amina Diallo", email="amina@p2c.example")
    person = own_person(member=own_member(assignee=officer))
    by_officer = {"by_user": officer, "by_name": "Amina Diallo"}
    for kind in TimelineKind:
        facts = {"member": person.member, "kind": kind, "at": NOW, "note": "Between ourselves."}
        TimelineEntryFactory(**facts, **by_officer, is_public=False)
        TimelineEntryFactory(**facts, by_name="Amina Diallo")

    text = text_of(client.get(address_of(person)))

    assert "No events yet." in text
    assert [word for word in ("Amina", "amina", "ourselves") if word in text] == []


@pytest.mark.parametrize("status", MemberStatus)
def test_eoi_status_tells_no_suspicion_and_no_closing_reason(status, client):
    person = own_person(member=own_member(status, spam_signal=SpamSignal.HONEYPOT))

    text = text_of(client.get(address_of(person))).lower()

    assert [word for word in ("suspic", "spam", "honeypot", "abandoned") if word in text] == []


def test_eoi_status_says_why_who_is_not_admitted(client):
    person, told = own_person(), reasons("principles")
    decline(member=person.member, reasons=told, by=UserFactory(), at=NOW, message=None)

    assert f"because: {told[0].snippet_en}" in words_of(client.get(address_of(person)))


def test_eoi_status_says_by_when_an_answer_is_due(client):
    call = CallFactory(reply_within_days=3650)
    person = own_person(member=own_member(call=call))

    words = words_of(client.get(address_of(person)))

    assert "We will write to you by the end of" in words
    assert "We promise an answer within 3650 working days." in words
    assert "half of all organisations" not in words


def test_eoi_status_says_what_the_promise_is_worth_at_present(client):
    for _n in range(10):
        answered = own_member(MemberStatus.ADMITTED)
        add_entry(answered, TimelineKind.ADMITTED, by=UserFactory(), at=answered.submitted_at)

    words = words_of(client.get(address_of(own_person())))

    assert re.search(
        r"As of \w+ \d+ \w+ \d+, half of all organisations receive a reply on the same day",
        words,
    )


def test_eoi_status_is_honest_about_what_is_overdue(client):
    call = CallFactory(contact_email="call@example.org")
    person = own_person(member=own_member(call=call, submitted_at=NOW - timedelta(days=60)))

    words = words_of(client.get(address_of(person)))

    assert "Our reply was due by the end of" in words
    assert "We apologise for the delay." in words
    assert f"write to call@example.org and quote {person.member.reference}" in words


@pytest.mark.parametrize("status", [each for each in MemberStatus if each != "pending"])
def test_eoi_status_promises_no_first_answer_to_who_has_one(status, client):
    member = own_member(status, submitted_at=NOW - timedelta(days=60))

    words = words_of(client.get(address_of(own_person(member=member))))

    assert "Our reply was due" not in words
    assert "We promise" not in words


@pytest.mark.parametrize(
    ("status", "labels"),
    [
        (MemberStatus.PENDING, ["Correct your answers", "Transfer the role", "Withdraw"]),
        (ASKED, ["Answer our question", "Correct your answers", "Transfer the role", "Withdraw"]),
        (
            MemberStatus.ADMITTED,
            ["Open the page of your working group", "Transfer the role", "Withdraw"],
        ),
        (MemberStatus.DECLINED, []),
        (MemberStatus.CLOSED, []),
        (MemberStatus.WITHDRAWN, []),
    ],
)
def test_eoi_status_offers_what_can_be_done(status, labels, client):
    response = client.get(address_of(own_person(status)))

    actions = response.context["actions"]
    assert [action.label for action in actions] == labels
    opened = [client.get(action.address) for action in actions]
    assert [page.status_code for page in opened] == [200] * len(labels)


@pytest.mark.parametrize("status", ENDED)
def test_eoi_status_opens_for_90_days_after_the_end_and_can_only_be_read(status, client):
    person = own_person(status)
    before = everything_written()

    page = client.get(address_of(person))
    posts = [
        client.post(address_of(person, "confirm")).status_code,
        client.post(address_of(person, "answer"), {"answer": "Yes."}).status_code,
        client.post(address_of(person, "withdraw"), {"version": "1"}).status_code,
    ]

    assert page.status_code == 200
    last_day = YESTERDAY.astimezone(ZoneInfo("Europe/Zurich")) + timedelta(days=89)
    assert f"This page is available until {format_date(last_day)}." in words_of(page)
    assert "<form" not in text_of(page).partition("<main")[2]
    assert posts == [409, 409, 409]
    assert everything_written() == before


@pytest.mark.parametrize(
    ("step", "status"),
    [*product([""], ENDED), *product(["confirm", "answer", "withdraw"], ENDED[:1])],
)
def test_eoi_pages_end_with_their_time(step, status, client):
    person = own_person(status)
    column = "withdrawn_at" if status == MemberStatus.WITHDRAWN else "decided_at"
    Member.objects.update(**{column: NOW - PAGE_EXPIRES_AFTER})

    answers = [client.get(address_of(person, step)), client.post(address_of(person, step))]

    # A read-only page accepts no POST from anybody.
    assert [answer.status_code for answer in answers] == [404, 404 if step else 405]
    assert "This link is not valid" in words_of(answers[0])
    assert "/en/expression-of-interest/link/" in text_of(answers[0])


@pytest.mark.parametrize("status", OPEN)
def test_eoi_confirm_confirms_once_and_says_so(status, client):
    person = own_person(status)
    assert "Is this address yours?" in words_of(client.get(address_of(person)))

    answers = [client.post(address_of(person, "confirm"), follow=True) for _time in range(2)]

    person.refresh_from_db()
    assert person.confirmed_at is not None
    assert person.member.timeline.filter(kind=TimelineKind.ADDRESS_CONFIRMED).count() == 1
    for answer in answers:
        assert answer.redirect_chain == [(address_of(person), 302)]
        assert "Thank you. Your email address is confirmed." in words_of(answer)
        assert "Is this address yours?" not in words_of(answer)
    assert Session.objects.count() == 0


def answer(client, person, text="We are the ministry of villages.", **fields):
    return client.post(address_of(person, "answer"), {"answer": text, **fields}, follow=True)


def test_eoi_answer_brings_the_answer_to_the_desk(client):
    officer = UserFactory(email="amina@example.org")
    member = own_member(ASKED, assignee=officer)
    person = own_person(member=member)
    page = client.get(address_of(person, "answer"))

    response = answer(client, person, question=value_of(page, "question"))

    member.refresh_from_db()
    assert (member.status, member.assignee) == (MemberStatus.PENDING, officer)
    entry = member.timeline.get(kind=TimelineKind.ANSWERED)
    assert (entry.note, entry.by_focal_point) == ("We are the ministry of villages.", person)
    assert [message.recipient for message in Message.objects.all()] == ["amina@example.org"]
    assert response.redirect_chain == [(address_of(person), 302)]
    assert "Thank you. We received your reply and will continue our review." in words_of(response)
    assert "Now Reply under review" in words_of(response)


def test_eoi_answer_says_that_it_is_too_long_and_keeps_what_was_typed(client, asked):
    before = everything_written()

    response = answer(client, asked, "word " * 501)

    assert response.status_code == 422
    assert words_of(response).count("Shorten “Your answer” to 500 words or fewer") == 2
    assert 'href="#id_answer"' in text_of(response)
    assert value_of(response, "answer") == "word " * 501
    assert everything_written() == before


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (record_answer, "your organisation has already replied"),
        (decline, "we are no longer waiting for a reply from your organisation"),
    ],
)
def test_eoi_answer_too_late_keeps_what_was_typed_and_names_nobody(step, sentence, client, asked):
    step(member=asked.member, by=UserFactory(name="Amina Diallo"), at=NOW)
    Message.objects.all().delete()
    before = everything_written()

    response = answer(client, asked)

    assert response.status_code == 409
    words = words_of(response)
    assert f"Not sent: {sentence}" in words
    assert "We are the ministry of villages." in words
    assert "Amina" not in words
    assert everything_written() == before


def test_eoi_answer_to_another_question_shows_the_new_one_and_can_be_sent_then(client, asked):
    first = value_of(client.get(address_of(asked, "answer")), "question")
    officer = UserFactory()
    record_answer(member=asked.member, answer="By telephone.", by=officer, at=NOW)
    request_information(
        member=asked.member, missing="And who pays?", by=officer, at=NOW, message=None
    )

    file = SimpleUploadedFile("statutes.pdf", PDF)
    response = answer(client, asked, question=first, documents=file)
    again = answer(client, asked, question=value_of(response, "question"))

    assert response.status_code == 409
    assert "Not sent yet: we have asked a different question" in words_of(response)
    assert "Information requested And who pays?" in words_of(response)
    assert "Choose your documents again: they were not kept." in words_of(response)
    assert not AnswerFile.objects.exists()
    assert value_of(response, "answer") == "We are the ministry of villages."
    assert again.redirect_chain == [(address_of(asked), 302)]


@pytest.mark.parametrize(
    ("status", "step"), [(MemberStatus.PENDING, "answer"), (MemberStatus.DECLINED, "withdraw")]
)
def test_eoi_step_that_cannot_be_taken_leads_back(status, step, client):
    person = own_person(status)

    response = client.get(address_of(person, step))

    assert (response.status_code, response["Location"]) == (302, address_of(person))


def ask_to_withdraw(client, person, version, reason="We lack the means.", **more):
    fields = {"reason": reason, "version": version}
    return client.post(address_of(person, "withdraw"), fields, **more)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (ASKED, "We stop our review and make no decision."),
        (MemberStatus.ADMITTED, "Your organisation leaves the working group of the focus area"),
    ],
)
def test_eoi_withdraw_names_what_happens_and_then_does_it(status, sentence, client):
    person = own_person(status)
    page = client.get(address_of(person, "withdraw"))
    assert Member.objects.get().status == status

    response = ask_to_withdraw(client, person, value_of(page, "version"), follow=True)

    assert sentence in words_of(page)
    assert response.redirect_chain == [(address_of(person), 302)]
    words = words_of(response)
    assert "Your expression of interest is withdrawn." in words
    assert "Now Withdrawn" in words
    assert "We lack the means." in words
    assert Member.objects.get().status == MemberStatus.WITHDRAWN
    assert [message.recipient for message in Message.objects.all()] == [person.email]


def test_eoi_withdraw_asks_once_more_when_something_has_changed(client, person):
    page = client.get(address_of(person, "withdraw"))
    assign_to_self(member=person.member, by=UserFactory(name="Amina Diallo"), at=NOW)

    response = ask_to_withdraw(client, person, value_of(page, "version"))
    again = ask_to_withdraw(client, person, value_of(response, "version"))

    assert response.status_code == 409
    assert "Not withdrawn yet: your expression of interest has changed" in words_of(response)
    assert "Amina" not in words_of(response)
    assert value_of(response, "reason") == "We lack the means."
    assert again.status_code == 302


def test_eoi_withdraw_says_that_it_has_ended_already(client, person):
    page = client.get(address_of(person, "withdraw"))
    withdraw(member=person.member, by=UserFactory(), at=YESTERDAY)

    response = ask_to_withdraw(client, person, value_of(page, "version"))

    assert response.status_code == 409
    words = words_of(response)
    assert "Nothing was changed: your expression of interest has already ended" in words
    assert "We lack the means." in words


def test_eoi_withdraw_says_what_is_too_long(client, person):
    response = ask_to_withdraw(client, person, "1", reason="word " * 201)

    assert response.status_code == 422
    assert "to 200 words or fewer" in words_of(response)
    assert Member.objects.get().status == MemberStatus.PENDING
