"""The audit: all changes of all records, with the author and the old and new values.

It combines the data of each app: versions of rows, timelines, and staff actions on messages.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import Max, Model, OuterRef, Q, QuerySet, Subquery
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from accounts.models import User
from core.admin.history import HistoryContext, change_of_many, name_of_one
from core.dates import GENEVA
from members.models import TimelineEntry
from outbox.models import MessageAction
from outbox.models.delivery_event import SuppressedAddress

PAGE_SIZE: Final = 50
# Sources of apps above this one, which register them when they start.
_REGISTERED: "list[Callable[[], AuditSource]]" = []


@dataclass(frozen=True)
class AuditRow:
    """One change as text: when, by whom, of which record, and the old and new values."""

    at: datetime
    by: str
    what: str
    record: str
    address: str = ""
    fields: list[dict[str, Any]] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class AuditSource:
    """One table that changes are read from: how to query, filter and describe them."""

    key: str
    label: str
    rows: QuerySet[Any]
    at: str
    by_name: str
    tell: Callable[[list[Any]], Iterable[AuditRow]]

    def asked(self, asked: dict[str, Any]) -> QuerySet[Any]:
        """Return the rows of the given days and person, newest first."""
        wanted = Q()
        if asked.get("by"):
            wanted &= Q(**{f"{self.by_name}__icontains": asked["by"]})
        if asked.get("since"):
            wanted &= Q(**{f"{self.at}__gte": _midnight(asked["since"])})
        if asked.get("until"):
            wanted &= Q(**{f"{self.at}__lt": _midnight(asked["until"] + timedelta(days=1))})
        return self.rows.filter(wanted).order_by(f"-{self.at}", "-pk")


def register_source(make: Callable[[], AuditSource]) -> None:
    """Add a source of an app that this one does not know."""
    _REGISTERED.append(make)


def changes_of(
    chosen: list[AuditSource], asked: dict[str, Any], *, page: int
) -> tuple[list[AuditRow], bool]:
    """Return one page of changes from some sources, newest first, and whether there are more."""
    reach = page * PAGE_SIZE + 1
    keys = [
        [(at, number, pk) for at, pk in source.asked(asked).values_list(source.at, "pk")[:reach]]
        for number, source in enumerate(chosen)
    ]
    newest = list(heapq.merge(*keys, key=itemgetter(0), reverse=True))
    on_page = newest[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    told: dict[tuple[int, int], AuditRow] = {}
    for number, source in enumerate(chosen):
        pks = [pk for _at, of, pk in on_page if of == number]
        if pks:
            rows = list(source.rows.filter(pk__in=pks).order_by("pk"))
            told |= dict(zip(((number, row.pk) for row in rows), source.tell(rows), strict=True))
    changes = [told[number, pk] for _at, number, pk in on_page if (number, pk) in told]
    return changes, len(newest) > page * PAGE_SIZE


def sources() -> Iterator[AuditSource]:
    """Yield all sources that changes are read from."""
    for model in apps.get_models():
        manager = getattr(model._meta, "simple_history_manager_attribute", None)
        if manager is not None:
            yield _versions_of(model, getattr(model, manager).model)
    yield AuditSource(
        key="timeline",
        label=capfirst(str(TimelineEntry._meta.verbose_name_plural)),
        rows=TimelineEntry.objects.select_related("member"),
        at="at",
        by_name="by_name",
        tell=_tell_entries,
    )
    yield AuditSource(
        key="messages",
        label=capfirst(str(MessageAction._meta.verbose_name_plural)),
        rows=MessageAction.objects.select_related("message"),
        at="at",
        by_name="by_name",
        tell=_tell_actions,
    )
    yield AuditSource(
        key="suppressed",
        label=capfirst(str(SuppressedAddress._meta.verbose_name_plural)),
        rows=SuppressedAddress.objects.filter(lifted_at__isnull=False),
        at="lifted_at",
        by_name="lifted_by_name",
        tell=_tell_lifts,
    )
    yield from (make() for make in _REGISTERED)


def _versions_of(model: type[Model], versions: Any) -> AuditSource:
    return AuditSource(
        key=model._meta.label_lower,
        label=capfirst(str(model._meta.verbose_name_plural)),
        rows=versions.objects.select_related(*_pointing(versions)),
        at="history_date",
        by_name="history_by_name",
        tell=lambda rows: _tell_versions(model, rows),
    )


def _pointing(versions: Any) -> list[str]:
    """Return the relations of a history, and those further ones that the name of a row needs."""
    relations = [each.name for each in versions._meta.fields if each.is_relation]
    return [*relations, *getattr(versions.instance_type, "NAMED_BY", ())]


def _record_of(row: Any) -> Any:
    """Return the record of a version. If its name needs other rows, it has those of the version."""
    record = row.history_object
    if hasattr(row.instance_type, "NAMED_BY"):
        record._state.fields_cache |= row._state.fields_cache
    return record


def _tell_versions(model: type[Model], rows: list[Any]) -> Iterator[AuditRow]:
    """Describe the changes between each version and the previous version of the same row."""
    before = _versions_before(rows)
    several = rows[0]._history_m2m_fields
    lists = {each.name: _lists_of(each, [*rows, *before.values()]) for each in several}
    for row in rows:
        earlier = before.get(row.pk)
        fields: list[dict[str, Any]] = []
        if earlier is not None:
            delta = row.diff_against(earlier, excluded_fields=lists, foreign_keys_are_objs=True)
            fields = HistoryContext(model, row).context_for_delta_changes(delta)
            for each in several:
                old, new = (lists[each.name].get(one.pk, {}) for one in (earlier, row))
                if old.keys() != new.keys():
                    fields.append(change_of_many(each, old, new))
        yield AuditRow(
            at=row.history_date,
            by=row.history_by_name,
            what=_("%(heading)s: %(words)s")
            % {
                "heading": capfirst(str(model._meta.verbose_name)),
                "words": row.get_history_type_display(),
            },
            record=str(_record_of(row)),
            address=_address_of_version(model, row),
            fields=fields,
            note=_(row.history_change_reason) if row.history_change_reason else "",
        )


def _versions_before(rows: list[Any]) -> dict[int, Any]:
    """Return the previous version of each version, by the version's key, with one query."""
    versions = type(rows[0])
    key = versions.instance_type._meta.pk.attname
    earlier = (
        versions.objects.filter(**{key: OuterRef(key)}, history_id__lt=OuterRef("history_id"))
        .order_by()
        .values(key)
        .annotate(latest=Max("history_id"))
        .values("latest")
    )
    pairs = dict(
        versions.objects.filter(pk__in=[row.pk for row in rows])
        .annotate(earlier=Subquery(earlier))
        .filter(earlier__isnull=False)
        .values_list("pk", "earlier")
    )
    found = versions.objects.select_related(*_pointing(versions)).in_bulk(pairs.values())
    return {pk: found[number] for pk, number in pairs.items()}


