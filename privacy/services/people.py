"""Find everything that identifies a person."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from accounts.models import User
from commitments.models import Partner
from core.addresses import normalise_address
from core.personal_data import ERASED_NAME, DataSubject, any_of
from members.models import FocalPoint, RoleTransfer
from members.models.focal_point import full_name_in_script_order

Contact = dict[str, Any]
CONTACT_COLUMNS: Final = ("id", "link_version", "email", "given_name", "family_name", "phone")


def find_person(address: str) -> DataSubject:
    """Return what identifies the person who has or had an address.

    Addresses that were corrected belong to the same person if the name in the role did not change.
    Nothing is found by a name alone. An address that the portal does not know identifies nobody,
    and has no rows.
    """
    addresses = {normalise_address(address)}
    # Each round adds the addresses that the same people had before or after a correction.
    while True:
        roles = _roles(addresses)
        known = {normalise_address(role["email"]) for role in roles}
        if known <= addresses:
            break
        addresses |= known
    return _subject(addresses, roles)


def language_of(address: str) -> str:
    """Return the language in which the portal writes to an address, or that of the reader."""
    people = FocalPoint.objects.filter(email__iexact=address).order_by("-pk")
    accounts = User.objects.filter(email__iexact=address)
    found = people.values_list("language", flat=True).first()
    return found or accounts.values_list("language", flat=True).first() or get_language() or "en"


def find_holders(member_pk: int) -> list[DataSubject]:
    """Return the people who hold or held the roles of one member, with these roles only."""
    versions = _versions(Q(member=member_pk))
    people = defaultdict(list)
    for version in versions:
        people[normalise_address(version["email"])].append(version)
    return [_subject({address}, held, only_roles=True) for address, held in people.items()]


def _roles(addresses: set[str]) -> list[Contact]:
    """Return the versions of roles with one of some addresses, and those of the same person."""
    found = _versions(any_of(Q(email__iexact=address) for address in addresses))
    same_person = any_of(
        Q(id=role["id"], given_name=role["given_name"], family_name=role["family_name"])
        for role in found
    )
    return [*found, *_versions(same_person)]


def _versions(condition: Q) -> list[Contact]:
    """Return the present and earlier holders of roles."""
    tables: tuple[QuerySet[Any], ...] = (FocalPoint.objects.all(), FocalPoint.history.all())
    return [
        version
        for table in tables
        for version in table.filter(condition).values(*CONTACT_COLUMNS).distinct()
    ]


def _subject(addresses: set[str], roles: list[Contact], *, only_roles: bool = False) -> DataSubject:
    names, family_names, phones = set(), set(), set()
    versions: dict[int, set[int]] = defaultdict(set)
    people = list(roles)
    users: dict[int, str] = {}
    if not only_roles:
        by_email = any_of(Q(email__iexact=address) for address in addresses)
        users = dict(_accounts(addresses))
        names |= set(users.values())
        people += RoleTransfer.objects.filter(by_email).values(*CONTACT_COLUMNS[2:])
        contacts = any_of(Q(contact_email__iexact=address) for address in addresses)
        names |= set(Partner.objects.filter(contacts).values_list("answered_by_name", flat=True))
    for person in people:
        names.add(full_name_in_script_order(person["given_name"], person["family_name"]))
        family_names.add(person["family_name"])
        phones.add(str(person["phone"] or ""))
    names -= {"", ERASED_NAME}
    for role in roles:
        versions[role["id"]].add(role["link_version"])
    return DataSubject(
        addresses=frozenset(addresses),
        names=frozenset(names),
        shared_names=frozenset(_names_of_others(names, family_names, addresses, users)),
        family_names=frozenset(family_names - {""}),
        phones=frozenset(phones - {""}),
        rows={"accounts.User": frozenset(users), "members.FocalPoint": frozenset(versions)},
        link_versions={role: frozenset(held) for role, held in versions.items()},
    )


def _names_of_others(
    names: set[str], family_names: set[str], addresses: set[str], users: Iterable[int]
) -> set[str]:
    """Return those of some names that a person with another address has too."""
    own = any_of(Q(email__iexact=address) for address in addresses)
    others = _versions(~own & Q(family_name__in=family_names))
    found = {full_name_in_script_order(each["given_name"], each["family_name"]) for each in others}
    accounts = User.objects.filter(~own, name__in=names).exclude(pk__in=users)
    return names & {*found, *accounts.values_list("name", flat=True)}


def _accounts(addresses: set[str]) -> dict[int, str]:
    """Return the names of accounts by key that have or had one of some addresses."""
    found: dict[int, str] = {}
    by_email = any_of(Q(email__iexact=address) for address in addresses)
    for table in (User.history.all(), User.objects.all()):
        found.update(table.filter(by_email).values_list("id", "name"))
    return found
