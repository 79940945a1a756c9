"""The portal as a WSGI application, for gunicorn. It reads UTF-8, whatever a request claims."""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")


class Utf8Request(WSGIRequest):
    """A request in UTF-8, as browsers send what they type into a page that is in it.

    Stock, the charset that a request names may be any codec that Python has: some make halves of
    characters, which no database takes, and with some the request fails before any page could
    say so.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        # Without the encoding that a client names, see the class.
        try:
            kind, parameters = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (LookupError, ValueError):
            # A parameter that names an encoding of its own (RFC 2231), and one that is none.
            kind, parameters = "", {}
        self.content_type, self.content_params = kind, parameters


class Utf8Handler(WSGIHandler):
    """Django's handler, with requests that are read as UTF-8."""

    request_class = Utf8Request


django.setup(set_prefix=False)
application = Utf8Handler()
