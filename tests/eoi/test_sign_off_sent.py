"""The person who may sign confirms what its owner may not send, and can send it."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from eoi.forms.expression import ExpressionOfInterestForm
from eoi.services.drafts import delete_submitted_drafts
from eoi.services.sign_off import (
    NotConfirmed,
    confirm_answers,
    digest_of,
    make_link,
    revoke_link,
    send_confirmed,
)
from members.models import Call, Member, TimelineEntry, TimelineKind
from members.services.private_links import token_for_object
from outbox.models import Message
from tests.eoi.drafts import form_of, page_of, saved
from tests.eoi.form import (
    CHECK,
    FORM,
    RECEIVED,
    carried_by,
    make_call,
    posted,
    query,
    text_of,
    words_of,
)
from tests.eoi.test_sign_off import (
    ADA,
    page_for_signer,
    seen_on,
    send_from_the_check_page,
    state,
)
from tests.factories import LateRequestFactory, UserFactory


@pytest.fixture
def link():
    return make_link(draft=saved(), at=timezone.now())


SIGNED_BY_OTHER = {"is_authorised": None, "somebody_else_signs": "on"}


def letters_to(address="wanjiku@example.org"):
    """The subjects of the letters that were written to an address after its draft was saved."""
    letters = Message.objects.filter(recipient=address).exclude(topic__endswith="/saved")
    return list(letters.order_by("pk").values_list("subject", flat=True))


def send_as_signer(client, link, **changes):
    seen = seen_on(client.get(page_for_signer(link)))
    return client.post(page_for_signer(link), {**ADA, "seen": seen, "send": "1", **changes})


@pytest.mark.parametrize("changes", [SIGNED_BY_OTHER, {"is_authorised": None}])
def test_signer_confirms_what_the_owner_is_not_authorised_to_send(client, changes):
    link = make_link(draft=saved(**changes), at=timezone.now())
    page = client.get(page_for_signer(link))

    response = client.post(page_for_signer(link), {**ADA, "seen": seen_on(page)})

    assert "Still missing" not in words_of(page)
    assert "you declare that you are authorised to express this interest" in words_of(page)
    assert response.status_code == 302
    assert [name for name, *_rest in state()] == ["Ada Lovelace"]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"is_authorised": None}, {"is_authorised": ["required"]}),
        ({"somebody_else_signs": "on"}, {"somebody_else_signs": ["both"]}),
        (SIGNED_BY_OTHER, {}),
    ],
)
def test_owner_says_that_they_are_authorised_or_that_somebody_else_signs(changes, codes):
    form = ExpressionOfInterestForm(query(**changes))

    found = {name: [each.code for each in errors] for name, errors in form.errors.as_data().items()}

    assert found == codes


def test_check_page_sends_to_the_signer_in_place_of_sending(client):
    draft = saved(**SIGNED_BY_OTHER)
    client.post(FORM, form_of(client, draft))
    checked = client.get(CHECK)

    refused = client.post(CHECK, carried_by(checked), follow=True)
    shown = client.post(CHECK, {**carried_by(checked), "show": "1"})

    assert "Somebody else signs for the organisation Yes" in words_of(checked)
    assert "Send your expression of interest" not in words_of(checked)
    assert refused.redirect_chain == [(f"{CHECK}?refusal=unconfirmed", 302)]
    assert "Nobody has confirmed these answers yet." in words_of(refused)
    assert shown["Location"] == page_of(draft, "sign-off/")
    assert list(Member.objects.all()) == []


def test_check_page_of_a_form_without_an_address_saves_it_first(client):
    make_call()
    checked = client.post(FORM, posted(**SIGNED_BY_OTHER), follow=True)

    shown = client.post(CHECK, {**carried_by(checked), "show": "1"})

    assert shown["Location"] == f"{FORM}draft/"


def test_all_answers_at_once_are_refused_if_somebody_else_signs(client):
    make_call()

    response = client.post(FORM, posted(confirmed="1", **SIGNED_BY_OTHER))

    assert response.status_code == 409
    assert "Nobody has confirmed these answers yet." in words_of(response)
    assert list(Member.objects.all()) == []


def send_other_answers(client, draft):
    return client.post(FORM, posted(confirmed="1", motivation="Another aim.", **SIGNED_BY_OTHER))


@pytest.mark.parametrize(
    ("send", "status"), [(send_from_the_check_page, 302), (send_other_answers, 409)]
)
def test_owner_sends_exactly_what_was_confirmed(client, send, status):
    link = make_link(draft=saved(**SIGNED_BY_OTHER), at=timezone.now())
    seen = digest_of(link.draft.answers)
    confirm_answers(sign_off=link, **ADA, seen=seen, at=timezone.now())

    response = send(client, link.draft)

    assert response.status_code == status
    assert [member.is_authorised for member in Member.objects.all()] == [True] * (status == 302)


def test_send_confirmed_refuses_a_link_that_was_revoked_meanwhile(link):
    draft = link.draft
    confirm_answers(sign_off=link, **ADA, seen=digest_of(draft.answers), at=timezone.now())
    revoke_link(draft=draft, at=timezone.now())

    with pytest.raises(NotConfirmed):
        send_confirmed(typed=draft.answers, submission_key=draft.submission_key, at=timezone.now())


def test_missing_answers_are_named_where_the_link_is_made_with_their_fields(client):
    draft = saved(motivation="", country="BR", email="nonsense", is_authorised=None)
    complete = saved(submission_key="complete", **SIGNED_BY_OTHER)

    page = client.get(page_of(draft, "sign-off/"))
    of_complete = client.get(page_of(complete, "sign-off/"))

    form = f"{page_of(draft)}?errors=1"
    assert f'<a href="{form}#id_motivation">What do you want to bring or achieve?' in text_of(page)
    assert f'<a href="{form}#id_email">Email address' in text_of(page)
    assert "authorised to express" not in words_of(page)
    assert "Still missing" not in words_of(of_complete)


def test_time_zone_that_must_be_chosen_is_named_and_the_signer_can_only_confirm(client):
    link = make_link(draft=saved(country="BR"), at=timezone.now())

    owner = text_of(client.get(page_of(link.draft, "sign-off/")))
    page = client.get(page_for_signer(link))
    refused = send_as_signer(client, link)

    assert f'{page_of(link.draft)}?errors=1#id_time_zone">' in owner
    assert "Confirm the answers" in words_of(page)
    assert "Confirm and send" not in words_of(page)
    assert refused.status_code == 422
    assert state() == [("", "", None, "")]


def test_address_that_looks_mistyped_is_named_until_the_owner_says_that_it_is_right(client):
    draft = saved(email="ada@gmial.com", **SIGNED_BY_OTHER)
    link = make_link(draft=draft, at=timezone.now())
    client.post(FORM, form_of(client, draft))
    owner = client.get(page_of(draft, "sign-off/"))
    before = client.get(page_for_signer(link))

    unanswered = client.post(CHECK, {**carried_by(client.get(CHECK)), "show": "1"})
    choice = {**carried_by(client.get(CHECK)), "show": "1", "email": "ada@gmial.com"}
    answered = client.post(CHECK, choice)

    assert f'{page_of(draft)}?field=email#id_email">Is ada@gmial.com right?' in text_of(owner)
    assert "Confirm and send" not in words_of(before)
    assert unanswered["Location"] == f"{CHECK}?errors=1"
    assert answered["Location"] == page_of(draft, "sign-off/")
    assert "Still missing" not in words_of(client.get(page_of(draft, "sign-off/")))
    assert "Confirm and send" in words_of(client.get(page_for_signer(link)))


def test_owner_is_told_when_the_answers_are_confirmed(client, link):
    client.post(page_for_signer(link), {**ADA, "seen": digest_of(link.draft.answers)})

    assert letters_to() == ["Confirmed: please send your expression of interest"]
    letter = Message.objects.latest("pk")
    assert token_for_object(link.draft) in letter.private_page
    assert "Lovelace" not in letter.body


def test_owner_is_told_nothing_if_the_draft_seems_to_come_from_a_robot(client):
    link = make_link(draft=saved(leave_empty="x"), at=timezone.now())

    client.post(page_for_signer(link), {**ADA, "seen": digest_of(link.draft.answers)})

    assert letters_to() == []


def test_signer_confirms_and_sends_in_one_act_and_the_owner_is_told(client):
    link = make_link(draft=saved(email="focal@example.org", **SIGNED_BY_OTHER), at=timezone.now())

    response = send_as_signer(client, link)

    assert (response.status_code, response["Location"]) == (302, RECEIVED)
    member = Member.objects.get()
    assert (member.submission_key, member.is_authorised) == (link.draft.submission_key, True)
    entry = TimelineEntry.objects.get(kind=TimelineKind.ANSWERS_CONFIRMED)
    assert entry.note.startswith("Ada Lovelace\nMinister\n")
    assert letters_to() == [f"{member.reference}: Confirmed and sent for your organisation"]
    [acknowledgement] = letters_to("focal@example.org")
    assert acknowledgement == f"{member.reference}: Please confirm your email address"
    assert member.reference in words_of(client.get(RECEIVED))
    # The letter outlives the draft.
    delete_submitted_drafts(at=timezone.now())
    assert len(letters_to()) == 1


def test_signer_who_presses_twice_sends_once_and_reads_the_same_page(client, link):
    seen = digest_of(link.draft.answers)

    first, second = (
        client.post(page_for_signer(link), {**ADA, "seen": seen, "send": "1"}) for _time in range(2)
    )

    assert first["Location"] == second["Location"] == RECEIVED
    assert Member.objects.count() == 1
    # Others learn nothing: not with other answers, and not without the button.
    for fields in ({"seen": "0" * 64, "send": "1"}, {"seen": seen}):
        assert client.post(page_for_signer(link), {**ADA, **fields}).status_code == 404


def close_the_call():
    Call.objects.update(closes_at=F("opens_at") + timedelta(days=1))
    Call.objects.update(grace_ends_at=F("closes_at"))


def test_signer_can_only_confirm_after_the_deadline(client, link):
    seen = digest_of(link.draft.answers)
    close_the_call()

    page = client.get(page_for_signer(link))
    refused = client.post(page_for_signer(link), {**ADA, "seen": seen, "send": "1"})

    assert "Confirm and send" not in words_of(page)
    assert refused.status_code == 409
    assert "This call is not accepting expressions of interest" in words_of(refused)
    # Neither is done.
    assert state() == [("", "", None, "")]
    assert list(Member.objects.all()) == []
    assert letters_to() == []


def test_signer_sends_late_what_an_officer_accepts(client, link):
    close_the_call()
    now = timezone.now()
    LateRequestFactory(
        draft=link.draft,
        requested_at=now,
        decided_at=now,
        decided_by=UserFactory(),
        accepted_until=now + timedelta(days=1),
    )

    response = send_as_signer(client, link)

    assert response["Location"] == RECEIVED
    assert TimelineEntry.objects.filter(kind=TimelineKind.ACCEPTED_LATE).count() == 1


def test_signer_is_told_that_a_network_sends_too_much(client, link, settings):
    settings.EOI_PER_NETWORK = 0

    seen = seen_on(client.get(page_for_signer(link)))
    response = client.post(
        page_for_signer(link), {**ADA, "seen": seen, "send": "1"}, REMOTE_ADDR="192.0.2.1"
    )

    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert state() == [("", "", None, "")]
