"""The reasons of a decision, stored in the wording of that time."""

from collections.abc import Sequence

from modeltranslation.utils import build_localized_fieldname, get_translation_fields

from members.models import Reason, ReasonGiven, TimelineEntry
from members.services.letters.decisions import reasons_in_order

# Maps the translated fields of ReasonGiven to those of Reason.
SNIPPET_TO_TEXT_COLUMNS = dict(
    zip(get_translation_fields("text"), get_translation_fields("snippet"), strict=True)
)


def record_reasons(entry: TimelineEntry, reasons: Sequence[Reason]) -> None:
    """Store the reasons of a new timeline entry, in each language."""
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
