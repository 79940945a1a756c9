"""What the help page is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the portal that an answer leads to."""

    url_name: str
    label: str | Promise


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its answer."""

    anchor: str
    question: str | Promise
    answer: str | Promise
    links: Sequence[Link] = ()
    names_mailbox: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """The questions about one part of the way of an organisation."""

    anchor: str
    title: str | Promise
    questions: Sequence[Question]
