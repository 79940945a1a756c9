"""The page that puts the unusual expressions of interest of the last hour under possible spam."""

from datetime import datetime
from typing import Final, cast
from uuid import uuid4

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.admin.base import StaffRequest, post_data
from accounts.services.permissions import needs
from core.rate_limits import HOUR
from members.models import Member
from triage.desk.admin.bulk_runs import begin_bulk_run
from triage.desk.models import BulkRunAction
from triage.desk.services.bulk_runs import PERMISSIONS, NewItem
from triage.desk.services.unusual_arrivals import (
    COMPARED_WITH,
    MANY,
    TIMES,
    Unusual,
    members_of,
    runs_to_undo,
    unusual_arrivals,
)
from triage.staff_pages.pages import member_page

# The latest of the members that will be marked are listed.
LISTED_AT_MOST: Final = 20
MAY_FLAG: Final = PERMISSIONS[BulkRunAction.FLAG_AS_SPAM]
# The numbers of the rule that the page states.
RULE: Final = {"many": MANY, "times": TIMES, "weeks": COMPARED_WITH.days // 7}


class UnusualForm(forms.Form):
    """The sources whose arrivals are put under possible spam: at first all unusual ones."""

    sources = forms.MultipleChoiceField(
        label=gettext_lazy("Which ones"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    run_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: QueryDict | None, *, unusual: list[Unusual]) -> None:
        choices = [(each.key, in_words(each)) for each in unusual]
        super().__init__(data, initial={"sources": [key for key, _words in choices]})
        self.unusual = unusual
        cast("forms.MultipleChoiceField", self.fields["sources"]).choices = choices

    @property
    def chosen(self) -> list[Unusual]:
        """The chosen sources; all, if the form was not sent."""
        if not self.is_bound:
            return self.unusual
        keys = self.cleaned_data.get("sources", []) if self.is_valid() else []
        return [each for each in self.unusual if each.key in keys]


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.view_member", MAY_FLAG)
def show_unusual_arrivals(request: StaffRequest) -> HttpResponse:
    """Show the unusual arrivals of the last hour, then put the chosen ones under possible spam.

    A form that is sent concerns the hour that its page showed, so that nothing is marked unseen.
    """
    at = now()
    shown_at = _shown_at(request.POST.get("shown_at", ""), at)
    unusual = unusual_arrivals(request.user, at=shown_at or at)
    form = UnusualForm(post_data(request), unusual=unusual)
    if request.method == "POST" and shown_at is None:
        form.add_error(None, _("This page was open for too long. Look at the numbers again."))
    chosen = members_of(form.chosen)
    if chosen and "count" not in request.POST and form.is_valid():
        items, key = [NewItem(member) for member in chosen], form.cleaned_data["run_key"]
        return begin_bulk_run(request, BulkRunAction.FLAG_AS_SPAM, items, key=key)
    return member_page(
        request,
        "unusual_arrivals",
        {
            "form": form,
            "unusual": unusual,
            "number": len(chosen),
            "latest": Member.objects.filter(pk__in=chosen[-LISTED_AT_MOST:]).order_by("-pk"),
            "shown_at": (shown_at or at).isoformat(),
            "run_key": uuid4(),
            **RULE,
            "runs": runs_to_undo(at=at),
        },
        title=_("Unusual expressions of interest"),
        status=422 if form.errors else 200,
    )


@require_POST
@needs("members.view_member", MAY_FLAG)
def take_back_from_spam(request: StaffRequest, run: int) -> HttpResponse:
    """Undo a run that put members under possible spam, also that of a colleague."""
    flagged = get_object_or_404(runs_to_undo(at=now()), pk=run)
    done = flagged.items.filter(entry__isnull=False).order_by("pk")
    items = [NewItem(member) for member in done.values_list("member", flat=True)]
    return begin_bulk_run(request, BulkRunAction.UNDO_SPAM_FLAG, items)


def in_words(unusual: Unusual) -> str:
    """Return a source with the number of its arrivals, and the usual one."""
    return _("%(source)s: %(number)d, at most %(usual)d before") % {
        "source": unusual.source.label,
        "number": len(unusual.members),
        "usual": unusual.usual,
    }


def _shown_at(text: str, at: datetime) -> datetime | None:
    """Return the time of the page that a form was sent from; None if it was over an hour ago."""
    try:
        shown_at = parse_datetime(text)
    except ValueError:
        return None
    is_recent = shown_at and not is_naive(shown_at) and at - HOUR <= shown_at <= at
    return shown_at if is_recent else None
