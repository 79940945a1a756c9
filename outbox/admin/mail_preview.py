"""Show a mail on a page, in a frame with a strict content security policy of its own."""

from collections.abc import Callable, Iterable
from uuid import uuid4

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import get_language_info
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from outbox.services.letters import RenderedLetter
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


def store_previews(
    request: HttpRequest, mails: Iterable[tuple[str, str, str]], *, replaced: str = ""
) -> str:
    """Store mails in the user's session for the frames of a preview, and return their key.

    Each mail is a tuple of its subject, its body and its language. They take the place of the
    preview with the key `replaced`, if there is one.
    """
    key = uuid4().hex
    stored = request.session.get(SESSION_KEY, {}).items()
    kept = [*((each, mails) for each, mails in stored if each != replaced), (key, list(mails))]
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


def show_typed(
    request: HttpRequest, mail: RenderedLetter, *, title: str, frame: str, pk: int
) -> JsonResponse:
    """Answer js/letter_text.js with the preview of what is being typed.

    `frame` is the name of the URL of the stored preview. One page has one preview at a time: the
    request has the key of the one before.
    """
    key = store_previews(
        request,
        [(mail.subject, mail.body, mail.language)],
        replaced=request.POST.get("preview_key", ""),
    )
    return JsonResponse(
        {
            "key": key,
            "frame": reverse(frame, args=[pk, key, 0]),
            "title": title,
            "subject": mail.subject,
            "text": mail.text,
            "language": mail.language,
            "direction": "rtl" if get_language_info(mail.language)["bidi"] else "ltr",
        }
    )


def refuse_typed(faults: Iterable[str]) -> JsonResponse:
    """Answer js/letter_text.js with the reasons why what is being typed has no preview yet.

    The status is 200: a text that is not finished is no error in the log or in the browser.
    """
    return JsonResponse({"faults": list(faults)})
