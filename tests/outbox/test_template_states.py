import re
from datetime import date

import pytest
from django.utils.html import strip_tags

from core.languages import PageReview
from outbox.models import Message, MessageTemplate, template_types
from outbox.models.template_types import TemplateType
from outbox.services.template_editing import versions_of
from tests.factories import NOON
from tests.outbox.texts import (
    BODY,
    KIND,
    LIST,
    OTHER,
    address,
    edited,
    reviewed,
    row_of,
    send,
    sign_in,
    translation,
    words,
    write,
)
from tests.queries import queries_of
from tests.redlines import added, deleted

pytestmark = pytest.mark.usefixtures("kind")

# The list ----------------------------------------------------------------------------------------


def test_list_says_of_each_language_where_it_stands_and_what_is_written_instead(client, officer):
    write()
    reviewed(language="fr")
    reviewed(language="ru", source_digest="other")
    edited(write("ar"), is_active=False)
    for language in ("fr", "ar"):
        write(language, template_type="goodbye", subject="", body="Salut")

    row = row_of(client.get(LIST))

    assert {
        text.language.code: (text.state, text.is_edited, text.written_in) for text in row.texts
    } == {
        "en": ("unreviewed", False, ""),
        "fr": ("reviewed", False, ""),
        "ar": ("unused", True, "English"),
        "es": ("missing", False, "English"),
        "ru": ("outdated", False, "English"),
        "zh-hans": ("missing", False, "English"),
    }


def test_list_counts_its_rows_and_says_where_what_ends_a_text_is_missing(client, officer):
    write()
    write("fr")

    response = client.get(LIST, {"q": "Parcel {number}"})

    assert [row.kind for row in response.context["rows"]] == [KIND]
    assert "1 result (" in words(response)
    texts = {text.language.code: text for text in row_of(response).texts}
    assert (texts["fr"].state, texts["fr"].written_in) == ("unreviewed", "English")


def test_list_shows_words_and_leads_to_each_text(client, officer):
    template = edited(write())

    response = client.get(LIST)

    page = words(response)
    assert f'href="{address(template)}"' in page
    assert 'aria-label="Parcel, English: Not reviewed, edited"' in page
    assert "A parcel has arrived." in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "unreviewed"}, {"parcel", "goodbye"}),
        ({"state": "edited"}, {"goodbye"}),
        ({"state": "reviewed"}, {"postcard"}),
        ({"state": "outdated"}, {"parcel"}),
        ({"in": "fr", "state": "unreviewed"}, set()),
        ({"state": "unused"}, {"postcard"}),
        ({"in": "fr"}, {"postcard"}),
        ({"in": "fr", "state": "edited"}, set()),
        ({"q": "welcome"}, {"postcard"}),
    ],
)
def test_list_is_narrowed(client, officer, monkeypatch, query, found):
    letter = TemplateType("postcard", "Letter", "A letter.", (), has_subject=False)
    monkeypatch.setitem(template_types._declared, "postcard", letter)
    write()
    reviewed(language="ar", source_digest="other")
    reviewed(template_type="postcard", subject="", body="Welcome")
    write("fr", template_type="postcard", subject="", body="Bonjour", is_active=False)
    goodbye = MessageTemplate.objects.get(template_type="goodbye")
    edited(goodbye, subject="", body="Farewell")
    ours = {"parcel", "postcard", "goodbye"}

    response = client.get(LIST, query)

    assert {row.kind.name for row in response.context["rows"]} & ours == found


def test_list_says_which_languages_of_the_pages_nobody_has_reviewed(client, officer, monkeypatch):
    write()
    monkeypatch.setattr(
        "outbox.admin.templates.PAGE_REVIEWS", {"ar": PageReview("Leila Haddad", date(2022, 6, 7))}
    )

    [head, *_others] = client.get(LIST).text.partition("<tbody>")[2].split("</tr>")

    cells = [" ".join(strip_tags(cell).split()) for cell in head.split("<td>")[1:]]
    # English, French, Spanish, Russian, Chinese and Arabic.
    assert cells == ["Original", *["Not reviewed"] * 4, "Reviewed 7 June 2022Leila Haddad"]


def test_list_asks_as_much_for_three_kinds_as_for_one(client, officer, monkeypatch):
    MessageTemplate.objects.all().delete()
    write()
    client.get(LIST)
    for_one = queries_of(client, LIST)
    for name in ("second", "third"):
        monkeypatch.setitem(template_types._declared, name, TemplateType(name, name, name, ()))
        for language in ("en", "fr", "ar"):
            write(language, template_type=name)

    assert queries_of(client, LIST) == for_one
    assert len(client.get(LIST).context["rows"]) == 3


@pytest.mark.parametrize(
    ("codename", "shown"), [("view_messagetemplate", True), ("view_message", False)]
)
def test_front_page_counts_the_texts_of_each_language_for_those_who_may_view_them(
    client, codename, shown
):
    MessageTemplate.objects.all().delete()
    sign_in(client, codename)
    write()
    reviewed(language="fr", source_digest="other")

    page = words(client.get("/admin/"))

    assert (f'<a href="{LIST}?in=fr&amp;state=outdated">1<' in page) == shown
    assert (f'<a href="{LIST}?in=en&amp;state=unreviewed">1<' in page) == shown
    assert "state=reviewed" not in page


