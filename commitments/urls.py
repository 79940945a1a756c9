"""URLs of commitments: the members' own pages, the register, and open data."""

from django.urls import URLPattern

app_name = "commitments"

# These URLs have no language prefix: programs request them.
data_patterns: list[URLPattern] = []

urlpatterns: list[URLPattern] = []
