"""Asking a colleague for an opinion, answering once, withdrawing, and what a decision ends."""

from contextlib import contextmanager

import pytest

from eoi.services.application_status import application_status
from members.models import Member, OpinionRequest, Recommendation, TimelineKind
from members.services.conflicts import MemberConflict
from members.services.exceptions import AlreadyDecided
from members.services.opinions import (
    MAX_OPINION_LENGTH,
    MAX_QUESTION_LENGTH,
    AlreadyAsked,
    AskedOneself,
    CannotBeAsked,
    NotAskedOfYou,
    RequestEnded,
    TextRefused,
    answer_opinion,
    ask_opinion,
    withdraw_opinion_request,
)
from outbox.models import Message, MessageStatus
from tests.eoi.own import address_of, own_person
from tests.factories import NOON, MemberFactory, OpinionRequestFactory, UserFactory
from tests.members.decisions import files
from tests.members.decisions.files import DECIDED, UNDECIDED, refused

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


@pytest.mark.parametrize("status", UNDECIDED)
def test_asking_stores_the_request_and_changes_nothing_of_the_member(status):
    member = MemberFactory(status=status)
    officer, colleague = UserFactory(name="Amina Diallo"), UserFactory(name="Kofi Mensah")
    before = files.facts(member)

    entry = ask_opinion(
        member=member, asked_of=colleague, question=f" {QUESTION}\n", by=officer, at=NOON
    )

    opinion = OpinionRequest.objects.get()
    assert (opinion.member, opinion.asked_of, opinion.asked_by, opinion.asked_at) == (
        member,
        colleague,
        officer,
        NOON,
    )
    assert (opinion.question, opinion.is_open) == (QUESTION, True)
    assert (entry.kind, entry.note, entry.by_name, entry.at, entry.is_public) == (
        TimelineKind.OPINION_ASKED,
        f"Kofi Mensah\n{QUESTION}",
        "Amina Diallo",
        NOON,
        False,
    )
    assert files.facts(member) == before


@pytest.mark.parametrize(
    ("language", "word"), [("en", "opinion"), ("fr", "avis"), ("ru", "opinion")]
)
def test_asking_writes_to_the_colleague_in_the_language_of_the_desk(language, word, settings):
    member = MemberFactory(organisation_name="Ministry of Digital Affairs", motivation="A secret")
    colleague = UserFactory(email="kofi@example.org", language=language)

    ask_opinion(
        member=member,
        asked_of=colleague,
        question=QUESTION,
        by=UserFactory(name="Amina Diallo"),
        at=NOON,
    )

    message, opinion = Message.objects.get(), OpinionRequest.objects.get()
    page = f"{settings.SITE_URL}/admin/members/member/opinions/{opinion.pk}/"
    assert (message.recipient, message.reference) == ("kofi@example.org", member.reference)
    assert message.subject.startswith(f"{member.reference}: ")
    assert word in message.subject
    for text in ("Ministry of Digital Affairs", "Amina Diallo", QUESTION, page):
        assert text in message.body
    assert "A secret" not in message.body
    assert f"/member/{member.pk}/change/" not in message.body


def test_asking_several_colleagues_is_possible():
    member, officer = MemberFactory(), UserFactory()

    for colleague in (UserFactory(), UserFactory()):
        ask_opinion(member=member, asked_of=colleague, question=QUESTION, by=officer, at=NOON)

    assert member.opinion_requests.open().count() == 2
    assert Message.objects.count() == 2


@ends
def test_asking_again_is_possible_after_the_first_request_ended(how):
    opinion = an_ended_request(how)

    ask_opinion(
        member=opinion.member,
        asked_of=opinion.asked_of,
        question="And now?",
        by=UserFactory(),
        at=NOON,
    )

    assert opinion.member.opinion_requests.open().get().question == "And now?"


@pytest.mark.parametrize("status", DECIDED)
def test_asking_refuses_what_was_decided(status):
    member = MemberFactory(status=status)

    with refused(member, AlreadyDecided):
        ask_opinion(
            member=member, asked_of=UserFactory(), question=QUESTION, by=UserFactory(), at=NOON
        )

    assert list(OpinionRequest.objects.all()) == []


@pytest.mark.parametrize("facts", [{"is_active": False}, {"is_staff": False}])
def test_asking_refuses_a_person_who_cannot_open_the_page(facts):
    member, person = MemberFactory(), UserFactory(name="Kofi Mensah", **facts)

    with refused(member, CannotBeAsked, "Kofi Mensah has no active staff account"):
        ask_opinion(member=member, asked_of=person, question=QUESTION, by=UserFactory(), at=NOON)

    assert list(OpinionRequest.objects.all()) == []


