"""Save and finish later, as a person meets it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.drafting import save_draft
from members.forms.drafts import as_kept
from members.links import token_for_row
from members.models import Call, EoiDraft, Member, Suspicion
from outbox.models import Message, MessageStatus
from p2c_portal.logs import mask
from tests.factories import EoiDraftFactory, MemberFactory
from tests.hostile.pages import Page
from tests.hostile.values import HOSTILE, LINES, NAMES
from tests.members.eoi import (
    ANSWERS,
    FORM,
    RECEIVED,
    carried_by,
    make_call,
    posted,
    query,
    text_of,
    value_of,
    words_of,
)

SAVE = "/en/expression-of-interest/draft/"
TO = {"link_to": "wanjiku@example.org"}
DAY = timedelta(days=1)


def page_of(draft, page="", language="en"):
    return f"/{language}/expression-of-interest/draft/{token_for_row(draft)}/{page}"


def saved(call=None, language="en", at=None, **changes):
    """A draft of the answers, saved now."""
    return save_draft(
        submission_key=changes.pop("submission_key", ANSWERS["submission_key"]),
        call=call or make_call(),
        email="wanjiku@example.org",
        language=language,
        typed=as_kept(query(**changes)),
        at=at or timezone.now(),
    )


def form_of(client, draft, **changes):
    """What the browser sends from a draft's page, with some changes."""
    fields = Page(client.get(page_of(draft))).fields_of(FORM)
    sent = {name: [value.decode() for value in values] for name, values in fields.items()}
    return {**sent, **changes}


def versions():
    return list(EoiDraft.objects.order_by("pk").values_list("pk", "version", "typed"))


# Saving for the first time


def test_form_offers_to_save_and_finish_later_after_the_check(client):
    make_call()

    page = text_of(client.get(FORM))

    assert page.index(">Check your answers</button>") < page.index(f'formaction="{SAVE}"')
    assert ">Save and finish later</button>" in page


def test_eoi_draft_create_asks_where_the_link_goes_and_proposes_the_focal_point(client):
    make_call()
    typed = posted(save="1", motivation='Line 1\r\n"Line" 2', country=None, email=" nonsense ")

    response = client.post(SAVE, typed)

    assert response.status_code == 200
    assert value_of(response, "link_to") == "nonsense"
    carried = carried_by(response)
    assert carried["motivation"] == ['Line 1\r\n"Line" 2']
    assert carried["email"] == [" nonsense "]
    assert "no-store" in response["Cache-Control"]
    assert "Is this address right?" not in words_of(response)
    assert versions() == []


def test_eoi_draft_create_saves_sends_the_link_and_shows_the_drafts_page(client):
    call = make_call()

    response = client.post(SAVE, posted(country=None, **TO), follow=True)

    draft = EoiDraft.objects.get()
    assert response.redirect_chain == [(page_of(draft), 302)]
    assert (draft.call, draft.email, draft.language) == (call, "wanjiku@example.org", "en")
    assert "country" not in draft.answers
    assert value_of(response, "family_name") == "Ng’ang’a"
    assert value_of(response, "submission_key") == ANSWERS["submission_key"]
    words = words_of(response)
    assert "Saved, not sent yet" in words
    assert "We keep it until" in words
    assert "A link to this page is on its way to wanjiku@example.org" in words
    assert "Send it at the latest by:" in words
    assert [letter.recipient for letter in Message.objects.all()] == ["wanjiku@example.org"]
    assert client.cookies.keys() <= {"csrftoken"}


def test_eoi_draft_create_judges_nothing_but_the_address(client):
    make_call()
    nonsense = posted(
        organisation_name="X" * 10_000, phone="call me", category="nonsense", email="@", website="x"
    )

    client.post(SAVE, {**nonsense, **TO})

    kept = EoiDraft.objects.get().answers
    for name in ("organisation_name", "phone", "category", "email", "website"):
        assert kept[name] == nonsense[name]


@pytest.mark.parametrize(
    ("link_to", "said"),
    [
        ("", "Enter an email address that you read, like name@example.org"),
        ("nonsense", "Enter an email address that you read, like name@example.org"),
        ("müller@example.org", "Before the @ sign, use letters a to z, digits, dots and dashes"),
    ],
)
def test_eoi_draft_create_says_what_is_wrong_with_the_address(client, link_to, said):
    make_call()

    response = client.post(SAVE, posted(link_to=link_to))

    assert response.status_code == 422
    assert words_of(response).count(said) == 2
    assert value_of(response, "link_to") == link_to
    assert carried_by(response)["family_name"] == ["Ng’ang’a"]
    assert versions() == []


