"""The address of the virus scanner in the settings."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from p2c_portal.virus_scanner import clamd_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("", None),
        ("unix:/run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
        ("tcp://scanner.example:3310", ("scanner.example", 3310)),
        ("tcp://[::1]:3310", ("::1", 3310)),
    ],
)
def test_clamd_address_is_a_path_or_a_host_and_its_port(url, address):
    assert clamd_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "/run/clamav/clamd.ctl",
        "unix:clamd.ctl",
        "unix://run/clamav/clamd.ctl",
        "tcp://scanner.example",
        "tcp://scanner.example:port",
        "tcp://:3310",
        "tcp://scanner.example:3310/x",
        "http://scanner.example:3310",
        "yes",
    ],
)
def test_clamd_address_refuses_what_is_neither(url):
    with pytest.raises(ImproperlyConfigured, match="CLAMD is unix:/run"):
        clamd_address(url)
