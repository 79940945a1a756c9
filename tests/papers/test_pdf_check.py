"""PDFs that can run code or contain files are refused, however they hide it."""

import io
import zlib

import pytest
from pikepdf import (
    Array,
    AttachedFileSpec,
    Dictionary,
    Encryption,
    Name,
    ObjectStreamMode,
    Pdf,
    String,
)

from papers.services import pdf_check
from papers.services.file_types import InvalidFile, validate_file
from papers.services.pdf_check import TOO_COMPLEX, verdict_on_pdf
from papers.services.pdf_objects import verdict_on

REFUSED = "contains scripts, programs to start or other files"


def javascript():
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def launch():
    return Dictionary(S=Name.Launch, F=String("calc.exe"))


def saved(pdf, **options):
    file = io.BytesIO()
    pdf.save(file, **{"object_stream_mode": ObjectStreamMode.generate, **options})
    return file.getvalue()


def one_page():
    pdf = Pdf.new()
    pdf.add_blank_page()
    return pdf


def opening(pdf):
    pdf.Root.OpenAction = javascript()


def when_something_happens(pdf):
    pdf.Root.AA = Dictionary(WC=pdf.make_indirect(javascript()))


def launching(pdf):
    pdf.pages[0].AA = Dictionary(O=launch())


def after_a_harmless_action(pdf):
    first = Dictionary(S=Name.GoTo, D=Array([0, Name.Fit]), Next=Array([javascript()]))
    pdf.Root.OpenAction = first


def in_a_tree_of_names(pdf):
    leaf = pdf.make_indirect(Dictionary(Names=Array([String("a"), javascript()])))
    branch = pdf.make_indirect(Dictionary(Kids=Array([leaf])))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Kids=Array([branch])))


def with_a_file(pdf):
    pdf.attachments["evil.exe"] = AttachedFileSpec(pdf, b"MZ", filename="evil.exe")


def with_a_form_of_xml(pdf):
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))


def in_a_link(pdf):
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=launch())
    pdf.pages[0].Annots = Array([link])


ACTIVE = [
    opening,
    when_something_happens,
    launching,
    after_a_harmless_action,
    in_a_tree_of_names,
    with_a_file,
    with_a_form_of_xml,
    in_a_link,
]
HIDDEN = {
    "in the open": {"object_stream_mode": ObjectStreamMode.disable},
    "in an object stream": {},
    "encrypted": {"encryption": Encryption(owner="owner", user="", R=6)},
}


@pytest.mark.parametrize("activate", ACTIVE)
def test_pdf_with_active_content_is_refused(activate):
    pdf = one_page()
    activate(pdf)

    assert verdict_on(saved(pdf)) == "active"


@pytest.mark.parametrize("options", HIDDEN.values(), ids=HIDDEN)
def test_pdf_is_refused_however_its_script_is_hidden(options):
    pdf = one_page()
    opening(pdf)
    content = saved(pdf, **options)

    with pytest.raises(InvalidFile, match=REFUSED):
        validate_file(content, typed_name="Agenda.pdf")


def test_letters_of_a_name_may_be_written_as_numbers():
    pdf = one_page()
    opening(pdf)
    content = saved(pdf, object_stream_mode=ObjectStreamMode.disable)
    content = content.replace(b"/JavaScript", b"/J#61vaScr#69pt").replace(b"/JS", b"/#4a#53")
    assert b"/J#61vaScr#69pt" in content

    assert verdict_on_pdf(content) == "active"


@pytest.mark.parametrize(
    "options", [*HIDDEN.values(), {"linearize": True}], ids=[*HIDDEN, "linearized"]
)
def test_harmless_pdf_is_accepted(options):
    pdf = one_page()
    # Text about scripts, and an action that only moves the view.
    pdf.docinfo[Name.Title] = String("/JavaScript and /Launch for beginners")
    pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]))
    pdf.Root.AA = Dictionary()
    content = saved(pdf, **options)

    assert validate_file(content, typed_name="a.pdf").content_type == "application/pdf"


def test_pdf_that_asks_for_a_password_is_refused():
    content = saved(one_page(), encryption=Encryption(owner="owner", user="user", R=6))

    with pytest.raises(InvalidFile, match="password-protected"):
        validate_file(content, typed_name="a.pdf")


def test_broken_pdf_with_hidden_objects_is_refused():
    content = b"%PDF-1.7\n1 0 obj<</Type/ObjStm/N 9/First 5/Length 4>>stream\nabcd\n%%EOF"

    with pytest.raises(InvalidFile, match="damaged or incomplete"):
        validate_file(content, typed_name="a.pdf")


def test_pdf_without_suspicious_names_starts_no_process(monkeypatch):
    monkeypatch.setattr(pdf_check.sys, "executable", "/nowhere")
    content = saved(one_page(), object_stream_mode=ObjectStreamMode.disable)

    assert verdict_on_pdf(content) == "harmless"


def bomb(size):
    """A PDF with an object stream that unpacks to some bytes, packed twice."""
    squeezed = zlib.compressobj(1)
    zeros = bytes(1024 * 1024)
    packed = b"".join(squeezed.compress(zeros) for _n in range(size // len(zeros)))
    packed = zlib.compress(packed + squeezed.flush(), 9)
    body = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    offset = len(body)
    body += b"3 0 obj<</Type/ObjStm/N 1/First 5/Filter[/FlateDecode/FlateDecode]/Length %d>>" % (
        len(packed)
    )
    body += b"stream\n" + packed + b"\nendstream endobj\n"
    # Of each object its kind, its place or object stream, and its number there.
    table = [(0, 0, 255), (1, 9, 0), (2, 3, 0), (1, offset, 0)]
    rows = b"".join(
        bytes([kind]) + place.to_bytes(3, "big") + bytes([number]) for kind, place, number in table
    )
    start = len(body)
    body += b"4 0 obj<</Type/XRef/Size 4/W[1 3 1]/Root 1 0 R/Length %d>>stream\n" % len(rows)
    return body + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % start


def test_pdf_that_unpacks_to_more_than_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(pdf_check, "MAX_MEMORY", 200 * 1024 * 1024)
    content = bomb(200 * 1024 * 1024)
    assert len(content) < 50_000

    with pytest.raises(InvalidFile):
        validate_file(content, typed_name="a.pdf")


def test_pdf_that_crashes_the_library_is_refused(monkeypatch):
    monkeypatch.setattr(pdf_check.sys, "executable", "/bin/false")

    assert verdict_on_pdf(saved(one_page())) == TOO_COMPLEX


def test_pdf_that_takes_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(pdf_check, "TIMEOUT", 0.001)
    pdf = one_page()
    opening(pdf)

    with pytest.raises(InvalidFile, match="too complex to be checked"):
        validate_file(saved(pdf), typed_name="a.pdf")