@pytest.mark.parametrize("meant", ["wanjiku@gmail.com", ""])
def test_eoi_draft_create_asks_about_an_address_that_looks_mistyped(client, meant):
    make_call()
    typed = posted(email="wanjiku@gmial.com")

    proposed = client.post(SAVE, typed)
    asked = client.post(SAVE, {**typed, "link_to": "wanjiku@gmial.com"})
    question = {"link_to": "wanjiku@gmial.com", "asked": "wanjiku@gmial.com", "meant": meant}
    answered = client.post(SAVE, {**typed, **question})

    assert "No, it is wanjiku@gmail.com" in words_of(proposed)
    assert asked.status_code == 200
    assert "No, it is wanjiku@gmail.com" in words_of(asked)
    assert answered.status_code == 302
    assert EoiDraft.objects.get().email == (meant or "wanjiku@gmial.com")


def test_eoi_draft_create_says_that_nothing_is_typed(client):
    make_call()
    fresh = Page(client.get(FORM)).fields_of(FORM)

    response = client.post(SAVE, {**fresh, **TO})

    assert response.status_code == 422
    assert "There is nothing to save yet" in words_of(response)
    assert versions() == []
    assert list(Message.objects.all()) == []


def test_eoi_draft_create_begins_nothing_while_no_call_is_open(client):
    make_call(opens=-9, closes=-2, grace_ends=-1)

    response = client.post(SAVE, posted(**TO))

    assert response.status_code == 409
    assert "No call for expressions of interest is open" in words_of(response)
    assert value_of(response, "family_name") == "Ng’ang’a"
    assert "Save and finish later" not in words_of(response)
    assert versions() == []


def test_eoi_draft_create_opened_by_itself_leads_to_the_form(client):
    response = client.get(SAVE)

    assert (response.status_code, response["Location"]) == (302, FORM)


def test_eoi_draft_create_takes_two_clicks_for_one(client):
    make_call()

    answered = [client.post(SAVE, posted(**TO)) for _click in range(2)]

    assert {response["Location"] for response in answered} == {page_of(EoiDraft.objects.get())}
    assert Message.objects.count() == 1


def test_eoi_draft_create_asks_before_it_takes_the_place_of_what_was_saved_before(client):
    make_call()
    client.post(SAVE, posted(**TO))
    before = versions()

    refused = client.post(SAVE, posted(motivation="Older or newer?", **TO))
    after_refusal = versions()
    fields = Page(refused).fields_of(SAVE)
    accepted = client.post(SAVE, {**fields, "link_to": "wanjiku@example.org"})

    assert refused.status_code == 409
    assert "Not saved yet: something else was saved meanwhile" in words_of(refused)
    assert "Save this one instead" in words_of(refused)
    assert after_refusal == before
    draft = EoiDraft.objects.get()
    assert accepted["Location"] == page_of(draft)
    assert draft.answers["motivation"] == "Older or newer?"
    assert Message.objects.count() == 1


def test_draft_goes_to_another_address_and_the_first_link_opens_nothing(client):
    draft = saved()
    fields = form_of(client, draft, email="right@example.org")

    asked = client.post(SAVE, fields)
    moved = client.post(SAVE, {**carried_by(asked), "link_to": "right@example.org"})

    assert value_of(asked, "link_to") == "right@example.org"
    assert client.get(page_of(draft)).status_code == 404
    assert client.get(moved["Location"]).status_code == 200
    assert [letter.recipient for letter in Message.objects.all()] == ["right@example.org"]


def test_eoi_draft_create_writes_to_nobody_for_a_robot_and_says_so(client):
    make_call()

    response = client.post(SAVE, posted(leave_empty="https://evil.example", **TO), follow=True)

    assert "We did not send the link by mail" in words_of(response)
    assert value_of(response, "leave_empty") == "https://evil.example"
    assert EoiDraft.objects.count() == 1
    assert list(Message.objects.all()) == []


