import io
import subprocess
import sys

import pytest
from django.test import RequestFactory

from p2c_portal.wsgi import application
from tests.portal import environment
from tests.processes import ROOT

# Prints what is loaded, and whether garbage is still looked for.
STARTED = """
import gc, sys
import p2c_portal.wsgi
print("p2c_portal.urls" in sys.modules, gc.isenabled(), gc.get_freeze_count() > 100_000)
print(sorted({"openpyxl", "sentry_sdk"} & set(sys.modules)))
"""


def request_of(content_type, *, query="", body=b""):
    """The request that the application creates from a web server's environment."""
    return application.request_class(
        RequestFactory()._base_environ(
            REQUEST_METHOD="POST",
            QUERY_STRING=query,
            CONTENT_TYPE=content_type,
            CONTENT_LENGTH=str(len(body)),
        )
        | {"wsgi.input": io.BytesIO(body)}
    )


@pytest.mark.parametrize(
    "charset",
    ["charset=zlib", "charset=utf-16", "charset=nonsense", "x*=zlib''y", "x*=''''", "charset="],
)
def test_application_reads_utf_8_whatever_a_request_claims(charset):
    request = request_of(
        f"application/x-www-form-urlencoded; {charset}", query="q=%C3%A9", body=b"q=%C3%A9"
    )

    assert request.GET["q"] == "é"
    assert request.POST.get("q", "é") == "é"


def test_application_reads_no_halves_of_characters():
    content_type = "multipart/form-data; boundary=x; charset=unicode_escape"
    body = b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n\\ud800\r\n--x--\r\n'

    request = request_of(content_type, query="q=\\ud800%E9", body=body)

    assert request.GET["q"] == "\\ud800\ufffd"
    assert request.POST["q"] == "\\ud800"


def test_application_starts_with_what_each_request_needs():
    settings = environment(database_url="sqlite://:memory:", broker_url="memory://")
    started = [sys.executable, "-c", STARTED]

    printed = subprocess.run(
        started, env=settings, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120
    ).stdout

    assert printed == "True True True\n[]\n"
