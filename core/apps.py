"""The app for code that all other apps share."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """History, rate limits, dates and the base classes of staff pages."""

    name = "core"
