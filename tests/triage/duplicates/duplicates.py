"""EOIs that may be duplicates, and the proposed pairs."""

from datetime import timedelta

from members.models import Member, TimelineEntry, TimelineKind
from tests.factories import FocalPointFactory, MemberFactory
from triage.duplicates.models import FingerprintedMember, PossibleDuplicate, to_match

HOUR = timedelta(hours=1)


def an_eoi(name="", *, email="", person=None, **facts):
    """An EOI that has nothing in common with others, except for the given values."""
    named = {"organisation_name": name} if name else {}
    member = MemberFactory(**{"country": "CH", **named, **facts})
    given_name, family_name = person or ("Ada", f"Byron {member.pk}")
    address = {"email": email} if email else {}
    FocalPointFactory(member=member, given_name=given_name, family_name=family_name, **address)
    return member


def match_again(*keys):
    FingerprintedMember.objects.filter(member__in=keys).update(matched_version=None)


def unmatched():
    return list(to_match(Member.objects.order_by("pk")))


def proposed():
    """Each pair by the keys of its members, with the reasons."""
    return {
        (pair.earlier_id, pair.later_id): {
            name for name in PossibleDuplicate.REASONS if getattr(pair, name)
        }
        for pair in PossibleDuplicate.objects.open()
    }


def entries():
    found = TimelineEntry.objects.exclude(kind=TimelineKind.RECEIVED).order_by("pk")
    return [(entry.member.reference, entry.kind, entry.note, entry.is_public) for entry in found]
