import gettext
import io

import pytest

from tools.catalogues import compile_catalogue, complaints_about, tidy

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


COLLECTED = """#: members/models/member.py templates/admin/index.html
msgid "Read by all"
msgstr ""

#: templates/admin/index.html
#: triage/desk/forms.py
msgid "Read by staff"
msgstr ""

#: triage/desk/services/template_types.py
msgid "In a letter to staff"
msgstr "Translated"

#: triage/desk/forms.py
#, fuzzy
msgid "A guess"
msgstr "Translated"

msgid "From somewhere"
msgstr ""
"""


@pytest.mark.parametrize(
    ("has_desk", "left_out"), [(True, []), (False, ["Read by staff", "A guess"])]
)
def test_tidy_leaves_out_what_only_the_desk_needs_and_the_names_of_files(has_desk, left_out):
    tidied = tidy(COLLECTED, has_desk=has_desk)

    texts = ("Read by all", "Read by staff", "In a letter to staff", "A guess", "From somewhere")
    assert [text for text in texts if f'"{text}"' not in tidied] == left_out
    assert "#:" not in tidied
    assert ("#, fuzzy" in tidied) is has_desk
    assert tidied.endswith('msgid "From somewhere"\nmsgstr ""\n')
    assert tidy(tidied, has_desk=False) == tidied
