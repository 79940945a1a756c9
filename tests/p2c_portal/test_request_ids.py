"""The identifier of a request: from the proxy, back to it, and in the log."""

import logging
import re

import pytest
from django_guid import get_guid, set_guid

from p2c_portal.log_formatters import RequestId

FROM_PROXY = "5a0e5e1c8f9b4d7f9f6f6b1f0f3c2d1e"


def test_identifier_of_the_proxy_is_kept(client):
    assert (
        client.get("/healthz", headers={"X-Request-ID": FROM_PROXY})["X-Request-ID"] == FROM_PROXY
    )


@pytest.mark.parametrize("sent", [None, "amina@example.org", "x" * 5000])
def test_request_without_an_identifier_gets_one(client, caplog, sent):
    response = client.get("/healthz", headers={"X-Request-ID": sent} if sent else None)

    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])
    assert not sent or sent not in caplog.text


@pytest.mark.parametrize("identifier", [FROM_PROXY, None])
def test_line_of_the_log_has_the_identifier_of_its_request(identifier):
    record = logging.LogRecord("a", logging.INFO, "", 0, "text", None, None)
    before = get_guid()
    set_guid(identifier)
    try:
        RequestId().filter(record)
    finally:
        set_guid(before)

    assert record.request_id == (identifier or "-")
