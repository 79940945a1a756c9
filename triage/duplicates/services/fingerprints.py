"""Computes the fingerprints of a member, by which possible duplicates are found."""

from collections.abc import Iterable, Iterator

from core.addresses import normalise_address
from core.personal_data import ERASED_NAME
from members.models import FocalPoint, Member
from triage.duplicates.models import Fingerprint, FingerprintKind
from triage.duplicates.services import name_matching
from triage.duplicates.services.domains import email_domain, website_domain


def fingerprints_of(
    member: Member, people: Iterable[FocalPoint]
) -> set[tuple[FingerprintKind, str]]:
    """Return the fingerprints of a member and its people, in normalised spelling.

    Domains and addresses are compared across countries. Names are compared only within one country:
    a ministry of communications is a different one in another country, and so is a Wei Wang.
    """
    found = {*_of_the_organisation(member)}
    for person in people:
        found |= {*_of_a_person(person, member.country)}
    return {(kind, value[: Fingerprint.LONGEST]) for kind, value in found if value}


def full_names_of(member: Member) -> list[name_matching.Words]:
    """Return the words of an organisation's names, for comparing similar names."""
    return name_matching.full_names(member.organisation_name, member.country)


def _of_the_organisation(member: Member) -> Iterator[tuple[FingerprintKind, str]]:
    if member.organisation_name == ERASED_NAME:
        # Otherwise all erased organisations would resemble each other.
        return
    yield FingerprintKind.DOMAIN, website_domain(member.website)
    for acronym in name_matching.acronyms(member.organisation_name, member.acronym):
        yield FingerprintKind.NAME, f"{member.country} {acronym}"
    for words in full_names_of(member):
        yield FingerprintKind.NAME, f"{member.country} {name_matching.joined(words)}"
        yield FingerprintKind.NAME, f"{member.country} {name_matching.joined_sorted(words)}"
        for beginning in name_matching.blocking_keys(words):
            yield FingerprintKind.WORD, f"{member.country} {beginning}"


def _of_a_person(person: FocalPoint, country: str) -> Iterator[tuple[FingerprintKind, str]]:
    if person.family_name == ERASED_NAME:
        return
    yield FingerprintKind.DOMAIN, email_domain(person.email)
    yield FingerprintKind.EMAIL, normalise_address(person.email)
    if name := name_matching.person_key(person.given_name, person.family_name):
        yield FingerprintKind.PERSON, f"{country} {name}"
