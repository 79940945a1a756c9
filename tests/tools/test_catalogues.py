import gettext
import io
import sys

import pytest

from core.catalogues import is_compiled
from tools.catalogues import MARKER, complaints_about, main, mark_for_staff, tidy, write_compiled

HEADER = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=n > 1;\\n"\n'


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a catalogue with some entries, also compiled, and return its path."""
    monkeypatch.setattr("tools.catalogues.ROOT", tmp_path)

    def write_catalogue(*entries):
        catalogue = tmp_path / "django.po"
        catalogue.write_text("\n".join([HEADER, *entries]), encoding="utf-8")
        write_compiled(catalogue)
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


@pytest.mark.parametrize(
    "entry",
    ['msgid "Member"\nmsgstr ""\n', '#, fuzzy\nmsgid "Member"\nmsgstr "Mombre"\n'],
    ids=["empty", "fuzzy"],
)
def test_text_without_translation_is_complained_about(write, entry):
    catalogue = write(entry)

    assert list(complaints_about(catalogue)) == ["django.po: not translated: Member"]
    assert translations_of(catalogue).gettext("Member") == "Member"


def test_changed_catalogue_is_compiled_again(write):
    catalogue = write('msgid "Member"\nmsgstr "Mombre"\n')
    was_compiled = is_compiled(catalogue)

    catalogue.write_text(catalogue.read_text().replace("Mombre", "Membre"))
    is_stale = not is_compiled(catalogue)
    write_compiled(catalogue)

    assert (was_compiled, is_stale, is_compiled(catalogue)) == (True, True, True)
    assert translations_of(catalogue).gettext("Member") == "Membre"


def test_compiled_catalogue_is_replaced_whole(write):
    catalogue = write('msgid "Member"\nmsgstr "Membre"\n')
    compiled = catalogue.with_suffix(".mo")
    with compiled.open("rb") as open_in_another_process:
        before = compiled.read_bytes()
        catalogue.write_text(f'{HEADER}\nmsgid "Letter"\nmsgstr "Lettre"\n')

        write_compiled(catalogue)

        assert open_in_another_process.read() == before
    assert compiled.read_bytes() != before
    assert sorted(catalogue.parent.iterdir()) == [compiled, catalogue]


def test_compiled_catalogue_is_not_written_twice(write):
    catalogue = write('msgid "Member"\nmsgstr "Membre"\n')
    written = catalogue.with_suffix(".mo").stat()

    write_compiled(catalogue)

    assert catalogue.with_suffix(".mo").stat() == written


def test_text_that_a_catalogue_does_not_have_is_complained_about(write):
    catalogue = write('msgid "Member"\nmsgstr "Membre"\n')

    complaints = complaints_about(
        catalogue, read_by_all={("", "Member"), ("month", "May"), ("", "Letter")}
    )

    assert list(complaints) == [
        "django.po: not in the catalogue: Letter",
        "django.po: not in the catalogue: May",
    ]


@pytest.mark.parametrize(
    "translation", ["%(n)s", "%(m)s jours", "%(n)s %(n)s jours", "<b>%(n)s</b> jours", "%(n)s<br>"]
)
def test_translation_with_other_placeholders_or_tags_is_complained_about(write, translation):
    catalogue = write(
        f'msgid "<b>%(n)s</b> days<br>"\nmsgstr "{translation}"\n',
        'msgid "<b>%(n)s</b> hours"\nmsgstr "<b>%(n)s</b> heures"\n',
    )

    assert list(complaints_about(catalogue)) == [
        "django.po: other placeholders or tags: <b>%(n)s</b> days<br>"
    ]


PLURAL = 'msgid "%(n)s day of %(m)s"\nmsgid_plural "%(n)s days of %(m)s"\n'


@pytest.mark.parametrize(
    ("forms", "complaint"),
    [
        (("un jour de %(m)s", "%(n)s jours de %(m)s"), None),
        (("%(o)s jour", "%(n)s jours de %(m)s"), "other placeholders or tags"),
        (("%(n)s jour de %(m)s",), "not 2 plural forms"),
        (("un de %(m)s", "deux de %(m)s", "%(n)s jours de %(m)s"), "not 2 plural forms"),
    ],
)
def test_each_plural_form_is_checked(write, forms, complaint):
    catalogue = write(
        PLURAL + "".join(f'msgstr[{number}] "{form}"\n' for number, form in enumerate(forms))
    )

    assert list(complaints_about(catalogue)) == (
        [f"django.po: {complaint}: %(n)s day of %(m)s"] if complaint else []
    )


COLLECTED = f"""msgid ""
msgstr ""
"POT-Creation-Date: 2026-12-01 09:26+0100\\n"
"Language: fr\\n"

#: members/models/member.py templates/admin/index.html
#: triage/desk/forms.py
msgid "Read by all"
msgstr ""

