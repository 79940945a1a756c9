"""URLs of commitments: the members' own pages, the register, and open data."""

from django.urls import URLPattern, path

from commitments.views import hosts, reports

app_name = "commitments"

# These URLs have no language prefix: programs request them.
data_patterns: list[URLPattern] = []

urlpatterns: list[URLPattern] = [
    path("commitments/report/<str:token>/", reports.report_by_link, name="report_by_link"),
    path("my/commitments/<str:reference>/report/", reports.report, name="report"),
    path("commitments/host/<str:token>/", hosts.host, name="host"),
]
