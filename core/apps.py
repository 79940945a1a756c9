"""What every app needs and no app owns."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """History, rate limits, dates and the base of staff pages."""

    name = "core"
