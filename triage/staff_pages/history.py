"""The history of a member, its decisions and its people, as one list."""

from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.admin.history import HistoryAdmin, HistoryContext
from core.admin.lookups import ScopedAdmin
from members.models import FocalPoint, Member


class MemberChangeContext(HistoryContext):
    """Records that links were revoked or a feed was renewed, which no editable field shows."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        # Only the reference, because the reader may not be allowed to see the other member.
        if isinstance(value, Member):
            return value.reference
        return super().prepare_delta_change_value(change, value)

    def context_for_delta_changes(self, delta: Any) -> list[dict[str, Any]]:
        changes: list[dict[str, Any]] = super().context_for_delta_changes(delta)
        before, after = delta.old_record, delta.new_record
        if self.model is FocalPoint and before.link_version != after.link_version:
            field = _("Earlier private links")
            changes.append({"field": field, "old": _("valid"), "new": _("revoked")})
        if self.model is FocalPoint and before.feed_version != after.feed_version:
            field = _("Earlier calendar links")
            changes.append({"field": field, "old": _("valid"), "new": _("revoked")})
        return changes


class MemberHistoryAdmin(ScopedAdmin, HistoryAdmin):
    """A model admin whose history page includes the history rows of a member's people."""

    history_list_display = ("person",)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the history, with a link to who read the record."""
        record = f"{self.opts.label_lower}-{object_id}"
        return super().history_view(request, object_id, {**(extra_context or {}), "record": record})

    def person(self, row: Any) -> str:
        """Return the name, at that time, of the person that a row is about."""
        return row.history_object.full_name if row.instance_type is FocalPoint else ""

    def get_history_queryset(
        self, request: HttpRequest, history_manager: Any, pk_name: str, object_id: Any
    ) -> list[Any]:
        """Return all rows, the newest first, as a list, because they come from two tables.

        Raises Http404 if the member does not exist.
        """
        ask = super().get_history_queryset
        of_the_file = list(ask(request, history_manager, pk_name, object_id))
        if not of_the_file:
            raise Http404
        of_its_people = ask(request, FocalPoint.history, "member_id", object_id)
        return sorted(
            [*of_the_file, *of_its_people],
            key=lambda row: (row.history_date, row.history_id),
            reverse=True,
        )

    def set_history_delta_changes(
        self, request: HttpRequest, historical_records: Any, **kwargs: Any
    ) -> None:
        for rows in _by_subject(historical_records):
            super().set_history_delta_changes(request, rows, **kwargs)

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: Any
    ) -> MemberChangeContext:
        return MemberChangeContext(historical_record.instance_type, historical_record)


def _by_subject(rows: Any) -> list[list[Any]]:
    """Return the rows grouped by member and by person, each group in its original order."""

    def subject(row: Any) -> tuple[str, int]:
        return row.instance_type.__name__, row.id

    return [list(same) for _subject, same in groupby(sorted(rows, key=subject), key=subject)]
