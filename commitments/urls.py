"""URLs of commitments: the members' own pages, the register, and open data."""

from django.urls import URLPattern, path

from commitments.views import (
    commitment_form,
    commitment_send,
    data,
    figures,
    hosts,
    my_commitments,
    partners,
    reports,
)
from commitments.views import register as register_views

app_name = "commitments"

# These URLs have no language prefix: programs request them.
data_patterns: list[URLPattern] = [
    path("data/register.xlsx", data.data_flat_xlsx, name="data_flat_xlsx"),
    path("data/register.csv", data.data_flat_csv, name="data_flat_csv"),
    path("data/commitments.csv", data.data_csv, name="data_csv"),
    path("data/commitments.json", data.data_json, name="data_json"),
    path("data/commitments.xml", data.data_iati, name="data_iati"),
    path(
        "data/commitments/<slug:reference>.json",
        data.data_commitment_json,
        name="data_commitment_json",
    ),
    path(
        "data/commitments/<slug:reference>.xml",
        data.data_commitment_iati,
        name="data_commitment_iati",
    ),
    path("data/datapackage.json", data.data_package_file, name="data_package"),
    path(
        "data/snapshots/<slug:month>/<str:name>",
        data.data_snapshot_file,
        name="data_snapshot_file",
    ),
    path("data/<slug:resource>.csv", data.data_csv, name="data_resource_csv"),
    path("data/<slug:resource>.json", data.data_json, name="data_resource_json"),
]

MINE = "my/commitments/<str:reference>/"

urlpatterns: list[URLPattern] = [
    path("my/commitments/", my_commitments.my_commitments, name="my_commitments"),
    path("my/commitments/begin/", my_commitments.begin, name="begin"),
    path(MINE, my_commitments.my_commitment, name="my_commitment"),
    path(f"{MINE}edit/<slug:part>/", commitment_form.PartView.as_view(), name="edit"),
    path(f"{MINE}check/", commitment_send.CheckView.as_view(), name="check"),
    path(f"{MINE}correct/", commitment_send.CorrectView.as_view(), name="correct"),
    path(f"{MINE}answer/", commitment_send.AnswerView.as_view(), name="answer"),
    path(f"{MINE}change/", commitment_send.ProposeChangeView.as_view(), name="propose_change"),
    path(f"{MINE}change/withdraw/", my_commitments.withdraw_proposal, name="withdraw_change"),
    path(f"{MINE}discard/", my_commitments.discard, name="discard"),
    path(f"{MINE}withdraw/", my_commitments.withdraw, name="withdraw"),
    path(f"{MINE}partners/<uuid:key>/invite/", my_commitments.invite, name="invite_partner"),
    path("commitments/partner/<str:token>/", partners.partner_answer, name="partner_answer"),
    path("commitments/report/<str:token>/", reports.report_by_link, name="report_by_link"),
    path(f"{MINE}report/", reports.report, name="report"),
    path("commitments/host/<str:token>/", hosts.host, name="host"),
    path("commitments/", register_views.register, name="register"),
    path("commitments/changes.atom", data.feed, name="feed"),
    path("commitments/figures/", figures.figures, name="figures"),
    path("commitments/figures/organisations/", figures.givers, name="givers"),
    path("commitments/method/", register_views.method, name="method"),
    path("commitments/<slug:reference>/", register_views.commitment, name="commitment"),
    path(
        "commitments/<slug:reference>/versions/<int:number>/",
        register_views.version,
        name="version",
    ),
    path("data/", data.data, name="data"),
    path("data/snapshots/<slug:month>/", data.data_snapshot, name="data_snapshot"),
    path("data/<slug:resource>/", data.data_resource, name="data_resource"),
]
