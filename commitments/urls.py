"""URLs of commitments: the members' own pages, the register, and open data."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

app_name = "commitments"


def not_built_yet(request: HttpRequest, reference: str) -> HttpResponse:
    """Stand in for a page that letters of the desk link to."""
    raise Http404


# These URLs have no language prefix: programs request them.
data_patterns: list[URLPattern] = []

urlpatterns: list[URLPattern] = [
    path("my/commitments/<str:reference>/", not_built_yet, name="my_commitment"),
    path("commitments/<str:reference>/", not_built_yet, name="commitment"),
]
