"""The page of one EOI and its steps, as focal points open them."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Session
from core.dates import format_date
from members.models import FocalPoint, Member, MemberStatus, SpamSignal, TimelineKind
from members.services.assignment import assign_to_self
from members.services.corrections import correct_answers
from members.services.decisions import decline, record_answer, request_information, withdraw
from members.services.private_links import ENDED, PAGE_EXPIRES_AFTER
from members.services.timeline import add_entry
from outbox.models import Message
from tests.eoi.form import text_of, value_of, words_of
from tests.eoi.own import YESTERDAY, address_of, own_member, own_person
from tests.factories import (
    CallFactory,
    FocalPointFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import reasons

pytestmark = pytest.mark.sqlite_only

NOW = timezone.now()
OPEN = [status for status in MemberStatus if status not in ENDED]
ASKED = MemberStatus.INFORMATION_REQUESTED


def everything_written():
    return (
        list(Member.objects.values_list("status", "version")),
        list(FocalPoint.objects.values_list("confirmed_at")),
        [*Member.objects.get().timeline.values_list("kind", "note")],
        Message.objects.count(),
    )


# Where it stands ---------------------------------------------------------------------------------


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
    assert f"Expression of interest {person.member.reference} Union of Villages" in words
    assert "The page of Ada Lovelace ." in words
    for fact in ("UV", "Academia", "Switzerland", "To connect people.", "+41 22 730 51 11"):
        assert fact in words
    assert "Ada Babbage" in words
    assert "Authorised to express the interest Yes" in words
    assert "test-1" in words
    assert Session.objects.count() == 0


def test_eoi_status_marks_the_present_step_by_word_and_for_programs(client):
    text = text_of(client.get(address_of(own_person(ASKED))))

    [present] = re.findall(r'<li class="way-now" aria-current="step">(.*?)</li>', text, re.DOTALL)
    assert " ".join(re.sub("<[^>]+>", " ", present).split()).startswith(
        "Now We need something from you"
    )


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

    assert "Organisation Union of Villages Changed since. As sent: Uniom of Villages" in words
    assert "internal" not in words
    assert "Amina" not in words


@pytest.mark.parametrize("kind", TimelineKind)
def test_eoi_status_never_tells_what_is_internal(kind, client):
    officer = UserFactory(name="Amina Diallo", email="amina@p2c.example")
    person = own_person(member=own_member(assignee=officer))
    facts = {"member": person.member, "kind": kind, "at": NOW}
    by_officer = {"by_user": officer, "by_name": "Amina Diallo"}
    TimelineEntryFactory(**facts, **by_officer, is_public=False, note="Between ourselves.")
    TimelineEntryFactory(**facts, by_name="Amina Diallo", note="Between ourselves.")

    text = text_of(client.get(address_of(person)))

    assert "What happens will stand here." in text
    assert [word for word in ("Amina", "amina", "ourselves") if word in text] == []


@pytest.mark.parametrize("status", MemberStatus)
def test_eoi_status_tells_no_suspicion_and_no_closing_reason(status, client):
    person = own_person(member=own_member(status, spam_signal=SpamSignal.HONEYPOT))

    text = text_of(client.get(address_of(person))).lower()

    assert [
        word for word in ("suspic", "suspect", "hidden field", "abandoned") if word in text
    ] == []


def test_eoi_status_says_why_who_is_not_admitted(client):
    person = own_person()
    decline(
        member=person.member, reasons=reasons("principles"), by=UserFactory(), at=NOW, message=None
    )

    assert (
        "because: The activities described are not in keeping with the principles of the coalition."
    ) in words_of(client.get(address_of(person)))


def test_eoi_status_says_by_when_an_answer_is_due(client):
    call = CallFactory(reply_within_days=3650)
    person = own_person(member=own_member(call=call))

    words = words_of(client.get(address_of(person)))

    assert "Next, we write to you: by the end of" in words
    assert "We promise an answer within 3650 working days." in words
    assert "half of all organisations" not in words


def test_eoi_status_says_what_the_promise_is_worth_at_present(client):
    for _n in range(10):
        answered = own_member(MemberStatus.ADMITTED)
        add_entry(answered, TimelineKind.ADMITTED, by=UserFactory(), at=answered.submitted_at)

    words = words_of(client.get(address_of(own_person())))

    assert re.search(
        r"As of \w+ \d+ \w+ \d+, half of all organisations have one on the day on which they write",
        words,
    )


def test_eoi_status_is_honest_about_what_is_overdue(client):
    call = CallFactory(contact_email="call@example.org")
    person = own_person(member=own_member(call=call, submitted_at=NOW - timedelta(days=60)))

    words = words_of(client.get(address_of(person)))

    assert "We owed you an answer by the end of" in words
    assert "are late. We are sorry." in words
    assert f"write to call@example.org and name {person.member.reference}" in words


@pytest.mark.parametrize("status", [each for each in MemberStatus if each != "pending"])
def test_eoi_status_promises_no_first_answer_to_who_has_one(status, client):
    member = own_member(status, submitted_at=NOW - timedelta(days=60))

    words = words_of(client.get(address_of(own_person(member=member))))

    assert "We owed you" not in words
    assert "We promise" not in words


@pytest.mark.parametrize(
    ("status", "labels"),
    [
        (MemberStatus.PENDING, ["Correct your answers", "Hand over the role", "Withdraw"]),
        (
            ASKED,
            ["Answer our question", "Correct your answers", "Hand over the role", "Withdraw"],
        ),
        (
            MemberStatus.ADMITTED,
            ["Open the page of your working group", "Hand over the role", "Withdraw"],
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
    assert f"This page can be read until {format_date(last_day)}." in words_of(page)
    assert "<form" not in text_of(page).partition("<main")[2]
    assert posts == [409, 409, 409]
    assert everything_written() == before


@pytest.mark.parametrize("status", ENDED)
@pytest.mark.parametrize("step", ["", "confirm", "answer", "withdraw"])
def test_eoi_pages_end_with_their_time(status, step, client):
    person = own_person(status)
    long_ago = NOW - PAGE_EXPIRES_AFTER
    column = "withdrawn_at" if status == MemberStatus.WITHDRAWN else "decided_at"
    Member.objects.update(**{column: long_ago})

    answers = [client.get(address_of(person, step)), client.post(address_of(person, step))]

    # A page that is only read takes no POST, whoever comes.
    assert [answer.status_code for answer in answers] == [404, 404 if step else 405]
    assert "This link opens no expression of interest" in words_of(answers[0])
    assert "/en/expression-of-interest/link/" in text_of(answers[0])


@pytest.mark.parametrize("entries", [1, 3])
def test_eoi_status_asks_the_database_as_often_however_much_happened(entries, client):
    person = own_person()
    for _n in range(entries):
        add_entry(person.member, TimelineKind.CORRECTED, by=person, at=NOW, note="A reason.")
        FocalPointFactory()

    with CaptureQueriesContext(connection) as queries:
        client.get(address_of(person))

    assert len(queries) == 9


def test_eoi_status_is_kept_by_nobody_on_the_way(client):
    response = client.get(address_of(own_person()))

    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex, nofollow"


# The address is theirs ---------------------------------------------------------------------------


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


def test_eoi_confirm_does_nothing_when_it_is_only_opened(client):
    person = own_person()

    response = client.get(address_of(person, "confirm"))

    person.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, address_of(person))
    assert person.confirmed_at is None


# The answer --------------------------------------------------------------------------------------


def answer(client, person, text="We are the ministry of villages.", **fields):
    return client.post(address_of(person, "answer"), {"answer": text, **fields}, follow=True)


def test_eoi_answer_shows_what_was_asked(client):
    response = client.get(address_of(own_person(ASKED), "answer"))

    assert response.status_code == 200
    assert "What we ask Which ministry are you?" in words_of(response)


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
    assert "Your answer has arrived. We go on with your file." in words_of(response)
    assert "Now Your answer is being looked at" in words_of(response)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "Write your answer"), ("word " * 501, "Shorten “Your answer” to 500 words or fewer")],
)
def test_eoi_answer_says_what_is_wrong_and_keeps_what_was_typed(text, sentence, client):
    person = own_person(ASKED)
    before = everything_written()

    response = answer(client, person, text)

    assert response.status_code == 422
    assert words_of(response).count(sentence) == 2
    assert 'href="#id_answer"' in text_of(response)
    assert value_of(response, "answer") == text
    assert everything_written() == before


def test_eoi_answer_too_late_keeps_what_was_typed_and_names_nobody(client):
    person = own_person(ASKED)
    officer = UserFactory(name="Amina Diallo")
    record_answer(member=person.member, answer="By telephone.", by=officer, at=NOW)
    before = everything_written()

    response = answer(client, person)

    assert response.status_code == 409
    words = words_of(response)
    assert "Not sent: an answer of your organisation has arrived already" in words
    assert "We are the ministry of villages." in words
    assert "Amina" not in words
    assert everything_written() == before


def test_eoi_answer_after_a_decision_keeps_what_was_typed_and_names_nobody(client):
    person = own_person(ASKED)
    decline(member=person.member, by=UserFactory(name="Amina Diallo"), at=NOW, message=None)
    before = everything_written()

    response = answer(client, person)

    assert response.status_code == 409
    words = words_of(response)
    assert "Not sent: your expression of interest waits for no answer any more" in words
    assert "We are the ministry of villages." in words
    assert "Amina" not in words
    assert everything_written() == before


def test_eoi_answer_to_another_question_shows_the_new_one_and_can_be_sent_then(client):
    person = own_person(ASKED)
    first = value_of(client.get(address_of(person, "answer")), "question")
    officer = UserFactory()
    record_answer(member=person.member, answer="By telephone.", by=officer, at=NOW)
    request_information(
        member=person.member, missing="And who pays?", by=officer, at=NOW, message=None
    )

    response = answer(client, person, question=first)
    again = answer(client, person, question=value_of(response, "question"))

    assert response.status_code == 409
    assert "Not sent yet: we have asked something else" in words_of(response)
    assert "What we ask And who pays?" in words_of(response)
    assert value_of(response, "answer") == "We are the ministry of villages."
    assert again.redirect_chain == [(address_of(person), 302)]


def test_eoi_answer_leads_back_where_nothing_is_asked(client):
    person = own_person()

    response = client.get(address_of(person, "answer"))

    assert (response.status_code, response["Location"]) == (302, address_of(person))


# Withdrawing -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (MemberStatus.PENDING, "We do not go on with it, and decide nothing."),
        (ASKED, "We do not go on with it, and decide nothing."),
        (MemberStatus.ADMITTED, "Your organisation leaves the working group of the focus area"),
    ],
)
def test_eoi_withdraw_names_what_happens_and_then_does_it(status, sentence, client):
    person = own_person(status)
    page = client.get(address_of(person, "withdraw"))
    assert Member.objects.get().status == status

    response = client.post(
        address_of(person, "withdraw"),
        {"reason": "We lack the means.", "version": value_of(page, "version")},
        follow=True,
    )

    assert sentence in words_of(page)
    assert response.redirect_chain == [(address_of(person), 302)]
    words = words_of(response)
    assert "Your expression of interest is withdrawn." in words
    assert "Now Withdrawn" in words
    assert "We lack the means." in words
    assert Member.objects.get().status == MemberStatus.WITHDRAWN
    assert [message.recipient for message in Message.objects.all()] == [person.email]


def test_eoi_withdraw_without_having_seen_what_happens_does_nothing(client):
    person = own_person()

    response = client.post(address_of(person, "withdraw"))

    assert response.status_code == 409
    assert Member.objects.get().status == MemberStatus.PENDING


def test_eoi_withdraw_asks_once_more_when_something_has_changed(client):
    person = own_person()
    page = client.get(address_of(person, "withdraw"))
    assign_to_self(member=person.member, by=UserFactory(name="Amina Diallo"), at=NOW)
    fields = {"reason": "We lack the means.", "version": value_of(page, "version")}

    response = client.post(address_of(person, "withdraw"), fields)
    fields["version"] = value_of(response, "version")
    again = client.post(address_of(person, "withdraw"), fields)

    assert response.status_code == 409
    assert "Not withdrawn yet: something has changed in your file" in words_of(response)
    assert "Amina" not in words_of(response)
    assert value_of(response, "reason") == "We lack the means."
    assert again.status_code == 302


def test_eoi_withdraw_says_that_it_has_ended_already(client):
    person = own_person()
    page = client.get(address_of(person, "withdraw"))
    withdraw(member=person.member, by=UserFactory(), at=YESTERDAY)

    response = client.post(
        address_of(person, "withdraw"),
        {"reason": "We lack the means.", "version": value_of(page, "version")},
    )

    assert response.status_code == 409
    words = words_of(response)
    assert "Nothing was changed: your expression of interest has ended already" in words
    assert "We lack the means." in words


def test_eoi_withdraw_says_what_is_too_long(client):
    person = own_person()

    response = client.post(
        address_of(person, "withdraw"), {"reason": "word " * 201, "version": "1"}
    )

    assert response.status_code == 422
    assert "to 200 words or fewer" in words_of(response)
    assert Member.objects.get().status == MemberStatus.PENDING


def test_eoi_withdraw_leads_back_where_there_is_nothing_to_withdraw(client):
    person = own_person(MemberStatus.DECLINED)

    response = client.get(address_of(person, "withdraw"))

    assert (response.status_code, response["Location"]) == (302, address_of(person))
