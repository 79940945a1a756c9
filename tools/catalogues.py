"""Tidies, checks and compiles the translation catalogues. It does not need gettext's msgfmt.

    python -m tools.catalogues            tidy and compile locale/*/LC_MESSAGES/*.po
    python -m tools.catalogues --staff    mark first what is translated only into French
    python -m tools.catalogues --compile  only compile those that changed
    python -m tools.catalogues --check    print what is wrong or not translated

Staff read English and French. A marker in the French catalogue says which texts only staff read;
the other catalogues leave them out. The marker belongs to the text, so files can move. A new text
has no marker, so it is demanded in all languages. tests/sweeps/test_translations.py fails if a file
with a marked text also has texts of its own that everybody reads.
"""

import argparse
import ast
import os
import re
import struct
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from core.catalogues import digest_of, is_compiled

ROOT = Path(__file__).resolve().parent.parent
LINE = re.compile(
    r'^(?:(?P<keyword>msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)\s+)?(?P<text>".*")$'
)
LOCATIONS = re.compile(r"^#: (.*)\n", re.MULTILINE)
# Every run would change it, so that two branches would always conflict.
CREATION_DATE = re.compile(r'^"POT-Creation-Date: .*"\n', re.MULTILINE)
# The language of staff that has a catalogue, and its comment for a text that only they read.
STAFF_LANGUAGE = "fr"
MARKER = "# Only staff read this.\n"
PLACEHOLDER_OR_TAG = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|</?[a-z]+")

# One entry: its keywords (msgid, msgstr, msgstr[0], …) and their texts.
Entry = dict[str, str]
# What gettext tells texts apart by: the context and the text.
Key = tuple[str, str]


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


def key_of(entry: Entry) -> Key:
    """Return the context and the text of an entry."""
    return entry.get("msgctxt", ""), entry.get("msgid", "")


def translations(entry: Entry) -> list[str]:
    """Return the translation of an entry, or one for each plural form."""
    return [text for keyword, text in entry.items() if keyword.startswith("msgstr")]


def is_translated(entry: Entry, *, is_fuzzy: bool) -> bool:
    """Return whether an entry has all its translations, and somebody has looked at them."""
    return all(translations(entry)) and not is_fuzzy


def staff_texts(text: str) -> set[Key]:
    """Return the texts of the French .po file that only staff read."""
    found = set()
    for block in blocks_of(text):
        entry, is_fuzzy = read_entry(block)
        # msgmerge copies the marker of a similar text together with its translation.
        if MARKER in block and not is_fuzzy:
            found.add(key_of(entry))
    return found


def mark_for_staff(text: str, *, read_by_all: Collection[Key]) -> str:
    """Return the French .po file with a marker at each translated text that others do not read."""
    marked = []
    for block in blocks_of(text):
        entry, is_fuzzy = read_entry(block)
        is_done = MARKER in block or key_of(entry) in read_by_all
        is_for_staff = entry.get("msgid") and is_translated(entry, is_fuzzy=is_fuzzy)
        marked.append(MARKER + block if is_for_staff and not is_done else block)
    return "\n\n".join(marked)


def tidy(text: str, *, left_out: Collection[Key] = ()) -> str:
    """Return a .po file without what depends on files and times, and without texts to leave out.

    Texts to leave out that are translated stay, because some letters to staff have them.
    """
    kept = []
    for block in blocks_of(text):
        entry, is_fuzzy = read_entry(block)
        if key_of(entry) in left_out and not is_translated(entry, is_fuzzy=is_fuzzy):
            continue
        tidied = CREATION_DATE.sub("", LOCATIONS.sub("", block))
        kept.append(tidied.replace(MARKER, "") if is_fuzzy else tidied)
    return "\n\n".join(kept).rstrip("\n") + "\n"


def compile_catalogue(catalogue: Path) -> bytes:
    """Return the .mo file of a .po file: a sorted table of texts, their translations, a digest."""
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
    table_of_offsets = b"".join(struct.pack("<2I", *offset) for offset in offsets)
    return header + table_of_offsets + texts + digest_of(catalogue)


