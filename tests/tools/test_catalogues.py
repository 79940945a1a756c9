import gettext
import io

import pytest

from tools.catalogues import compile_catalogue, complaints_about

HEADER = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n > 1;\\n"\n'


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a catalogue with some entries, also compiled, and return its path."""
    monkeypatch.setattr("tools.catalogues.ROOT", tmp_path)

    def write_catalogue(*entries):
        catalogue = tmp_path / "django.po"
        catalogue.write_text("\n".join([HEADER, *entries]), encoding="utf-8")
        catalogue.with_suffix(".mo").write_bytes(compile_catalogue(catalogue))
        return catalogue

    return write_catalogue


def translations_of(catalogue):
    return gettext.GNUTranslations(io.BytesIO(catalogue.with_suffix(".mo").read_bytes()))


def test_compiled_catalogue_translates(write):
    compiled = translations_of(
        write(
            'msgid "Member"\nmsgstr "Membre"\n',
            'msgid ""\n"a long "\n"text"\nmsgstr ""\n"un long "\n"texte"\n',
            'msgctxt "month"\nmsgid "May"\nmsgstr "mai"\n',
            'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\n'
            'msgstr[0] "%(n)s jour"\nmsgstr[1] "%(n)s jours"\n',
        )
    )

    assert compiled.gettext("Member") == "Membre"
    assert compiled.gettext("a long text") == "un long texte"
    assert compiled.pgettext("month", "May") == "mai"
    assert compiled.ngettext("%(n)s day", "%(n)s days", 2) == "%(n)s jours"


def test_whole_catalogue_is_not_complained_about(write):
    catalogue = write('msgid "Member"\nmsgstr "Membre"\n')

    assert list(complaints_about(catalogue)) == []


@pytest.mark.parametrize(
    "entry",
    ['msgid "Member"\nmsgstr ""\n', '#, fuzzy\nmsgid "Member"\nmsgstr "Mombre"\n'],
    ids=["empty", "fuzzy"],
)
def test_text_without_translation_is_complained_about(write, entry):
    catalogue = write(entry)

    assert list(complaints_about(catalogue)) == ["django.po: not translated: Member"]
    assert translations_of(catalogue).gettext("Member") == "Member"


def test_stale_catalogue_is_complained_about(write):
    catalogue = write('msgid "Member"\nmsgstr "Mombre"\n')
    catalogue.write_text(catalogue.read_text().replace("Mombre", "Membre"))

    assert list(complaints_about(catalogue)) == [
        "django.po: its .mo is stale; run `python -m tools.catalogues`"
    ]
