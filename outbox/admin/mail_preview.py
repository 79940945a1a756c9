"""How a mail is shown on a page: in a frame of its own, whose policy allows it nothing else."""

from collections.abc import Callable, Iterable
from uuid import uuid4

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from outbox.services.rendering import as_html

# In the session of whoever looks: a page that frames a mail asks for it by itself.
SESSION_KEY = "letters_previewed"
# How many previews one person may have open.
MAX_PREVIEWS = 5

View = Callable[..., HttpResponseBase]

# A mail carries its styles with it, which no page of ours may; so it gets a page on which
# nothing else is allowed, and which only our own pages may frame.
POLICY = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": [SELF],
    "base-uri": [NONE],
    "form-action": [NONE],
    "sandbox": True,
}


def mail_frame(view: View) -> View:
    """Have a view answer with a mail that a page of ours may frame."""
    framed: View = csp(POLICY)(xframe_options_sameorigin(require_safe(view)))
    return framed


def page_with_mail_frame(view: View) -> View:
    """Have a view's page frame what another of our views answers."""
    framing: View = csp_update({"frame-src": [SELF]})(view)
    return framing


def store_previews(request: HttpRequest, mails: Iterable[tuple[str, str, str]]) -> str:
    """Keep mails in the person's session for the frames that will ask for them by a key.

    Each is its subject, its body and its language.
    """
    key = uuid4().hex
    kept = [*request.session.get(SESSION_KEY, {}).items(), (key, list(mails))]
    request.session[SESSION_KEY] = dict(kept[-MAX_PREVIEWS:])
    return key


def stored_preview(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Answer with one of the mails that were kept, as mail programs show it.

    Raises Http404 where the person has asked for no such preview, or for several since.
    """
    mails = request.session.get(SESSION_KEY, {}).get(key, [])
    if number >= len(mails):
        raise Http404
    subject, body, language = mails[number]
    return HttpResponse(as_html(subject, body, language=language))
