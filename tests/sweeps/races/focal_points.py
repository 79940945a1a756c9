"""Two concurrent calls about focal points: corrections, role transfers, addresses, links."""

from functools import partial

from core.conflicts import Conflict
from members.models import FocalPoint, RoleTransfer, TimelineEntry
from members.services.corrections import (
    AnswersConflict,
    CorrectionClosed,
    correct_answers,
    correct_own_answers,
    fingerprint,
)
from members.services.decisions import admit_to_focus_area
from members.services.focal_points import (
    AlreadyRenewed,
    NothingToConfirm,
    TransferClosed,
    accept_role_transfer,
    cancel_role_transfer,
    confirm_address,
    decline_role_transfer,
    expire_role_transfers,
    renew_feed,
    request_role_transfer,
    revoke_links,
)
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of
from outbox.models import ERASED, Message
from tests.factories import NOON, FocalPointFactory, RoleTransferFactory, UserFactory
from tests.members.test_confirming import LATER
from tests.sweeps.races.members import (
    ADMITTED,
    ENTRY,
    ENTRY_WITH_LETTER,
    MEMBER,
    MESSAGE,
    PERSON,
    step,
)
from tests.sweeps.races.race import Race, own, twice


def person(**facts):
    return FocalPointFactory(
        member__acronym="OLD", given_name="Ada", family_name="Lovelace", **facts
    )


def own_correction(person, acronym="NEW"):
    """Return a correction whose form was opened before."""
    by = FocalPoint.objects.select_related("member").get(pk=person.pk)
    seen = fingerprint(by.member, by.member.focal_points.all())
    facts = {"acronym": acronym}
    return partial(
        correct_own_answers,
        member=by.member,
        facts=facts,
        focal_points={},
        seen=seen,
        by=by,
        at=NOON,
    )


def correction_and(function, *, first, **seen):
    """Prepare a focal point's correction, and a change of the same member by an officer."""

    def arrange():
        ada = person()
        calls = [own_correction(ada), step(function, ada.member, **seen)]
        return *(calls if first else calls[::-1]), partial(each_has_its_version, ada.member)

    return arrange


def each_has_its_version(member):
    """Return whether each change on the timeline created the next version of the member."""
    return own(member).version == 1 + member.timeline.count()


def two_corrections():
    ada = person()
    alternate = FocalPointFactory(member=ada.member, is_alternate=True)
    calls = own_correction(ada, "FIRST"), own_correction(alternate, "SECOND")
    return *calls, lambda: own(ada.member).acronym == "FIRST"


def transfer(first, second=None):
    """Two answers to one role transfer."""

    def arrange():
        ada = person()
        role_transfer = RoleTransferFactory(focal_point=ada)

        def call(function):
            by = {"by": own(ada)} if function is cancel_role_transfer else {}
            return partial(function, role_transfer=own(role_transfer), at=NOON, **by)

        return call(first), call(second or first)

    return arrange


def naming(focal_point, by, family_name):
    return partial(
        request_role_transfer,
        focal_point=own(focal_point),
        by=own(by),
        at=NOON,
        family_name=family_name,
        email=f"{family_name}@example.org",
        language="en",
        time_zone="UTC",
    )


def two_named():
    ada = person()
    alternate = FocalPointFactory(member=ada.member, is_alternate=True)

    def second_alone_is_asked():
        letter = Message.objects.get(recipient=ERASED)
        asked = RoleTransfer.objects.get().family_name
        return (asked, letter.status, letter.private_page) == ("liskov", "cancelled", "")

    return naming(ada, ada, "hopper"), naming(ada, alternate, "liskov"), second_alone_is_asked


def taken_over_and(other):
    """Prepare the acceptance of a role while its former holder does something else."""

    def arrange():
        ada = person()
        role_transfer = RoleTransferFactory(focal_point=ada)
        return partial(accept_role_transfer, role_transfer=own(role_transfer), at=NOON), other(ada)

    return arrange


def expiring():
    role_transfer = RoleTransferFactory(focal_point=person())
    return twice(partial(expire_role_transfers, at=role_transfer.expires_at))


def confirming(ada, at=NOON):
    return partial(confirm_address, focal_point=own(ada), by=own(ada), at=at)


def two_confirm():
    ada = person()
    return confirming(ada), confirming(ada, LATER)


def confirmed_while_it_is_corrected():
    ada = person(email="before@example.org")

    def only_the_new_one_is_unconfirmed():
        now = own(ada)
        return (now.email, now.confirmed_at) == ("after@example.org", None)

    return correcting_the_address(ada), confirming(ada), only_the_new_one_is_unconfirmed


