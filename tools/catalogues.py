"""Tidies and compiles the translation catalogues like msgfmt, and checks that they are complete.

    python -m tools.catalogues            tidy and compile locale/*/LC_MESSAGES/*.po
    python -m tools.catalogues --check    print what is out of date, wrong or not translated

The desk is in English and French. The other catalogues leave out what only the desk needs. To know
that, `make messages` collects the texts with the files that they are in, which are then removed.

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
SOURCES = re.compile(r"^#: (.*)\n", re.MULTILINE)
# Files with texts that only staff read.
DESK = re.compile(
    # All readers of the privacy notice read the names of tables.
    r"^(?!\w+/(services/)?personal_data\.py)(accounts/services/(permissions|second_factor)\.py"
    r"|commitments/(forms/(counting|decisions|rates|report_desk)|models/(rate|snapshot)"
    r"|services/(open_work|rates|reconversion|work_queue|wording))\.py"
    r"|core/admin/"
    r"|focus_areas/models/home_section\.py"
    r"|handbook/"
    r"|mailings/(?!(forms|views)/group_letters\.py|models/group_letter\.py"
    r"|services/(group_letters|letters)\.py)"
    r"|meetings/forms/"
    r"|members/(models/opinion_request|services/opinions)\.py"
    r"|outbox/(?!services/(marker_faults|rendering|template_rendering)\.py)"
    r"|privacy/(forms/(?!exports)|models/(data_export|erasures|retention)\.py"
    r"|services/(audit|emptying|erasure|people|plan|retained_rows|retention_\w+)\.py)"
    r"|templates/(admin|mfa)/"
    r"|triage/"
    r")|/(admin/|admin(_\w+)?\.py|management/"
    r"|(co_lead|desk|group_letter|partner|report|template)_types\.py)"
)
# The languages of the desk with a catalogue.
DESK_LANGUAGES = ("fr",)
PLACEHOLDER_OR_TAG = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|</?[a-z]+")

# One entry: its keywords (msgid, msgstr, msgstr[0], …) and their texts.
Entry = dict[str, str]


def blocks_of(text: str) -> list[str]:
    """Return the parts of a .po file: one for each entry."""
    return re.split(r"\n\s*\n", text)


def read_entry(block: str) -> tuple[Entry, bool]:
    """Return the entry of a part of a .po file, and whether it is marked as fuzzy."""
    entry: Entry = {}
    keyword = ""
    for line in block.splitlines():
        if match := LINE.match(line):
            keyword = match["keyword"] or keyword
            entry[keyword] = entry.get(keyword, "") + ast.literal_eval(match["text"])
    return entry, bool(re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE))


def read_entries(catalogue: Path) -> Iterator[tuple[Entry, bool]]:
    """Yield each active entry of a .po file, and whether it is marked as fuzzy."""
    for block in blocks_of(catalogue.read_text(encoding="utf-8")):
        entry, is_fuzzy = read_entry(block)
        if "msgid" in entry:
            yield entry, is_fuzzy


def translations(entry: Entry) -> list[str]:
    """Return the translation of an entry, or one for each plural form."""
    return [text for keyword, text in entry.items() if keyword.startswith("msgstr")]


def is_translated(entry: Entry, *, is_fuzzy: bool) -> bool:
    """Return whether an entry has all its translations, and somebody has looked at them."""
    return all(translations(entry)) and not is_fuzzy


def is_for_the_desk_only(block: str) -> bool:
    """Return whether only staff read a text; False if its files are not known."""
    files = [file for line in SOURCES.findall(block) for file in line.split()]
    return bool(files) and all(DESK.search(file) for file in files)


def tidy(text: str, *, has_desk: bool) -> str:
    """Return a .po file without the names of files and without what its language does not need.

    Texts for the desk that are translated stay, because some letters to staff have them.
    """
    kept = []
    for block in blocks_of(text):
        entry, is_fuzzy = read_entry(block)
        if has_desk or not is_for_the_desk_only(block) or is_translated(entry, is_fuzzy=is_fuzzy):
            kept.append(SOURCES.sub("", block))
    return "\n\n".join(kept).rstrip("\n") + "\n"


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


def number_of_plurals(header: Entry) -> int:
    """Return how many plural forms a language has, from the first entry of its catalogue."""
    found = re.search(r"nplurals=(\d+)", header["msgstr"])
    return int(found[1]) if found else 0


def is_alike(entry: Entry) -> bool:
    """Return whether the translations have the placeholders and the tags of the text.

    A plural form may leave out placeholders, because it may say "one" or "two" in a word.
    """
    original = entry.get("msgid_plural", entry["msgid"])
    wanted = sorted(PLACEHOLDER_OR_TAG.findall(original))
    found = [sorted(PLACEHOLDER_OR_TAG.findall(text)) for text in translations(entry)]
    if "msgid_plural" in entry:
        return all(set(each) <= set(wanted) for each in found)
    return all(each == wanted for each in found)


def complaints_about(catalogue: Path) -> Iterator[str]:
    """Yield what is missing or wrong in a catalogue, or that its compiled file is out of date."""
    place = catalogue.relative_to(ROOT)
    plurals = 0
    for entry, is_fuzzy in read_entries(catalogue):
        if not entry["msgid"]:
            plurals = number_of_plurals(entry)
        elif not is_translated(entry, is_fuzzy=is_fuzzy):
            yield f"{place}: not translated: {entry['msgid']}"
        elif "msgid_plural" in entry and len(translations(entry)) != plurals:
            yield f"{place}: not {plurals} plural forms: {entry['msgid']}"
        elif not is_alike(entry):
            yield f"{place}: other placeholders or tags: {entry['msgid']}"
    compiled = catalogue.with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != compile_catalogue(catalogue):
        yield f"{place}: its .mo is stale; run `python -m tools.catalogues`"


def main() -> int:
    """Tidy and compile all catalogues, or check them; return 1 if a check fails."""
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
            has_desk = catalogue.parts[-3] in DESK_LANGUAGES
            text = catalogue.read_text(encoding="utf-8")
            catalogue.write_text(tidy(text, has_desk=has_desk), encoding="utf-8")
            catalogue.with_suffix(".mo").write_bytes(compile_catalogue(catalogue))
    for complaint in complaints:
        sys.stderr.write(f"{complaint}\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
