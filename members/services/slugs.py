"""The addresses of the public pages of members."""

from itertools import count
from typing import Final

from anyascii import anyascii
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from members.models import Member

# Leaves room for the number of a name that several members have.
MAX_LENGTH: Final = 80
# For a name without letters.
FALLBACK: Final = "member"


def give_slug(member: Member) -> None:
    """Give a locked member that is about to be listed publicly its address, once.

    A member that was never listed has none, so that no address tells anything about it.
    """
    if member.slug or not member.is_listed_publicly:
        return
    name = slugify(anyascii(member.organisation_name))[:MAX_LENGTH].strip("-") or FALLBACK
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
