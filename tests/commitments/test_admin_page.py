"""The page of a commitment: what it shows, to whom, and the decisions on it."""

import pytest
from django.urls import reverse

from commitments.admin.specs import DECISIONS
from commitments.models import NotCounted
from commitments.services import decisions, publication
from commitments.services.content import as_json, content_of
from outbox.models import Message
from tests.commitments.desk import TOMORROW, S, mail, proposed, sent, stored, told
from tests.eoi.form import words_of
from tests.factories import (
    NOON,
    AmountFactory,
    PartnerFactory,
)
from tests.redlines import added, deleted
from tests.triage.staff import (
    officer,
    read,
    signed_in,
)
from tests.triage.staff import told as messages_of

DECISIONS_BY_NAME = {each.name: each for each in DECISIONS}


def url(name, commitment):
    return reverse(f"admin:commitments_commitment_{name}", args=[commitment.pk])


def opened(browser, name, commitment):
    """The hidden fields of a page, and the letter as it is composed."""
    context = browser.get(url(name, commitment)).context
    form, letter = context["form"], context["letter"]
    fields = {
        "version": form["version"].value(),
        "entry_shown": context["arrivals"].latest,
        "decide": "1",
    }
    if "change" in form.fields:
        fields["change"] = form["change"].value()
    return {**fields, **(with_letter(letter) if letter else {})}


def with_letter(letter):
    return {name: letter[name].value() for name in ("subject", "body", "composed")}


def composed(browser, name, commitment, fields):
    """The letter that the page composes for what was typed."""
    asking = {**fields, "show_letter": "1"}
    asking.pop("decide", None)
    return with_letter(browser.post(url(name, commitment), asking).context["letter"])


def decide(browser, name, commitment, **typed):
    """Fill in the page of a decision, read the letter, and decide."""
    fields = {**opened(browser, name, commitment), **typed}
    if "subject" in fields:
        fields |= composed(browser, name, commitment, fields)
    return browser.post(url(name, commitment), fields, follow=True)


def whole(status=S.PUBLISHED, **facts):
    commitment = sent(status, **facts)
    AmountFactory(commitment=commitment)
    PartnerFactory(commitment=commitment)
    return commitment


# What a page needs besides the commitment, and what is typed.
TYPED = {
    "publish": (S.SUBMITTED, {}, S.PUBLISHED),
    "approve": (S.ANSWERED, {"day": "2999-12-01", "time": "09:00", "event": "WTDC"}, S.APPROVED),
    "ask": (S.SUBMITTED, {"question": "How many?"}, S.INFORMATION_REQUESTED),
    "decline": (S.SUBMITTED, {"reason": "It is none."}, S.DECLINED),
    "take_back": (S.APPROVED, {"reason": "A partner left."}, S.SUBMITTED),
    "accept_change": (S.PUBLISHED, {"reason": "More."}, S.PUBLISHED),
    "decline_change": (S.PUBLISHED, {"reason": "No."}, S.PUBLISHED),
    "supersede": (S.PUBLISHED, {}, S.SUPERSEDED),
    "withdraw": (S.PUBLISHED, {"reason": "The law changed."}, S.WITHDRAWN),
}


def ready(name):
    """A commitment on which a decision is possible, and what is typed."""
    status, typed, outcome = TYPED[name]
    commitment = whole(status)
    if "change" in name:
        proposed(commitment, title="Another title")
    if name == "supersede":
        other = sent(S.PUBLISHED, lead=commitment.lead, languages=())
        typed = {"other": other.pk}
    return commitment, typed, outcome


@pytest.mark.parametrize("name", TYPED)
def test_decision_is_made_on_its_page_with_the_letter_that_it_shows(name):
    ada = officer()
    commitment, typed, outcome = ready(name)

    response = decide(signed_in(ada), name, commitment, **typed)

    commitment.refresh_from_db()
    assert commitment.status == outcome
    assert messages_of(response) == [str(DECISIONS_BY_NAME[name].done)]
    letter = Message.objects.get()
    assert letter.recipient == commitment.lead.focal_points.get().email
    for words in typed.values():
        if isinstance(words, str) and not words[0].isdigit():
            assert words in letter.body


def test_counting_is_changed_on_its_page():
    commitment = whole()
    amount = commitment.amounts.get()
    joint = AmountFactory(commitment__status=S.PUBLISHED, contributor=commitment.lead).commitment
    typed = {
        "amount": amount.pk,
        "not_counted": NotCounted.JOINT,
        "counted_in": joint.reference.lower(),
        "note": "See the letter.",
    }

    response = decide(signed_in(officer()), "count", commitment, **typed)

    amount.refresh_from_db()
    assert (amount.not_counted, amount.counted_in) == (NotCounted.JOINT, joint)
    assert messages_of(response) == ["What counts was changed."]
    assert mail() == []


