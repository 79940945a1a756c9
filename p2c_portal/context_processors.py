"""What every public page shows around its content."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url


def frame(request: HttpRequest) -> dict[str, object]:
    """Give a page its own address in each language, and the coalition's mailbox.

    The addresses are whole and without a query, since only the page itself is worth indexing.
    """
    return {
        "page_address": settings.SITE_URL + request.path,
        "page_in_each_language": [
            (code, settings.SITE_URL + translate_url(request.path, code))
            for code, _name in settings.LANGUAGES
        ],
        "coalition_mailbox": settings.MAIL_REPLY_TO,
    }
