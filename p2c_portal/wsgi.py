"""The WSGI application for gunicorn. It reads all requests as UTF-8."""

import gc
import os
from importlib import import_module
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")


class Utf8Request(WSGIRequest):
    """A request that is always read as UTF-8, the encoding in which browsers submit its forms.

    Django's own request accepts any Python codec as its charset. Some produce lone surrogates,
    which no database accepts. With others, the request fails before a page could show an error.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        # The encoding that a client names is ignored; see the class.
        try:
            kind, parameters = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (LookupError, ValueError):
            # A parameter with an invalid encoding of its own (RFC 2231).
            kind, parameters = "", {}
        self.content_type, self.content_params = kind, parameters


class Utf8Handler(WSGIHandler):
    """Django's handler with requests that are read as UTF-8."""

    request_class = Utf8Request


# What is loaded here stays, so looking for garbage in it would only take time, now and later.
gc.disable()
django.setup(set_prefix=False)
application = Utf8Handler()
# Django leaves it to the first request.
import_module(settings.ROOT_URLCONF)
gc.freeze()
gc.enable()