def test_asking_refuses_oneself():
    member, officer = MemberFactory(), UserFactory()

    with refused(member, AskedOneself):
        ask_opinion(member=member, asked_of=officer, question=QUESTION, by=officer, at=NOON)

    assert list(OpinionRequest.objects.all()) == []


def test_asking_refuses_a_colleague_who_has_not_answered_yet():
    opinion = OpinionRequestFactory(asked_of__name="Kofi Mensah")

    with unchanged(opinion, AlreadyAsked, "Kofi Mensah was already asked"):
        ask_opinion(
            member=opinion.member,
            asked_of=opinion.asked_of,
            question="Another question",
            by=UserFactory(),
            at=NOON,
        )

    assert OpinionRequest.objects.get() == opinion


@pytest.mark.parametrize("question", ["", " \n\t ", "x" * (MAX_QUESTION_LENGTH + 1)])
def test_asking_refuses_a_question_that_is_empty_or_too_long(question):
    member = MemberFactory()

    with refused(member, TextRefused):
        ask_opinion(
            member=member, asked_of=UserFactory(), question=question, by=UserFactory(), at=NOON
        )

    assert list(OpinionRequest.objects.all()) == []


def test_asking_refuses_an_outdated_page():
    member = MemberFactory(version=7)

    with refused(member, MemberConflict):
        ask_opinion(
            member=member,
            asked_of=UserFactory(),
            question=QUESTION,
            by=UserFactory(),
            at=NOON,
            version=6,
        )


@pytest.mark.parametrize("recommendation", ["", *Recommendation.values])
def test_answer_is_stored_and_on_the_timeline_for_staff(recommendation):
    opinion = OpinionRequestFactory(asked_of__name="Kofi Mensah")
    before = files.facts(opinion.member)

    entry = answer_opinion(
        opinion=opinion,
        answer=f"{OPINION}\n",
        recommendation=recommendation,
        by=opinion.asked_of,
        at=NOON,
    )

    opinion.refresh_from_db()
    assert (opinion.answer, opinion.recommendation, opinion.answered_at, opinion.is_open) == (
        OPINION,
        recommendation,
        NOON,
        False,
    )
    assert (entry.member, entry.kind, entry.note, entry.by_name, entry.is_public) == (
        opinion.member,
        TimelineKind.OPINION_GIVEN,
        OPINION,
        "Kofi Mensah",
        False,
    )
    assert files.facts(opinion.member) == before


@pytest.mark.parametrize(("language", "word"), [("en", "Opinion"), ("fr", "Avis")])
def test_answer_is_announced_to_the_person_who_asked(language, word, settings):
    opinion = OpinionRequestFactory(
        asked_by__email="amina@example.org",
        asked_by__language=language,
        asked_of__name="Kofi Mensah",
        member__organisation_name="Ministry of Digital Affairs",
    )

    answer_opinion(opinion=opinion, answer=OPINION, by=opinion.asked_of, at=NOON)

    message = Message.objects.get()
    page = f"{settings.SITE_URL}/admin/members/member/{opinion.member_id}/change/"
    assert message.recipient == "amina@example.org"
    assert word in message.subject
    for text in ("Ministry of Digital Affairs", "Kofi Mensah", page):
        assert text in message.body
    assert OPINION not in message.body


def test_answer_writes_to_nobody_if_the_person_who_asked_has_left():
    opinion = OpinionRequestFactory(asked_by__is_active=False)

    answer_opinion(opinion=opinion, answer=OPINION, by=opinion.asked_of, at=NOON)

    assert list(Message.objects.all()) == []


def test_answer_refuses_everybody_else():
    opinion = OpinionRequestFactory()

    for somebody in (opinion.asked_by, UserFactory(is_superuser=True)):
        with unchanged(opinion, NotAskedOfYou):
            answer_opinion(opinion=opinion, answer=OPINION, by=somebody, at=NOON)


@pytest.mark.parametrize("answer", ["", " \n\t ", "x" * (MAX_OPINION_LENGTH + 1)])
def test_answer_refuses_a_text_that_is_empty_or_too_long(answer):
    opinion = OpinionRequestFactory()

    with unchanged(opinion, TextRefused):
        answer_opinion(opinion=opinion, answer=answer, by=opinion.asked_of, at=NOON)


@pytest.mark.parametrize(
    ("how", "said"),
    [("answered", "already answered"), ("withdrawn", "was withdrawn"), ("closed", "no longer")],
)
def test_answer_and_withdrawal_refuse_what_ended(how, said):
    opinion = an_ended_request(how)

    with unchanged(opinion, RequestEnded, said):
        answer_opinion(opinion=opinion, answer="Other", by=opinion.asked_of, at=NOON)
    with unchanged(opinion, RequestEnded, said):
        withdraw_opinion_request(opinion=opinion, by=opinion.asked_by, at=NOON)


