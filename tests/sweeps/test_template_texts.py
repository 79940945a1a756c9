"""Templates leave the punctuation of a text to its translations."""

import re
from pathlib import Path

from django.conf import settings

COLON = re.compile(r"""\{%\s*translate\s[^%]*%\}(?:</\w+>)*\s*:(?!\w)""")


def test_templates_write_no_colon_after_a_text():
    templates = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))

    found = {
        (str(file.relative_to(settings.BASE_DIR)), text)
        for file in templates
        for text in COLON.findall(file.read_text(encoding="utf-8"))
    }

    assert len(templates) > 100
    assert found == set()