# One text ----------------------------------------------------------------------------------------


def test_page_shows_the_text_in_its_own_direction_with_its_placeholders(client, officer):
    write()
    template = write("ar")

    response = client.get(address(template))

    page = words(response)
    assert 'lang="ar" dir="rtl"' in page
    for shown in ("{private_page}", "where it is", "required", "also in the subject", "- tea"):
        assert shown in page
    assert response.context["instead"] == "English"


def test_save_changes_the_text_and_says_so(client, officer):
    template = reviewed()

    response = send(client, template, "save", body="Hello {name}\r\n\r\n{private_page}\r\n")

    assert response["Location"] == address(template)
    template.refresh_from_db()
    assert (template.body, template.version) == ("Hello {name}\n\n{private_page}", 2)
    assert template.reviewed_at is None
    assert versions_of(template).last().history_by_name == "Ada Lovelace"


@pytest.mark.parametrize(
    ("button", "typed", "field", "complaint"),
    [
        ("preview", {"body": "{"}, "body", "Unmatched brace."),
        ("test_copy", {"body": ""}, "body", "Enter the text."),
        ("save", {"body": "x" * 10_001}, "body", "at most 10000 characters"),
        ("save", {"subject": ""}, "subject", "Enter a subject."),
        ("save", {"is_active": ""}, "is_active", "The English text must stay active"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    client, officer, button, typed, field, complaint
):
    template = write()

    response = send(client, template, button, **typed)

    assert response.status_code == 422
    form = response.context["form"]
    assert complaint in " ".join(form.errors[field])
    assert form[field].value() == (typed[field] or (False if field == "is_active" else ""))
    assert f'href="#id_{field}"' in words(response)
    template.refresh_from_db()
    assert (template.version, Message.objects.count()) == (1, 0)


def test_save_refuses_a_text_that_a_colleague_changed_and_keeps_every_word(client, officer):
    template = write()
    edited(template, subject="Delivered")

    response = send(client, template, "save", body=OTHER + "\n\nMine.")

    assert response.status_code == 409
    page = words(response)
    assert re.search(r"Grace Hopper changed this on [^<]+, after you opened it\.", page)
    assert deleted("Parcel {number}") + added("Delivered") in page
    assert "Mine." in page
    template.refresh_from_db()
    assert (template.subject, template.version) == ("Delivered", 2)

    again = send(client, template, "save", body=OTHER + "\n\nMine.", version_read="2")

    assert again.status_code == 302
    template.refresh_from_db()
    assert (template.body, template.version) == (OTHER + "\n\nMine.", 3)


def test_save_of_the_same_words_changes_nothing(client, officer):
    template = reviewed()

    response = send(client, template, "save")

    assert response.status_code == 302
    template.refresh_from_db()
    assert (template.version, template.reviewed_at) == (1, NOON)


def test_preview_shows_what_was_typed_and_saves_nothing(client, officer):
    template = write("ar")

    response = send(client, template, "preview", body="مرحبا {name}\n\n{private_page}")

    assert response.status_code == 200
    assert "'self'" in response["Content-Security-Policy"].split("frame-src")[1].split(";")[0]
    key = response.context["typed_key"]
    frame = client.get(address(template, "typed_preview", key, 0))
    assert "مرحبا" in frame.content.decode()
    assert 'dir="rtl"' in frame.content.decode()
    assert "sandbox" in frame["Content-Security-Policy"]
    assert "default-src 'none'" in frame["Content-Security-Policy"]
    template.refresh_from_db()
    assert (template.version, Message.objects.count()) == (1, 0)


def test_preview_is_its_own_persons_alone(client, officer):
    template = write()
    key = send(client, template, "preview").context["typed_key"]
    sign_in(client, "view_messagetemplate")

    response = client.get(address(template, "typed_preview", key, 0))

    assert response.status_code == 404


def test_page_says_so_where_a_saved_text_fits_its_kind_no_more(client, officer):
    template = write(body=BODY + "{colour}")

    response = client.get(address(template))

    assert response.status_code == 200
    assert response.context["saved_faults"] == [
        "{colour} is not available in this kind of message."
    ]
    assert client.get(address(template, "preview")).status_code == 404


def test_test_copy_goes_to_the_person_and_saves_nothing(client, officer):
    template = write()

    response = send(client, template, "test_copy", body=OTHER)

    assert response.status_code == 200
    message = Message.objects.get()
    assert (message.recipient, message.subject) == ("ada@example.org", "[Test] Parcel 17")
    assert "Hello Ada" in message.body
    template.refresh_from_db()
    assert (template.body, template.version) == (BODY, 1)
    assert "A test copy is being sent to you at ada@example.org." in words(response)


def test_text_typed_for_another_page_comes_back_as_it_was(client, officer):
    template = write()

    response = send(client, template, body=OTHER)

    assert response.status_code == 200
    assert response.context["form"]["body"].value() == OTHER
    template.refresh_from_db()
    assert template.body == BODY


def test_text_of_a_kind_that_nothing_writes_is_not_there(client, officer):
    template = write(template_type="gone")

    assert client.get(address(template)).status_code == 404
    assert "gone" not in {row.kind.name for row in client.get(LIST).context["rows"]}


def test_list_keeps_what_staff_wrote_for_a_kind_that_nothing_writes_any_more(client, officer):
    write("fr", template_type="gone", body="Bonjour à tous", default_digest="other")
    write("en", template_type="gone", body="As it was shipped")

    page = client.get(LIST)

    assert "gone (fr). This kind of message is no longer sent." in page.text
    assert "Bonjour à tous" in page.text
    assert "As it was shipped" not in page.text


def test_who_may_only_look_finds_the_mail_on_samples_and_no_form(client, observer):
    template = write()

    page = words(client.get(address(template)))
    frame = words(client.get(address(template, "preview")))

    assert "<textarea" not in page
    assert "Preview with sample data" in page
    assert "The email as saved" in page
    assert "Dear Ada" in frame
    assert "private link)" in frame


# The English text beside a translation ------------------------------------------------------------


def test_page_of_a_translation_shows_the_english_text_and_carries_its_version(client, officer):
    english = edited(write())
    template = translation(english, write, "ar")

    page = words(client.get(address(template)))

    assert f'<div class="typed" lang="en" dir="ltr">{english.subject}</div>' in page
    assert page.count('name="source_version" value="2"') == 2
    assert "Outdated" not in page
    assert "The English text" not in words(client.get(address(english)))


def test_page_of_an_outdated_text_shows_what_changed_and_says_what_to_do(client, officer):
    english = write()
    template = translation(english, reviewed, "ar")
    edited(english, subject="Delivered")

    page = words(client.get(address(template)))

    assert '<span class="chip is-late">Outdated</span>' in page
    assert deleted("Dear") + added("Hello") in page
    assert (
        f'class="typed" lang="en" dir="ltr">{deleted("Parcel {number}")}{added("Delivered")}'
        in page
    )
    assert "before the English text changed." in page
    assert "confirm it as it is with “Mark as reviewed”" in page
    assert page.count("Mark as reviewed</button>") == 1
    assert 'aria-label="Parcel, Arabic: Outdated"' in words(client.get(LIST))


def test_page_says_if_the_history_does_not_know_the_former_english_text(client, observer):
    write()
    template = write("fr", source_digest="other")

    page = words(client.get(address(template)))

    assert "The history does not have the English text that this text was made from." in page
    assert "Mark as reviewed" not in page


def test_page_asks_as_much_for_many_changes_of_the_english_text_as_for_one(client, officer):
    english = write()
    template = translation(english, write)
    edited(english)
    client.get(address(template))
    for_one = queries_of(client, address(template))
    for number in range(3):
        edited(english, body=f"{OTHER}\n\n{number}")

    assert queries_of(client, address(template)) == for_one


def test_save_refuses_a_translation_of_an_english_text_that_changed_meanwhile(client, officer):
    english = write()
    template = translation(english, write, "ar")
    edited(english, subject="Delivered")

    response = send(client, template, "save", body=OTHER + "\n\nMine.")

    assert response.status_code == 409
    page = words(response)
    assert re.search(r"Grace Hopper changed the English text on [^<]+, after you opened", page)
    assert page.count(f'dir="ltr">{deleted("Parcel {number}")}{added("Delivered")}') == 2
    assert "Mine." in page
    template.refresh_from_db()
    assert (template.body, template.version) == (BODY, 1)

    again = send(client, template, "save", body=OTHER + "\n\nMine.", source_version_read="2")

    assert again.status_code == 302
    template.refresh_from_db()
    assert (template.body, template.version) == (OTHER + "\n\nMine.", 2)


def test_review_against_an_english_text_that_changed_meanwhile_is_refused(client, officer):
    english = write()
    template = translation(english, write)
    edited(english)

    response = client.post(
        address(template, "review"), {"version": 1, "source_version": 1}, follow=True
    )

    assert re.search(r"Grace Hopper changed the English text on [^<]+, after", words(response))
    template.refresh_from_db()
    assert template.reviewed_at is None


# Reviewed ----------------------------------------------------------------------------------------


def test_review_is_said_by_a_person_and_shown(client, officer):
    template = write()

    response = client.post(address(template, "review"), {"version": 1}, follow=True)

    template.refresh_from_db()
    assert (template.reviewed_by, template.reviewed_by_name) == (officer, "Ada Lovelace")
    assert "Reviewed by Ada Lovelace on" in words(response)


def test_review_of_a_text_that_changed_meanwhile_is_refused(client, officer):
    template = edited(write())

    response = client.post(address(template, "review"), {"version": 1}, follow=True)

    template.refresh_from_db()
    assert template.reviewed_at is None
    assert re.search(r"Grace Hopper changed this on [^<]+, after you opened it\.", words(response))
