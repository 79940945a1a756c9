"""All URLs of the portal, by app."""

from collections.abc import Sequence

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import LocalePrefixPattern, RoutePattern

import accounts.urls
import commitments.urls
import framework.urls
import mailings.urls
import meetings.urls
import members.urls
import opportunities.urls
import participation.urls
import privacy.urls
from p2c_portal import health, identity, metrics, search_engines, style_guide
from p2c_portal.single_sign_on import PROVIDER_ID
from p2c_portal.views import (
    countries,
    errors,
    focus_areas,
    home,
    member_page,
    notices,
    single_sign_on,
)

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

Addresses = Sequence[URLPattern | URLResolver]


def pages_and_feeds(namespace: str, *, pages: Addresses, feeds: Addresses) -> URLResolver:
    """Put pages, whose URLs contain a language, and feeds, whose URLs do not, in one namespace.

    Django looks up the names of a namespace in one place only, so two includes would hide the names
    of one of them. One include() is not possible, because it refuses URLs with a language.
    """
    in_each_language = URLResolver(LocalePrefixPattern(), pages)
    return URLResolver(
        RoutePattern(""), [*feeds, in_each_language], app_name=namespace, namespace=namespace
    )


urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    path("accounts/", include(accounts.urls.allauth_patterns)),
    # With the names that allauth needs. Its other pages of single sign-on have no URL.
    path(
        "accounts/sign-in/provider/",
        single_sign_on.start,
        {"provider_id": PROVIDER_ID},
        name="openid_connect_login",
    ),
    path(
        "accounts/sign-in/provider/callback/",
        single_sign_on.finish,
        {"provider_id": PROVIDER_ID},
        name="openid_connect_callback",
    ),
    path("language/", include("django.conf.urls.i18n")),
    path("", include("outbox.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("favicon.ico", identity.favicon, name="favicon"),
    path("emblem", identity.emblem_file, name="emblem"),
    path("accent.css", identity.accent_styles, name="accent"),
    path("robots.txt", search_engines.robots, name="robots"),
    path("sitemap.xml", search_engines.sitemap_index, name="sitemap_index"),
    path("sitemap-<slug:section>.xml", search_engines.sitemap, name="sitemap"),
    path("styleguide/", style_guide.style_guide, name="style_guide"),
    pages_and_feeds(
        "meetings",
        pages=meetings.urls.urlpatterns,
        feeds=meetings.urls.feed_patterns,
    ),
    pages_and_feeds(
        "participation",
        pages=participation.urls.urlpatterns,
        feeds=participation.urls.feed_patterns,
    ),
    pages_and_feeds("privacy", pages=privacy.urls.urlpatterns, feeds=[]),
    pages_and_feeds(
        "mailings",
        pages=mailings.urls.urlpatterns,
        feeds=mailings.urls.feed_patterns,
    ),
    pages_and_feeds(
        "commitments",
        pages=commitments.urls.urlpatterns,
        feeds=commitments.urls.data_patterns,
    ),
    pages_and_feeds("framework", pages=framework.urls.urlpatterns, feeds=[]),
    pages_and_feeds(
        "opportunities",
        pages=opportunities.urls.urlpatterns,
        feeds=opportunities.urls.data_patterns,
    ),
    pages_and_feeds(
        "members",
        # The page of a member also shows its commitments.
        pages=[
            *members.urls.urlpatterns,
            path("members/<slug:slug>/", member_page.member_page, name="member_page"),
        ],
        feeds=members.urls.picture_patterns,
    ),
    *i18n_patterns(
        path("expression-of-interest/", include("eoi.urls")),
        path("", home.home, name="home"),
        path("focus-areas/", focus_areas.focus_area_list, name="focus_area_list"),
        path("focus-areas/<slug:slug>/", focus_areas.focus_area_detail, name="focus_area_detail"),
        path("countries/<slug:country>/", countries.country_page, name="country_page"),
        path("papers/<int:pk>/", focus_areas.public_paper, name="public_paper"),
        path("help/", notices.help_page, name="help_page"),
        path("privacy/", notices.privacy, name="privacy"),
        path("accessibility/", notices.accessibility, name="accessibility"),
    ),
]
