"""The personal data in drafts, alerts and requests of people who have not applied yet."""

import re
from typing import Final
from urllib.parse import unquote_plus

import phonenumbers
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.addresses import normalise_address
from core.folding import fold
from core.personal_data import DataSubject, PersonalTable, has_address, nobody
from eoi.models import EoiDraft
from eoi.models.draft import LINK_TO
from members.models.focal_point import full_name_in_script_order

# The beginnings of the names of the fields about each person in a form.
PEOPLE: Final = ("", "alternate_")
# In digits. A shorter number may be part of many.
MIN_PHONE_LENGTH: Final = 7
# The zero that some people write in a number with the code of a country, as in +41 (0)22.
TRUNK_PREFIX: Final = re.compile(r"\(\s*0\s*\)")


def typed_about(person: DataSubject) -> Q:
    """Return the condition that a person is in what is typed in a form without an address.

    An address, a telephone number, or a full name that nobody else has identifies the person. They
    are stored as they were typed, so that no condition of the database could find them. Nothing is
    found by a name alone.
    """
    if not person.addresses:
        return nobody(person)
    words = {_words(name) for name in person.distinct_names if _is_full(name)}
    kept = EoiDraft.objects.filter(email="").values_list("pk", "form_data", "other_data")
    return Q(
        id__in=[
            pk
            for pk, *versions in kept.iterator()
            if any(_is_about(version, person, words) for version in versions)
        ]
    )


def _is_about(form_data: str, person: DataSubject, words: set[frozenset[str]]) -> bool:
    # The long texts are not decoded.
    typed = dict(field.split("=", 1) for field in form_data.split("&") if "=" in field)

    def answer(name: str) -> str:
        return unquote_plus(typed.get(name, "")).strip()

    addresses = [answer(name) for name in ("email", "alternate_email", LINK_TO)]
    if any(address and normalise_address(address) in person.addresses for address in addresses):
        return True
    for prefix in PEOPLE:
        given_name, family_name = answer(f"{prefix}given_name"), answer(f"{prefix}family_name")
        name = full_name_in_script_order(given_name, family_name)
        if _is_phone_of(answer(f"{prefix}phone"), person) or _words(name) in words:
            return True
    return False


def _is_phone_of(typed: str, person: DataSubject) -> bool:
    """Return whether a typed number is one of a person's, with or without the country's code."""
    digits = phonenumbers.normalize_digits_only(TRUNK_PREFIX.sub("", typed)).lstrip("0")
    return len(digits) >= MIN_PHONE_LENGTH and any(
        phone.endswith(digits) for phone in person.phones
    )


def _words(name: str) -> frozenset[str]:
    """Return the words of a name, in whatever order, case and accents they were typed."""
    return frozenset(fold(name).split())


def _is_full(name: str) -> bool:
    """Return whether a name is not a single word. Chinese and Korean full names have no blank."""
    return " " in name or name.lower() == name.upper()


PERSONAL_TABLES: Final = (
    PersonalTable(
        model="eoi.EoiDraft",
        name=_("unfinished expressions of interest"),
        purpose="applications",
        retention="drafts",
        is_statement=True,
        about=lambda person: has_address("email")(person) | typed_about(person),
        # Of drafts of others, which name the person.
        free_text=("form_data", "other_data"),
        exported=("email", "language", "started_at", "saved_at", "expires_at", "form_data"),
        # Nobody knows who has typed a form without an address.
        exported_about=has_address("email"),
    ),
    PersonalTable(
        model="eoi.SignOff",
        name=_("confirmations of drafts"),
        purpose="applications",
        retention="drafts",
        about=lambda person: (
            Q(name__in=person.distinct_names) | has_address("draft__email")(person)
        ),
        exported=("name", "position", "confirmed_at"),
        # A name alone may be that of somebody else.
        exported_about=lambda person: (
            has_address("draft__email")(person) & Q(name__in=person.names)
        ),
    ),
    PersonalTable(
        model="eoi.LateRequest",
        name=_("requests to send late"),
        purpose="applications",
        retention="drafts",
        about=has_address("draft__email"),
        free_text=("organisation_name", "refusal"),
        exported=("organisation_name", "requested_at", "decided_at", "refusal"),
    ),
    PersonalTable(
        model="eoi.CallAlert",
        name=_("alerts about the next call"),
        purpose="news",
        retention="subscriptions",
        about=has_address("email"),
        exported=("email", "language", "requested_at", "confirmed_at"),
    ),
    PersonalTable(
        model="eoi.LinkRequest",
        name=_("requests for links"),
        purpose="correspondence",
        retention="drafts",
        about=has_address("email"),
        exported=("email", "asked_at"),
    ),
)
