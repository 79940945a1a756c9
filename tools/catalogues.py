"""Compiles the translation catalogues like msgfmt, and checks that they are complete.

    python -m tools.catalogues            compile locale/*/LC_MESSAGES/*.po
    python -m tools.catalogues --check    print what is out of date or not translated

The compiled files are committed, because msgfmt is not installed everywhere.
"""

import argparse
import ast
import re
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINE = re.compile(
    r'^(?:(?P<keyword>msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)\s+)?(?P<text>".*")$'
)

# One entry: its keywords (msgid, msgstr, msgstr[0], …) and their texts.
Entry = dict[str, str]


def read_entries(catalogue: Path) -> Iterator[tuple[Entry, bool]]:
    """Yield each active entry of a .po file, and whether it is marked as fuzzy."""
    for block in re.split(r"\n\s*\n", catalogue.read_text(encoding="utf-8")):
        entry: Entry = {}
        keyword = ""
        for line in block.splitlines():
            if match := LINE.match(line):
                keyword = match["keyword"] or keyword
                entry[keyword] = entry.get(keyword, "") + ast.literal_eval(match["text"])
        if "msgid" in entry:
            yield entry, bool(re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE))


def translations(entry: Entry) -> list[str]:
    """Return the translation of an entry, or one for each plural form."""
    return [text for keyword, text in entry.items() if keyword.startswith("msgstr")]


def compile_catalogue(catalogue: Path) -> bytes:
    """Return the .mo file of a .po file: a sorted table of texts and their translations."""
    table = {}
    for entry, is_fuzzy in read_entries(catalogue):
        if all(translations(entry)) and (entry["msgid"] == "" or not is_fuzzy):
            key = entry["msgid"]
            if "msgctxt" in entry:
                key = f"{entry['msgctxt']}\x04{key}"
            if "msgid_plural" in entry:
                key = f"{key}\x00{entry['msgid_plural']}"
            table[key.encode()] = "\x00".join(translations(entry)).encode()

    keys = sorted(table)
    start_of_texts = 7 * 4 + 16 * len(keys)
    texts = b""
    offsets = []
    for text in [*keys, *(table[key] for key in keys)]:
        offsets.append((len(text), start_of_texts + len(texts)))
        texts += text + b"\x00"
    header = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, 0)
    return header + b"".join(struct.pack("<2I", *offset) for offset in offsets) + texts


def complaints_about(catalogue: Path) -> Iterator[str]:
    """Yield what is missing in a catalogue, or that its compiled file is out of date."""
    place = catalogue.relative_to(ROOT)
    for entry, is_fuzzy in read_entries(catalogue):
        if entry["msgid"] and (is_fuzzy or not all(translations(entry))):
            yield f"{place}: not translated: {entry['msgid']}"
    compiled = catalogue.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != compile_catalogue(catalogue):
        yield f"{place}: its .mo is stale; run `python -m tools.catalogues`"


def main() -> int:
    """Compile all catalogues, or check them; return 1 if a check fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing")
    is_check = parser.parse_args().check

    complaints: list[str] = []
    for catalogue in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        if is_check:
            complaints += complaints_about(catalogue)
        else:
            catalogue.with_suffix(".mo").write_bytes(compile_catalogue(catalogue))
    for complaint in complaints:
        sys.stderr.write(f"{complaint}\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
