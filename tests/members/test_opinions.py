"""Asking a colleague for an opinion, answering once, withdrawing, and what a decision ends."""

from contextlib import contextmanager

import pytest

from core.conflicts import Refused
from members.models import Member, OpinionRequest, Recommendation, TimelineKind
from members.services.opinions import (
    MAX_OPINION_LENGTH,
    MAX_QUESTION_LENGTH,
    answer_opinion,
    ask_opinion,
    withdraw_opinion_request,
)
from outbox.models import Message, MessageStatus
from tests.factories import NOON, MemberFactory, OpinionRequestFactory, UserFactory
from tests.members.decisions import files
from tests.members.decisions.files import UNDECIDED, refused

QUESTION = "Do you know this organisation?"
OPINION = "A reliable partner of our office."
ENDED = {
    "answered": {"answered_at": NOON, "answer": OPINION},
    "withdrawn": {"withdrawn_at": NOON, "withdrawn_by": UserFactory},
    "closed": {"closed_at": NOON},
}
ends = pytest.mark.parametrize("how", ENDED)


def an_ended_request(how, **facts):
    made = {name: fact() if callable(fact) else fact for name, fact in ENDED[how].items()}
    return OpinionRequestFactory(**made, **facts)


def columns(opinion):
    return OpinionRequest.objects.filter(pk=opinion.pk).values().get()


@contextmanager
def unchanged(opinion, refusal, match=None):
    """Assert that a change of a request is refused, and that nothing is written."""
    before = columns(opinion)
    with refused(opinion.member, refusal, match):
        yield
    assert columns(opinion) == before


def ask(member, colleague=None, **facts):
    asked = {"asked_of": colleague or UserFactory(), "question": QUESTION, "by": UserFactory()}
    return ask_opinion(**{"member": member, "at": NOON, **asked, **facts})


def answer(opinion, text=OPINION, **facts):
    by = {"by": opinion.asked_of, "at": NOON}
    return answer_opinion(**{"opinion": opinion, "answer": text, **by, **facts})


@pytest.mark.parametrize(
    ("status", "language", "word"),
    [*zip(UNDECIDED, ("fr", "ru"), ("avis", "opinion"), strict=True)],
)
def test_asking_stores_the_request_and_writes_to_the_colleague_in_the_language_of_the_desk(
    status, language, word, settings
):
    member = MemberFactory(
        status=status, organisation_name="Ministry of Digital Affairs", motivation="A secret"
    )
    officer = UserFactory(name="Amina Diallo")
    colleague = UserFactory(name="Kofi Mensah", email="kofi@example.org", language=language)
    before = files.facts(member)

    entry = ask(member, colleague, question=f" {QUESTION}\n", by=officer)

    opinion, message = OpinionRequest.objects.get(), Message.objects.get()
    people = (member, colleague, officer)
    assert (opinion.member, opinion.asked_of, opinion.asked_by) == people
    assert (opinion.question, opinion.asked_at, opinion.is_open) == (QUESTION, NOON, True)
    words = f"Kofi Mensah\n{QUESTION}"
    assert files.in_short(entry) == (TimelineKind.OPINION_ASKED, words, False)
    assert (entry.by_name, entry.at) == ("Amina Diallo", NOON)
    assert files.facts(member) == before
    page = f"{settings.SITE_URL}/admin/members/member/opinions/{opinion.pk}/"
    assert (message.recipient, message.reference) == ("kofi@example.org", member.reference)
    assert message.subject.startswith(f"{member.reference}: ")
    assert word in message.subject
    for text in ("Ministry of Digital Affairs", "Amina Diallo", QUESTION, page):
        assert text in message.body
    assert "A secret" not in message.body
    assert f"/member/{member.pk}/change/" not in message.body


@ends
def test_asking_again_and_another_is_possible_after_the_first_request_ended(how):
    opinion = an_ended_request(how)

    ask(opinion.member, opinion.asked_of, question="And now?")
    ask(opinion.member, question="And you?")

    questions = opinion.member.opinion_requests.open().order_by("pk").values_list("question")
    assert list(questions) == [("And now?",), ("And you?",)]


@pytest.mark.parametrize(
    ("colleague", "question", "words"),
    [
        ({"is_active": False}, QUESTION, "Kofi Mensah has no active staff account"),
        ({"is_staff": False}, QUESTION, "Kofi Mensah has no active staff account"),
        ("oneself", QUESTION, "Choose a colleague"),
        ({}, "", "Enter a text"),
        ({}, " \n\t ", "Enter a text"),
        ({}, "x" * (MAX_QUESTION_LENGTH + 1), "Shorten the text"),
    ],
)
def test_asking_refuses_who_cannot_answer_and_a_question_that_is_empty_or_too_long(
    colleague, question, words
):
    member, officer = MemberFactory(), UserFactory()
    asked_of = officer if colleague == "oneself" else UserFactory(name="Kofi Mensah", **colleague)

    with refused(member, Refused, words):
        ask(member, asked_of, question=question, by=officer)

    assert list(OpinionRequest.objects.all()) == []


def test_asking_refuses_a_colleague_who_has_not_answered_yet():
    opinion = OpinionRequestFactory(asked_of__name="Kofi Mensah")

    with unchanged(opinion, Refused, "Kofi Mensah was already asked"):
        ask(opinion.member, opinion.asked_of, question="Another question")

    assert OpinionRequest.objects.get() == opinion


