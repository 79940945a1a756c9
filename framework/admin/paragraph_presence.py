"""Who else has a paragraph open on the screen where it is answered, and what they answered."""

from django.db.models import Max
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.admin.base import StaffRequest, int_or_invalid
from accounts.services.permissions import needs
from framework.admin.pages import VIEW, get_framework_or_404
from framework.models import Answer, Draft, Paragraph
from framework.services.drafts import latest_draft
from triage.staff_pages.arrivals import (
    ENTRY_SHOWN,
    MAX_SHOWN,
    mark_as_reading,
    others_reading,
    readers_in_words,
)


@never_cache
@require_POST
@needs(VIEW)
def presence(request: StaffRequest, pk: int, key: str) -> JsonResponse:
    """Mark that the person has a paragraph open, and return what their page can show at once."""
    draft, paragraph = _paragraph_or_404(request, pk, key)
    place = f"paragraph-{draft.pk}-{paragraph.pk}"
    mark_as_reading(place, request.user)
    answered = (
        Answer.history.filter(
            amendment__draft=draft,
            amendment__paragraph=paragraph,
            history_id__gt=int_or_invalid(request.POST, ENTRY_SHOWN),
        )
        .exclude(history_user=request.user)
        .select_related("amendment__member")
        .order_by("-history_id")
    )
    context = {"answered": answered[:MAX_SHOWN]}
    arrived = render_to_string("admin/framework/framework/_answered_meanwhile.html", context)
    return JsonResponse(
        {
            "readers": readers_in_words(others_reading(place, request.user)),
            "arrived": arrived.strip(),
        }
    )


def latest_answer(draft: Draft, paragraph: Paragraph) -> int:
    """Return the number of the latest change of an answer at a paragraph; 0 if there is none."""
    changes = Answer.history.filter(amendment__draft=draft, amendment__paragraph=paragraph)
    latest: int | None = changes.aggregate(latest=Max("history_id"))["latest"]
    return latest or 0


def _paragraph_or_404(request: StaffRequest, pk: int, key: str) -> tuple[Draft, Paragraph]:
    """Return a paragraph of the last draft of a framework that the user may see."""
    draft = latest_draft(get_framework_or_404(request, pk))
    if draft is None:
        raise Http404
    wordings = draft.wordings.select_related("paragraph")
    return draft, get_object_or_404(wordings, paragraph__key=key).paragraph
