"""The page of a draft: open, save again, send and delete it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import Member
from members.services.private_links import token_for_object
from outbox.models import Message, MessageStatus
from p2c_portal.log_formatters import mask
from tests.eoi.drafts import DAY, SAVE, TO, form_of, page_of, saved, versions
from tests.eoi.form import (
    ANSWERS,
    CHECK,
    FORM,
    carried_by,
    make_call,
    text_of,
    value_of,
    words_of,
)
from tests.factories import EoiDraftFactory, MemberFactory
from tests.hostile.pages import Page


@pytest.fixture
def draft():
    return saved()


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


def test_eoi_draft_opens_with_few_statements_and_changes_nothing(client, draft):
    before = versions()

    with CaptureQueriesContext(connection) as asked:
        client.get(page_of(draft))

    # The draft with its call, a member with its key, the open call, the letter, its confirmation,
    # the focus areas.
    assert len(asked) == 6
    assert versions() == before


NOW = timezone.now()


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"status": MessageStatus.QUEUED}, "We are sending a link to this page to"),
        ({"status": MessageStatus.SENT, "sent_at": NOW}, "was sent to"),
        (
            {"status": MessageStatus.SENT, "sent_at": NOW, "bounced_at": NOW},
            "The link could not be delivered to",
        ),
        ({"status": MessageStatus.FAILED}, "The link could not be delivered to"),
        ({"status": MessageStatus.CANCELLED}, "The link could not be delivered to"),
    ],
)
def test_eoi_draft_says_what_became_of_the_link(client, facts, said, draft):
    Message.objects.update(private_page="", **facts)

    words = words_of(client.get(page_of(draft)))

    sentences = (
        "We are sending a link to this page to",
        "was sent to",
        "The link could not be delivered to",
    )
    assert [each for each in sentences if f"{each} wanjiku@example.org" in words] == [said]


def test_eoi_draft_saves_in_its_place_without_a_mail(client):
    draft = saved(at=timezone.now() - 10 * DAY)
    fields = form_of(client, draft, motivation="More.")

    response = client.post(page_of(draft, language="fr"), fields)

    version = draft.version
    draft.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, page_of(draft, language="fr"))
    assert (draft.version, draft.answers["motivation"]) == (version + 1, "More.")
    assert draft.language == "fr"
    assert timezone.now() - draft.saved_at < timedelta(minutes=1)
    assert draft.expires_at == draft.saved_at + 30 * DAY
    assert Message.objects.count() == 1


def test_eoi_draft_refuses_an_older_version_and_keeps_what_was_typed(client, draft):
    phone = form_of(client, draft, motivation="On the phone.")
    desk = form_of(client, draft, motivation="At the desk.")
    client.post(page_of(draft), phone)
    before = versions()

    refused = client.post(page_of(draft), desk, follow=True)
    unchanged = versions() == before
    accepted = client.post(page_of(draft), Page(refused).fields_of(FORM), follow=True)
    other = client.get(f"{page_of(draft)}?version=other")

    assert refused.redirect_chain == [(f"{page_of(draft)}?version=other", 302)]
    words = words_of(refused)
    assert (
        "This form was changed in another window or on another device The other version was saved "
        "on"
    ) in words
    assert "Show the version that was saved elsewhere" in words
    assert "Save this version instead" in words
    assert value_of(refused, "motivation") == "At the desk."
    assert unchanged
    draft.refresh_from_db()
    assert draft.answers["motivation"] == "At the desk."
    assert "There is another version of this form" in words_of(accepted)
    assert value_of(other, "motivation") == "On the phone."


def test_eoi_draft_saves_no_empty_form_over_it(client, draft):
    before = versions()

    response = client.post(page_of(draft), {"draft_version": "1"}, follow=True)

    assert response.redirect_chain == [(f"{page_of(draft)}?refusal=nothing", 302)]
    assert "There is nothing to save yet" in words_of(response)
    assert versions() == before


def test_eoi_draft_saves_nothing_after_it_was_sent_and_keeps_what_was_typed(client, draft):
    fields = form_of(client, draft, motivation="Too late.")
    MemberFactory(submission_key=draft.submission_key)

    answered = [
        client.post(address, sent, follow=True)
        for address, sent in ((page_of(draft), fields), (SAVE, {**fields, **TO}))
    ]

    for response in answered:
        assert response.redirect_chain == [(f"{FORM}?refusal=sent", 302)]
        assert "This form has already been sent To correct what you sent" in words_of(response)
        assert value_of(response, "motivation") == "Too late."
        assert value_of(response, "submission_key") != draft.submission_key
    draft.refresh_from_db()
    assert draft.answers["motivation"] != "Too late."


def test_eoi_draft_is_checked_and_sent_from_its_page(client, draft):
    fields = form_of(client, draft, motivation="More.")

    checked = client.post(FORM, fields, follow=True)
    form = client.get(FORM)
    sent = client.post(CHECK, carried_by(client.get(CHECK)), follow=True)

    assert checked.redirect_chain == [(CHECK, 302)]
    assert "More. Change" in words_of(checked)
    # The form has one address, that of the draft.
    assert form["Location"] == page_of(draft)
    member = Member.objects.get()
    assert (member.submission_key, member.motivation) == (draft.submission_key, "More.")
    assert member.reference in words_of(sent)


def gone(draft):
    """Links that no longer work, with the reason."""
    token = token_for_object(draft)
    expired = EoiDraftFactory(expires_at=timezone.now() - timedelta(seconds=1))
    deleted = EoiDraftFactory()
    deleted_token = token_for_object(deleted)
    deleted.delete()
    return [f"{token[:-1]}x", "nonsense", token_for_object(expired), deleted_token]


@pytest.mark.parametrize("page", ["", "delete/", "late/", "sign-off/"])
def test_links_that_open_no_draft_are_answered_alike(client, page):
    tokens = gone(saved())
    pages = [client.get(f"/en/expression-of-interest/draft/{token}/{page}") for token in tokens]

    assert {response.status_code for response in pages} == {404}
    # The page links to itself in each language.
    texts = {text_of(page).replace(token, "…") for page, token in zip(pages, tokens, strict=True)}
    assert len(texts) == 1
    assert "This draft link is not valid" in words_of(pages[0])
    assert f'href="{FORM}"' in text_of(pages[0])


def test_links_that_nobody_signed_ask_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/en/expression-of-interest/draft/nonsense-nonsense/")


def test_what_is_saved_into_a_draft_that_is_gone_is_kept(client, draft):
    fields = form_of(client, draft, motivation="Kept.", submission_key="a-new-key")

    for token in gone(draft):
        address = f"/en/expression-of-interest/draft/{token}/"
        response = client.post(address, fields, follow=True)

        assert response.redirect_chain == [(f"{FORM}?refusal=deleted", 302)]
        assert "This draft no longer exists" in words_of(response)
        assert value_of(response, "motivation") == "Kept."
        assert client.post(address, {}).status_code == 404


def test_link_of_a_draft_is_masked_in_the_log(draft):
    for page in ("", "delete/"):
        assert mask(page_of(draft, page)) == f"/en/expression-of-interest/draft/…/{page}"
    assert mask(SAVE) == SAVE


def test_letter_of_a_draft_repeats_nothing_that_was_typed():
    saved(organisation_name="[x](http://evil.example)", family_name="Evil", motivation="Evil")

    letter = Message.objects.get()

    assert "vil" not in letter.subject + letter.body
    assert letter.recipient_name == ""


def test_eoi_draft_says_that_it_was_sent(client):
    draft = saved(call=make_call(opens=-9, closes=-2, grace_ends=-1))
    member = MemberFactory(submission_key=draft.submission_key)

    pages = ("", "delete/", "late/", "sign-off/")
    answers = [client.get(page_of(draft, page), follow=True) for page in pages]

    for response in answers:
        assert response.status_code == 200
        assert f"This form was sent as {member.reference}" in words_of(response)
        assert "Our acknowledgement contains a private link" in words_of(response)
        assert 'href="/en/expression-of-interest/link/"' in text_of(response)
        assert 'href="/en/help/#lost-link"' in text_of(response)


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


def test_eoi_draft_delete_names_what_is_deleted_and_deletes_on_a_post_alone(client):
    draft = saved()
    before = versions()

    asked = client.get(page_of(draft, "delete/"))
    undecided = client.post(page_of(draft, "delete/"))
    unchanged = versions() == before
    deleted = client.post(page_of(draft, "delete/"), {"delete": "1"}, follow=True)

    assert "and the emails about it will be permanently deleted" in words_of(asked)
    assert undecided.status_code == 422
    assert unchanged
    assert deleted.redirect_chain == [(FORM, 302)]
    assert "Your draft is deleted" in words_of(deleted)
    assert versions() == []
    assert list(Message.objects.all()) == []
    assert client.post(page_of(draft, "delete/"), {"delete": "1"}).status_code == 404
    assert "sessionid" not in client.cookies
