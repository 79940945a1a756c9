"""The staff handbook inside the admin."""

from django.apps import AppConfig


class HandbookConfig(AppConfig):
    """The handbook: its chapters, its search, and the link from each page to its section."""

    name = "handbook"
