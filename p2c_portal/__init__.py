"""How the portal is put together; the Celery app is loaded with Django, as tasks need it."""

from p2c_portal.celery import app as celery_app

__all__ = ["celery_app"]
