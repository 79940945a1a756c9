"""The Celery app: its settings are the `CELERY_…` ones in settings.py."""

import logging.config
import os

from celery import Celery, signals
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")

app = Celery("p2c_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def log_as_settings_say(**kwargs: object) -> None:
    """Log as web processes do; Celery's own handlers would not mask private links."""
    logging.config.dictConfig(settings.LOGGING)
