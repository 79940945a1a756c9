"""Sets up Django in the process that measures; imported before all that imports models."""

import os

import django

import tests.environment  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")
django.setup()
