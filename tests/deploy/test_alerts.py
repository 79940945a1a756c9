"""The alarms for Prometheus are about figures that /metrics has, and say what to do."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.template.defaultfilters import slugify
from django.utils.timezone import now

from tests.factories import SignInEventFactory
from tests.p2c_portal.test_metrics import _counting, scrape  # noqa: F401

FOLDER = Path(settings.BASE_DIR) / "deploy" / "prometheus"
ALERTS = FOLDER / "alerts.yaml"
WATCH = Path(settings.BASE_DIR) / "docs" / "operations" / "watch.md"
# A metric, and its conditions on labels.
METRIC = re.compile(r"\b(p2c_\w+|up)(?:\{([^}]*)\})?")
CONDITION = re.compile(r"(\w+)(?:=~|!~|!=|=)\"")
# Those that Prometheus adds to each figure.
ADDED = {"job", "instance"}


def rules():
    [group] = yaml.safe_load(ALERTS.read_text())["groups"]
    return group["rules"]


@pytest.mark.usefixtures("_counting")
@pytest.mark.django_db
def test_alarms_are_about_figures_and_labels_that_there_are(client, settings, tmp_path):
    settings.AUDIT_SYSLOG = "unix:/dev/log"
    settings.VAR_DIR = tmp_path
    (tmp_path / "failures").mkdir()
    (tmp_path / "failures" / "p2c-beat.service").touch()
    settings.MAILBOX_URL = "imaps://portal:secret@mail.example"
    SignInEventFactory(at=now())
    client.get("/healthz")
    known = {"up": set(ADDED)}
    for name, *labels in scrape():
        known.setdefault(name, set(ADDED)).update(label.partition("=")[0] for label in labels)

    missing = [
        (rule["alert"], name, label)
        for rule in rules()
        for name, conditions in METRIC.findall(rule["expr"])
        for label in [None, *CONDITION.findall(conditions)]
        if name not in known or (label and label not in known[name])
    ]

    assert missing == []


def test_each_alarm_has_a_severity_a_summary_and_a_section_that_says_what_to_do():
    headings = {
        slugify(line.lstrip("# ")) for line in WATCH.read_text().splitlines() if line[:1] == "#"
    }
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"]["summary"].endswith(".")
        page, _sign, section = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/operations/watch.md"
        assert section in headings


def test_prometheus_reads_each_process_with_the_token():
    read = yaml.safe_load((FOLDER / "prometheus.yaml").read_text())

    [job] = read["scrape_configs"]
    assert job["metrics_path"] == "/metrics"
    assert job["authorization"]["type"] == "Bearer"
    assert read["rule_files"] == [ALERTS.name]


# Not in CI, where the program is not installed.
@pytest.mark.long
@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "rules", "alerts.yaml"],
        ["check", "config", "--syntax-only", "prometheus.yaml"],
        ["test", "rules", "alerts_test.yaml"],
    ],
)
def test_promtool_accepts_the_files_and_alarms_ring_when_they_should(found, tmp_path, arguments):
    promtool = found("promtool")
    for file in (ALERTS, FOLDER / "prometheus.yaml", Path(__file__).with_name("alerts_test.yaml")):
        shutil.copy(file, tmp_path)

    ended = subprocess.run(
        [promtool, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
