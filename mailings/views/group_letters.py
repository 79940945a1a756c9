"""The pages on which co-leads write to their working group, and see what became of it."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mailings.forms.group_letters import GroupLetterForm
from mailings.models import GroupLetter
from mailings.services.group_letters import LETTERS, submit_letter, whole_text
from members.models import FocalPoint
from members.services.co_leads import area_of
from members.views.signed_in import MemberRequest, co_lead_page
from members.views.submissions import SubmissionView, submissions_of_group
from outbox.services.rendering import as_fragment

MAX_LETTERS = 50


@require_safe
@co_lead_page
def group_letters(request: MemberRequest, person: FocalPoint, at: datetime) -> HttpResponse:
    """List the letters of the co-leads to the working group, and what became of them."""
    found = submissions_of_group(GroupLetter, person)
    letters = found.order_by("-submitted_at", "-pk")[:MAX_LETTERS]
    context = {"area": area_of(person), "letters": letters, "time_zone": person.time_zone}
    return render(request, "mailings/group_letters.html", context)


class GroupLetterView(SubmissionView):
    """The form of a letter, and the page of one."""

    model = GroupLetter
    kind = LETTERS
    can_be_changed = True
    template = "mailings/group_letter.html"
    form_template = "mailings/write_letter.html"
    list_page = "mailings:group_letters"
    submitted = _("Submitted. The coordinators were told, and you get their answer by email.")
    withdrawn = _("The letter is withdrawn. It was not sent.")

    def make_form(self, data: Any, submission: GroupLetter | None) -> GroupLetterForm:
        initial: dict[str, object] = {"language": self.person.language}
        if submission:
            names = ("language", "subject", "body", "shows_address", "version")
            initial = {name: getattr(submission, name) for name in names}
        return GroupLetterForm(data, initial=initial)

    def submit(self, form: GroupLetterForm) -> None:
        submit_letter(person=self.person, by=self.request.user, at=self.at, **form.facts())

    def facts(self, form: GroupLetterForm) -> dict[str, Any]:
        return {**form.facts()}

    def context(self, submission: GroupLetter) -> dict[str, object]:
        return {"html": as_fragment(whole_text(submission), language=submission.language)}


group_letter = GroupLetterView.as_view()
