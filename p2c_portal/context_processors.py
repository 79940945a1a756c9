"""What every public page shows around its content."""

from django.conf import settings
from django.http import HttpRequest

from p2c_portal.page_language import path_in, switch_to


def frame(request: HttpRequest) -> dict[str, object]:
    """Give a page its own address in each language, and the coalition's mailbox.

    Those for search engines are whole and without a query, since only the page itself is worth
    indexing; those of the switch keep the query. A page without a language in its address has
    neither.
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
