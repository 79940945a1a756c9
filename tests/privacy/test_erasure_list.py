"""The signed list of erasures, and what a restored portal erases again."""

import json
from io import StringIO
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from members.models import FocalPoint, Member, MemberStatus
from members.services.decisions import withdraw
from p2c_portal.verification import verify
from privacy.models import ErasureKind, ErasureRequest, ListedErasure
from privacy.services.erasure import (
    consent_to_erasure,
    erase_organisation,
    erase_person,
    request_person_erasure,
)
from privacy.services.erasure_list import ListAltered, read_list, write_list
from privacy.services.repeated_erasures import find_addresses
from tests.factories import (
    NOON,
    EoiDraftFactory,
    FocalPointFactory,
    ListedErasureFactory,
    MemberFactory,
    MessageFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
FORMER_KEY = "the-former-key-the-former-key-the-former-key-the-former-key"


@pytest.fixture(autouse=True)
def path(settings, tmp_path):
    settings.ERASURES_FILE = str(tmp_path / "erasures.jsonl")
    return Path(settings.ERASURES_FILE)


def a_former_focal_point(email, **facts):
    return FocalPointFactory(email=email, member__status=MemberStatus.WITHDRAWN, **facts)


def lose(change):
    """Make a change that the database has lost, as after a restore, and the list has kept."""
    with transaction.atomic():
        change()
        write_list()
        transaction.set_rollback(True)


def repeated(*arguments):
    """Return what the command prints, and its exit status."""
    printed, status = StringIO(), 0
    try:
        call_command("repeat_erasures", *arguments, stdout=printed)
    except SystemExit as ended:
        status = ended.code
    return printed.getvalue(), status


def faults():
    return verify(at=NOON, max_listed=None)["erasures"].faults


def test_consent_writes_a_line_without_an_address(path, django_capture_on_commit_callbacks):
    a_former_focal_point("Ada@example.org", family_name="Lovelace")
    asked = request_person_erasure(
        address="ada@example.org", reason="By mail.", by=UserFactory(), at=NOON
    )

    with django_capture_on_commit_callbacks(execute=True):
        consent_to_erasure(request=asked, by=UserFactory(), at=NOON)

    (line,) = path.read_text().splitlines()
    facts = json.loads(line)
    row = ListedErasure.objects.get()
    assert facts == {
        "key": str(row.key),
        "at": NOON.isoformat(),
        "kind": "person",
        "reference": "",
        "addresses": [row.digests],
        "previous": "",
        "mac": facts["mac"],
    }
    assert "@" not in line
    assert path.stat().st_mode & 0o777 == 0o640
    assert faults() == []


def test_erased_organisation_is_listed_by_its_reference_and_the_people_erased_with_it(path):
    member = a_former_focal_point("ada@example.org").member

    erase_organisation(member=member, by=UserFactory(), at=NOON)
    write_list()

    (line,) = read_list(path)
    assert (line.kind, line.reference) == (ErasureKind.ORGANISATION, member.reference)
    assert find_addresses(line.digests) == {}
    FocalPointFactory(email="ada@example.org")
    assert list(find_addresses(line.digests).values()) == [{"ada@example.org"}]


def test_write_list_writes_again_what_the_list_lacks(path):
    first, second = ListedErasureFactory(), ListedErasureFactory()
    assert write_list() == 2
    whole = path.read_bytes()
    # The second line was not written to its end, because the disk was full.
    path.write_bytes(whole[:-20])
    assert faults() == [f"privacy.ListedErasure {second.pk}: it is not in the list of erasures"]

    written = write_list()

    assert written == 1
    assert path.read_bytes() == whole
    assert write_list() == 0
    assert [line.key for line in read_list(path)] == [first.key, second.key]


@pytest.mark.parametrize(
    "alter",
    [
        lambda lines: [lines[0].replace(b"2021", b"2020"), *lines[1:]],
        lambda lines: [*lines[:2], lines[2].replace(b"2021", b"2020")],
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[2]],
        lambda lines: [lines[1], lines[0], lines[2]],
        lambda lines: [*lines, lines[2]],
        lambda lines: [*lines, b"{}"],
        lambda lines: [*lines, b"[]"],
        lambda lines: [b"not JSON", *lines],
    ],
)
def test_altered_list_is_refused_by_everything_that_reads_it(path, alter):
    ListedErasureFactory.create_batch(3)
    write_list()
    altered = b"".join(line + b"\n" for line in alter(path.read_bytes().splitlines()))
    path.write_bytes(altered)
    ListedErasureFactory()

    with pytest.raises(CommandError, match="Take another copy of the list"):
        call_command("repeat_erasures")

    with pytest.raises(ListAltered):
        write_list()
    assert path.read_bytes() == altered
    assert "was altered" in faults()[0]


def test_lines_cut_off_at_the_end_are_found_by_the_database(path):
    ListedErasureFactory()
    last = ListedErasureFactory()
    write_list()

    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])

    assert faults() == [f"privacy.ListedErasure {last.pk}: it is not in the list of erasures"]


