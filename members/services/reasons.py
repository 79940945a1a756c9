"""The reasons that go with a decision, kept as they were told, whatever becomes of them later."""

from collections.abc import Sequence

from modeltranslation.utils import build_localized_fieldname, get_translation_fields

from members.models import Reason, ReasonGiven, TimelineEntry
from members.services.letters.decisions import reasons_in_order

# What a reason said in each language, by the column that keeps it.
SNIPPET_TO_TEXT_COLUMNS = dict(
    zip(get_translation_fields("text"), get_translation_fields("snippet"), strict=True)
)


def record_reasons(entry: TimelineEntry, reasons: Sequence[Reason]) -> None:
    """Keep with a new timeline entry what the organisation was told, in each language."""
    ReasonGiven.objects.bulk_create(
        ReasonGiven(
            entry=entry,
            reason=reason,
            position=position,
            text=getattr(reason, build_localized_fieldname("snippet", "en")),
            **{kept: getattr(reason, told) for kept, told in SNIPPET_TO_TEXT_COLUMNS.items()},
        )
        for position, reason in enumerate(reasons_in_order(reasons), start=1)
    )
