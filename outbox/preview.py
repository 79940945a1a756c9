"""How a mail is shown on a page: in a frame of its own, whose policy allows it nothing else."""

from collections.abc import Callable

from csp.constants import NONE, SELF
from csp.decorators import csp, csp_update
from django.http.response import HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

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


def shows_a_mail(view: View) -> View:
    """Have a view answer with a mail that a page of ours may frame."""
    framed: View = csp(POLICY)(xframe_options_sameorigin(require_safe(view)))
    return framed


def frames_a_mail(view: View) -> View:
    """Have a view's page frame what another of our views answers."""
    framing: View = csp_update({"frame-src": [SELF]})(view)
    return framing