def test_eoi_draft_create_limits_how_many_links_an_address_is_sent(client):
    make_call()
    answered = [
        client.post(SAVE, posted(submission_key=f"key-{number}", **TO)) for number in range(6)
    ]

    last = answered.pop()

    assert {response.status_code for response in answered} == {302}
    assert last.status_code == 429
    assert 3540 < int(last["Retry-After"]) <= 3600
    assert "Try again in 1 hour." in words_of(last)
    assert carried_by(last)["family_name"] == ["Ng’ang’a"]
    assert value_of(last, "link_to") == "wanjiku@example.org"
    assert EoiDraft.objects.count() == Message.objects.count() == 5
    # What was saved before is saved as often as one likes.
    assert client.post(SAVE, posted(submission_key="key-0", **TO)).status_code == 302
    other = {"link_to": "otieno@example.org"}
    assert client.post(SAVE, posted(submission_key="key-5", **other)).status_code == 302


def test_eoi_draft_create_limits_a_network(client, settings):
    settings.EOI_PER_NETWORK = 1
    make_call()

    answered = [
        client.post(
            SAVE,
            posted(submission_key=f"key-{number}", link_to=f"person-{number}@example.org"),
            REMOTE_ADDR=network,
        ).status_code
        for number, network in enumerate(["192.0.2.1", "192.0.2.1", "198.51.100.7"])
    ]

    assert answered == [302, 429, 302]


def test_eoi_draft_create_refuses_more_than_any_form_takes(client):
    make_call()

    response = client.post(SAVE, posted(motivation="x" * 600_000, **TO))

    assert response.status_code == 422
    assert "Not saved: it is too long" in words_of(response)
    assert versions() == []


@pytest.mark.parametrize("what", [*NAMES, *HOSTILE, *LINES])
def test_draft_gives_back_whatever_was_typed(client, what):
    typed = {**NAMES, **HOSTILE, **LINES}[what]
    make_call()
    texts = dict.fromkeys(("organisation_name", "motivation", "alternate_phone"), typed)

    response = client.post(SAVE, {**posted(**TO), **texts}, follow=True)

    page = Page(response)
    fields = page.fields_of(FORM)
    assert page.executed == []
    assert {name: fields[name][0].decode() for name in texts} == texts


# The draft's page


def test_draft_is_whole_in_a_fresh_browser_that_has_the_link_alone():
    draft = saved(
        contributions=["policy", "advocacy"], publication_consent="on", time_zone="Africa/Nairobi"
    )

    response = Client().get(page_of(draft))

    form = Page(response).fields_of(FORM)
    for name, value in ANSWERS.items():
        assert form[name] == [value.encode()], name
    assert form["contributions"] == [b"policy", b"advocacy"]
    assert form["publication_consent"] == [b"on"]
    assert form["newsletter"] == []
    assert response["Cache-Control"] == "private, no-cache"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_eoi_draft_opens_with_few_statements_and_changes_nothing(client):
    draft = saved()
    before = versions()

    with CaptureQueriesContext(connection) as asked:
        client.get(page_of(draft))

    # The draft with its call, the member it is not, the open call, the letter, the focus areas.
    assert len(asked) == 5
    assert versions() == before


def test_eoi_draft_names_times_where_the_person_is_and_in_geneva(client):
    draft = saved()

    words = words_of(client.get(page_of(draft)))

    assert len(re.findall(r"Geneva \(UTC\+[12]\)", words)) == 3
    assert len(re.findall(r"Nairobi \(UTC\+3\)", words)) == 3


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (MessageStatus.QUEUED, "is on its way to wanjiku@example.org"),
        (MessageStatus.FAILED, "could not be delivered to wanjiku@example.org"),
        (MessageStatus.CANCELLED, "could not be delivered to wanjiku@example.org"),
    ],
)
def test_eoi_draft_says_what_became_of_the_link(client, status, said):
    draft = saved()
    Message.objects.update(status=status, private_page="")

    assert said in words_of(client.get(page_of(draft)))


def test_eoi_draft_says_that_the_link_was_sent(client):
    draft = saved()
    at = timezone.now()
    Message.objects.update(status=MessageStatus.SENT, sent_at=at, private_page="")

    assert "was sent to wanjiku@example.org" in words_of(client.get(page_of(draft)))


def test_eoi_draft_saves_in_its_place_without_a_mail(client):
    draft = saved(at=timezone.now() - 10 * DAY)
    fields = form_of(client, draft, motivation="More.")

    response = client.post(page_of(draft), fields)

    draft.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, page_of(draft))
    assert (draft.version, draft.answers["motivation"]) == (2, "More.")
    assert timezone.now() - draft.saved_at < timedelta(minutes=1)
    assert draft.expires_at == draft.saved_at + 30 * DAY
    assert Message.objects.count() == 1


