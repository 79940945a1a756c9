"""The Celery app: its settings are the `CELERY_…` ones in settings.py."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")

app = Celery("p2c_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
