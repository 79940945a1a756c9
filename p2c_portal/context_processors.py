"""The context variables for the layout of all public pages."""

from django.conf import settings
from django.http import HttpRequest

from p2c_portal.page_language import path_in, switch_to


def frame(request: HttpRequest) -> dict[str, object]:
    """Add the URLs of the page in each language, and the coalition's e-mail address.

    The URLs for search engines are absolute and have no query string, because only the page itself
    should be indexed. The URLs of the language switch keep the query string. A page without a
    language in its URL has neither.
    """
    languages = [code for code, _name in settings.LANGUAGES if path_in(code, request)]
    return {
        "page_address": settings.SITE_URL + request.path,
        "page_in_each_language": [
            (code, settings.SITE_URL + path_in(code, request)) for code in languages
        ],
        "language_switch": [(code, switch_to(code, request)) for code in languages],
        "coalition_mailbox": settings.MAIL_REPLY_TO,
    }
