"""Fill in a template with samples for a preview, and send test copies to staff.

A test copy goes only to those whom the person chose, and has no private links.
"""

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from outbox.models import Message, MessageTemplate
from outbox.models.template_types import TemplateType
from outbox.services.letters import (
    Addressee,
    EditableLetter,
    RenderedLetter,
    closing_of,
    with_closing,
)
from outbox.services.queue import Envelope, post
from outbox.services.rendering import without_keys
from outbox.services.template_rendering import (
    TemplateText,
    render_subject,
    render_text,
    sample_values,
    text_of_value,
)

# The first segment of the topic of a test copy.
TEST_TOPIC = "template-test"


def render_sample(kind: TemplateType, wording: TemplateText) -> RenderedLetter:
    """Fill in a text with the samples of its kind, and add the opening and the ending."""
    language = wording.language
    with override(language):
        opening = text_of_value(kind.opening)
        in_subject = sample_values(kind, in_subject=True)
        subject = render_subject(wording, in_subject) if kind.has_subject else ""
        text = render_text(wording.body, sample_values(kind), language=language)
    body = with_closing(text, closing_of(kind.name, language))
    return RenderedLetter(subject, "\n\n".join(filter(None, [opening, body])), language)


@transaction.atomic
def send_test_copy(
    *, template: MessageTemplate, mail: RenderedLetter, by: User, at: datetime
) -> Message:
    """Send what a person previewed to their own address, marked as a test.

    Each copy is a new message without a reference, with a note in place of each private link.

    Raises AlreadyQueued if the same copy was sent at the same time.
    """
    digest = sha256(f"{mail.subject}\n{mail.body}".encode()).hexdigest()[:16]
    topic = f"{TEST_TOPIC}/{template.pk}/{digest}/user-{by.pk}"
    number = Message.objects.filter(topic__startswith=f"{topic}/").count() + 1
    mail = replace(mail, subject=mail.subject or str(template))
    return post_test_copy(mail, to=by, topic=f"{topic}/{number}", at=at)


def post_test_copy(mail: RenderedLetter, *, to: User, topic: str, at: datetime) -> Message:
    """Queue a mail to a member of staff, marked as a test.

    It has a note in place of each private link: with the link, they could act for somebody else.

    Raises AlreadyQueued if there is a message with this topic.
    """
    with override(mail.language):
        body = without_keys(mail.body)
    letter = EditableLetter(
        _("[Test] %(subject)s") % {"subject": mail.subject}, body, mail.language
    )
    return post(Envelope(letter, Addressee(to.email, mail.language, to.name), topic), at=at)
