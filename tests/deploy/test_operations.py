"""The operations guide is true: its commands are valid, and all that it names exists."""

import inspect
import re
import runpy
import shlex
import subprocess
from functools import cache

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from p2c_portal.health import check_everything
from tests.deploy.guide import NEEDS, PAGES, PLACES, ROOT, blocks

DEPLOY = ROOT / "deploy"
BLOCKS = [block for page in PAGES for block in blocks(page)]
TEXT = {page.name: page.read_text() for page in PAGES}
EXAMPLE = set(
    re.findall(r"^(?:# )?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
)
# Not a setting of the portal, but of a command.
OTHER_NAMES = {"PORTAL"}


def table_of(page, heading):
    """Return the rows of the table below a heading, each a list of cells."""
    text = TEXT[page]
    below = text[text.index(f"{heading}\n") :]
    rows = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)[0].splitlines()
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]


@cache
def options_of(name):
    """Return the options of a command of manage.py, as its help lists them."""
    command = load_command_class(get_commands()[name], name)
    return set(re.findall(r"--[a-z-]+", command.create_parser("manage.py", name).format_help()))


def manage_commands():
    """Return the words of each command of manage.py in the blocks."""
    text = "".join(block.commands for block in BLOCKS).replace("\\\n", " ")
    calls = re.findall(
        r"(?:^|\" |python )(?:p2c-manage|manage\.py) (.+?)(?= [|&>]|$)", text, re.MULTILINE
    )
    return [shlex.split(call) for call in calls]


def test_every_block_says_where_it_runs():
    unclear = [
        (block.page, sorted(block.marks))
        for block in BLOCKS
        if len(block.marks & PLACES) != 1 or block.marks - PLACES - NEEDS
    ]

    assert len(BLOCKS) > 30
    assert unclear == []
    # A block without a marker would not be found.
    assert {name: text.count("```sh") for name, text in TEXT.items() if "```sh" in text} == {
        name: sum(block.page == name for block in BLOCKS) for name in TEXT if "```sh" in TEXT[name]
    }


def test_markers_are_explained():
    explained = {row[0].strip("`") for row in table_of("README.md", "## Commands in this guide")}

    assert explained == PLACES | NEEDS


def test_every_block_is_valid_shell(found):
    # As functions, so that one shell reads all of them.
    script = "".join(f"f{n}() {{\n{block.commands}}}\n" for n, block in enumerate(BLOCKS))

    read = subprocess.run(
        [found("bash"), "-n"], input=script, capture_output=True, text=True, check=False
    )

    assert (read.returncode, read.stderr) == (0, "")


def test_every_command_of_manage_py_has_its_options():
    commands = [(name, word) for name, *words in manage_commands() for word in ["", *words]]

    unknown = [
        (name, word)
        for name, word in commands
        if name not in get_commands()
        or (word.startswith("--") and word.split("=")[0] not in options_of(name))
    ]

    assert len(commands) > 20
    assert unknown == []


@pytest.mark.parametrize("page", sorted(TEXT))
def test_units_and_files_named_exist(page):
    text = TEXT[page]
    commands = "".join(block.commands for block in BLOCKS if block.page == page)
    units = re.findall(r"\bp2c-[a-z-]+@?(?=\d*\.(?:service|timer))|\bp2c(?=\.target)", text)
    units += re.findall(r"systemctl .*?(p2c-[a-z]+@?)", text)
    files = re.findall(r"(?:(?<![\w/.])|/opt/p2c/portal/)(deploy/[\w/.@*-]*[\w*])", text)
    scripts = re.findall(r"^(?:PORTAL=\S+ )?(p2c-(?!portal-)[a-z]+)", commands, re.MULTILINE)

    assert set(units) - {unit.stem for unit in (DEPLOY / "systemd").iterdir()} == set()
    assert [file for file in files if not list(ROOT.glob(file))] == []
    assert [script for script in scripts if not (DEPLOY / script).exists()] == []


@pytest.mark.parametrize("page", sorted(TEXT))
def test_settings_named_exist(page):
    text = TEXT[page]
    named = re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", text)
    changed = re.findall(r"\^([A-Z][A-Z0-9_]+)=", text)
    files = re.findall(r"/environment\) <<END\n(.*?)^END$", text, re.MULTILINE | re.DOTALL)
    written = re.findall(r"^([A-Z][A-Z0-9_]+)=", "".join(files), re.MULTILINE)

    assert {*named, *changed, *written} - EXAMPLE - OTHER_NAMES == set()


def test_every_page_is_on_the_map():
    listed = {row[0] for row in table_of("README.md", "# Operations guide")}

    assert listed == {f"[{name}]({name})" for name in TEXT if name != "README.md"}


def test_every_check_of_readyz_and_every_alarm_has_its_row():
    rows = table_of("watch.md", "## Alarms")
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]

    alarms = {name for row in rows for name in re.findall(r"\w+", row[0])}
    checks = {row[1].strip("`") for row in rows} - {"–"}

    assert alarms - {"–"} == {rule["alert"] for group in groups for rule in group["rules"]}
    source = inspect.getsource(check_everything)
    assert checks == set(re.findall(r'^        "(\w+)": \{', source, re.MULTILINE))


def test_connections_are_those_of_the_processes():
    gunicorn = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    procfile = (ROOT / "Procfile").read_text()
    workers = {
        name: int(number)
        for name, number in re.findall(r"^(\w+): .* --concurrency (\d+)", procfile, re.MULTILINE)
    }
    web = gunicorn["workers"] * gunicorn["threads"]

    stated = {row[0]: int(row[1]) for row in table_of("scale.md", "## Connections to PostgreSQL")}

    assert stated == {
        "one `p2c-web@.service`": web,
        "`p2c-mail.service`": workers["mail"],
        "`p2c-bulk.service`": workers["bulk"],
        "`p2c-beat.service`": 0,
    }
    whole = 2 * web + sum(workers.values())
    assert f"One machine as installed needs {whole}." in TEXT["scale.md"]


def test_guide_is_linked_from_the_files_that_it_explains():
    assert "docs/operations/README.md" in (DEPLOY / "README.md").read_text()
