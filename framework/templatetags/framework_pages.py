"""Addresses of the pages of a framework, and what the reader of one may do on them."""

from django.template import Library

from framework.services.proposing import actions_of, takes_proposals
from framework.services.reader import Reader

register = Library()
register.simple_tag(actions_of)
register.filter(takes_proposals)
register.simple_tag(Reader.address, name="framework_url")
