import pytest
from django.test import client

from p2c_portal.wsgi import application
from tests.hostile.site import Site


@pytest.fixture(autouse=True)
def _requests_as_the_server_makes_them(monkeypatch):
    """Have the test client make requests of the class that the portal's own handler makes."""
    monkeypatch.setattr(client, "WSGIRequest", application.request_class)


@pytest.fixture
def site():
    return Site()
