"""The error pages: they help, and ask the database nothing."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.test import Client
from django.urls import path
from pytest_django.asserts import assertContains

from p2c_portal import urls


def bad(request):
    raise BadRequest


def forbidden(request):
    raise PermissionDenied


def broken(request):
    raise RuntimeError


class Failing:
    handler400 = urls.handler400
    handler404 = urls.handler404
    handler500 = urls.handler500
    urlpatterns = [
        path("bad/", bad),
        path("forbidden/", forbidden),
        path("broken/", broken),
        *urls.urlpatterns,
    ]


@pytest.fixture
def failing(settings):
    settings.ROOT_URLCONF = Failing
    return Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("address", "status", "heading"),
    [
        ("/bad/", 400, "This request is not valid"),
        ("/forbidden/", 403, "You do not have access to this page"),
        ("/en/nowhere/", 404, "Page not found"),
        ("/broken/", 500, "Something went wrong on our side"),
    ],
)
def test_errors_are_pages_that_help_and_ask_the_database_nothing(
    failing, django_assert_num_queries, address, status, heading
):
    with django_assert_num_queries(0):
        response = failing.get(address)

    assertContains(response, f"<h1>{heading}</h1>", status_code=status, html=True)
    assertContains(response, '<meta name="robots" content="noindex">', status_code=status)
    assertContains(response, "Go to the home page", status_code=status)


@pytest.mark.parametrize(
    ("address", "status", "heading"),
    [
        ("/language/setlang/", 400, "This request is not valid"),
        ("/en/nowhere/", 404, "Page not found"),
        ("/broken/", 500, "Something went wrong on our side"),
    ],
)
def test_errors_are_pages_where_a_form_came_in_a_charset_that_is_not_read(
    failing, address, status, heading
):
    content_type = "application/x-www-form-urlencoded; charset=utf-16"

    response = failing.post(address, b"language=fr", content_type=content_type)

    assertContains(response, f"<h1>{heading}</h1>", status_code=status, html=True)


def test_error_of_a_missing_token_says_how_to_go_on():
    client = Client(enforce_csrf_checks=True)

    response = client.post("/language/setlang/", {"language": "fr"})

    assertContains(response, "Your page has expired, or cookies are turned off", status_code=403)
    # The typed text is lost with the old page.
    assertContains(
        response,
        "Go back and copy your answers, because reloading the page clears the form.",
        status_code=403,
    )
