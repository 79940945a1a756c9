"""The pages that admit a member, once staff have answered the question about its flag, or move it.

Both read the focus areas once, for their form and for the answers.
"""

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.admin.base import StaffRequest
from core.conflicts import Refused
from focus_areas.models import FocusArea
from triage.decisions.admin.base import DecisionView
from triage.decisions.admin.specs import ADMIT, MOVE
from triage.desk.admin.member_page import flag_to_answer, member_panes
from triage.duplicates.admin.duplicates import possible_duplicates
from triage.duplicates.services.matching import check_no_possible_duplicates
from triage.staff_pages.pages import member_url


class MoveView(DecisionView):
    """Show the member beside the working group and the role that it may get instead."""

    decision = MOVE
    panes = staticmethod(member_panes)

    @property
    def areas(self) -> list[FocusArea]:
        """All focus areas, as the form offers them."""
        offered: Any = self.form.fields["focus_area"].widget
        return [value.instance for value, _label in offered.choices]

    def show(self, refused: Refused | None = None) -> HttpResponse:
        self.panes = partial(self.panes, areas=self.areas)
        return super().show(refused)


class AdmitView(MoveView):
    """Lead to the page of the member, which asks about its flag, while it has one.

    A flag that appeared after the page was opened is refused with the form as it was typed.
    """

    decision = ADMIT

    def get(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        found = possible_duplicates(self.row, request.user)
        if self.row.is_undecided and flag_to_answer(self.row, found[0]):
            return redirect(member_url(request, self.row.pk))
        self.panes = partial(member_panes, found=found)
        return super().get(request, **kwargs)

    def decide(self) -> HttpResponse:
        check_no_possible_duplicates(self.row, self.request.user)
        return super().decide()
