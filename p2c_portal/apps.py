"""The app configurations of the portal and of its admin."""

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate

from p2c_portal import error_reports
from p2c_portal.checks import (
    catalogues_are_compiled,
    identity_is_usable,
    installation_has_a_file,
    senders_take_replies,
)


class PortalConfig(AppConfig):
    """The app that combines the other apps."""

    name = "p2c_portal"
    default = True

    def ready(self) -> None:
        # Models can only be imported once the app registry is ready.
        from p2c_portal.database_rights import grant_rights_after_migrate  # noqa: PLC0415

        # Sent once for each app that has models, when all have their tables. This app has none.
        post_migrate.connect(grant_rights_after_migrate, sender=apps.get_app_config("privacy"))
        register(catalogues_are_compiled, Tags.translation)
        register(identity_is_usable)
        register(senders_take_replies)
        register(installation_has_a_file, Tags.security, deploy=True)
        error_reports.start()


class PortalAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the portal's own name and sign-in."""

    default = False
    default_site = "p2c_portal.admin_site.PortalAdminSite"