def test_list_survives_a_change_of_the_key(path, settings):
    a_former_focal_point("ada@example.org")
    secret = settings.SECRET_KEY
    settings.SECRET_KEY = FORMER_KEY
    lose(lambda: erase_person(address="ada@example.org", by=UserFactory(), at=NOON))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = secret, [FORMER_KEY]

    write_list()

    (line,) = read_list(path)
    assert list(find_addresses(line.digests).values()) == [{"ada@example.org"}]
    # The new key has signed what the former one wrote, which is no longer known.
    settings.SECRET_KEY_FALLBACKS = []
    assert [each.key for each in read_list(path)] == [line.key]
    assert len(path.read_bytes().splitlines()) == 2


def test_addresses_are_found_in_any_text():
    texts = {
        "a@one.example": "Ask <A@One.example>, please.",
        "o'neill@two.example": "Ask 'o'neill@two.example'.",
        "é@bücher.example": "mailto:é@xn--bcher-kva.example?subject=Hello",
    }
    for text in texts.values():
        MessageFactory(body=text)
    EoiDraftFactory(email="", form_data=urlencode({"email": "form+x@three.example"}))
    wanted = {*texts, "form+x@three.example"}
    with transaction.atomic():
        for address in wanted:
            erase_person(address=address, by=UserFactory(), at=NOON)
        digests = set(ListedErasure.objects.values_list("digests", flat=True))
        transaction.set_rollback(True)

    found = find_addresses(digests)

    assert {address for each in found.values() for address in each} == wanted


def test_repeat_erases_again_who_was_erased_after_the_backup(path):
    role = a_former_focal_point("ada@example.org", family_name="Lovelace")
    by = UserFactory()
    asked = request_person_erasure(address="ada@example.org", reason="By mail.", by=by, at=NOON)
    lose(lambda: consent_to_erasure(request=asked, by=UserFactory(), at=NOON))
    assert faults() == ["Line 1 of the list of erasures: not repeated after a restore"]

    printed, status = repeated()

    role.refresh_from_db()
    assert (role.family_name, "ada" in role.email) == ("[erased]", False)
    assert status == 0
    assert printed == (
        "1 listed: 0 are in this database, 1 were repeated, of which 0 found nothing, "
        "0 were refused.\n"
    )
    # The request waits in the restored copy, and would keep the address.
    assert list(ErasureRequest.objects.all()) == []
    assert role.member.history.latest().history_by_name == "the operator, after a restore"
    assert ListedErasure.objects.get().repeated_at is not None
    assert faults() == []


def test_repeat_leaves_a_person_who_came_back_after_the_erasure(path):
    a_former_focal_point("ada@example.org")
    erase_person(address="ada@example.org", by=UserFactory(), at=NOON)
    write_list()
    back = FocalPointFactory(email="ada@example.org")

    printed, status = repeated()

    back.refresh_from_db()
    assert back.email == "ada@example.org"
    assert printed.startswith("1 listed: 1 are in this database, 0 were repeated")
    assert status == 0


def test_repeat_withdraws_and_erases_an_organisation(path):
    member = MemberFactory(status=MemberStatus.ADMITTED)
    FocalPointFactory(member=member, email="ada@example.org")
    lose(lambda: erase_organisation(member=member, by=UserFactory(), at=NOON))

    printed, status = repeated()

    member = Member.objects.get(pk=member.pk)
    assert (member.status, member.organisation_name) == (MemberStatus.WITHDRAWN, "[erased]")
    assert not FocalPoint.objects.filter(email="ada@example.org").exists()
    assert "1 were repeated, of which 0 found nothing" in printed
    assert status == 0


def test_repeat_says_what_is_refused_and_does_the_rest(path):
    member = MemberFactory(status=MemberStatus.ADMITTED, organisation_name="Ministry of Health")
    FocalPointFactory(member=member, email="ada@example.org")
    ListedErasureFactory()
    write_list()
    ListedErasure.objects.all().delete()

    def withdraw_and_erase():
        withdraw(member=member, by=UserFactory(), at=NOON)
        erase_person(address="ada@example.org", by=UserFactory(), at=NOON)

    lose(withdraw_and_erase)

    printed, status = repeated()

    assert status == 1
    numbers, reason = printed.splitlines()
    assert numbers == (
        "2 listed: 0 are in this database, 1 were repeated, of which 1 found nothing, "
        "1 were refused."
    )
    assert reason.startswith(f"Line 2: This person is a focal point of {member}.")
    # Once the member is withdrawn, it goes.
    withdraw(member=member, by=UserFactory(), at=NOON)
    printed, status = repeated()
    assert "1 are in this database, 1 were repeated, of which 0 found nothing" in printed
    assert status == 0


def test_repeat_reads_the_list_of_a_backup_and_writes_that_of_the_installation(path, tmp_path):
    a_former_focal_point("ada@example.org")
    lose(lambda: erase_person(address="ada@example.org", by=UserFactory(), at=NOON))
    of_backup = path.rename(tmp_path / "of-the-backup")

    _printed, status = repeated(str(of_backup))

    assert status == 0
    assert [line.key for line in read_list(path)] == [line.key for line in read_list(of_backup)]
    with pytest.raises(CommandError, match="cannot be read or written"):
        call_command("repeat_erasures", str(tmp_path / "none"))


def test_without_a_file_erasures_are_done_and_nothing_is_written(settings, path):
    settings.ERASURES_FILE = ""
    a_former_focal_point("ada@example.org")

    erase_person(address="ada@example.org", by=UserFactory(), at=NOON)

    assert write_list() == 0
    assert not path.exists()
