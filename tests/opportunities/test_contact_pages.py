"""The pages on which members write to each other, answer, renew and close."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from members.services.private_links import LinkPurpose, end_links, token_for
from opportunities.models import Contact, ContactStatus
from opportunities.services.contacts import MAX_OPEN
from opportunities.services.reader import link_to
from opportunities.views.pages import MAX_STEPS_PER_HOUR
from outbox.models import Message
from tests.factories import (
    ContactFactory,
    FocalPointFactory,
    OfferFactory,
    OpportunityFactory,
    OpportunityPlaceFactory,
    SupportOfferedFactory,
)
from tests.opportunities.contacting import (
    MESSAGE,
    a_contact,
    a_need,
    a_person,
    events_of,
    leave,
    mail,
)
from tests.participation.people import signed_in_as
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
TYPED = {"message": MESSAGE, "language": "en"}
ANSWERS = {"accept": "accepted", "decline": "declined"}


def path_to(person, page, *arguments):
    """Return the private path of a page for a focal point."""
    token = token_for(person, LinkPurpose.OPPORTUNITIES)
    return reverse(f"opportunities:{page}_by_link", args=[token, *arguments])


def page_of(person, page, *arguments):
    return Client().get(path_to(person, page, *arguments))


def posted(person, page, *arguments, **typed):
    return Client().post(path_to(person, page, *arguments), typed)


def fitting_offer(need, person):
    """Return an offer of a member that fits a need."""
    offer = OfferFactory(member=person.member, focus_area=need.focus_area)
    for each in (need, offer):
        SupportOfferedFactory(opportunity=each)
        OpportunityPlaceFactory(opportunity=each)
    return offer


def test_member_writes_from_the_page_and_reads_what_it_wrote():
    need, _asked = a_need()
    sender = a_person()
    client = signed_in_as(sender)

    response = client.post(reverse("opportunities:contact", args=[need.reference]), TYPED)

    contact = Contact.objects.get()
    assert (contact.message, contact.sent_by, contact.own) == (MESSAGE, sender, None)
    assert response.url == reverse("opportunities:answer", args=[contact.pk])
    page = client.get(response.url).text
    assert f"Your message was sent to {need.member.organisation_name}." in page
    assert MESSAGE in page


def test_fitting_offer_is_chosen_already_and_can_be_left_out():
    need, _asked = a_need()
    sender = a_person()
    offer = fitting_offer(need, sender)
    OfferFactory(member=sender.member, title="Something else")

    page = page_of(sender, "contact", need.reference)
    posted(sender, "contact", need.reference, **TYPED, own=offer.pk)
    named = Contact.objects.get().own
    Contact.objects.all().delete()
    posted(sender, "contact", need.reference, **TYPED, own="")

    assert [str(choice) for _pk, choice in page.context["form"].fields["own"].choices] == [
        offer.title,
        "None of these",
    ]
    assert (named, Contact.objects.get().own) == (offer, None)


def test_person_of_two_organisations_chooses_which_one_writes():
    need, _asked = a_need()
    one = a_person()
    other = FocalPointFactory(email=one.email, member=a_person().member, is_alternate=True)
    client, path = signed_in_as(one), reverse("opportunities:contact", args=[need.reference])

    assert set(client.get(path).context["form"].people) == {one.pk, other.pk}
    client.post(path, {**TYPED, "person": other.pk})

    assert Contact.objects.get().member == other.member


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("", "Write a message."),
        ("word " * 101, "Shorten “Your message” to 100 words or fewer; it has 101."),
        ("Write to amina@example.org.", "Leave out addresses and phone numbers"),
    ],
)
def test_error_stands_at_the_field_and_what_was_typed_is_kept(message, sentence):
    need, _asked = a_need()

    response = posted(a_person(), "contact", need.reference, message=message, language="fr")

    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors["message"])
    assert response.text.count('href="#id_message"') == 1
    assert message.strip() in response.text
    assert '<option value="fr" selected>' in response.text
    assert not Contact.objects.exists()


def test_language_switch_keeps_what_was_typed_and_sends_nothing():
    need, _asked = a_need()

    response = posted(a_person(), "contact", need.reference, **TYPED, switch="fr")

    assert (response.status_code, MESSAGE in response.text) == (200, True)
    assert not Contact.objects.exists()


@pytest.mark.parametrize("status", ["agreed", "withdrawn", "expired"])
def test_need_that_closed_meanwhile_keeps_what_was_typed(status):
    need, asked = a_need(status=status)
    sender = a_person()

    before = page_of(sender, "contact", need.reference)
    response = posted(sender, "contact", need.reference, **TYPED)

    assert (before.status_code, "<textarea" in before.text) == (200, False)
    assert response.status_code == 409
    assert "It is no longer open, so you cannot write about it." in response.text
    assert MESSAGE in response.text
    assert asked.full_name not in response.text
    assert not Contact.objects.exists()


def test_second_click_leads_to_what_was_sent():
    need, _asked = a_need()
    sender = a_person()
    first = posted(sender, "contact", need.reference, **TYPED)

    second = posted(sender, "contact", need.reference, **TYPED)
    other = posted(sender, "contact", need.reference, **{**TYPED, "message": "Another."})

    assert second.url == first.url
    assert (other.status_code, "Another." in other.text) == (409, True)
    assert first.url in other.text
    assert (Contact.objects.count(), len(mail())) == (1, 1)


def test_eleventh_contact_is_refused_before_anything_is_typed():
    need, _asked = a_need()
    sender = a_person()
    ContactFactory.create_batch(MAX_OPEN, member=sender.member)

    page = page_of(sender, "contact", need.reference)
    response = posted(sender, "contact", need.reference, **TYPED)

    assert "10 contacts of your organisation wait for an answer." in page.text
    assert (page.status_code, "<textarea" in page.text) == (200, False)
    assert (response.status_code, MESSAGE in response.text) == (409, True)


def test_nobody_writes_to_their_own_organisation():
    need, asked = a_need()

    page = page_of(asked, "contact", need.reference)
    response = posted(asked, "contact", need.reference, **TYPED)

    assert (page.status_code, response.status_code) == (200, 409)
    assert "This is your own organisation’s." in page.text
    assert not Contact.objects.exists()


@pytest.mark.parametrize("status", ["sent", "closed_by_staff"])
def test_what_is_not_public_has_no_page_to_write_about_it(status):
    need, _asked = a_need(status=status)

    assert page_of(a_person(), "contact", need.reference).status_code == 404


@pytest.mark.parametrize("step", ANSWERS)
def test_member_answers_from_the_mail_without_a_password(step):
    contact, asked, sender = a_contact()

    page = page_of(asked, "answer", contact.pk)
    response = posted(asked, "answer", contact.pk, step=step)

    assert MESSAGE in page.text
    assert sender.full_name not in page.text
    assert sender.email not in page.text
    assert response.url == path_to(asked, "answer", contact.pk)
    contact.refresh_from_db()
    assert (contact.status, contact.answered_by) == (ANSWERS[step], asked)


def test_opening_the_pages_changes_nothing():
    contact, asked, sender = a_contact()
    need = contact.opportunity

    for person, page, argument in (
        (asked, "answer", contact.pk),
        (sender, "answer", contact.pk),
        (asked, "renew", need.reference),
        (asked, "close", need.reference),
        (a_person(), "contact", need.reference),
    ):
        response = Client().get(path_to(person, page, argument) + "?step=accept&switch=fr")
        assert response.status_code == 200

    contact.refresh_from_db()
    assert (contact.status, need.events.count(), Message.objects.count()) == ("sent", 0, 0)


@pytest.mark.parametrize("is_asked", [True, False])
def test_accepted_contact_shows_both_sides_and_the_way_to_a_commitment(is_asked):
    contact, asked, sender = a_contact(status=ContactStatus.ACCEPTED)
    reader = asked if is_asked else sender

    page = page_of(reader, "answer", contact.pk).text

    for person in (asked, sender):
        assert person.full_name in page
        assert f'href="mailto:{person.email}"' in page
    assert f'action="{path_to(reader, "commit", contact.pk)}"' in page
    assert "Make a commitment from this" in page


@pytest.mark.parametrize("status", ["sent", "declined", "withdrawn", "ended"])
def test_contact_that_is_not_accepted_shows_no_names(status):
    contact, asked, sender = a_contact(status=status)

    pages = [page_of(person, "answer", contact.pk).text for person in (asked, sender)]

    for page in pages:
        # The name of a signed-in person stands in no page of a private link.
        assert not any(each in page for each in (asked.email, sender.email))
        assert not any(each in page for each in (asked.full_name, sender.full_name))
        assert "Make a commitment" not in page
    assert [MESSAGE in page for page in pages] == [status != "withdrawn", True]


def test_only_the_two_members_open_a_contact():
    contact, asked, _sender = a_contact(status=ContactStatus.ACCEPTED)
    path = reverse("opportunities:answer", args=[contact.pk])

    assert page_of(a_person(), "answer", contact.pk).status_code == 404
    assert signed_in_as(a_person()).get(path).status_code == 404
    assert "/sign-in/" in Client().get(path).url
    assert signed_in_as(asked).get(path).status_code == 200


@pytest.mark.parametrize("step", ANSWERS)
def test_second_click_on_an_answer_shows_what_was_done(step):
    contact, asked, _sender = a_contact()
    path = path_to(asked, "answer", contact.pk)

    first, second = (
        posted(asked, "answer", contact.pk, step=step),
        posted(asked, "answer", contact.pk, step=step),
    )

    assert (first.url, second.url) == (path, path)
    assert len(mail()) == (2 if step == "accept" else 1)


@pytest.mark.parametrize("step", ANSWERS)
def test_contact_that_was_withdrawn_meanwhile_cannot_be_answered(step):
    contact, asked, sender = a_contact()
    posted(sender, "answer", contact.pk, step="withdraw")

    response = posted(asked, "answer", contact.pk, step=step)

    assert response.status_code == 409
    assert "This contact does not wait for an answer any more: “Withdrawn”." in response.text
    assert (MESSAGE in response.text, mail()) == (False, [])


def test_sender_cannot_accept_and_the_other_side_cannot_withdraw():
    contact, asked, sender = a_contact()

    responses = [
        posted(sender, "answer", contact.pk, step="accept"),
        posted(asked, "answer", contact.pk, step="withdraw"),
    ]

    assert [each.status_code for each in responses] == [409, 409]
    contact.refresh_from_db()
    assert contact.status == "sent"


def test_unknown_step_does_nothing():
    contact, asked, _sender = a_contact()

    assert posted(asked, "answer", contact.pk, step="erase").status_code == 200
    contact.refresh_from_db()
    assert contact.status == "sent"


@pytest.mark.parametrize("how", ["altered", "revoked", "left"])
def test_link_that_no_longer_works_changes_nothing(how):
    contact, asked, _sender = a_contact()
    path = path_to(asked, "answer", contact.pk)
    if how == "altered":
        path = path.replace("/contacts/", "x/contacts/")
    elif how == "revoked":
        asked.save(update_fields=end_links(asked))
    else:
        leave(asked)

    responses = [Client().get(path), Client().post(path, {"step": "accept"})]

    assert [each.status_code for each in responses] == [404, 404]
    assert all("This link no longer works" in each.text for each in responses)
    contact.refresh_from_db()
    assert contact.status == "sent"


def test_too_many_steps_in_an_hour_are_refused_with_the_text_kept():
    need, _asked = a_need()
    contact, _asked, sender = a_contact()
    for _each in range(MAX_STEPS_PER_HOUR):
        posted(sender, "answer", contact.pk, step="accept")

    response = posted(sender, "contact", need.reference, **TYPED)
    answered = posted(sender, "answer", contact.pk, step="withdraw")

    assert (response.status_code, answered.status_code) == (429, 429)
    assert (MESSAGE in response.text, int(response["Retry-After"]) > 0) == (True, True)
    assert Contact.objects.get().status == "sent"


def test_member_renews_from_the_mail():
    need, person = a_need(open_until=timezone.now() + timedelta(days=2))

    page = page_of(person, "renew", need.reference)
    responses = [posted(person, "renew", need.reference) for _click in range(2)]

    assert "Yes, renew it for 60 days" in page.text
    assert [each.url for each in responses] == [path_to(person, "mine")] * 2
    need.refresh_from_db()
    assert need.open_until > timezone.now() + timedelta(days=59)
    assert events_of(need) == [("renewed", person.full_name)]


def test_expired_one_is_renewed_and_a_closed_one_is_not():
    expired, person = a_need(status="expired")
    closed = OpportunityFactory(member=person.member, status="agreed")

    posted(person, "renew", expired.reference)
    page = page_of(person, "renew", closed.reference)
    refused = posted(person, "renew", closed.reference)

    expired.refresh_from_db()
    assert (expired.status, page.status_code, refused.status_code) == ("open", 200, 409)
    assert "It cannot be renewed: “Agreed otherwise”." in page.text


@pytest.mark.parametrize("result", ["agreed", "nothing", "withdrawn"])
def test_member_closes_with_the_result_and_clicks_twice(result):
    need, person = a_need()

    responses = [
        posted(person, "close", need.reference, result=result, version=1) for _click in range(2)
    ]

    assert [each.url for each in responses] == [path_to(person, "mine")] * 2
    need.refresh_from_db()
    assert (need.status, events_of(need)) == (result, [(result, person.full_name)])


def test_closing_asks_for_the_result():
    need, person = a_need()

    response = posted(person, "close", need.reference, version=1)

    assert response.status_code == 422
    assert "Choose what came of it." in response.text
    need.refresh_from_db()
    assert need.status == "open"


def test_closing_of_what_changed_meanwhile_shows_it_and_keeps_the_choice():
    need, person = a_need(version=2)

    response = posted(person, "close", need.reference, result="nothing", version=1)

    assert response.status_code == 409
    assert "This has changed since you opened it." in response.text
    form = response.context["form"]
    assert (form["result"].value(), form["version"].value()) == ("nothing", 2)
    again = posted(person, "close", need.reference, result="nothing", version=2)
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("sent", ["withdrawn"]),
        ("open", ["agreed", "nothing", "withdrawn"]),
        ("expired", ["agreed", "nothing"]),
    ],
)
def test_results_are_those_that_are_possible(status, offered):
    need, person = a_need(status=status)

    form = page_of(person, "close", need.reference).context["form"]

    assert [value for value, _label in form.fields["result"].choices] == offered


@pytest.mark.parametrize("page", ["renew", "close"])
def test_pages_of_others_and_of_drafts_do_not_exist(page):
    need, _person = a_need()
    other = a_person()
    draft = OpportunityFactory(member=other.member, status="draft")

    assert page_of(other, page, need.reference).status_code == 404
    assert page_of(other, page, draft.reference).status_code == 404


def test_private_pages_are_neither_cached_nor_found_by_search_engines():
    contact, asked, _sender = a_contact(status=ContactStatus.ACCEPTED)

    for client, path in (
        (Client(), link_to(asked, "answer", contact.pk).removeprefix("http://testserver")),
        (signed_in_as(asked), reverse("opportunities:answer", args=[contact.pk])),
    ):
        response = client.get(path)
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert response["Referrer-Policy"] == "same-origin"


def test_page_of_a_contact_takes_as_many_queries_among_nine_as_among_three():
    def queries(number):
        contact, asked, _sender = a_contact(status=ContactStatus.ACCEPTED)
        ContactFactory.create_batch(number - 1, opportunity=contact.opportunity)
        return queries_of(signed_in_as(asked), reverse("opportunities:answer", args=[contact.pk]))

    assert queries(9) == queries(3)
