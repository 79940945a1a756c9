"""URLs of commitments: the members' own pages, the register, and open data."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from commitments.views import hosts, reports

app_name = "commitments"


def not_built_yet(request: HttpRequest, reference: str) -> HttpResponse:
    """Stand in for a page that letters of the desk link to."""
    raise Http404


# These URLs have no language prefix: programs request them.
data_patterns: list[URLPattern] = []

urlpatterns: list[URLPattern] = [
    path("my/commitments/<str:reference>/", not_built_yet, name="my_commitment"),
    path("commitments/<str:reference>/", not_built_yet, name="commitment"),
    path("commitments/report/<str:token>/", reports.report_by_link, name="report_by_link"),
    path("my/commitments/<str:reference>/report/", reports.report, name="report"),
    path("commitments/host/<str:token>/", hosts.host, name="host"),
]