def _lists_of(column: Any, versions: list[Any]) -> dict[int, dict[Any, str]]:
    """Return the names of related rows in each version of a many-to-many field, with one query."""
    kept = getattr(versions[0], column.name).model
    other = column.m2m_reverse_field_name()
    named: dict[int, dict[Any, str]] = {}
    for row in kept.objects.filter(history__in=versions).select_related(other):
        names = named.setdefault(row.history_id, {})
        names[getattr(row, f"{other}_id")] = name_of_one(getattr(row, other))
    return named


def _tell_entries(rows: list[TimelineEntry]) -> Iterator[AuditRow]:
    for entry in rows:
        yield AuditRow(
            at=entry.at,
            by=entry.by_name,
            what=entry.get_kind_display(),
            record=str(entry.member),
            address=_address_of(type(entry.member), entry.member_id),
            note=entry.note_in_words,
        )


def _tell_actions(rows: list[MessageAction]) -> Iterator[AuditRow]:
    for step in rows:
        yield AuditRow(
            at=step.at,
            by=step.by_name,
            what=step.get_kind_display(),
            record=str(step.message),
            address=_address_of(type(step.message), step.message_id),
        )


def _tell_lifts(rows: list[SuppressedAddress]) -> Iterator[AuditRow]:
    for lifted in rows:
        yield AuditRow(
            at=cast("datetime", lifted.lifted_at),
            by=lifted.lifted_by_name,
            what=_("Address removed from suppression list"),
            record=str(lifted),
            address=_address_of(SuppressedAddress, lifted.pk),
        )


def _address_of_version(model: type[Model], row: Any) -> str:
    """Return the URL of the record that a version belongs to."""
    pk = getattr(row, model._meta.pk.attname)
    if model is User:
        # All fields of an account are for superusers only.
        return reverse("admin:accounts_user_staff_page", args=[pk]) if row.is_staff else ""
    return _address_of(model, pk)


def _address_of(model: type[Model], pk: Any) -> str:
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    except NoReverseMatch:
        return ""


def _midnight(day: date) -> datetime:
    return make_aware(datetime(day.year, day.month, day.day), ZoneInfo(GENEVA))  # noqa: DTZ001
