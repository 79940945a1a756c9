"""Two concurrent calls about erasures."""

from functools import partial

from members.models import FocalPoint, MemberStatus, TimelineEntry
from members.services.decisions import reopen
from privacy.models import ErasureCount, ErasureRequest
from privacy.services.erasure import (
    cancel_erasure_request,
    consent_to_erasure,
    request_person_erasure,
)
from tests.factories import NOON, FocalPointFactory, UserFactory
from tests.sweeps.races.members import MEMBER, step
from tests.sweeps.races.race import Race, own, twice

REQUEST = "privacy_erasurerequest"


def former_person():
    """Return the focal point of a member that has withdrawn."""
    return FocalPointFactory(member__status=MemberStatus.WITHDRAWN, email="ada@example.org")


def asked():
    person = former_person()
    return person, request_person_erasure(
        address=person.email, reason="By mail.", by=UserFactory(), at=NOON
    )


def has_erased(request):
    """Consent, and return whether anything was changed."""
    return bool(consent_to_erasure(request=request, by=UserFactory(), at=NOON))


def is_erased(person):
    return own(person).full_name == "[erased]"


def two_consents():
    person, request = asked()
    calls = [partial(has_erased, own(request)) for _each in range(2)]
    return *calls, partial(is_erased, person)


def consent_and_cancellation():
    person, request = asked()
    cancel = partial(cancel_erasure_request, request=own(request), by=UserFactory(), at=NOON)
    return partial(has_erased, own(request)), cancel, partial(is_erased, person)


def reopening_and_consent():
    person, request = asked()

    def is_kept():
        return FocalPoint.objects.get(pk=person.pk).email == "ada@example.org"

    return step(reopen, person.member), partial(has_erased, own(request)), is_kept


def two_requests():
    former_person()
    ask = partial(request_person_erasure, address="ada@example.org", reason="By mail.", at=NOON)
    return twice(partial(ask, by=UserFactory()))


RACES = {
    "two people consent to an erasure": Race(
        two_consents, at=REQUEST, outcomes=(True, "already_decided"), is_either_first=True
    ),
    "consent, and a cancellation": Race(
        consent_and_cancellation, at=REQUEST, outcomes=(True, "already_decided")
    ),
    "a member is reopened, and its focal point erased": Race(
        reopening_and_consent,
        at=MEMBER,
        outcomes=(TimelineEntry, "role_not_transferred"),
        written={TimelineEntry: 1, ErasureCount: 0},
    ),
    "an erasure is requested twice": Race(
        two_requests,
        at=REQUEST,
        outcomes=(ErasureRequest, "already_requested"),
        written={ErasureRequest: 1},
        is_either_first=True,
        needs_lock=False,
    ),
}
