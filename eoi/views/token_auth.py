"""The base class of the pages that a private link opens."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from eoi.views.error_summary import ErrorSummary
from members.models import FocalPoint, Member
from members.services.private_links import InvalidLink, focal_point_of_eoi
from members.services.undo import BEING_DECIDED, as_shown


def no_index(response: HttpResponseBase) -> HttpResponseBase:
    """Tell search engines not to index a page."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


class FocalPointView(View):
    """A page of an EOI for the focal point with a private link. It is never cached.

    Every invalid link gets the same response.
    """

    focal_point: FocalPoint
    token: str
    at: datetime

    @property
    def member(self) -> Member:
        """The member as its organisation sees it, not as staff do."""
        return as_shown(self.focal_point.member, at=self.at)

    @property
    def is_being_decided(self) -> bool:
        """Whether there is a decision that the organisation does not see yet."""
        return self.focal_point.member.is_undoable(self.at)

    @method_decorator([require_http_methods(["GET", "HEAD", "POST"]), never_cache])
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not hasattr(self, "post"):
            return self.http_method_not_allowed(request)
        self.token, self.at = kwargs["token"], timezone.now()
        try:
            self.focal_point = focal_point_of_eoi(self.token, at=self.at)
            # Services raise InvalidLink too, if the link is revoked meanwhile.
            response = super().dispatch(request, *args, **kwargs)
        except InvalidLink:
            response = self.refuse_link(request)
        return no_index(response)

    def refuse_link(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a request with an invalid link."""
        return render(request, "eoi/refused.html", status=404)

    def being_decided(self, heading: str) -> ErrorSummary:
        """Say that a step is not possible now, without telling of the decision."""
        kept = _("What you typed is shown below. Keep this page open until then.")
        return ErrorSummary(heading, (str(BEING_DECIDED), kept))

    def render(
        self,
        name: str,
        *,
        refusal: ErrorSummary | None = None,
        status: int = 200,
        **context: object,
    ) -> HttpResponse:
        """Render a template with the context of all these pages."""
        frame = {
            "focal_point": self.focal_point,
            "member": self.member,
            "token": self.token,
            "refusal": refusal,
            "contact": self.member.call.contact_email or settings.MAIL_REPLY_TO,
        }
        return render(self.request, f"eoi/{name}.html", {**frame, **context}, status=status)
