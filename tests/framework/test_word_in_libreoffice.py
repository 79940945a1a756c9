"""A real LibreOffice opens the files, and accepts and rejects the changes. It takes seconds."""

import os
import shutil
import subprocess
from collections import Counter
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

from tests.factories import AmendmentFactory, AnswerFactory
from tests.framework.framework_drafts import AFTER, BEFORE, a_public_framework, drafts_of
from tests.framework.test_word import compared, word_of

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.long,
    pytest.mark.skipif(
        not SOFFICE and os.environ.get("CI") != "true",
        reason="LibreOffice is not installed: apt-get install libreoffice-writer",
    ),
]
OFFICE, TEXT = (
    "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}",
    ("{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"),
)
LIBRARY = "http://openoffice.org/2000/library"
# Decides all changes, and saves what is then in the file.
MACRO = """\
Sub Decide
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  Dim saved(0) As New com.sun.star.beans.PropertyValue
  saved(0).Name = "FilterName"
  saved(0).Value = "writer8"
  dispatcher = createUnoService("com.sun.star.frame.DispatchHelper")
  For Each decision In Array("Accept", "Reject")
    document = StarDesktop.loadComponentFromURL("FOLDER/changes.docx", "_blank", 0, hidden())
    frame = document.CurrentController.Frame
    command = ".uno:" &amp; decision &amp; "AllTrackedChanges"
    dispatcher.executeDispatch(frame, command, "", 0, Array())
    document.storeToURL("FOLDER/" &amp; decision &amp; ".odt", saved())
    document.close(True)
  Next
End Sub
"""


def decide(content, folder):
    """Let LibreOffice open a file, and return what it reads: as it is, accepted, rejected."""
    (folder / "changes.docx").write_bytes(content)

    def office(*arguments):
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        command = [SOFFICE, profile, "--headless", "--norestore", *arguments]
        subprocess.run(command, check=True, timeout=200, capture_output=True, cwd=folder)

    # The first start makes the folders for macros.
    office("--convert-to", "odt", "changes.docx")
    library = folder / "profile/user/basic/Standard"
    (library / "script.xlb").write_text(
        f'<library:library xmlns:library="{LIBRARY}" library:name="Standard">'
        '<library:element library:name="Module1"/></library:library>'
    )
    macro = MACRO.replace("FOLDER", folder.as_uri())
    (library / "Module1.xba").write_text(
        '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" '
        f'script:language="StarBasic">{macro}</script:module>'
    )
    office("macro:///Standard.Module1.Decide")
    return [content_of(folder / f"{name}.odt") for name in ("changes", "Accept", "Reject")]


def content_of(path):
    with ZipFile(path) as archive:
        # LibreOffice wrote it from a file of this test.
        content = ElementTree.fromstring(archive.read("content.xml"))  # noqa: S314
    return content.find(f"{OFFICE}body/{OFFICE}text")


def texts(content):
    """Return the text of each paragraph, and whether it is a heading, without title and end."""
    found = [each for each in content.iter() if each.tag in (f"{TEXT}p", f"{TEXT}h")]
    return [("".join(each.itertext()), each.tag == f"{TEXT}h") for each in found][2:-1]


def expected(draft):
    return [(line.text, line.style == "Heading1") for line in word_of(draft).accepted()]


def test_libreoffice_accepts_and_rejects_all_changes_of_their_authors(tmp_path):
    (before, after), paragraphs = drafts_of(a_public_framework(), BEFORE, AFTER)
    amendment = AmendmentFactory(
        draft=before, paragraph=paragraphs["why"], member__organisation_name="وزارة الاتصالات"
    )
    AnswerFactory(amendment=amendment)
    file = compared(before, after)

    tracked, accepted, rejected = decide(file.content, tmp_path)

    assert texts(accepted) == expected(after)
    assert texts(rejected) == expected(before)
    authors = Counter(
        each.text for each in tracked.iter("{http://purl.org/dc/elements/1.1/}creator")
    )
    assert authors == {"وزارة الاتصالات": 1, "ITU": len(file.changes()) - 1}
    assert all(not each.findall(f".//{TEXT}tracked-changes/*") for each in (accepted, rejected))