def test_eoi_draft_follows_the_language_it_is_saved_in(client):
    draft = saved()

    client.post(page_of(draft, language="fr"), form_of(client, draft, motivation="Plus."))

    draft.refresh_from_db()
    assert draft.language == "fr"


def test_eoi_draft_refuses_an_older_version_and_keeps_what_was_typed(client):
    draft = saved()
    phone = form_of(client, draft, motivation="On the phone.")
    desk = form_of(client, draft, motivation="At the desk.")
    client.post(page_of(draft), phone)
    before = versions()

    refused = client.post(page_of(draft), desk)
    unchanged = versions() == before
    accepted = client.post(page_of(draft), Page(refused).fields_of(FORM))

    assert refused.status_code == 409
    words = words_of(refused)
    assert "Not saved yet: something else was saved meanwhile The other one was saved on" in words
    assert "Save this one instead" in words
    assert value_of(refused, "motivation") == "At the desk."
    assert unchanged
    draft.refresh_from_db()
    assert accepted.status_code == 302
    assert draft.answers["motivation"] == "At the desk."


def test_eoi_draft_saves_no_empty_form_over_it(client):
    draft = saved()
    before = versions()

    response = client.post(page_of(draft), {"draft_version": "1"})

    assert response.status_code == 422
    assert "There is nothing to save yet" in words_of(response)
    assert versions() == before


def test_draft_is_checked_changed_and_sent_as_one_member(client):
    draft = saved()
    fields = form_of(client, draft)

    checked = client.post(FORM, fields)
    carried = carried_by(checked)
    changing = client.post(FORM, {**carried, "change": "position"})
    sent = client.post(FORM, {**carried, "confirmed": "1"})
    again = client.post(FORM, {**fields, "confirmed": "1"})
    original = client.post(FORM, posted(confirmed="1"))

    assert checked.status_code == 200
    assert carried["draft_version"] == ["1"]
    assert f'formaction="{page_of(draft)}"' in text_of(changing)
    assert {response["Location"] for response in (sent, again, original)} == {RECEIVED}
    assert Member.objects.get().submission_key == draft.submission_key


def test_draft_with_something_in_the_trap_is_sent_as_suspected(client):
    draft = saved(leave_empty="x")

    client.post(FORM, form_of(client, draft, confirmed="1"))

    assert Member.objects.get().suspicion == Suspicion.TRAP


def test_eoi_draft_says_that_it_was_sent(client):
    draft = saved()
    member = MemberFactory(submission_key=draft.submission_key)

    opened, deleting = client.get(page_of(draft)), client.get(page_of(draft, "delete/"))

    for response in (opened, deleting):
        assert response.status_code == 200
        assert f"This was sent as {member.reference}" in words_of(response)
        assert "Our acknowledgement has a private link" in words_of(response)
        assert 'href="/en/expression-of-interest/link/"' in text_of(response)


def test_eoi_draft_saves_nothing_after_it_was_sent_and_keeps_what_was_typed(client):
    draft = saved()
    fields = form_of(client, draft, motivation="Too late.")
    member = MemberFactory(submission_key=draft.submission_key)
    before = versions()

    answered = [client.post(page_of(draft), fields), client.post(SAVE, {**fields, **TO})]

    for response in answered:
        assert response.status_code == 409
        assert f"as {member.reference}" in words_of(response)
        assert value_of(response, "motivation") == "Too late."
        assert value_of(response, "submission_key") != draft.submission_key
        assert value_of(response, "draft") == ""
    assert versions() == before


def test_answers_sent_otherwise_before_are_no_draft_any_more(client):
    draft = saved()
    fields = form_of(client, draft)
    client.post(FORM, {**fields, "confirmed": "1"})

    response = client.post(FORM, {**fields, "motivation": "Other.", "confirmed": "1"})

    assert response.status_code == 409
    assert value_of(response, "draft") == ""
    assert "Save and finish later" in words_of(response)


def test_eoi_draft_is_changed_and_saved_while_no_call_is_open(client):
    draft = saved(call=make_call(opens=-9, closes=-2, grace_ends=-1))
    make_call(opens=5, closes=9, grace_ends=10)

    response = client.get(page_of(draft))
    saved_again = client.post(page_of(draft), form_of(client, draft, motivation="More."))

    words = words_of(response)
    assert "it cannot be sent now. You can change it and save it. The next call opens on:" in words
    assert "Check your answers" not in words
    assert saved_again.status_code == 302
    draft.refresh_from_db()
    assert draft.answers["motivation"] == "More."


