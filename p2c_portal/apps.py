"""The portal as a Django app, and the admin that staff work in."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PortalConfig(AppConfig):
    """What puts the other apps together."""

    name = "p2c_portal"
    default = True


class PortalAdminConfig(admin_apps.AdminConfig):
    """The stock admin under the portal's own name and sign-in."""

    default = False
    default_site = "p2c_portal.admin_site.PortalAdminSite"
