"""Addresses of the pages of needs and offers, by the way on which the reader came."""

from django.template import Library

from opportunities.services.reader import Reader

register = Library()
register.simple_tag(Reader.address, name="opportunity_url")
