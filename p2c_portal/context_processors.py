"""The context variables for the layout of all public pages."""

import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from members.services.calls import is_a_call_open
from opportunities.services.register import are_shown
from outbox.services.installation import open_hold
from p2c_portal.identity import identity_addresses
from p2c_portal.page_language import is_desk, path_in, switch_to

# The locale of each language as the Open Graph protocol and the sites that read it write it.
LOCALES = {
    "ar": "ar_AR",
    "en": "en_GB",
    "es": "es_ES",
    "fr": "fr_FR",
    "ru": "ru_RU",
    "zh-hans": "zh_CN",
}
# A query string with only the number of a further page of a list.
FURTHER_PAGE = re.compile(r"page=([2-9]|[1-9]\d{1,4})")


def frame(request: HttpRequest) -> dict[str, object]:
    """Add the addresses of the page in each language, those of the owner's identity, and others.

    The addresses for search engines are absolute. A filtered list is the list without the filter to
    them, but each further page of a list is a page of its own. `x-default` redirects to the
    visitor's language. The addresses of the language switch keep the query string. A page without
    a language in its address has neither; its switch is a form with the languages that it has.
    """
    languages = [code for code, _name in settings.LANGUAGES if path_in(code, request)]
    # The query string is not parsed, because error pages must not parse what may be malformed.
    path, _mark, query = request.get_full_path().partition("?")
    number = f"?{query}" if FURTHER_PAGE.fullmatch(query) else ""
    page_in_each_language = [
        (code, settings.SITE_URL + path_in(code, request) + number) for code in languages
    ]
    if languages:
        _language, _slash, rest = path.removeprefix("/").partition("/")
        page_in_each_language.append(("x-default", f"{settings.SITE_URL}/{rest}{number}"))
    return {
        "page_address": settings.SITE_URL + path + number,
        "page_in_each_language": page_in_each_language,
        "page_locale": LOCALES.get(get_language() or "", ""),
        "language_switch": [(code, switch_to(code, request)) for code in languages],
        "languages_to_choose": (
            settings.DESK_LANGUAGES if is_desk(request) else dict(settings.LANGUAGES)
        ),
        "coalition_mailbox": settings.MAIL_REPLY_TO,
        # Not asked by error pages, which ask the database nothing.
        "is_a_call_open": cache(lambda: is_a_call_open(at=timezone.now())),
        "are_opportunities_shown": are_shown,
        # Only looked up by pages that promise an email and by those of the desk, once for a page.
        "mail_hold": cache(open_hold),
        **identity_addresses(),
    }