def test_withdrawal_is_stored_and_on_the_timeline_for_staff():
    opinion = OpinionRequestFactory(asked_of__name="Kofi Mensah")
    officer, before = UserFactory(name="Amina Diallo"), files.facts(opinion.member)

    entry = withdraw_opinion_request(opinion=opinion, by=officer, at=NOON)

    opinion.refresh_from_db()
    assert (opinion.withdrawn_at, opinion.withdrawn_by, opinion.is_open) == (NOON, officer, False)
    assert (entry.kind, entry.note, entry.by_name, entry.is_public) == (
        TimelineKind.OPINION_REQUEST_WITHDRAWN,
        "Kofi Mensah",
        "Amina Diallo",
        False,
    )
    assert files.facts(opinion.member) == before
    assert list(Message.objects.all()) == []


END_A_REQUEST = {
    "answer": lambda opinion: answer_opinion(
        opinion=opinion, answer=OPINION, by=opinion.asked_of, at=NOON
    ),
    "withdrawal": lambda opinion: withdraw_opinion_request(
        opinion=opinion, by=opinion.asked_by, at=NOON
    ),
    "admission": lambda opinion: files.admit(opinion.member),
    "decline": lambda opinion: files.decline(opinion.member),
    "closing": lambda opinion: files.close(opinion.member),
    "withdrawal of the member": lambda opinion: files.withdraw(opinion.member),
}


@pytest.mark.parametrize("step", END_A_REQUEST)
def test_question_that_was_not_sent_yet_is_cancelled_with_its_request(step):
    member = files.member_with_focal_point()
    facts = {"member": member, "question": QUESTION, "by": UserFactory(), "at": NOON}
    ask_opinion(asked_of=UserFactory(email="kofi@example.org"), **facts)

    END_A_REQUEST[step](OpinionRequest.objects.get())

    question = Message.objects.get(recipient="kofi@example.org")
    assert question.status == MessageStatus.CANCELLED


def test_answer_leaves_the_question_to_another_colleague_queued():
    member = MemberFactory()
    for email in ("kofi@example.org", "chen@example.org"):
        ask_opinion(
            member=member,
            asked_of=UserFactory(email=email),
            question=QUESTION,
            by=UserFactory(),
            at=NOON,
        )

    END_A_REQUEST["answer"](OpinionRequest.objects.get(asked_of__email="kofi@example.org"))

    question = Message.objects.get(recipient="chen@example.org")
    assert question.status == MessageStatus.QUEUED


@pytest.mark.parametrize("step", [files.admit, files.decline, files.close, files.withdraw])
def test_decision_closes_the_open_requests_of_its_member(step):
    member = files.member_with_focal_point()
    open_one = OpinionRequestFactory(member=member)
    ended = [an_ended_request(how, member=member) for how in ("answered", "withdrawn")]
    of_another = OpinionRequestFactory()
    before = [columns(each) for each in (*ended, of_another)]

    step(member)

    open_one.refresh_from_db()
    assert (open_one.closed_at, open_one.is_open) == (NOON, False)
    assert [columns(each) for each in (*ended, of_another)] == before


def test_request_for_information_leaves_requests_open():
    opinion = OpinionRequestFactory(member=files.member_with_focal_point())

    files.request_information(opinion.member)

    opinion.refresh_from_db()
    assert opinion.is_open


def test_reopened_member_does_not_open_a_request_again():
    opinion = OpinionRequestFactory(member=files.member_with_focal_point())
    files.decline(opinion.member)

    files.reopen(opinion.member)

    opinion.refresh_from_db()
    assert not opinion.is_open


@pytest.mark.parametrize("status", UNDECIDED)
def test_organisation_reads_nothing_of_an_opinion(client, status):
    person = own_person(status)
    member, colleague = person.member, UserFactory(name="Kofi Mensah")
    said_before = application_status(member, member.timeline.all(), zone="Europe/Zurich").happened
    facts = {"question": "Between us: who are they?", "by": UserFactory(name="Amina Diallo")}
    ask_opinion(member=member, asked_of=colleague, at=NOON, **facts)
    opinion = OpinionRequest.objects.get()
    answer_opinion(opinion=opinion, answer="Between us: a partner.", by=colleague, at=NOON)

    standing = application_status(member, member.timeline.all(), zone="Europe/Zurich")
    page = client.get(address_of(person))

    assert standing.happened == said_before
    assert page.status_code == 200
    for text in ("Between us", "Kofi Mensah", "Amina Diallo"):
        assert text not in page.content.decode()


def test_person_who_is_asked_does_not_see_the_member_elsewhere():
    opinion = OpinionRequestFactory()

    assert list(Member.objects.visible_to(opinion.asked_of)) == []
    assert list(OpinionRequest.objects.asked_of(opinion.asked_of)) == [opinion]
    assert list(OpinionRequest.objects.asked_of(opinion.asked_by)) == []
