"""URLs of commitments: the members' own pages, the register, and open data."""

from django.urls import URLPattern, path

from commitments.views import figures as figures_views
from commitments.views import register as register_views

app_name = "commitments"

# These URLs have no language prefix: programs request them.
data_patterns: list[URLPattern] = []

urlpatterns: list[URLPattern] = [
    path("commitments/", register_views.register, name="register"),
    path("commitments/figures/", figures_views.figures, name="figures"),
    path("commitments/method/", figures_views.method, name="method"),
    path("commitments/<str:reference>/", register_views.commitment, name="commitment"),
    path(
        "commitments/<str:reference>/versions/<int:number>/",
        register_views.version,
        name="version",
    ),
]
