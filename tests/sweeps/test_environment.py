"""`.env.example` has exactly the settings that the portal reads, with their defaults."""

import ast
import re
from itertools import chain
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
EXAMPLE_FILE = (ROOT / ".env.example").read_text()
EXAMPLE = dict(re.findall(r"^(?:# )?([A-Z0-9_]+)=(.*)$", EXAMPLE_FILE, re.MULTILINE))
FILES = [ROOT / "p2c_portal" / name for name in ("settings.py", "single_sign_on.py")]
# This decides whether .env is read at all, so it cannot be in that file.
NOT_IN_THE_FILE = {"READ_DOT_ENV"}


def settings_read():
    """Return the settings that are read, with their default if it is a constant."""
    read = {}
    for node in chain.from_iterable(ast.walk(ast.parse(file.read_text())) for file in FILES):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        is_env = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "env"
        is_ours = ast.unparse(node.func) in ("required", "secret")
        if (is_env or is_ours) and isinstance(node.args[0], ast.Constant):
            defaults = [
                keyword.value.value
                for keyword in node.keywords
                if keyword.arg == "default" and isinstance(keyword.value, ast.Constant)
            ]
            read[node.args[0].value] = defaults[0] if defaults else None
    return read


def test_example_has_exactly_the_settings_that_are_read():
    assert set(EXAMPLE) == set(settings_read()) - NOT_IN_THE_FILE


def test_example_shows_the_defaults():
    commented = re.findall(r"^# ([A-Z0-9_]+)=(.+)$", EXAMPLE_FILE, re.MULTILINE)

    shown = {name: value for name, value in commented if settings_read()[name] is not None}

    assert shown == {name: str(settings_read()[name]) for name in shown}