def test_counting_is_refused_with_the_reason_and_keeps_what_was_typed(browser):
    commitment = whole()
    typed = {"amount": commitment.amounts.get().pk, "note": "See the letter."}

    unknown = decide(browser, "count", commitment, **typed, counted_in="C-000XXX")
    nowhere = decide(browser, "count", commitment, **typed, not_counted=NotCounted.JOINT)

    assert "No commitment has this reference." in read(unknown)
    assert nowhere.status_code == 409
    assert "Say in which commitment this money counts." in read(nowhere)
    assert "See the letter." in read(nowhere)
    assert told(commitment) == []


def test_edited_letter_is_sent_as_it_was_edited_if_it_has_no_private_link(browser):
    commitment, typed, _outcome = ready("decline")
    fields = {**opened(browser, "decline", commitment), **typed}
    fields |= composed(browser, "decline", commitment, fields)

    refused = browser.post(url("decline", commitment), {**fields, "body": "See [[private-page]]."})
    before = told(commitment)
    browser.post(url("decline", commitment), {**fields, "body": "Please call us."})

    assert (refused.status_code, before) == (422, [])
    assert "[[private-page]] is not replaced by a private link here" in read(refused)
    assert "See [[private-page]]." in read(refused)
    assert "Please call us." in Message.objects.get().body


def test_letter_for_another_text_is_shown_first(browser):
    commitment, typed, _outcome = ready("decline")

    fields = {**opened(browser, "decline", commitment), **typed}
    response = browser.post(url("decline", commitment), fields)

    assert response.status_code == 422
    assert "This is the letter for your choice. Read it, then decide." in read(response)
    assert typed["reason"] in read(response)
    assert told(commitment) == []


def test_script_gets_the_letter_without_the_page(browser):
    commitment, _typed, _outcome = ready("ask")

    response = browser.post(
        url("ask", commitment), {"version": 1, "question": "How many?", "show_letter": "alone"}
    )

    assert "How many?" in read(response)
    assert "<html" not in read(response)


# One for each kind of form.
@pytest.mark.parametrize("name", ["approve", "ask", "decline", "accept_change"])
def test_decision_without_what_it_needs_is_asked_for(name):
    commitment, _typed, _outcome = ready(name)
    empty = {"reason": "", "question": "", "day": "", "time": ""}
    before = stored()

    response = decide(signed_in(officer()), name, commitment, **empty)

    assert response.status_code == 422
    assert response.context["form"].errors
    assert stored() == before


@pytest.mark.parametrize(
    ("day", "time", "status", "words"),
    [
        ("2027-03-28", "02:30", 422, "does not exist"),
        ("2020-01-01", "09:00", 409, "The announcement must be in the future."),
    ],
)
def test_time_that_is_past_or_does_not_exist_in_geneva_is_refused(
    browser, day, time, status, words
):
    commitment, _typed, _outcome = ready("approve")

    response = decide(browser, "approve", commitment, day=day, time=time)

    assert response.status_code == status
    assert words in read(response)
    assert f'value="{day}"' in read(response)
    assert told(commitment) == []


# Two officers -----------------------------------------------------------------------------------


def test_second_officer_reads_what_the_first_did_and_keeps_the_text():
    commitment, typed, _outcome = ready("decline")
    grace = signed_in(officer(name="Grace"))
    fields = {**opened(grace, "decline", commitment), **typed}
    decisions.assign_to_self(commitment, by=officer(name="Ada"), at=NOON)

    response = grace.post(url("decline", commitment), fields)

    assert response.status_code == 409
    assert "The commitment has changed since you opened it. Assigned: Ada" in read(response)
    assert typed["reason"] in read(response)
    assert 'name="version_read"' in read(response)
    fields |= {**with_letter(response.context["letter"]), "version_read": 2}
    fields["entry_shown"] = response.context["arrivals"].latest
    fields |= composed(grace, "decline", commitment, fields)
    assert grace.post(url("decline", commitment), fields).status_code == 302


def test_second_decision_says_what_the_first_was():
    commitment, typed, _outcome = ready("decline")
    grace = signed_in(officer())
    fields = {**opened(grace, "decline", commitment), **typed}
    publication.publish(commitment, by=officer(name="Ada"), at=NOON)

    response = grace.post(url("decline", commitment), fields)

    assert response.status_code == 409
    assert "the status of the commitment is “Published”. Published: Ada" in read(response)
    assert typed["reason"] in read(response)


def test_note_of_a_colleague_is_read_before_the_decision(browser):
    commitment, _typed, _outcome = ready("publish")
    fields = opened(browser, "publish", commitment)
    decisions.add_note(commitment, text="Wait for WTDC.", by=officer(name="Ada"), at=NOON)

    refused = browser.post(url("publish", commitment), fields)
    fields["entry_shown"] = refused.context["arrivals"].latest
    decided = browser.post(url("publish", commitment), fields)

    assert (refused.status_code, decided.status_code) == (409, 302)
    assert "Something arrived while you had this page open." in read(refused)
    assert "Wait for WTDC." in read(refused)


def test_change_that_was_replaced_meanwhile_is_not_accepted(browser):
    commitment, typed, _outcome = ready("accept_change")
    fields = {**opened(browser, "accept_change", commitment), **typed}
    commitment.changes.update(status="withdrawn", decided_at=NOON)
    proposed(commitment, title="A third title")

    fields |= composed(browser, "accept_change", commitment, fields)
    response = browser.post(url("accept_change", commitment), fields)

    assert response.status_code == 409
    assert "no longer waits for a decision" in read(response)


