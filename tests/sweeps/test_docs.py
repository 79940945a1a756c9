"""The documents are true and readable: links, commands and tests exist, sentences are short."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

from tests.sweeps.prose import CODE_BLOCK, FRENCH, long_paragraphs, long_sentences

ROOT = Path(settings.BASE_DIR)
CHANGELOG = ROOT / "CHANGELOG.md"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    CHANGELOG,
    ROOT / "deploy" / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
HANDBOOK = [page for page in PAGES if page.is_relative_to(ROOT / "docs" / "handbook")]
FRENCH_PAGES = [page for page in HANDBOOK if page.parent.name == "fr"]
GLOSSARY = ROOT / "docs" / "glossary.md"
# Of all documents but the handbook and the glossary: what a newcomer can read in a day.
MAX_WORDS = 47_000
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
TESTS = {
    name
    for module in (ROOT / "tests").rglob("test_*.py")
    for name in [module.stem, *re.findall(r"^def (test_\w+)", module.read_text(), re.MULTILINE)]
}


def name_of(page):
    return str(page.relative_to(ROOT))


def anchors_of(page):
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(page, link):
    path, _hash, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or anchor in anchors_of(target))


# The links of a French chapter have the anchors of the English one: tests/handbook follows them.
@pytest.mark.parametrize("page", [page for page in PAGES if page not in FRENCH_PAGES], ids=name_of)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)]+)\)", CODE_BLOCK.sub("", page.read_text()))

    broken = [
        link
        for link in links
        # A letter in a how-to has placeholders in place of addresses.
        if not link.startswith(("https://", "http://", "mailto:", "{"))
        and not leads_somewhere(page, link)
    ]

    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_named_exist(page):
    named = set(re.findall(r"`(?:PORT=\d+ )?make ([a-z-]+)", page.read_text()))

    assert named - TARGETS == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_named_exist(page):
    """Only names with a folder, which are paths from the root."""
    named = re.findall(r"`((?:[\w.-]+/)+[\w-]+\.(?:py|md|csv|toml|txt))`", page.read_text())

    missing = [path for path in named if not (ROOT / path).exists()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_tests_named_exist(page):
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", page.read_text())

    missing = [
        f"{file}::{test}"
        for file, test in named
        if f"\ndef {test}(" not in (ROOT / file).read_text()
    ]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_tests_named_without_their_file_exist(page):
    named = set(re.findall(r"`(test_\w+)`", page.read_text()))

    assert named - TESTS == set()


def test_each_defence_names_a_test_that_shows_it():
    page = (ROOT / "docs" / "security.md").read_text()
    rows = [row for row in page.splitlines() if row.startswith("| ") and row.count(" | ") == 2]
    defences = page[page.index("## Threats") : page.index("## Secrets, and")]

    unshown = [row for row in rows if row in defences and "::test_" not in row]

    assert [row for row in unshown if not row.startswith("| threat |")] == []


def test_documents_are_short():
    pages = [page for page in PAGES if page not in HANDBOOK and page != GLOSSARY]

    assert sum(len(page.read_text().split()) for page in pages) <= MAX_WORDS


@pytest.mark.parametrize("page", HANDBOOK, ids=name_of)
def test_sentences_and_paragraphs_are_short(page):
    text = page.read_text()
    times = FRENCH if page in FRENCH_PAGES else 1

    assert [*long_sentences(text, times=times), *long_paragraphs(text, times=times)] == []


def test_long_sentences_are_found_in_paragraphs_items_and_cells():
    sentence = " ".join(["word"] * 31)
    text = f"# Title\n\nShort. **{sentence}.**\n- {sentence}\n\n| cell | {sentence} |\n|---|---|\n"

    assert len(long_sentences(text)) == 3


def test_long_paragraphs_are_found_and_code_is_left_out():
    sentence = "Seven words with a [link](page.md) and `some code`.\n"
    block = f"```\n{sentence * 20}```\n"

    assert long_paragraphs(sentence * 13) != []
    assert long_paragraphs(sentence * 12 + block) == []


def test_models_named_in_the_glossary_exist():
    named = re.findall(r"`(\w+\.models)\.(\w+)`", (ROOT / "docs" / "glossary.md").read_text())

    missing = [name for module, name in named if not hasattr(import_module(module), name)]

    assert len(named) > 20
    assert missing == []


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text().split()) <= 1_000


def test_readme_names_thirty_files_to_read_first():
    text = (ROOT / "README.md").read_text()

    numbered = re.findall(r"^(\d+)\. \[([\w/.]+)\]\(\2\): (.+)$", text, re.MULTILINE)

    assert [int(number) for number, _path, _words in numbered] == list(range(1, 31))
    assert len({path for _number, path, _words in numbered}) == 30
    assert [words for *_file, words in numbered if not 5 <= len(words.split()) <= 10] == []


def test_readme_names_every_picture_in_light_and_in_dark_mode():
    text = (ROOT / "README.md").read_text()

    light = re.findall(r'<img alt="[^"]{20,}" src="docs/pictures/([\w-]+)\.png">', text)
    dark = re.findall(r'srcset="docs/pictures/([\w-]+)\.png">', text)

    assert dark == [f"{name}-dark" for name in light]
    assert {*light, *dark} == {path.stem for path in (ROOT / "docs" / "pictures").iterdir()}


def test_help_lists_every_command():
    listed = set(re.findall(r'"make ([a-z-]+) ', MAKEFILE))

    assert listed == TARGETS


def test_every_decision_is_listed():
    folder = ROOT / "docs" / "decisions"

    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text()))

    assert listed == {path.name for path in folder.glob("[0-9]*.md")}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_decisions_named_exist_and_links_lead_to_them(page):
    list_of_all = (ROOT / "docs" / "decisions" / "README.md").read_text()
    numbers = {
        int(number) for number in re.findall(r"^- \*\*(\d+)\*\* ", list_of_all, re.MULTILINE)
    }
    text = page.read_text()

    named = {int(number) for number in re.findall(r"\bdecision (\d+)", text, re.IGNORECASE)}
    links = re.findall(r"\[decision (\d+)\]\((?:[\w./]*/)?([\w-]+)\.md\)", text, re.IGNORECASE)

    assert named - numbers == set()
    assert [
        (number, target)
        for number, target in links
        if target != "README" and not target.startswith(f"{int(number):04}-")
    ] == []
