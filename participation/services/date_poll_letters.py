"""Composes the letters that ask which dates of a poll suit."""

from collections.abc import Iterable, Sequence
from functools import partial

from core.languages import page_url
from outbox.models import Queue
from outbox.services.letters import texts_of
from outbox.services.queue import Envelope
from outbox.services.rendering import one_line
from outbox.services.template_rendering import TemplateSet
from participation.models import DatePoll, DateProposal
from participation.services.date_poll_text import (
    dates_text,
    deadline_text,
    length_text,
    links_text,
)
from participation.services.date_poll_types import DATE_POLL
from participation.services.letters import Recipient, letter_to
from participation.services.mail_links import LinksOfMail


def topic_of_poll(poll: DatePoll) -> str:
    """Return the prefix of the topics of letters about one poll."""
    return f"date-poll-{poll.pk}"


def poll_letters(
    poll: DatePoll, proposals: Sequence[DateProposal], readers: Iterable[Recipient]
) -> list[Envelope]:
    """Write to each reader, with a link for each of their organisations."""
    words = texts_of(DATE_POLL)
    return [_letter(reader, poll, proposals, words) for reader in readers]


def _letter(
    reader: Recipient, poll: DatePoll, proposals: Sequence[DateProposal], words: TemplateSet
) -> Envelope:
    zone, language = reader.person.time_zone, reader.person.language
    links = LinksOfMail(language)
    starts = [each.starts_at for each in proposals]
    return letter_to(
        reader,
        DATE_POLL,
        {
            "length": partial(length_text, poll.length, poll.place),
            "deadline": partial(deadline_text, poll.answer_by, zone),
            "dates": partial(dates_text, starts, zone),
            "links": partial(_links, reader, poll, links),
            "page": page_url("participation:my_poll", language, poll.uid),
        },
        title=one_line(poll.title),
        links=links,
        words=words,
        topic=topic_of_poll(poll),
        queue=Queue.BULK,
        expires_at=max(starts),
    )


def _links(reader: Recipient, poll: DatePoll, links: LinksOfMail) -> str:
    several = len(reader.roles) > 1
    return links_text(
        (role.member.organisation_name if several else "", links.answer_poll(role, poll))
        for role in reader.roles
    )
