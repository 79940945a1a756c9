from django.http import HttpResponse

from p2c_portal.former_cookies import read_former_cookies


def cookies_read(rf, settings, **cookies):
    """Return the cookies of a request as the portal on https reads them."""
    settings.COOKIE_PREFIX = "__Host-"
    request = rf.get("/")
    request.COOKIES = cookies
    read_former_cookies(lambda _request: HttpResponse())(request)
    return request.COOKIES


def test_cookie_of_a_former_name_is_read(rf, settings):
    cookies = cookies_read(rf, settings, sessionid="old", csrftoken="token", other="other")

    assert cookies["__Host-sessionid"] == "old"
    assert cookies["__Host-csrftoken"] == "token"
    assert "__Host-other" not in cookies


def test_cookie_of_a_former_name_replaces_none_of_today(rf, settings):
    cookies = cookies_read(rf, settings, **{"sessionid": "old", "__Host-sessionid": "new"})

    assert cookies["__Host-sessionid"] == "new"


def test_cookies_of_a_portal_without_https_are_as_they_are(client, settings):
    assert settings.COOKIE_PREFIX == ""
    assert settings.SESSION_COOKIE_NAME == "sessionid"
