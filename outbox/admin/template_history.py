"""The history of a text of a message, and the page that restores an earlier version."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.admin.base import StaffRequest
from accounts.services.permissions import insist
from core.admin.conflicts import VersionForm
from core.conflicts import Refused
from core.text_diff import diff_words
from outbox.admin.template_pages import find_template, text_page
from outbox.services import template_editing
from outbox.services.template_states import edits_between, edits_since

# The number of versions on a page of the history.
PAGE_SIZE = 20


def show_history(request: HttpRequest, object_id: str) -> HttpResponse:
    """Show the versions of a text, the latest first."""
    template, kind = find_template(request, object_id)
    versions = template_editing.versions_of(template).reverse()
    shown = Paginator(versions, PAGE_SIZE).get_page(request.GET.get("p"))
    # With one more version, which the oldest one on the page is compared with.
    begins = shown.start_index() - 1
    edits = edits_between(list(versions[begins : begins + PAGE_SIZE + 1])[::-1], template)
    context = {
        "edits": edits[: -PAGE_SIZE - 1 : -1],
        "page_obj": shown,
        "may_change": request.user.has_perm("outbox.change_messagetemplate"),
        "shipped_version": None
        if template.is_as_shipped
        else template_editing.shipped_version(template),
    }
    return text_page(request, "history", template, kind, context)


def take_back(request: StaffRequest, pk: int, version: int) -> HttpResponse:
    """Ask whether to restore an earlier version of a text; a POST restores it."""
    template, kind = find_template(request, str(pk))
    insist(request.user, "outbox.change_messagetemplate")
    earlier = get_object_or_404(template_editing.versions_of(template), version=version)
    refusal: Exception | None = None
    edits = []
    if request.method == "POST":
        seen = VersionForm(request.POST).version_seen
        try:
            template_editing.restore_version(
                template=template, to=version, version=seen, by=request.user, at=now()
            )
        except Refused as refused:
            refusal = refused
            edits = edits_since(template, seen) if seen else []
        else:
            messages.success(request, _("Earlier version restored. The text needs a new review."))
            return redirect("admin:outbox_messagetemplate_change", pk)
    context = {
        "earlier": earlier,
        "subject": diff_words(template.subject, earlier.subject),
        "body": diff_words(template.body, earlier.body),
        "refusal": refusal,
        "edits": edits,
    }
    return text_page(request, "take_back", template, kind, context, status=409 if refusal else 200)
