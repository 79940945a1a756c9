"""The protocol of clamd, spoken to a server that answers as it does."""

import time
from datetime import timedelta

import pytest

from papers.services.clamd import NotScanned, ScannerAway, find_malware
from tests.clamd import MALWARE, SIGNATURE, scanner

SOON = timedelta(seconds=5)


def test_find_malware_names_the_signature(clamd):
    found = find_malware([b"Some ", MALWARE], timeout=SOON)

    assert found == SIGNATURE
    assert clamd.scanned == [b"Some " + MALWARE]


def test_find_malware_says_nothing_of_a_clean_file(clamd):
    found = find_malware([b"Minutes"], timeout=SOON)

    assert (found, clamd.scanned) == ("", [b"Minutes"])


def test_find_malware_asks_over_tcp(settings):
    with scanner(("127.0.0.1", 0)) as server:
        settings.CLAMD = server.server_address

        assert find_malware([MALWARE], timeout=SOON) == SIGNATURE


@pytest.mark.parametrize("size", [4, 8 * 1024 * 1024])
def test_find_malware_refuses_what_the_scanner_does_not_take(clamd, size):
    clamd.max_size = 3

    with pytest.raises(NotScanned):
        find_malware([bytes(size)] * 3, timeout=SOON)


def test_find_malware_waits_no_longer_than_it_may(clamd):
    clamd.is_silent = True
    begins_at = time.monotonic()

    with pytest.raises(NotScanned):
        find_malware([b"Minutes"], timeout=timedelta(seconds=0.2))

    assert 0.2 <= time.monotonic() - begins_at < 2


def test_find_malware_says_that_there_is_no_scanner(settings, tmp_path):
    for address in (str(tmp_path / "clamd.ctl"), ("127.0.0.1", 1)):
        settings.CLAMD = address

        with pytest.raises(ScannerAway):
            find_malware([b"Minutes"], timeout=SOON)
