"""The admin's front page, name and sign-in."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(admin.AdminSite):
    """The stock admin site under the portal's name."""

    site_title = _("Partner2Connect staff")
    site_header = _("Partner2Connect · Digital Coalition")
    index_title = _("Staff desk")