def write_compiled(catalogue: Path) -> None:
    """Write the .mo file of a .po file, unless it is there. Several processes may do so at once."""
    if not is_compiled(catalogue):
        unfinished = catalogue.with_name(f"{os.getpid()}.mo")
        unfinished.write_bytes(compile_catalogue(catalogue))
        unfinished.replace(catalogue.with_suffix(".mo"))


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


def complaints_about(catalogue: Path, *, read_by_all: Collection[Key] = ()) -> Iterator[str]:
    """Yield what is missing or wrong in a catalogue."""
    place = catalogue.relative_to(ROOT)
    plurals = 0
    missing = {*read_by_all}
    for entry, is_fuzzy in read_entries(catalogue):
        missing.discard(key_of(entry))
        if not entry["msgid"]:
            plurals = number_of_plurals(entry)
        elif not is_translated(entry, is_fuzzy=is_fuzzy):
            yield f"{place}: not translated: {entry['msgid']}"
        elif "msgid_plural" in entry and len(translations(entry)) != plurals:
            yield f"{place}: not {plurals} plural forms: {entry['msgid']}"
        elif not is_alike(entry):
            yield f"{place}: other placeholders or tags: {entry['msgid']}"
    for _context, text in sorted(missing):
        yield f"{place}: not in the catalogue: {text}"


def catalogues() -> list[Path]:
    """Return the catalogues of all languages."""
    return sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))


def staff_catalogue() -> Path:
    """Return the French catalogue, which has all texts."""
    return ROOT / "locale" / STAFF_LANGUAGE / "LC_MESSAGES" / "django.po"


def check_all() -> list[str]:
    """Return what is missing or wrong in the catalogues of all languages."""
    text = staff_catalogue().read_text(encoding="utf-8")
    texts = {key_of(entry) for entry, _is_fuzzy in read_entries(staff_catalogue())}
    read_by_all = texts - staff_texts(text)
    return [
        complaint
        for catalogue in catalogues()
        for complaint in complaints_about(catalogue, read_by_all=read_by_all)
    ]


def mark_new_texts() -> None:
    """Mark the texts that are translated into French and into no other language, and print them."""
    translated = {
        key_of(entry)
        for catalogue in catalogues()
        if catalogue != staff_catalogue()
        for entry, is_fuzzy in read_entries(catalogue)
        if any(translations(entry)) and not is_fuzzy
    }
    text = staff_catalogue().read_text(encoding="utf-8")
    marked = mark_for_staff(text, read_by_all=translated)
    for _context, new in sorted(staff_texts(marked) - staff_texts(text)):
        sys.stdout.write(f"only for staff: {new}\n")
    staff_catalogue().write_text(marked, encoding="utf-8")


def tidy_all() -> None:
    """Tidy the catalogues of all languages."""
    of_staff = staff_texts(staff_catalogue().read_text(encoding="utf-8"))
    for catalogue in catalogues():
        text = catalogue.read_text(encoding="utf-8")
        left_out = of_staff if catalogue != staff_catalogue() else ()
        catalogue.write_text(tidy(text, left_out=left_out), encoding="utf-8")


def main() -> int:
    """Do what the option says; return 1 if a check fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options = parser.add_mutually_exclusive_group()
    options.add_argument("--staff", action="store_true", help="mark new texts that only staff read")
    options.add_argument("--compile", action="store_true", help="change no catalogue")
    options.add_argument("--check", action="store_true", help="change nothing")
    given = parser.parse_args()

    if given.check:
        complaints = check_all()
        sys.stderr.writelines(f"{complaint}\n" for complaint in complaints)
        return 1 if complaints else 0
    if given.staff:
        mark_new_texts()
    if not given.compile:
        tidy_all()
    for catalogue in catalogues():
        write_compiled(catalogue)
    return 0


if __name__ == "__main__":
    sys.exit(main())
