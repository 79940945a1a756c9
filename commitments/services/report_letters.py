"""Composes mail about the reports of a commitment, to the focal points of its lead and hosts."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial

from commitments.models import Commitment
from commitments.services.topics import topic_of
from core.dates import format_date, format_date_in_subject
from core.languages import page_url
from members.models import FocalPoint
from members.services.letters.composing import addressee, segment_of
from outbox.models import Queue
from outbox.services.letters import NO_KEYS, NO_VALUES, write
from outbox.services.queue import Envelope
from outbox.services.rendering import escape_inline, one_line, private_link_marker
from outbox.services.template_rendering import TemplateSet, Value


def letter_about(
    commitment: Commitment,
    person: FocalPoint,
    kind: str,
    values: Mapping[str, Value] = NO_VALUES,
    *,
    topic: str,
    due_on: date | None = None,
    link: Callable[[FocalPoint, Commitment], str] | None = None,
    words: TemplateSet | None = None,
    queue: Queue = Queue.MAIL,
    expires_at: datetime | None = None,
) -> Envelope:
    """Write a letter about a commitment to a focal point, ready to be posted.

    `due_on` is the day on which a report is due. `link` makes the person's private link. The
    message belongs to the member of the person, so that their page shows whether it arrived.
    """
    title = escape_inline(commitment.title)
    letter = write(
        kind,
        person.language,
        {
            "title": title,
            "reference": commitment.reference,
            "lead": escape_inline(commitment.lead.organisation_name),
            "private_link": private_link_marker(1),
            "page": page_url("commitments:report", person.language, commitment.reference),
            **({"due_on": partial(format_date, due_on)} if due_on else NO_VALUES),
            **values,
        },
        subject_values={
            "title": one_line(commitment.title),
            "reference": commitment.reference,
            "lead": one_line(commitment.lead.organisation_name),
            **({"due_on": partial(format_date_in_subject, due_on)} if due_on else NO_VALUES),
        },
        words=words,
    )
    return Envelope(
        letter,
        addressee(person),
        topic=f"{topic}/{segment_of(person)}",
        reference=person.member.reference,
        conversations=[topic_of(commitment)],
        keys={"private_links": partial(link, person, commitment)} if link else NO_KEYS,
        queue=queue,
        expires_at=expires_at,
    )
