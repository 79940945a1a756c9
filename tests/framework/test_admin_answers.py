"""Amendments are answered at the desk, each with a reason and the wording of the next draft."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from framework.models import (
    Answer,
    AnswerKind,
    DraftStatus,
    ParagraphKind,
)
from framework.services.answers import answer_amendment
from framework.services.drafts import prepare_next_draft
from framework.services.paragraphs import edit_wording
from tests.factories import (
    NOON,
    AnswerFactory,
    UserFactory,
)
from tests.framework.consolidating import OVERVIEW, a_closed_draft, address, amend, form_of, post
from tests.triage.staff import coordinator, read, signed_in


@pytest.fixture
def closed():
    return a_closed_draft()


@pytest.fixture
def prepared(closed):
    return prepare_next_draft(framework=closed.framework, by=UserFactory(), at=NOON)


@pytest.fixture
def amina(closed):
    return coordinator(closed.framework.focus_area, name="Amina Diallo")


@pytest.fixture
def client(amina):
    return signed_in(amina)


def test_answer_is_saved_with_the_wording_of_the_next_draft(closed, prepared, client, amina):
    amendment = amend(closed, text="Connect every school by 2027.")

    response = post(
        client,
        amendment,
        "with_changes",
        reason="Countries differ.",
        text="Connect every school by 2028.",
    )

    assert response.status_code == 302
    assert response.url == f"{address(amendment)}?proposal={amendment.pk}"
    answer = Answer.objects.get()
    assert (answer.amendment, answer.kind) == (amendment, AnswerKind.TAKEN_WITH_CHANGES)
    assert (answer.reason, answer.answered_by) == ("Countries differ.", amina)
    assert prepared.wordings.get(position=1).text_en == "Connect every school by 2028."


def test_taken_change_fills_in_its_wording_unless_the_text_was_edited(closed, prepared, client):
    amendment = amend(closed, text="Connect every school by 2027.")
    other = amend(closed, text="Connect all schools.")

    first = client.get(address(amendment, "taken")).context["form"]["text"].value()
    post(client, amendment, "taken")
    second = client.get(address(other, "taken")).context["form"]["text"].value()

    assert (first, second) == ("Connect every school by 2027.", "Connect every school by 2027.")


def test_take_its_wording_fills_the_text_and_keeps_the_reason(closed, prepared, client):
    amendment = amend(closed, text="Connect every school by 2027.")
    page = address(amendment, "with_changes")

    response = client.post(
        page, {**form_of(client.get(page)), "reason": "Countries differ.", "take": "1"}
    )

    assert response.status_code == 200
    form = response.context["form"]
    assert (form["reason"].value(), form["text"].value()) == (
        "Countries differ.",
        "Connect every school by 2027.",
    )
    assert [part.what for part in response.context["change"]] == ["same", "new", "same"]
    assert list(Answer.objects.all()) == []


def test_show_change_shows_it_and_no_errors(closed, prepared, client):
    amendment = amend(closed)
    page = address(amendment, "not_taken")

    response = client.post(
        page, {**form_of(client.get(page)), "text": "Connect every school.", "show": "1"}
    )

    assert response.status_code == 200
    assert response.context["change"] == []
    assert "This text is not changed." in read(response)
    assert response.context["form"].errors == {}


def test_answer_and_go_to_next_leads_to_the_next_amendment_and_then_further(
    closed, prepared, client
):
    first = amend(closed, 1, at=NOON - timedelta(days=3))
    second = amend(closed, 1, at=NOON - timedelta(days=2))
    third = amend(closed, 2)

    addresses = [
        post(client, each, "noted", reason="Thank you.", decide="next").url
        for each in (second, first, third)
    ]

    assert addresses == [
        f"{address(first)}?proposal={first.pk}",
        address(third),
        reverse(OVERVIEW, args=[closed.framework.pk]),
    ]


@pytest.mark.parametrize("kind", ["with_changes", "not_taken", "noted"])
def test_answer_without_a_reason_is_not_saved(closed, prepared, client, kind):
    amendment = amend(closed)

    response = post(client, amendment, kind, text="Connect every school by 2028.")

    assert response.status_code == 422
    assert response.context["form"].errors == {
        "reason": ["Give a reason. The organisation reads it."]
    }
    assert "Connect every school by 2028." in read(response)
    assert list(Answer.objects.all()) == []
    assert prepared.wordings.get(position=1).text_en == "Connect every school."


def test_merged_amendment_needs_the_other_one(closed, prepared, client):
    amendment, other = amend(closed), amend(closed)
    amend(closed, 2)

    missing = post(client, amendment, "merged", reason="Both ask for it.")
    merged = post(client, amendment, "merged", reason="Both.", merged_with=other.pk)

    assert missing.status_code == 422
    assert missing.context["form"].errors == {
        "merged_with": ["Choose the proposal that it is merged with."]
    }
    choices = missing.context["form"].fields["merged_with"].queryset
    assert list(choices) == [other]
    assert merged.status_code == 302
    assert Answer.objects.get().merged_with == other


def test_text_that_cannot_be_shown_is_refused_by_the_form(closed, prepared, client):
    amendment = amend(closed)

    response = post(client, amendment, "taken", text="<b>Connect</b> every school.")

    assert response.status_code == 422
    assert "cannot be shown" in response.context["form"].errors["text"][0]
    assert list(Answer.objects.all()) == []


def test_second_of_two_coordinators_sees_the_answer_and_what_they_typed(closed, prepared, client):
    amendment = amend(closed, text="Connect every school by 2027.")
    page = address(amendment, "not_taken")
    typed = {**form_of(client.get(page)), "reason": "Too early.", "decide": "1"}
    answer_amendment(
        amendment=amendment,
        kind=AnswerKind.TAKEN,
        reason="The group agrees.",
        version=0,
        by=UserFactory(name="Chen Wei"),
        at=timezone.now(),
    )

    refused = client.post(page, typed)
    confirmed = client.post(page, {**typed, "version_read": "1"})

    assert refused.status_code == 409
    shown = read(refused)
    assert "Chen Wei answered this proposal" in shown
    assert "The group agrees." in shown
    assert "Too early." in shown
    assert 'name="version_read" value="1"' in shown
    assert confirmed.status_code == 302
    answer = Answer.objects.get()
    assert (answer.kind, answer.reason, answer.version) == (
        AnswerKind.NOT_TAKEN,
        "Too early.",
        2,
    )


def test_text_that_a_colleague_edited_meanwhile_is_shown_and_what_was_typed_is_kept(
    closed, prepared, client
):
    amendment, wording = amend(closed), prepared.wordings.get(position=1)
    page = address(amendment, "taken")
    typed = {**form_of(client.get(page)), "text": "Connect schools by 2028.", "decide": "1"}
    edit_wording(
        wording=wording,
        kind=ParagraphKind.ACTION,
        text="Connect schools and clinics.",
        pillar=None,
        version=1,
        by=UserFactory(),
        at=NOON,
    )

    refused = client.post(page, typed)
    kept = prepared.wordings.get(position=1).text_en
    confirmed = client.post(page, {**typed, "wording_read": "2"})

    assert (refused.status_code, kept) == (409, "Connect schools and clinics.")
    shown = read(refused)
    assert "A colleague changed this paragraph" in shown
    assert "Connect schools and clinics." in shown
    assert "Connect schools by 2028." in shown
    assert 'name="wording_read" value="2"' in shown
    assert confirmed.status_code == 302
    assert prepared.wordings.get(position=1).text_en == "Connect schools by 2028."


def test_answer_can_be_changed_until_the_next_draft_opens(closed, prepared, client):
    amendment = amend(closed)
    AnswerFactory(amendment=amendment, kind=AnswerKind.NOTED, reason="Thank you.")
    form = client.get(address(amendment, "noted")).context["form"]

    changed = post(client, amendment, "not_taken", reason="The group decided otherwise.")
    page = address(amendment, "taken")
    typed = {**form_of(client.get(page)), "decide": "1"}
    prepared.status = DraftStatus.OPENED
    prepared.opens_at, prepared.closes_at = NOON, timezone.now() + timedelta(days=7)
    prepared.save()
    late = client.post(page, typed)

    assert form["reason"].value() == "Thank you."
    assert changed.status_code == 302
    # The draft that is open now does not have the paragraph's amendment.
    assert late.status_code in (302, 404)
    assert Answer.objects.get().kind == AnswerKind.NOT_TAKEN
