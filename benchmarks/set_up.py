"""Sets up Django in the process of the benchmark. It must be imported before any models."""

import os

import django

import tests.environment  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")
django.setup()