# What is possible -------------------------------------------------------------------------------


def test_page_offers_only_decisions_that_the_status_allows(browser):
    offered = {}
    for status in (S.SUBMITTED, S.INFORMATION_REQUESTED, S.APPROVED, S.PUBLISHED, S.DECLINED):
        response = browser.get(url("change", whole(status)))
        offered[status] = [each.name for each in response.context["decisions"]]

    assert offered == {
        S.SUBMITTED: ["publish", "approve", "ask", "decline", "count"],
        S.INFORMATION_REQUESTED: ["publish", "approve", "decline", "count"],
        S.APPROVED: ["publish", "approve", "take_back", "count"],
        S.PUBLISHED: ["correct_texts", "count", "withdraw"],
        S.DECLINED: [],
    }


def test_decision_that_is_not_possible_leads_back_to_the_page(browser):
    commitment = whole(S.PUBLISHED)

    response = browser.get(url("accept_change", commitment), follow=True)

    assert response.redirect_chain == [(url("change", commitment), 302)]
    assert messages_of(response) == ["This is no longer possible for this commitment."]


# What the page shows ----------------------------------------------------------------------------


def test_page_shows_all_that_is_known_on_one_screen(browser):
    commitment = whole(S.ANSWERED)
    sent(S.DECLINED, lead=commitment.lead, languages=(), title="An older one")
    decisions.ask_for_information(commitment, question="How many?", by=officer(), at=NOON)
    decisions.add_note(commitment, text="They called.", by=officer(), at=NOON)

    page = read(browser.get(url("change", commitment)))

    for words in (
        "USD 1,000,000 · Pledged",
        "Not invited yet",
        "An older one",
        "They called.",
        "How many?",
        "Please answer our question",
    ):
        assert words in page


def test_page_compares_a_change_and_the_versions_word_by_word(browser):
    commitment = whole(S.SUBMITTED)
    publication.publish(commitment, by=officer(), at=NOON)
    proposed(commitment, title="Digital skills for 2,000 teachers")

    page = read(browser.get(url("change", commitment)))

    assert f"Digital skills for {deleted('1,000')}{added('2,000')} teachers" in page


def test_page_says_when_an_approved_one_is_published(browser):
    commitment = whole(S.APPROVED)

    page = read(browser.get(url("change", commitment)))

    moment = "Tuesday 26 October 2021, 14:00 Geneva (UTC+2)"
    assert f"It is published by itself on {moment}." in page
    assert commitment.announce_at == TOMORROW


def test_note_is_added_and_an_empty_one_is_not(browser):
    commitment = whole(S.DECLINED)

    refused = browser.post(url("note", commitment), {"text": " "})
    browser.post(url("note", commitment), {"text": "They called."})

    assert refused.status_code == 422
    assert told(commitment) == [("noted", "They called.")]


def test_assigned_and_released_with_one_click():
    ada, commitment = officer(), whole(S.SUBMITTED)
    browser = signed_in(ada)

    browser.post(url("assign", commitment), {"version": 1, "assign": "1"})
    again = browser.post(url("assign", commitment), {"version": 2, "assign": "1", "entry_shown": 0})
    commitment.refresh_from_db()
    browser.post(url("assign", commitment), {"version": 2, "release": "1"})

    assert (commitment.assignee, again.status_code) == (ada, 409)
    assert "The commitment is already assigned to you." in read(again)
    commitment.refresh_from_db()
    assert commitment.assignee is None


# What would count


@pytest.mark.parametrize("name", ["publish", "approve", "accept_change"])
def test_page_says_before_the_decision_what_would_count(name, browser):
    commitment, _typed, _outcome = ready(name)
    AmountFactory(
        commitment=commitment,
        position=1,
        original=5_000_000_000,
        contributor_name="Ghost Fund",
        contributor_answer="",
    )
    if name == "accept_change":
        commitment.changes.update(content=as_json(content_of(commitment)))

    text = words_of(browser.get(url(name, commitment)))

    assert "What would count USD 1,000,000 · Pledged What counts only when" in text
    assert "USD 5,000,000,000 · Pledged · Ghost Fund Its contributor is not named" in text


@pytest.mark.parametrize("status", [S.SUBMITTED, S.PUBLISHED])
def test_page_says_why_an_amount_of_another_organisation_does_not_count(status, browser):
    commitment = whole(status)
    facts = {"contributor_name": "Schools for Everyone", "contributor_answer": ""}
    AmountFactory(commitment=commitment, position=1, **facts)

    page = read(browser.get(url("change", commitment)))

    assert "No: Its contributor was not invited yet." in page


@pytest.mark.parametrize("name", ["ask", "decline"])
def test_page_of_a_decision_that_publishes_nothing_counts_nothing(name, browser):
    commitment, _typed, _outcome = ready(name)

    assert "What would count" not in read(browser.get(url(name, commitment)))
