"""The reasons that go with a decision, kept as they were told, whatever becomes of them later."""

from collections.abc import Sequence

from modeltranslation.utils import build_localized_fieldname, get_translation_fields

from members.letters.decisions import in_order
from members.models import Reason, ReasonGiven, TimelineEntry

# What a reason said in each language, by the column that keeps it.
AS_TOLD = dict(zip(get_translation_fields("text"), get_translation_fields("snippet"), strict=True))


def give(entry: TimelineEntry, reasons: Sequence[Reason]) -> None:
    """Keep with a new timeline entry what the organisation was told, in each language."""
    ReasonGiven.objects.bulk_create(
        ReasonGiven(
            entry=entry,
            reason=reason,
            position=position,
            text=getattr(reason, build_localized_fieldname("snippet", "en")),
            **{kept: getattr(reason, told) for kept, told in AS_TOLD.items()},
        )
        for position, reason in enumerate(in_order(reasons), start=1)
    )
