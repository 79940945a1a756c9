"""Show a mail on a page, in a frame with a strict content security policy of its own."""

from collections.abc import Callable, Iterable
from uuid import uuid4

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from outbox.services.rendering import as_html

# Stored in the user's session, since the browser requests the frame separately from the page.
SESSION_KEY = "letters_previewed"
# The number of previews that one person may have open.
MAX_PREVIEWS = 5

View = Callable[..., HttpResponseBase]

# A mail has inline styles, which the portal's own pages may not have. So it is a page of its own on
# which nothing else is allowed, and which only the portal's own pages may frame.
POLICY = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": True,
}


def mail_frame(view: View) -> View:
    """Decorate a view that returns a mail, so that the portal's own pages may frame it."""
    framed: View = csp(POLICY)(xframe_options_sameorigin(require_safe(view)))
    return framed


def page_with_mail_frame(view: View) -> View:
    """Decorate a view whose page frames another view of the portal."""
    framing: View = csp_update({"frame-src": [SELF]})(view)
    return framing


def store_previews(request: HttpRequest, mails: Iterable[tuple[str, str, str]]) -> str:
    """Store mails in the user's session for the frames of a preview, and return their key.

    Each mail is a tuple of its subject, its body and its language.
    """
    key = uuid4().hex
    kept = [*request.session.get(SESSION_KEY, {}).items(), (key, list(mails))]
    request.session[SESSION_KEY] = dict(kept[-MAX_PREVIEWS:])
    return key


def stored_preview(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Return one of the stored mails, as mail programs show it.

    Raises Http404 if the user has no such preview, or if newer previews have replaced it.
    """
    mails = request.session.get(SESSION_KEY, {}).get(key, [])
    if number >= len(mails):
        raise Http404
    subject, body, language = mails[number]
    return HttpResponse(as_html(subject, body, language=language))
