import pytest

from core.conflicts import NothingChanged, Refused
from outbox.models import Message, MessageTemplate
from outbox.services.delivery import compose
from outbox.services.letters import RenderedLetter
from outbox.services.sample_sending import render_sample, send_test_copy
from outbox.services.template_editing import (
    TemplateConflict,
    edit_template,
    restore_version,
    review_template,
    shipped_version,
    versions_of,
)
from outbox.services.template_rendering import TemplateText
from tests.factories import NOON, MessageTemplateFactory, UserFactory
from tests.outbox.texts import BODY, OTHER, reviewed, write

FACTS = (
    "subject",
    "body",
    "is_active",
    "version",
    "reviewed_at",
    "reviewed_by",
    "reviewed_by_name",
)

pytestmark = pytest.mark.usefixtures("kind")


def edit(template, **facts):
    given = {
        "subject": template.subject,
        "body": OTHER,
        "is_active": True,
        "version": 1,
        "source_version": None,
        **facts,
    }
    return edit_template(template=template, **{"by": UserFactory(), "at": NOON, **given})


def stored(template):
    return MessageTemplate.objects.values_list(*FACTS).get(pk=template.pk)


def test_edit_template_changes_the_words_and_takes_the_review_away():
    template = reviewed()

    edited = edit(template, subject="Parcel", body=OTHER, by=UserFactory(name="Ada Lovelace"))

    assert stored(edited) == ("Parcel", OTHER, True, 2, None, None, "")
    latest = versions_of(template).last()
    assert (latest.history_by_name, latest.history_date) == ("Ada Lovelace", NOON)


def test_edit_template_leaves_the_review_of_words_that_stay():
    template = reviewed(language="fr")

    edit(template, body=BODY, is_active=False)

    template.refresh_from_db()
    assert (template.is_active, template.reviewed_at, template.version) == (False, NOON, 2)


@pytest.mark.parametrize(
    ("facts", "refusal", "words"),
    [
        ({"version": 0}, TemplateConflict, r"changed this on .+, after you opened it"),
        ({"version": 2}, TemplateConflict, r"changed this on .+, after you opened it"),
        ({"body": BODY}, NothingChanged, "There are no changes to save"),
        ({"body": ""}, Refused, "Enter the text."),
        ({"subject": ""}, Refused, "Enter a subject."),
        ({"body": OTHER + "{colour}"}, Refused, "{colour} is not available"),
        ({"subject": "{name}"}, Refused, "cannot be used in the subject"),
        ({"body": "{name}"}, Refused, "{private_page} is missing"),
        ({"is_active": False}, Refused, "The English text must stay active"),
    ],
)
def test_edit_template_refuses_and_writes_nothing(facts, refusal, words):
    template = reviewed()
    before = stored(template)

    with pytest.raises(refusal, match=words):
        edit(template, **facts)

    assert stored(template) == before
    assert versions_of(template).count() == 1


def test_review_template_says_who_and_when():
    template, by = write(), UserFactory(name="Grace Hopper")

    review_template(template=template, version=1, source_version=None, by=by, at=NOON)

    template.refresh_from_db()
    assert (template.reviewed_at, template.reviewed_by) == (NOON, by)
    assert (template.reviewed_by_name, template.version) == ("Grace Hopper", 2)
    assert versions_of(template).last().history_change_reason == "Reviewed"


@pytest.mark.parametrize(
    ("text", "version", "words"),
    [(write, 2, "after you opened it"), (reviewed, 1, "is already reviewed")],
)
def test_review_template_refuses_and_writes_nothing(text, version, words):
    template = text()
    before = stored(template)

    with pytest.raises(Refused, match=words):
        review_template(
            template=template, version=version, source_version=None, by=UserFactory(), at=NOON
        )

    assert stored(template) == before
    assert versions_of(template).count() == 1


def test_take_back_makes_the_former_words_a_change_of_today():
    template = write()
    edit(template, subject="Parcel", body=OTHER)
    review_template(template=template, version=2, source_version=None, by=UserFactory(), at=NOON)

    restore_version(template=template, to=1, version=3, by=UserFactory(name="Ada"), at=NOON)

    assert stored(template) == ("Parcel {number}", BODY, True, 4, None, None, "")
    assert template.is_as_shipped
    latest = versions_of(template).last()
    assert (latest.history_by_name, latest.history_change_reason) == (
        "Ada",
        "Restored to an earlier version",
    )