{MARKER}#: triage/desk/forms.py
msgid "Read by staff"
msgstr ""

{MARKER}#: triage/desk/services/template_types.py
msgid "In a letter to staff"
msgstr "Translated"

{MARKER}#: triage/desk/forms.py
#, fuzzy
msgid "A guess"
msgstr "Translated"
"""


def test_tidy_removes_sources_dates_and_markers_of_guesses():
    tidied = tidy(COLLECTED)

    assert (
        tidied
        == f"""msgid ""
msgstr ""
"Language: fr\\n"

msgid "Read by all"
msgstr ""

{MARKER}msgid "Read by staff"
msgstr ""

{MARKER}msgid "In a letter to staff"
msgstr "Translated"

#, fuzzy
msgid "A guess"
msgstr "Translated"
"""
    )
    assert tidy(tidied) == tidied


def test_tidy_leaves_out_texts_that_are_not_translated():
    left_out = {("", "Read by staff"), ("", "In a letter to staff"), ("", "A guess")}

    tidied = tidy(COLLECTED, left_out=left_out)

    texts = ("Read by all", "Read by staff", "In a letter to staff", "A guess")
    assert [text for text in texts if f'"{text}"' not in tidied] == ["Read by staff", "A guess"]


def test_texts_that_only_french_has_are_marked_for_staff():
    public = 'msgid "Join"\nmsgstr "Rejoindre"'
    new = 'msgid "Assign"\nmsgstr "Attribuer"'
    in_month = 'msgctxt "month"\nmsgid "Join"\nmsgstr "Rejoindre"'
    others = [
        HEADER.rstrip(),
        f'{MARKER}msgid "Desk"\nmsgstr "Bureau"',
        'msgid "Letter"\nmsgstr ""',
        '#, fuzzy\nmsgid "Rate"\nmsgstr "Note"\n',
    ]

    marked = mark_for_staff(
        "\n\n".join([public, new, in_month, *others]), read_by_all={("", "Join")}
    )

    assert marked == "\n\n".join([public, MARKER + new, MARKER + in_month, *others])


@pytest.fixture
def languages(tmp_path, monkeypatch):
    """Write the French and the Arabic catalogue with the same texts, and return their paths."""
    monkeypatch.setattr("tools.catalogues.ROOT", tmp_path)

    def write_catalogues(*texts, french=(), arabic=()):
        catalogues = []
        for code, translated in (("fr", french), ("ar", arabic)):
            catalogue = tmp_path / "locale" / code / "LC_MESSAGES" / "django.po"
            catalogue.parent.mkdir(parents=True)
            entries = [
                f'msgid "{text}"\nmsgstr "{text if text in translated else ""}"\n' for text in texts
            ]
            catalogue.write_text("\n".join([HEADER, *entries]))
            catalogues.append(catalogue)
        return catalogues

    return write_catalogues


def run(monkeypatch, *options):
    monkeypatch.setattr(sys, "argv", ["catalogues", *options])
    return main()


def test_new_text_is_demanded_in_all_languages(languages, monkeypatch, capsys):
    languages("New", french=["New"])

    first, check = run(monkeypatch), run(monkeypatch, "--check")

    assert (first, check) == (0, 1)
    assert capsys.readouterr().err == "locale/ar/LC_MESSAGES/django.po: not translated: New\n"


def test_new_text_of_staff_is_left_out_of_the_other_languages(languages, monkeypatch, capsys):
    french, arabic = languages("Public", "Staff", french=["Public", "Staff"], arabic=["Public"])

    codes = [run(monkeypatch, "--staff"), run(monkeypatch, "--check")]

    assert (codes, *capsys.readouterr()) == ([0, 0], "only for staff: Staff\n", "")
    assert french.read_text().count(MARKER) == 1
    assert f'{MARKER}msgid "Staff"' in french.read_text()
    assert '"Staff"' not in arabic.read_text()
    assert [is_compiled(french), is_compiled(arabic)] == [True, True]


def test_text_without_its_marker_is_demanded_again(languages, monkeypatch, capsys):
    french, _arabic = languages("Staff", french=["Staff"])
    run(monkeypatch, "--staff")
    french.write_text(french.read_text().replace(MARKER, ""))

    check = run(monkeypatch, "--check")

    assert check == 1
    assert (
        capsys.readouterr().err == "locale/ar/LC_MESSAGES/django.po: not in the catalogue: Staff\n"
    )


def test_compiling_changes_no_catalogue(languages, monkeypatch):
    french, arabic = languages("New", french=["New"])
    french.write_text(f'{french.read_text()}\n#: members/models.py\nmsgid "A"\nmsgstr ""\n')
    before = french.read_text(), arabic.read_text()

    code = run(monkeypatch, "--compile")

    assert code == 0
    assert (french.read_text(), arabic.read_text()) == before
    assert [is_compiled(french), is_compiled(arabic)] == [True, True]
