"""Addresses of the pages of a framework, and what the reader of one may do on them."""

from django.template import Library

from framework.models import Amendment, Draft
from framework.services.amendment_queue import label_of
from framework.services.numbering import NumberedWording
from framework.services.proposing import Actions
from framework.services.proposing import actions_of as what_may_be_done
from framework.services.proposing import takes_proposals as is_open_for
from framework.services.reader import Reader
from framework.services.reading import Row

register = Library()


@register.simple_tag
def framework_url(reader: Reader, page: str, *arguments: object) -> str:
    """Return the URL of a page of the framework, by the way on which the reader came."""
    return reader.address(page, *arguments)


@register.simple_tag
def actions_of(amendment: Amendment, draft: Draft, reader: Reader) -> Actions:
    """Return what the reader may do with an amendment now."""
    return what_may_be_done(amendment, draft, reader)


@register.filter
def takes_proposals(draft: Draft, reader: Reader) -> bool:
    """Return whether the reader may propose something about a draft now."""
    return is_open_for(draft, reader)


@register.filter
def place_in_words(row: Row | NumberedWording) -> str:
    """Return how people call a paragraph, such as "Action 1.3"."""
    return label_of(row.numbered if isinstance(row, Row) else row)
