"""URLs of commitments: the members' own pages, the register, and open data."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from commitments.views import commitment_form, hosts, my_commitments, partners, reports

app_name = "commitments"


def not_built_yet(request: HttpRequest, reference: str) -> HttpResponse:
    """Stand in for the public page of a commitment, which is part of the register."""
    raise Http404


# These URLs have no language prefix: programs request them.
data_patterns: list[URLPattern] = []

MINE = "my/commitments/<str:reference>/"

urlpatterns: list[URLPattern] = [
    path("my/commitments/", my_commitments.my_commitments, name="my_commitments"),
    path("my/commitments/begin/", my_commitments.begin, name="begin"),
    path(MINE, my_commitments.my_commitment, name="my_commitment"),
    path(f"{MINE}edit/<slug:part>/", commitment_form.PartView.as_view(), name="edit"),
    path(f"{MINE}check/", commitment_form.CheckView.as_view(), name="check"),
    path(f"{MINE}answer/", commitment_form.AnswerView.as_view(), name="answer"),
    path(f"{MINE}change/", commitment_form.ProposeChangeView.as_view(), name="propose_change"),
    path(f"{MINE}change/withdraw/", my_commitments.withdraw_proposal, name="withdraw_change"),
    path(f"{MINE}discard/", my_commitments.discard, name="discard"),
    path(f"{MINE}withdraw/", my_commitments.withdraw, name="withdraw"),
    path(f"{MINE}report/", reports.report, name="report"),
    path(f"{MINE}partners/<uuid:key>/invite/", my_commitments.invite, name="invite_partner"),
    path("commitments/<str:reference>/", not_built_yet, name="commitment"),
    path("commitments/report/<str:token>/", reports.report_by_link, name="report_by_link"),
    path("commitments/host/<str:token>/", hosts.host, name="host"),
    path("commitments/partner/<str:token>/", partners.partner_answer, name="partner_answer"),
]
