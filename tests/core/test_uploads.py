"""Files of a request in memory: how many are accepted, and how much of them is kept."""

from django.core.files.uploadhandler import SkipFile

from core.uploads import LimitedUploadHandler


def upload(handler, content, field="documents", chunk=4):
    """Send one file in chunks, as the parser of a request does."""
    try:
        handler.new_file(field, "a.pdf", "application/pdf", len(content))
    except SkipFile:
        return None
    for start in range(0, len(content), chunk):
        handler.receive_data_chunk(content[start : start + chunk], start)
    return handler.file_complete(len(content))


def handler_of(**limits):
    return LimitedUploadHandler(**{"at_most": 10, "field": "documents", "max_files": 3, **limits})


def test_handler_keeps_files_up_to_their_size_together():
    handler = handler_of()

    files = [upload(handler, content) for content in (b"12345678", b"9x")]

    assert [(file.read(), file.size) for file in files] == [(b"12345678", 8), (b"9x", 2)]


def test_handler_keeps_the_beginning_and_the_size_of_what_does_not_fit():
    handler = handler_of()

    first, second, third = (upload(handler, content) for content in (b"12345678", b"9xyz", b"0"))

    assert (first.read(), second.read(), third.read()) == (b"12345678", b"", b"")
    assert [file.size for file in (first, second, third)] == [8, 4, 1]


def test_handler_discards_further_files_and_those_of_other_fields():
    handler = handler_of(max_files=1)

    files = [upload(handler, b"1", field="other"), upload(handler, b"2"), upload(handler, b"3")]

    assert [file and file.read() for file in files] == [None, b"2", None]
