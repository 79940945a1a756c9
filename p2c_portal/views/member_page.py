"""The public page of a member, with its commitments.

The view is here because `members` does not know commitments. The URL keeps its name
`members:member_page`.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from commitments.services.register import led_by, matching, partnered_by
from commitments.services.summaries import summaries_of, with_summaries
from commitments.services.totals import totals
from commitments.services.totals_in_words import totals_in_words
from members.services.public_pages import listed_with_profile, public_page
from members.services.undo import as_shown

# The page links to the complete list.
MAX_COMMITMENTS: Final = 10


@require_safe
def member_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a member agreed to publish, and its commitments.

    The address of a member that is not listed is answered like an unknown one.
    """
    member = as_shown(get_object_or_404(listed_with_profile(), slug=slug), at=timezone.now())
    led = list(with_summaries(led_by(member))[: MAX_COMMITMENTS + 1])
    partnered = list(with_summaries(partnered_by(member))[: MAX_COMMITMENTS + 1])
    shown = len(led[:MAX_COMMITMENTS])
    summaries = summaries_of([*led[:MAX_COMMITMENTS], *partnered[:MAX_COMMITMENTS]])
    money = totals(matching({"member": member.slug}), member=member) if summaries else None
    return render(
        request,
        "members/member_page.html",
        {
            "page": public_page(member),
            "commitments": summaries[:shown],
            "partnered": summaries[shown:],
            "money": totals_in_words(money, of_member=True) if money else None,
            "has_more": max(len(led), len(partnered)) > MAX_COMMITMENTS,
        },
    )
