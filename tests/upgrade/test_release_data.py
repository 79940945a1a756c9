"""The stored release is the one before, small, and made up."""

import json
import re

from tools import release_data

MAX_BYTES = 400_000
ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
# The last one is the office of the coalition, whose address is on every page.
MADE_UP = ("example.org", "example.com", "example", "itu.int")


def test_release_has_the_migrations_that_it_was_stored_with():
    assert release_data.complaint_about(release_data.read()) == ""


def test_release_is_small():
    assert release_data.FILE.stat().st_size < MAX_BYTES


def test_release_is_full_and_made_up():
    data = release_data.read()

    domains = set(ADDRESS.findall(json.dumps(data, ensure_ascii=False)))
    assert [each for each in domains if not each.endswith(MADE_UP)] == []
    assert len(data["tables"]["members_member"]["rows"]) >= 300
    assert len(data["links"]) == 5