def test_draft_that_is_sent_too_late_comes_back_and_can_be_saved(client):
    draft = saved()
    fields = form_of(client, draft, motivation="Late.")
    Call.objects.update(
        opens_at=timezone.now() - 9 * DAY,
        closes_at=timezone.now() - 2 * DAY,
        grace_ends_at=timezone.now() - DAY,
    )

    response = client.post(FORM, {**fields, "confirmed": "1"})

    assert response.status_code == 409
    assert f'formaction="{page_of(draft)}"' in text_of(response)
    assert value_of(response, "motivation") == "Late."


def gone(draft):
    """Links that open nothing, and why."""
    token = token_for_row(draft)
    expired = EoiDraftFactory(expires_at=timezone.now() - timedelta(seconds=1))
    deleted = EoiDraftFactory()
    deleted_token = token_for_row(deleted)
    deleted.delete()
    return [f"{token[:-1]}x", "nonsense", token_for_row(expired), deleted_token]


@pytest.mark.parametrize("page", ["", "delete/"])
def test_links_that_open_no_draft_are_answered_alike(client, page):
    pages = [
        client.get(f"/en/expression-of-interest/draft/{token}/{page}") for token in gone(saved())
    ]

    assert {response.status_code for response in pages} == {404}
    assert len({re.sub('value="[^"]*"', "", text_of(response)) for response in pages}) == 1
    assert "This link opens no draft" in words_of(pages[0])
    assert f'href="{FORM}"' in text_of(pages[0])


def test_links_that_nobody_signed_ask_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/en/expression-of-interest/draft/nonsense-nonsense/")


def test_what_is_saved_into_a_draft_that_is_gone_is_given_back(client):
    draft = saved()
    fields = form_of(client, draft, motivation="Kept on the page.")

    for token in gone(draft):
        response = client.post(f"/en/expression-of-interest/draft/{token}/", fields)

        assert response.status_code == 404
        assert "Not saved: this draft is not there any more" in words_of(response)
        assert value_of(response, "motivation") == "Kept on the page."
        assert value_of(response, "draft") == ""


@pytest.mark.parametrize("token", ["a/b", "", "x" * 5_000, "%00", "../../admin"])
def test_form_takes_anything_for_the_link_of_its_draft(client, token):
    make_call()

    response = client.post(FORM, posted(position="", draft=token, draft_version="x" * 50))

    assert response.status_code == 422
    assert "Save and finish later" in words_of(response)


def test_language_switch_keeps_the_draft(client):
    draft = saved()
    page = client.get(page_of(draft))

    response = client.post(
        "/language/setlang/", {"language": "fr", "next": value_of(page, "next")}, follow=True
    )

    assert response.redirect_chain[-1][0] == page_of(draft, language="fr")
    assert response.status_code == 200
    assert value_of(response, "family_name") == "Ng’ang’a"


def test_link_of_a_draft_is_masked_in_the_log():
    draft = saved()

    for page in ("", "delete/"):
        assert mask(page_of(draft, page)) == f"/en/expression-of-interest/draft/…/{page}"
    assert mask(SAVE) == SAVE


def test_letter_of_a_draft_repeats_nothing_that_was_typed():
    saved(organisation_name="[x](http://evil.example)", family_name="Evil", motivation="Evil")

    letter = Message.objects.get()

    assert "vil" not in letter.subject + letter.body
    assert letter.recipient_name == ""


# Deleting


def test_eoi_draft_delete_names_what_is_deleted_and_deletes_on_a_post_alone(client):
    draft = saved()
    before = versions()

    asked = client.get(page_of(draft, "delete/"))
    undecided = client.post(page_of(draft, "delete/"))
    unchanged = versions() == before
    deleted = client.post(page_of(draft, "delete/"), {"delete": "1"}, follow=True)

    assert "is deleted for good, with the mails about it" in words_of(asked)
    assert undecided.status_code == 422
    assert unchanged
    assert deleted.redirect_chain == [(FORM, 302)]
    assert "Your draft is deleted" in words_of(deleted)
    assert versions() == []
    assert list(Message.objects.all()) == []
    assert client.post(page_of(draft, "delete/"), {"delete": "1"}).status_code == 404
    assert "sessionid" not in client.cookies
