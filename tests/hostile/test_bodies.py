"""Request bodies that no browser sends: too large, with too many parts, invalid, or with files."""

import io
import tempfile

import pytest
from django.test import Client

from members.models import Member
from tests.eoi.form import ANSWERS, posted
from tests.hostile.site import assert_harmless
from tests.hostile.wire import BOUNDARY, URLENCODED, multipart, urlencoded

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
FIFTY_MEGABYTES = 50 * 1024 * 1024
UNREADABLE = b"This request is not valid"
FORMS = ["eoi:create", "accounts:sign_in", "admin:members_member_admit", "set_language"]


class Counted(io.RawIOBase):
    """An endless body that counts the bytes read from it."""

    read_so_far = 0

    def read(self, size=-1):
        assert size >= 0, "the whole body would be in memory"
        self.read_so_far += size
        return b"x" * size


@pytest.mark.parametrize("kind", [URLENCODED, MULTIPART])
@pytest.mark.parametrize("name", FORMS)
def test_body_of_fifty_megabytes_is_refused_unread(name, kind, site):
    body = Counted()
    client = site.client(name)
    client.get(site.path_of("eoi:create" if name == "set_language" else name))
    client.handler.enforce_csrf_checks = True

    response = client.generic(
        "POST",
        site.path_of(name),
        content_type=kind,
        **{"wsgi.input": body, "CONTENT_LENGTH": str(FIFTY_MEGABYTES), "CONTENT_TYPE": kind},
    )

    assert response.status_code == 413
    assert UNREADABLE in response.content
    assert body.read_so_far == 0


@pytest.mark.parametrize("name", FORMS)
def test_body_of_more_fields_than_a_bulk_action_has_is_refused(name, site):
    fields = urlencoded([(b"field-%d" % number, b"x") for number in range(2001)])

    sent = site.client(name).generic("POST", site.path_of(name), fields, URLENCODED)
    asked = site.client().get("/en/members/", QUERY_STRING=fields.decode())

    for response in (sent, asked):
        assert response.status_code == 400
        assert UNREADABLE in response.content


def test_body_of_a_hundred_and_one_files_is_refused(site):
    body = multipart([], files=[(b"file-%d" % number, b"x") for number in range(101)])

    response = Client().generic("POST", site.path_of("eoi:create"), body, MULTIPART)

    assert response.status_code == 400
    assert UNREADABLE in response.content


def test_file_that_nothing_asks_for_is_thrown_away_unkept(site, monkeypatch):
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", None)
    answers = [(name.encode(), value.encode()) for name, value in posted(confirmed="1").items()]
    body = multipart(answers, files=[(b"attachment", b"x" * 2_000_000)])

    response = Client().generic("POST", site.path_of("eoi:create"), body, MULTIPART)

    assert response.status_code == 302
    assert response.wsgi_request.FILES == {}
    assert Member.objects.filter(submission_key=ANSWERS["submission_key"]).count() == 1


def test_file_in_place_of_an_answer_is_no_answer(site):
    typed = posted(organisation_name=None, confirmed="1")
    answers = [(name.encode(), value.encode()) for name, value in typed.items()]
    body = multipart(answers, files=[(b"organisation_name", b"Union")])

    response = Client().generic("POST", site.path_of("eoi:create"), body, MULTIPART)

    assert response.status_code == 422
    assert b"Enter the name of the organisation" in response.content


HEAD = b"--BoUnDaRy\r\nContent-Disposition: form-data; "
BROKEN = {
    "no boundary": (multipart([(b"email", b"x")]), "multipart/form-data"),
    "empty boundary": (multipart([(b"email", b"x")]), "multipart/form-data; boundary="),
    "boundary of other letters": (b"x", "multipart/form-data; boundary=é"),
    "cut off in a head": (HEAD + b'name="em', MULTIPART),
    "cut off in a value": (HEAD + b'name="email"\r\n\r\nx', MULTIPART),
    "no name": (HEAD + b"\r\n\r\nx\r\n--BoUnDaRy--\r\n", MULTIPART),
    "head without end": (HEAD + b"x" * 100_000, MULTIPART),
    "name in no encoding": (HEAD + b"name*=zlib''email\r\n\r\nx\r\n--BoUnDaRy--\r\n", MULTIPART),
    "name with a zero": (HEAD + b'name="\0"\r\n\r\nx\r\n--BoUnDaRy--\r\n', MULTIPART),
    "broken base64": (
        HEAD + b'name="email"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%\r\n--BoUnDaRy--\r\n',
        MULTIPART,
    ),
    "broken base64 of a file": (
        HEAD + b'name="f"; filename="f"\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%%%\r\n'
        b"--BoUnDaRy--\r\n",
        MULTIPART,
    ),
    "file with a path": (
        HEAD + b'name="f"; filename="../../x"\r\n\r\nx\r\n--BoUnDaRy--\r\n',
        MULTIPART,
    ),
    "file of an odd length": (
        HEAD + b'name="f"; filename="f"\r\nContent-Length: minus\r\n\r\nx\r\n--BoUnDaRy--\r\n',
        MULTIPART,
    ),
    "parts within parts": (
        HEAD + b'name="f"\r\nContent-Type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\n\r\nx',
        MULTIPART,
    ),
    "charset that is none": (b"email=x", f"{URLENCODED}; charset=nonsense"),
    "charset with halves of characters": (
        multipart([(b"email", b"\\ud800"), (b"organisation_name", b"+2AA-")]),
        f"{MULTIPART}; charset=unicode_escape",
    ),
    "parameter in no encoding": (b"email=x", f"{URLENCODED}; x*=zlib''y"),
    "no kind": (b"email=x", ""),
    "a kind of nothing": (b"email=x", ";;=;"),
    "JSON": (b'{"email": "x"}', "application/json"),
}


# A body is read before the form is validated. These are a public form and the sign-in.
@pytest.mark.parametrize("name", FORMS[:2])
def test_broken_bodies_are_answered_readably(name, site):
    address = f"{site.path_of(name)}?q=é"
    codes = {}

    for what, (body, kind) in BROKEN.items():
        response = site.client(name).generic("POST", address, body, kind)
        assert_harmless(response)
        codes[what] = response.status_code

    assert {what for what, code in codes.items() if code not in {200, 302, 400, 422}} == set()
