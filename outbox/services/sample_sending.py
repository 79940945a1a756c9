"""A text tried out: filled with samples, to be looked at or sent to whoever edits it.

Nothing here is written to anybody else, and no private link is in it.
"""

from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from outbox.models import Message, MessageTemplate
from outbox.models.template_types import TemplateType, get_template_type
from outbox.services.letters import RenderedLetter
from outbox.services.queue import compose_message, queue_message
from outbox.services.rendering import without_keys
from outbox.services.template_rendering import TemplateSet, TemplateText, render_text, sample_values

# How the topic of every test copy begins.
TEST_TOPIC = "template-test"


def render_sample(kind: TemplateType, wording: TemplateText) -> RenderedLetter:
    """Fill a text with the samples of its kind, between what stands around it in a mail."""
    language = wording.language
    with override(language):
        values = sample_values(kind)
        opening = kind.opening() if callable(kind.opening) else kind.opening
        parts = [opening, render_text(wording.body, values, language=language)]
        ending = get_template_type(kind.ending)
        if ending:
            ends = TemplateSet(ending.name).find(ending.name, language)
            parts.append(render_text(ends.body, sample_values(ending), language=language))
        subject = (
            render_text(wording.subject, values, language=language) if kind.has_subject else ""
        )
    return RenderedLetter(subject, "\n\n".join(part for part in parts if part), language)


@transaction.atomic
def send_test_copy(
    *, template: MessageTemplate, mail: RenderedLetter, by: User, at: datetime
) -> Message:
    """Send what somebody previewed to their own address, marked as a test.

    Each is a message of its own, of no file. Where a private link would be, words say so.

    Raises AlreadyQueued where the same was sent at the same moment.
    """
    digest = sha256(f"{mail.subject}\n{mail.body}".encode()).hexdigest()[:16]
    topic = f"{TEST_TOPIC}/{template.pk}/{digest}/user-{by.pk}"
    number = Message.objects.filter(topic__startswith=f"{topic}/").count() + 1
    with override(mail.language):
        body = without_keys(mail.body)
    return queue_message(
        compose_message(
            topic=f"{topic}/{number}",
            recipient=by.email,
            recipient_name=by.get_full_name(),
            language=mail.language,
            subject=_("Test: %(subject)s") % {"subject": mail.subject or template},
            body=body,
            at=at,
        )
    )
