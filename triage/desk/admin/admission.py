"""The page that admits a member, once staff have answered the question about its flag."""

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.admin.base import StaffRequest
from triage.decisions.admin.base import DecisionView
from triage.decisions.admin.specs import ADMIT
from triage.desk.admin.member_page import member_panes
from triage.duplicates.services.matching import (
    check_no_possible_duplicates,
    has_possible_duplicates,
)
from triage.staff_pages.pages import member_url


class AdmitView(DecisionView):
    """Lead to the page of the member, which asks about its flag, while it has one.

    A flag that appeared after the page was opened is refused with the form as it was typed.
    """

    decision = ADMIT
    panes = staticmethod(member_panes)

    def get(self, request: StaffRequest, **kwargs: int) -> HttpResponse:
        if self.row.is_undecided and self.has_flag:
            return redirect(member_url(request, self.row.pk))
        return super().get(request, **kwargs)

    @property
    def has_flag(self) -> bool:
        return self.row.is_suspect or has_possible_duplicates(self.row, self.request.user)

    def decide(self) -> HttpResponse:
        check_no_possible_duplicates(self.row, self.request.user)
        return super().decide()
