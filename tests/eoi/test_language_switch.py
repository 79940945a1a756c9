"""The language switch of pages with a form, in states that no link leads to.

tests/sweeps/test_language_switch.py switches on all pages that a link opens.
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from eoi.services.sign_off import make_link
from focus_areas.models import FocusArea
from members.models import FocalPoint, Member, MemberStatus, TimelineEntry
from members.services.decisions import record_answer, request_information
from members.services.private_links import token_for_object
from outbox.models import Message
from tests.eoi.drafts import saved
from tests.eoi.form import FORM, RECEIVED, make_call, posted, value_of, words_of
from tests.eoi.own import address_of, own_member, own_person
from tests.factories import FocalPointFactory, UserFactory
from tests.language_switch import (
    TYPED,
    FormReader,
    assert_kept_in_both_directions,
    fill_in,
    switch,
)
from tests.papers.files import PDF

ASKED = MemberStatus.INFORMATION_REQUESTED


def switched(client, page, language, **changes):
    """Fill in the form of a page and switch the language. Return the form and the new page."""
    shown = FormReader(page)
    [form] = shown.typed_in
    typed = {**fill_in(shown, form), **changes}
    return typed, switch(client, shown, form, typed, language)


def written():
    return (
        list(Member.objects.values_list("status", "version")),
        list(FocalPoint.objects.values_list("email", "link_version")),
        TimelineEntry.objects.count(),
        Message.objects.count(),
    )


def test_switch_keeps_an_answer_and_says_that_its_files_were_not_kept(client):
    person = own_person(ASKED)
    path = address_of(person, "answer")
    before = written()
    assert_kept_in_both_directions(client, client.get(path))

    files = [SimpleUploadedFile("statutes.pdf", PDF)]
    _typed, response = switched(client, client.get(path), "en", documents=files)

    assert value_of(response, "answer") == f"{TYPED}\n{TYPED}"
    assert "Choose your documents again: they were not kept." in words_of(response)
    assert response.context["form"].fields["answer"].required
    assert written() == before


def test_switch_keeps_an_answer_that_can_no_longer_be_sent(client):
    person = own_person(ASKED)
    page = client.get(address_of(person, "answer"))
    record_answer(member=person.member, answer="Ours.", documents=[], by=person, at=timezone.now())
    typed = fill_in(FormReader(page), "answer-form")
    refused = client.post(address_of(person, "answer"), typed)
    assert refused.status_code == 409
    assert "Not sent: your organisation has already replied" in words_of(refused)

    for language in ("ar", "en"):
        refused = switch(
            client, FormReader(refused), "answer-form", {"answer": typed["answer"]}, language
        )
        assert FormReader(refused).language == language
        assert value_of(refused, "answer") == typed["answer"][0]
    assert "Your answer was not sent" in words_of(refused)


def test_answer_after_a_switch_is_refused_if_the_question_has_changed(client):
    person = own_person(ASKED)
    page = client.get(address_of(person, "answer"))
    at, member = timezone.now(), person.member
    record_answer(member=member, answer="Ours.", documents=[], by=person, at=at)
    request_information(member=member, missing="Since when?", by=UserFactory(), at=at)

    _typed, response = switched(client, page, "ar")
    shown = FormReader(response)
    sent = client.post(address_of(person, "answer"), shown.fields_of("answer-form"))

    assert sent.status_code == 409
    assert "Not sent yet: we have asked a different question" in words_of(sent)


def test_switch_shows_errors_in_the_other_language_if_the_page_had_some(client):
    person = own_person(ASKED)
    refused = client.post(address_of(person, "answer"), {"answer": "", "question": "1"})
    assert "Enter your answer" in words_of(refused)

    french = switch(client, FormReader(refused), "answer-form", {"has_errors": "1"}, "fr")

    assert 'name="has_errors" value="1" form="answer-form"' in refused.text
    assert "Saisissez votre réponse" in words_of(french)
    assert "Enter your answer" not in words_of(french)


def corrected():
    Member.objects.update(acronym="MDA")


def withdrawn():
    Member.objects.update(status=MemberStatus.WITHDRAWN, withdrawn_at=timezone.now())


@pytest.mark.parametrize(
    ("step", "field", "change", "status", "sentence"),
    [
        ("correct", "about", corrected, 409, "Not saved yet: the answers have changed"),
        ("correct", "about", corrected, 409, "Differences"),
        ("correct", "about", withdrawn, 409, "can no longer be corrected here"),
        ("withdraw", "reason", withdrawn, 200, "Nothing to withdraw"),
    ],
)
def test_switch_keeps_what_was_typed_if_something_changed_meanwhile(
    client, step, field, change, status, sentence
):
    response = client.get(address_of(own_person(), step))
    [form] = FormReader(response).typed_in
    typed = fill_in(FormReader(response), form)
    change()

    for language in ("ar", "en"):
        response = switch(client, FormReader(response), form, typed, language)
        assert (response.status_code, FormReader(response).language) == (status, language)
        assert FormReader(response).fields_of(form)[field] == typed[field]

    assert sentence in words_of(response)


def test_switch_keeps_one_section_of_a_correction(client):
    path = f"{address_of(own_person(), 'correct')}?section=organisation"
    response = client.get(path)

    back = assert_kept_in_both_directions(client, response)

    assert FormReader(back).fields_of("correction-form")["section"] == ["organisation"]


def test_switch_on_the_check_of_a_correction_shows_the_check_again(client):
    member = own_member(country="KE", first_choice=FocusArea.objects.get(number=1))
    person = own_person(member=member, position="Director", phone="", time_zone="Africa/Nairobi")
    page = FormReader(client.get(address_of(person, "correct")))
    typed = {**page.fields_of("correction-form"), "organisation_name": ["وزارة الاتصالات"]}
    before = written()
    response = client.post(address_of(person, "correct"), typed)

    for language in ("ar", "en"):
        shown = FormReader(response)
        fields = shown.fields_of("correction-form")
        response = switch(client, shown, "correction-form", fields, language)
        assert FormReader(response).language == language
        assert FormReader(response).fields_of("correction-form") == fields

    assert "Your changes are not saved yet." in words_of(response)
    assert written() == before
    client.post(address_of(person, "correct"), fields)
    assert Member.objects.get().organisation_name == "وزارة الاتصالات"


def test_switch_keeps_the_confirmation_of_the_person_who_may_sign(client):
    make_call()
    sign_off = make_link(draft=saved(), at=timezone.now())
    path = f"/en/expression-of-interest/sign-off/{token_for_object(sign_off)}/"

    assert_kept_in_both_directions(client, client.get(path))

    sign_off.refresh_from_db()
    assert sign_off.confirmed_at is None


def test_switch_keeps_both_addresses_on_the_receipt(client):
    make_call()
    alternate = {"alternate_family_name": "Otieno", "alternate_email": "otieno@example.org"}
    client.post(FORM, posted(confirmed="1", **alternate))
    before = written()

    response = assert_kept_in_both_directions(client, client.get(RECEIVED))

    assert response.text.count('<details class="panel fold" open>') == 2
    assert written() == before


def test_switch_shows_the_errors_of_the_receipt(client):
    make_call()
    client.post(FORM, posted(confirmed="1"))
    person = FocalPoint.objects.get()
    fields = {f"{person.pk}-email": "nonsense", f"{person.pk}-seen": "1"}
    refused = client.post(RECEIVED, {**fields, "focal_point": person.pk})

    again = switch(
        client, FormReader(refused), "addresses-form", {**fields, "has_errors": "1"}, "en"
    )

    assert "Enter a valid email address, like name@example.org" in words_of(again)


def test_enter_key_on_the_receipt_corrects_the_changed_address(client):
    make_call()
    alternate = {"alternate_family_name": "Otieno", "alternate_email": "otieno@exmaple.org"}
    client.post(FORM, posted(confirmed="1", **alternate))
    fields = FormReader(client.get(RECEIVED)).fields_of("addresses-form")
    other = FocalPoint.objects.get(is_alternate=True)

    typed = {"email": "otieno@example.org", "family_name": "Otieno"}
    client.post(RECEIVED, {**fields, **{f"{other.pk}-{name}": typed[name] for name in typed}})

    assert list(FocalPoint.objects.order_by("is_alternate").values_list("email", flat=True)) == [
        "wanjiku@example.org",
        "otieno@example.org",
    ]


def test_switch_of_a_role_transfer_sends_nothing_and_counts_nothing(client):
    person = own_person()
    FocalPointFactory(member=person.member, is_alternate=True)
    before = written()

    for _time in range(7):
        _typed, response = switched(client, client.get(address_of(person, "hand-over")), "ar")
        assert response.status_code == 200

    assert written() == before
