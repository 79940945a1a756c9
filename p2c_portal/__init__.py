"""The project package. It loads the Celery app with Django, because tasks need it."""

from p2c_portal.celery import app as celery_app

__all__ = ["celery_app"]
