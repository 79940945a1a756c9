"""/metrics of a real web server: its processes together, also after one of them was killed."""

import os
import signal
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.portal import collect_static, database_url, environment, web
from tests.processes import PATIENCE, eventually

pytestmark = [
    pytest.mark.long,
    pytest.mark.patient,
    pytest.mark.postgresql_in_ci,
    pytest.mark.django_db(transaction=True),
]

TOKEN = "a-token-of-prometheus-alone"
REQUESTS = 40


def open_page(url, **headers):
    with urlopen(Request(url, headers=headers)) as answer:  # noqa: S310
        return answer.read().decode()


def counted(site):
    """Return how often /healthz was counted, by all processes together."""
    text = open_page(f"{site.url}/metrics", Authorization=f"Bearer {TOKEN}")
    return sum(
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "p2c_requests_total" and sample.labels["view"] == "healthz"
    )


def test_counts_of_two_processes_are_one_and_outlive_a_killed_process(tmp_path):
    collect_static()
    given = environment(
        database_url=database_url(),
        broker_url="memory://",
        METRICS_TOKEN=TOKEN,
        TMPDIR=str(tmp_path),
    )
    with web(given, tmp_path) as site:
        before = counted(site)
        for _number in range(REQUESTS):
            open_page(f"{site.url}/healthz")

        assert {counted(site) - before for _try in range(6)} == {REQUESTS}

        [folder] = tmp_path.glob("p2c-metrics-*")
        files = {file.name for file in folder.iterdir()}
        first, *_others = site.children()
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: first not in site.children(), within=PATIENCE)
        assert eventually(lambda: len(site.children()) == 2, within=PATIENCE)
        for _number in range(REQUESTS):
            open_page(f"{site.url}/healthz")

        assert {counted(site) - before for _try in range(6)} == {2 * REQUESTS}
        assert {file.name for file in folder.iterdir()} == files
        site.stop()

    assert list(tmp_path.glob("p2c-metrics-*")) == []
