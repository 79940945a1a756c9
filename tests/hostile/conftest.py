import pytest
from django.test import client

from p2c_portal.wsgi import application
from tests.hostile.site import Site


@pytest.fixture(autouse=True)
def _requests_as_the_server_makes_them(monkeypatch):
    """Let the test client create requests of the same class as the portal's handler."""
    monkeypatch.setattr(client, "WSGIRequest", application.request_class)


@pytest.fixture
def site():
    return Site()
