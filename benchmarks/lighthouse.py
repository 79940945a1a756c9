"""Runs Lighthouse on seven pages, and fails if a score is below its goal.

    make lighthouse

It needs node and Chromium, and the network if npx has not installed Lighthouse yet. The portal runs
in a temporary folder, on its web server, with the demonstration loaded.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

import benchmarks.set_up  # noqa: F401
from benchmarks.figures import Table
from benchmarks.first_visit import FORM, browser_here
from tests.portal import collect_static, environment, manage, web

# The last one that runs on Node 20.
LIGHTHOUSE = "lighthouse@12.8.2"
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
# A page that is not for search engines always fails the category about them.
PRIVATE_GOALS = {name: goal for name, goal in GOALS.items() if name != "seo"}
SIGN_IN = "/accounts/sign-in/"
LISTS = ("/en/", "/en/members/", "/en/calendar/")
# The first link on a list that leads to a page of one of its rows.
FIRST_ROW = {
    "/en/members/": re.compile(r'href="(/en/members/[\w-]+/)"'),
    "/en/focus-areas/": re.compile(r'href="(/en/focus-areas/[\w-]+/)"'),
}


def main():
    """Check each page, print the scores, and fail if one is below its goal."""
    collect_static()
    in_words = ", ".join(f"{name} {goal}" for name, goal in GOALS.items())
    table = Table("Lighthouse", ("page", *GOALS), goal=in_words)
    faults, is_below = [], False
    with tempfile.TemporaryDirectory() as folder:
        facts = environment(
            database_url=f"sqlite:///{folder}/portal.sqlite3",
            broker_url=f"sqla+sqlite:///{folder}/broker.sqlite3",
            EMAIL_URL=f"filemail:///{folder}/mail",
        )
        manage("migrate", environment=facts)
        manage("load_demonstration", environment=facts)
        with web(facts, Path(folder)) as site:
            for page in [*LISTS, FORM, SIGN_IN, *first_rows(site.url)]:
                goals = PRIVATE_GOALS if page == SIGN_IN else GOALS
                report = look_at(f"{site.url}{page}", Path(folder) / "report.json")
                if report is None:
                    faults.append(f"{page}: Lighthouse could not open it")
                    is_below = True
                    continue
                scores = {
                    name: round((report["categories"][name]["score"] or 0) * 100) for name in goals
                }
                table.add(page, *(scores.get(name, "none") for name in GOALS))
                is_below |= any(scores[name] < goal for name, goal in goals.items())
                faults += [f"{page}: {fault}" for fault in faults_in(report, goals)]
    print(table)
    print("\n".join(faults))
    return is_below


def first_rows(site):
    """Return the page of the first member and of the first focus area."""
    for address, link in FIRST_ROW.items():
        with urlopen(f"{site}{address}") as response:
            page = response.read().decode()
        if found := link.search(page):
            yield found[1]
        else:
            print(f"{address} leads to no page of its own")


def look_at(address, path):
    """Run Lighthouse on one page, and return its report; None if the page does not open."""
    flags = "--headless=new --no-sandbox --disable-dev-shm-usage --disable-gpu"
    command = ["npx", "--yes", "--ignore-scripts", LIGHTHOUSE, address, "--quiet"]
    command += [f"--chrome-flags={flags}", "--output=json", f"--output-path={path}"]
    facts = {**os.environ, "CHROME_PATH": browser_here()}
    ended = subprocess.run(command, env=facts, check=False)
    return json.loads(path.read_text()) if ended.returncode == 0 else None


def faults_in(report, categories):
    """Return the audits that reduce the scores of some categories, one per line."""
    counted = {
        reference["id"]
        for name in categories
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
