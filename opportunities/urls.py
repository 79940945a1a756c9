"""URLs of needs and offers. Pages of members have a second one, by the private link of a mail."""

from typing import Final

from django.urls import URLPattern, path

from opportunities.views import (
    committing,
    contacts,
    ending,
    gaps,
    mine,
    register,
    reporting,
    write,
)

app_name = "opportunities"

# The name, the route and the view of each page that members have.
PAGES: Final = (
    ("mine", "mine/", mine.mine),
    ("switch_digest", "mine/matches/", mine.switch_digest),
    ("write", "write/<slug:kind>/", write.write),
    ("answer", "contacts/<int:pk>/", contacts.answer),
    ("commit", "contacts/<int:pk>/commit/", committing.commit),
    ("change", "<slug:reference>/change/", write.change),
    ("contact", "<slug:reference>/contact/", contacts.contact),
    ("renew", "<slug:reference>/renew/", ending.renew),
    ("close", "<slug:reference>/close/", ending.close),
    # Also for everybody; members see what fits.
    ("opportunity", "<slug:reference>/", register.opportunity),
)


def _pages(prefix: str, suffix: str) -> list[URLPattern]:
    """Return the pages of members below one of their two addresses."""
    return [path(f"{prefix}{route}", view, name=f"{name}{suffix}") for name, route, view in PAGES]


# These URLs have no language prefix: programs request them.
data_patterns: list[URLPattern] = [
    path("data/opportunities/gaps.csv", gaps.data_gaps, name="data_gaps"),
]
urlpatterns: list[URLPattern] = [
    path("opportunities/", register.register, name="register"),
    path("opportunities/gaps/", gaps.gaps, name="gaps"),
    path("opportunities/offer-here/", gaps.offer_here, name="offer_here"),
    path("opportunities/<slug:reference>/report/", reporting.report, name="report"),
    *_pages("opportunities/private/<str:token>/", "_by_link"),
    *_pages("opportunities/", ""),
]
