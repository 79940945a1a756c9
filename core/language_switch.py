"""The language switch of a page with a form: its buttons send the form, which is shown as typed.

Nothing is stored: the page in the other language is the answer to the POST, and has what was typed.
The form of the Expression of Interest, which is kept anyway, redirects instead.

The template of such a page names its form in `switch_form` (templates/_languages.html). Passwords
are not sent back. Browsers keep no chosen file, so the page asks for it again beside the field.
"""

from typing import Final, TypeVar

from django.conf import settings
from django.forms import BaseForm
from django.forms.utils import ErrorDict
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language_from_path

SWITCH: Final = "switch"
# A hidden field of a page that shows errors.
HAS_ERRORS: Final = "has_errors"
# The attribute of a request whose view has switched the language.
SWITCHED_TO: Final = "switched_to_language"

AnyForm = TypeVar("AnyForm", bound=BaseForm)


def switched_language(request: HttpRequest) -> str:
    """Return the language to which a POST switches the page; empty if it sends the form.

    A view that gets a language changes nothing, and shows the form with `form_as_typed()`. A
    middleware remembers the language for the browser. It cannot read the POST itself, because the
    view decides which files are read.
    """
    language = str(request.POST.get(SWITCH, ""))
    if language not in dict(settings.LANGUAGES):
        return ""
    setattr(request, SWITCHED_TO, language)
    return language


def form_as_typed(form: AnyForm) -> AnyForm:
    """Return a bound form as the page showed it: it has errors only if the page had some."""
    if HAS_ERRORS not in form.data:
        # Django validates a bound form when its errors are first read.
        form._errors = ErrorDict()  # type: ignore[attr-defined]
    return form


def remember_language(response: HttpResponseBase, language: str) -> None:
    """Store a chosen language in the browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )


def address_in(language: str, address: str) -> str:
    """Return the address of the same page in a language; unchanged if it contains no language.

    `translate_url()` would not find the page, because it resolves the URL in the active language.
    The query string is not parsed, because error pages must not parse what may be malformed.
    """
    if not get_language_from_path(address.partition("?")[0]):
        return address
    _before, _language, *rest = address.split("/", 2)
    return f"/{language}/{''.join(rest)}"
