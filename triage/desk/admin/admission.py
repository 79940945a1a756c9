"""The page that admits a member, once staff have answered the question about its flag."""

from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.admin.base import StaffRequest
from triage.decisions.admin.base import DecisionView
from triage.decisions.admin.specs import ADMIT
from triage.desk.admin.member_page import flag_to_answer, member_panes
from triage.duplicates.admin.duplicates import possible_duplicates
from triage.duplicates.services.matching import check_no_possible_duplicates
from triage.staff_pages.pages import member_url


class AdmitView(DecisionView):
    """Lead to the page of the member, which asks about its flag, while it has one.

    A flag that appeared after the page was opened is refused with the form as it was typed.
    """

    decision = ADMIT
    panes = staticmethod(member_panes)

    def get(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        found = possible_duplicates(self.row, request.user)
        if self.row.is_undecided and flag_to_answer(self.row, found[0]):
            return redirect(member_url(request, self.row.pk))
        self.panes = partial(member_panes, found=found)
        return super().get(request, **kwargs)

    def decide(self) -> HttpResponse:
        check_no_possible_duplicates(self.row, self.request.user)
        return super().decide()