def revoking(ada):
    return partial(revoke_links, focal_point=own(ada), link_version=1, by=UserFactory(), at=NOON)


def two_revoke():
    ada = person()
    return revoking(ada), revoking(ada)


def two_renew():
    ada = person(member__status=ADMITTED)

    def renewing():
        by = own(ada)
        return partial(renew_feed, focal_point=by, feed_version=by.feed_version, by=by, at=NOON)

    return renewing(), renewing(), lambda: own(ada).feed_version == 1


def admitted_while(other):
    """Prepare the revocation of links while the letter with them is written."""

    def arrange():
        ada = person(email="before@example.org")
        return step(admit_to_focus_area, ada.member), other(ada), all_links_work

    return arrange


def correcting_the_address(ada):
    return partial(
        correct_answers,
        member=own(ada.member),
        facts={},
        focal_points={ada.pk: {"email": "after@example.org"}},
        reason="New address.",
        by=UserFactory(),
        at=NOON,
    )


def all_links_work():
    """Return whether each queued letter has a link that its recipient can open."""
    return all(
        opens(message)
        for message in Message.objects.filter(status="queued", topic__contains="/adm")
    )


def opens(message):
    token = message.private_page.rstrip("/").rpartition("/")[2]
    try:
        return focal_point_of(token, LinkPurpose.WORKING_GROUP).email == message.recipient
    except InvalidLink:
        return False


RACES = {
    "admit, and own correction": Race(
        correction_and(admit_to_focus_area, first=False),
        MEMBER,
        (TimelineEntry, CorrectionClosed),
        ENTRY_WITH_LETTER,
    ),
    "own correction, and admit unseen": Race(
        correction_and(admit_to_focus_area, first=True),
        MEMBER,
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2, Message: 1},
    ),
    "own correction, and admit as shown": Race(
        correction_and(admit_to_focus_area, first=True, version=1),
        MEMBER,
        (TimelineEntry, Conflict),
        ENTRY,
    ),
    "own correction, and that of an officer": Race(
        correction_and(correct_answers, first=True, version=1),
        MEMBER,
        (TimelineEntry, Conflict),
        ENTRY,
    ),
    "own correction by both": Race(
        two_corrections, MEMBER, (TimelineEntry, AnswersConflict), ENTRY
    ),
    "accept a role": Race(
        transfer(accept_role_transfer), PERSON, (FocalPoint, TransferClosed), {**ENTRY, Message: 2}
    ),
    "take a role back, and accept it": Race(
        transfer(cancel_role_transfer, accept_role_transfer),
        "members_roletransfer",
        (TimelineEntry, TransferClosed),
        ENTRY,
    ),
    "take a role back, and decline it": Race(
        transfer(cancel_role_transfer, decline_role_transfer),
        "members_roletransfer",
        (TimelineEntry, TransferClosed),
        ENTRY,
    ),
    "accept a role, and take it back": Race(
        transfer(accept_role_transfer, cancel_role_transfer),
        PERSON,
        (FocalPoint, InvalidLink),
        {**ENTRY, Message: 2},
    ),
    "name a successor by both": Race(
        two_named,
        "members_roletransfer",
        (RoleTransfer, RoleTransfer),
        {TimelineEntry: 2, Message: 5, RoleTransfer: 1},
    ),
    "accept a role, and name another successor": Race(
        taken_over_and(lambda ada: naming(ada, ada, "liskov")),
        PERSON,
        (FocalPoint, InvalidLink),
        {**ENTRY, Message: 2, RoleTransfer: -1},
    ),
    "accept a role, and own correction": Race(
        taken_over_and(own_correction), PERSON, (FocalPoint, InvalidLink), {**ENTRY, Message: 2}
    ),
    "end what nobody answered": Race(
        expiring, "members_roletransfer", (1, 0), {**ENTRY_WITH_LETTER, RoleTransfer: -1}
    ),
    "confirm an address": Race(two_confirm, PERSON, (NOON, NOON), ENTRY),
    "correct an address, and confirm it": Race(
        confirmed_while_it_is_corrected, PERSON, (TimelineEntry, NothingToConfirm), ENTRY
    ),
    "revoke links": Race(two_revoke, PERSON, (TimelineEntry, "already_revoked"), ENTRY),
    "renew a feed": Race(two_renew, f"after {PERSON}", (None, AlreadyRenewed)),
    "admit, and revoke links": Race(
        admitted_while(revoking),
        MESSAGE,
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2, Message: 1},
    ),
    "admit, and correct the address": Race(
        admitted_while(correcting_the_address),
        MESSAGE,
        (TimelineEntry, TimelineEntry),
        {TimelineEntry: 2, Message: 1},
    ),
}