@pytest.mark.parametrize("recommendation", ["", *Recommendation.values])
def test_answer_is_stored_for_staff_and_announced_to_the_person_who_asked(recommendation):
    opinion = OpinionRequestFactory(
        asked_by__email="amina@example.org",
        asked_by__language="fr",
        asked_of__name="Kofi Mensah",
        member__organisation_name="Ministry of Digital Affairs",
    )
    before = files.facts(opinion.member)

    entry = answer(opinion, f"{OPINION}\n", recommendation=recommendation)

    opinion.refresh_from_db()
    assert (opinion.answer, opinion.recommendation) == (OPINION, recommendation)
    assert (opinion.answered_at, opinion.is_open) == (NOON, False)
    assert files.in_short(entry) == (TimelineKind.OPINION_GIVEN, OPINION, False)
    assert (entry.member, entry.by_name) == (opinion.member, "Kofi Mensah")
    assert files.facts(opinion.member) == before
    message = Message.objects.get()
    assert message.recipient == "amina@example.org"
    assert "Avis" in message.subject
    page = f"/admin/members/member/{opinion.member_id}/change/"
    for text in ("Ministry of Digital Affairs", "Kofi Mensah", page):
        assert text in message.body
    assert OPINION not in message.body


def test_answer_writes_to_nobody_if_the_person_who_asked_has_left():
    opinion = OpinionRequestFactory(asked_by__is_active=False)

    answer(opinion)

    assert list(Message.objects.all()) == []


def test_answer_refuses_everybody_else_and_a_text_that_is_empty_or_too_long():
    opinion = OpinionRequestFactory()

    for somebody in (opinion.asked_by, UserFactory(is_superuser=True)):
        with unchanged(opinion, Refused, "asked of somebody else"):
            answer(opinion, by=somebody)
    for text in ("", " \n\t ", "x" * (MAX_OPINION_LENGTH + 1)):
        with unchanged(opinion, Refused, "(Enter a|Shorten the) text"):
            answer(opinion, text)


@pytest.mark.parametrize(
    ("how", "said"),
    [("answered", "already answered"), ("withdrawn", "was withdrawn"), ("closed", "no longer")],
)
def test_answer_and_withdrawal_refuse_what_ended(how, said):
    opinion = an_ended_request(how)

    with unchanged(opinion, Refused, said):
        answer(opinion, "Other")
    with unchanged(opinion, Refused, said):
        withdraw_opinion_request(opinion=opinion, by=opinion.asked_by, at=NOON)


def test_withdrawal_is_stored_and_on_the_timeline_for_staff():
    opinion = OpinionRequestFactory(asked_of__name="Kofi Mensah")
    officer, before = UserFactory(name="Amina Diallo"), files.facts(opinion.member)

    entry = withdraw_opinion_request(opinion=opinion, by=officer, at=NOON)

    opinion.refresh_from_db()
    assert (opinion.withdrawn_at, opinion.withdrawn_by, opinion.is_open) == (NOON, officer, False)
    withdrawn = (TimelineKind.OPINION_REQUEST_WITHDRAWN, "Kofi Mensah", False)
    assert (files.in_short(entry), entry.by_name) == (withdrawn, "Amina Diallo")
    assert files.facts(opinion.member) == before
    assert list(Message.objects.all()) == []


@pytest.mark.parametrize("step", [files.admit, files.decline, files.close, files.withdraw])
def test_decision_closes_the_open_requests_of_its_member_and_cancels_unsent_questions(step):
    member = files.member_with_focal_point()
    ask(member, UserFactory(email="kofi@example.org"))
    open_one = OpinionRequest.objects.get()
    ended = [an_ended_request(how, member=member) for how in ("answered", "withdrawn")]
    of_another = OpinionRequestFactory()
    before = [columns(each) for each in (*ended, of_another)]

    step(member)

    open_one.refresh_from_db()
    assert (open_one.closed_at, open_one.is_open) == (NOON, False)
    assert [columns(each) for each in (*ended, of_another)] == before
    question = Message.objects.get(recipient="kofi@example.org")
    assert question.status == MessageStatus.CANCELLED


@pytest.mark.parametrize("is_answered", [True, False])
def test_answer_and_withdrawal_cancel_the_unsent_question_to_that_colleague_alone(is_answered):
    member = MemberFactory()
    for email in ("kofi@example.org", "chen@example.org"):
        ask(member, UserFactory(email=email))
    opinion = OpinionRequest.objects.get(asked_of__email="kofi@example.org")

    if is_answered:
        answer(opinion)
    else:
        withdraw_opinion_request(opinion=opinion, by=opinion.asked_by, at=NOON)

    questions = Message.objects.filter(recipient__in=["kofi@example.org", "chen@example.org"])
    assert dict(questions.values_list("recipient", "status")) == {
        "kofi@example.org": MessageStatus.CANCELLED,
        "chen@example.org": MessageStatus.QUEUED,
    }


@pytest.mark.parametrize(
    ("steps", "is_open"),
    [([files.request_information], True), ([files.decline, files.reopen], False)],
)
def test_step_leaves_a_request_open_or_closed(steps, is_open):
    opinion = OpinionRequestFactory(member=files.member_with_focal_point())

    for step in steps:
        step(opinion.member)

    opinion.refresh_from_db()
    assert opinion.is_open == is_open


def test_person_who_is_asked_does_not_see_the_member_elsewhere():
    opinion = OpinionRequestFactory()

    assert list(Member.objects.visible_to(opinion.asked_of)) == []
    assert list(OpinionRequest.objects.asked_of(opinion.asked_of)) == [opinion]
    assert list(OpinionRequest.objects.asked_of(opinion.asked_by)) == []
