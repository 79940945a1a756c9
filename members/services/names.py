"""The names of organisations as sorted and searched, and the addresses of their public pages.

The names are stored, so that an index has them. Both databases compare the stored values alike:
sort keys are bytes, and texts to search in have neither case nor accents. Every service that sets
a name calls `set_name_columns()`.
"""

from functools import cache
from itertools import count
from typing import Final

from anyascii import anyascii
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from pyuca import Collator

from core.folding import fold
from members.models import Member

# In bytes. Names with the same beginning, of about a hundred letters, are sorted by key.
MAX_SORT_KEY_LENGTH: Final = 200
# Leaves room for the number of a name that several members have.
MAX_SLUG_LENGTH: Final = 80
# For a name without letters.
FALLBACK_SLUG: Final = "member"


@cache
def _collator() -> Collator:
    """Return the collator. It is created at the first use, because it reads a large file."""
    return Collator()


def sort_key_of(name: str) -> bytes:
    """Return bytes that are sorted as the Unicode Collation Algorithm sorts names.

    Each weight is two bytes, the more significant one first.
    """
    weights = _collator().sort_key(name)[: MAX_SORT_KEY_LENGTH // 2]
    return b"".join(weight.to_bytes(2) for weight in weights)


def search_text_of(name: str, acronym: str) -> str:
    """Return the text in which members are searched by name or acronym."""
    return f"{fold(name)}\n{fold(acronym)}"


def set_name_columns(member: Member) -> list[str]:
    """Set the columns that follow from the name and the acronym, and return their names."""
    member.sort_key = sort_key_of(member.organisation_name)
    member.search_text = search_text_of(member.organisation_name, member.acronym)
    return ["sort_key", "search_text"]


def give_slug(member: Member) -> None:
    """Give a locked member that is about to be listed publicly its address, once.

    A member that was never listed has none, so that no address tells anything about it.
    """
    if member.slug or not member.is_listed_publicly:
        return
    name = slugify(anyascii(member.organisation_name))[:MAX_SLUG_LENGTH].strip("-") or FALLBACK_SLUG
    for number in count(1):
        slug = name if number == 1 else f"{name}-{number}"
        try:
            # The database decides: a colleague may give the same address at the same time.
            with transaction.atomic():
                Member.objects.filter(pk=member.pk).update(slug=slug)
        except IntegrityError:
            continue
        member.slug = slug
        return
