"""Whether what each member is found by follows from its rows."""

from members.models import Member, SearchEntry, TimelineKind
from members.services.search import searched_text


def texts():
    """The stored search texts, by reference."""
    return dict(SearchEntry.objects.values_list("member__reference", "text"))


def texts_from_rows():
    """The search texts that follow from the stored members, focal points and notes."""
    return {
        member.reference: searched_text(
            member,
            member.focal_points.order_by("is_alternate"),
            member.timeline.filter(kind=TimelineKind.NOTE_ADDED)
            .order_by("pk")
            .values_list("note", flat=True),
        )
        for member in Member.objects.all()
    }
