"""Runs Lighthouse on public pages, and fails unless all four categories score 100.

    make lighthouse

It needs node and Chromium, and the network if npx has not installed Lighthouse yet. The portal runs
in a temporary folder, on its web server, with the demonstration loaded.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import benchmarks.set_up  # noqa: F401
from benchmarks.figures import Table
from benchmarks.first_visit import FORM, browser_here
from tests.portal import collect_static, environment, manage, web

# The last one that runs on Node 20.
LIGHTHOUSE = "lighthouse@12.8.2"
PAGES = ("/en/", FORM, "/en/calendar/")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


def main():
    """Check each page, print the scores, and fail if one is below 100."""
    collect_static()
    table = Table("Lighthouse", ("page", *CATEGORIES), goal="100 in all")
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        facts = environment(
            database_url=f"sqlite:///{folder}/portal.sqlite3",
            broker_url=f"sqla+sqlite:///{folder}/broker.sqlite3",
            EMAIL_URL=f"filemail:///{folder}/mail",
        )
        manage("migrate", environment=facts)
        manage("load_demonstration", environment=facts)
        with web(facts, Path(folder)) as site:
            for page in PAGES:
                report = look_at(f"{site.url}{page}", Path(folder) / "report.json")
                scores = {name: report["categories"][name]["score"] for name in CATEGORIES}
                table.add(page, *(round((score or 0) * 100) for score in scores.values()))
                faults += [f"{page}: {fault}" for fault in faults_in(report)]
    print(table)
    print("\n".join(faults))
    return any(score != 100 for _page, *scores in table.rows for score in scores)


def look_at(address, path):
    """Run Lighthouse on one page, and return its report."""
    flags = "--headless=new --no-sandbox --disable-dev-shm-usage --disable-gpu"
    command = ["npx", "--yes", "--ignore-scripts", LIGHTHOUSE, address, "--quiet"]
    command += [f"--chrome-flags={flags}", "--output=json", f"--output-path={path}"]
    subprocess.run(command, env={**os.environ, "CHROME_PATH": browser_here()}, check=True)
    return json.loads(path.read_text())


def faults_in(report):
    """Return the audits that reduce the score, one per line."""
    counted = {
        reference["id"]
        for name in CATEGORIES
        for reference in report["categories"][name]["auditRefs"]
        if reference["weight"]
    }
    audits = report["audits"]
    return [
        f"{name}: {audits[name]['title']} {audits[name].get('displayValue', '')}".strip()
        for name in sorted(counted)
        if audits[name]["score"] is not None and audits[name]["score"] < 0.995
    ]


if __name__ == "__main__":
    sys.exit(main())
