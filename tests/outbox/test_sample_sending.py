import pytest

from outbox.models import Message
from outbox.services.delivery import compose
from outbox.services.letters import RenderedLetter
from outbox.services.sample_sending import render_sample, send_test_copy
from outbox.services.template_rendering import TemplateText
from tests.factories import NOON, UserFactory
from tests.outbox.texts import BODY, write

pytestmark = pytest.mark.usefixtures("kind")


def wording(subject="Parcel {number}", body=BODY, language="en"):
    return TemplateText("parcel", language, subject, body)


def test_on_samples_fills_a_text_between_what_stands_around_it(kind):
    mail = render_sample(kind, wording())

    assert mail.subject == "Parcel 17"
    assert mail.body == "Good day,\n\nDear Ada,\n\n- tea\n\n[[private-page]]\n\nYours"
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
