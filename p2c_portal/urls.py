"""Every address of the portal, by app."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from p2c_portal import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/", include("accounts.urls")),
    path("language/", include("django.conf.urls.i18n")),
    *i18n_patterns(path("", views.home, name="home")),
]