def test_take_back_keeps_out_of_use_what_is():
    template = write("fr")
    edit(template)
    edit(template, body=OTHER, is_active=False, version=2)

    restore_version(template=template, to=1, version=3, by=UserFactory(), at=NOON)

    template.refresh_from_db()
    assert (template.body, template.is_active) == (BODY, False)


@pytest.mark.parametrize(
    ("to", "version", "words"),
    [
        (1, 1, "after you opened it"),
        (7, 2, "This earlier version does not exist"),
        (2, 2, "There are no changes to save"),
    ],
)
def test_take_back_refuses_and_writes_nothing(to, version, words):
    template = write()
    edit(template)
    before = stored(template)

    with pytest.raises(Refused, match=words):
        restore_version(template=template, to=to, version=version, by=UserFactory(), at=NOON)

    assert stored(template) == before
    assert versions_of(template).count() == 2


def test_take_back_refuses_words_that_name_what_is_there_no_more():
    template = write(body=BODY + "{colour}")
    edit(template)

    with pytest.raises(Refused, match="is not available in this kind"):
        restore_version(template=template, to=1, version=2, by=UserFactory(), at=NOON)

    template.refresh_from_db()
    assert template.body == OTHER


@pytest.mark.parametrize(("shipped", "version"), [({}, 1), ({"default_digest": ""}, None)])
def test_shipped_version_is_the_one_that_came_with_the_portal(shipped, version):
    template = write(**shipped)
    edit(template)

    assert shipped_version(template) == version


@pytest.mark.parametrize(
    ("text", "facts", "words"),
    [
        (
            lambda: MessageTemplate.objects.get(template_type="goodbye"),
            {"subject": "A"},
            "has no subject",
        ),
        (MessageTemplateFactory, {}, "This kind of message is no longer sent"),
    ],
)
def test_edit_template_refuses_what_the_kind_does_not_have(text, facts, words):
    with pytest.raises(Refused, match=words):
        edit(text(), **facts)


# Sample data and test copies


def wording(subject="Parcel {number}", body=BODY, language="en"):
    return TemplateText("parcel", language, subject, body)


def test_on_samples_fills_a_text_between_what_stands_around_it(kind):
    mail = render_sample(kind, wording())

    assert mail.subject == "Parcel 17"
    assert mail.body == "Good day,\n\nDear Ada,\n\n- tea\n\n[[private-page]]\n\n---\n\nYours"
    assert mail.text.startswith("Good day,\n\nDear Ada,\n\n- tea\n\n(the recipient's private link)")


def test_test_copy_goes_to_whoever_asked_and_has_no_private_link():
    template, by = write(), UserFactory(name="Ada Lovelace", email="ada@example.org")
    mail = RenderedLetter("Parcel 17", "Your page: [[private-page]]", "en")

    copy = send_test_copy(template=template, mail=mail, by=by, at=NOON)

    assert list(Message.objects.all()) == [copy]
    assert (copy.recipient, copy.recipient_name, copy.reference) == (
        "ada@example.org",
        "Ada Lovelace",
        "",
    )
    assert copy.subject == "[Test] Parcel 17"
    assert copy.body == "Your page: (the recipient's private link)"
    assert copy.keys == {
        "private_page": "",
        "private_code": "",
        "private_unsubscribe": "",
        "private_links": "",
    }
    assert "(the recipient's private link)" in compose(copy).body


def test_test_copy_of_a_kind_without_subject_is_named_for_it():
    template = write(template_type="goodbye", language="fr", subject="", body="Salut")

    copy = send_test_copy(
        template=template, mail=RenderedLetter("", "Salut", "fr"), by=UserFactory(), at=NOON
    )

    assert (copy.subject, copy.language) == ("[Test] Goodbye (fr)", "fr")


def test_each_test_copy_is_a_message_of_its_own():
    template, by, mail = write(), UserFactory(), RenderedLetter("Parcel", "Text", "en")

    topics = [send_test_copy(template=template, mail=mail, by=by, at=NOON).topic for _ in "ab"]

    stem = topics[0].removesuffix("/1")
    assert stem.startswith(f"template-test/{template.pk}/")
    assert stem.endswith(f"/user-{by.pk}")
    assert topics == [f"{stem}/1", f"{stem}/2"]
