"""The audit: all changes of all records, with the author and the old and new values.

It combines the data of each app: versions of rows, timelines, and staff actions on messages.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.apps import apps
from django.db.models import (
    CharField,
    F,
    Max,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import User
from core.admin.history import HistoryContext, change_of_many, name_of_one
from members.models import Member, TimelineEntry
from outbox.models import MessageAction
from outbox.models.delivery_event import SuppressedAddress

PAGE_SIZE: Final = 50
# A page ends early if more kinds of records were changed than these queries can describe.
MAX_QUERIES: Final = 8
# Older changes are found by their days.
MAX_CHANGES: Final = 5_000
NAMES_OF_MEMBER: Final = ("reference", "organisation_name")
# The time of a row, the position of its source, and its key.
Key = tuple[datetime, int, int]
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
    # What programs read, of an event that has no fields.
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditSource:
    """One table that changes are read from: how to query, filter and describe them.

    A text is looked for in the columns `searched`, and in the label of those with choices.
    """

    key: str
    label: str
    rows: QuerySet[Any]
    tell: Callable[[list[Any]], Iterable[AuditRow]]
    at: str = "at"
    by_name: str = "by_name"
    searched: Sequence[str] = ()
    # The number of queries that describe some rows.
    queries: int = 1
    # Which rows are needed to describe some rows, given by their keys.
    needed: Callable[[list[int]], Q] = lambda pks: Q(pk__in=pks)

    def asked(self, asked: Mapping[str, Any]) -> QuerySet[Any]:
        """Return the rows of the given days and person that have the given text."""
        wanted = Q()
        if asked.get("by"):
            wanted &= Q(**{f"{self.by_name}__icontains": asked["by"]})
        if asked.get("since"):
            wanted &= Q(**{f"{self.at}__gte": asked["since"]})
        if asked.get("until"):
            wanted &= Q(**{f"{self.at}__lt": asked["until"]})
        if asked.get("text"):
            wanted &= self._has(asked["text"])
        return self.rows.filter(wanted)

    def _has(self, text: str) -> Q:
        if text.casefold() in self.label.casefold():
            return Q()
        found = Q(**{f"{self.by_name}__icontains": text})
        for column in self.searched:
            choices = [] if "__" in column else self.rows.model._meta.get_field(column).flatchoices
            labels = [value for value, label in choices if text.casefold() in str(label).casefold()]
            found |= Q(**({f"{column}__in": labels} if choices else {f"{column}__icontains": text}))
        return found


def register_source(make: Callable[[], AuditSource]) -> None:
    """Add a source of an app that this one does not know."""
    _REGISTERED.append(make)


def keys_of(
    chosen: Sequence[AuditSource], asked: Mapping[str, Any], *, direction: str = ""
) -> "QuerySet[Any, Key]":
    """Return the keys of rows in the order of time, with one query for all tables.

    With the direction "-", the newest are the first.
    """
    first, *others = (
        source.asked(asked)
        .order_by()
        .annotate(line_at=F(source.at), line_source=Value(position))
        .values_list("line_at", "line_source", "pk")
        for position, source in enumerate(chosen)
    )
    names = (f"{direction}{name}" for name in ("line_at", "line_source", "pk"))
    keys: QuerySet[Any, Key] = first.union(*others, all=True).order_by(*names)
    return keys


class AuditPage(NamedTuple):
    """Some changes, and where the page of newer and of older ones begins, if there is one."""

    changes: list[AuditRow]
    newer: int | None
    older: int | None


def changes_after(
    chosen: Sequence[AuditSource], asked: Mapping[str, Any], *, start: int
) -> AuditPage:
    """Return the changes after the newest ones, whose number is `start`, the newest first."""
    first = max(0, start - PAGE_SIZE)
    keys = list(keys_of(chosen, asked, direction="-")[first : start + PAGE_SIZE + 1])
    newer, rest = keys[: start - first], keys[start - first :]
    shown = _on_one_page(chosen, rest[:PAGE_SIZE])
    return AuditPage(
        [row for _source, _pk, row in describe(chosen, shown)],
        newer=start - len(_on_one_page(chosen, newer[::-1])) if newer else None,
        older=start + len(shown) if len(rest) > len(shown) else None,
    )


def _on_one_page(chosen: Sequence[AuditSource], keys: list[Key]) -> list[Key]:
    """Return the first rows that can be described with a few queries."""
    kinds: set[int] = set()
    for number, (_at, position, _pk) in enumerate(keys):
        kinds.add(position)
        if sum(chosen[each].queries for each in kinds) > MAX_QUERIES:
            return keys[:number]
    return keys


def describe(
    chosen: Sequence[AuditSource], keys: Sequence[Key]
) -> Iterator[tuple[AuditSource, int, AuditRow]]:
    """Yield the source, the key and the description of rows, as many queries for 500 as for one."""
    told: dict[tuple[int, int], AuditRow] = {}
    for number, source in enumerate(chosen):
        pks = [pk for _at, of, pk in keys if of == number]
        if pks:
            rows = list(source.rows.filter(source.needed(pks)).order_by("pk"))
            told |= dict(zip(((number, row.pk) for row in rows), source.tell(rows), strict=True))
    for _at, number, pk in keys:
        if (number, pk) in told:
            yield chosen[number], pk, told[number, pk]


def sources() -> Iterator[AuditSource]:
    """Yield all sources that changes are read from."""
    for model in apps.get_models():
        manager = getattr(model._meta, "simple_history_manager_attribute", None)
        if manager is not None:
            yield _versions_of(model, getattr(model, manager).model)
    yield entries_source(
        "timeline",
        TimelineEntry.objects.select_related("member"),
        what=TimelineEntry.get_kind_display,
        record="member",
        note=lambda entry: entry.note_in_words,
        searched=("kind", "note", *(f"member__{name}" for name in NAMES_OF_MEMBER)),
    )
    yield entries_source(
        "messages",
        MessageAction.objects.select_related("message"),
        what=MessageAction.get_kind_display,
        record="message",
        searched=("kind", "message__subject"),
    )
    yield entries_source(
        "suppressed",
        SuppressedAddress.objects.filter(lifted_at__isnull=False),
        what=lambda _row: _("Address removed from suppression list"),
        at="lifted_at",
        by_name="lifted_by_name",
        searched=("address",),
    )
    yield from (make() for make in _REGISTERED)


def entries_source(
    key: str,
    rows: QuerySet[Any],
    *,
    what: Callable[[Any], str],
    record: str = "",
    name: Callable[[Any], str] = str,
    note: Callable[[Any], str] = lambda _row: "",
    searched: Sequence[str] = (),
    at: str = "at",
    by_name: str = "by_name",
) -> AuditSource:
    """Return the source of a table whose rows are about a record, or else about themselves."""

    def tell(found: list[Any]) -> Iterator[AuditRow]:
        for row in found:
            of = getattr(row, record) if record else row
            yield AuditRow(
                at=getattr(row, at),
                by=getattr(row, by_name),
                what=what(row),
                record=name(of),
                address=_address_of(type(of), of.pk),
                note=note(row),
            )

    label = capfirst(str(rows.model._meta.verbose_name_plural))
    return AuditSource(key, label, rows, tell, at, by_name, searched)


def _versions_of(model: type[Model], versions: Any) -> AuditSource:
    return AuditSource(
        key=model._meta.label_lower,
        label=capfirst(str(model._meta.verbose_name_plural)),
        rows=versions.objects.select_related(*_pointing(versions)),
        tell=lambda rows: _tell_versions(model, rows),
        at="history_date",
        by_name="history_by_name",
        searched=list(_searched_in(versions)),
        queries=1 + len(versions._history_m2m_fields),
        needed=lambda pks: Q(pk__in=_with_earlier(versions, pks)),
    )


def _searched_in(versions: Any) -> Iterator[str]:
    """Yield the short texts of a history, and those by which people call the member it is about."""
    for each in versions._meta.fields:
        if isinstance(each, CharField):
            yield each.name
        elif each.related_model is Member:
            yield from (f"{each.name}__{name}" for name in NAMES_OF_MEMBER)


def _pointing(versions: Any) -> list[str]:
    """Return the relations of a history, and those further ones that the name of a row needs."""
    relations = [each.name for each in versions._meta.fields if each.is_relation]
    return [*relations, *getattr(versions.instance_type, "NAMED_BY", ())]


def _record_of(row: Any) -> Any:
    """Return the record of a version, with the related rows that were read with the version."""
    record = row.history_object
    record._state.fields_cache |= row._state.fields_cache
    return record


def _tell_versions(model: type[Model], rows: list[Any]) -> Iterator[AuditRow]:
    """Describe the changes between each version and the one before of the same row.

    The rows are in the order of their keys.
    """
    key = model._meta.pk.attname
    before: dict[Any, Any] = {}
    several = rows[0]._history_m2m_fields
    lists = {each.name: _lists_of(each, rows) for each in several}
    for row in rows:
        earlier = before.get(getattr(row, key))
        before[getattr(row, key)] = row
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


def _with_earlier(versions: Any, pks: list[int]) -> QuerySet[Any]:
    """Return the keys of versions, and of the one before each."""
    key = versions.instance_type._meta.pk.attname
    chosen = versions.objects.filter(pk__in=pks).order_by()
    earlier = (
        versions.objects.filter(**{key: OuterRef(key)}, history_id__lt=OuterRef("history_id"))
        .order_by()
        .values(key)
        .annotate(latest=Max("history_id"))
        .values("latest")
    )
    keys: QuerySet[Any] = chosen.values("pk").union(
        chosen.values(earlier=Subquery(earlier)), all=True
    )
    return keys


def _lists_of(column: Any, versions: list[Any]) -> dict[int, dict[Any, str]]:
    """Return the names of related rows in each version of a many-to-many field, with one query."""
    kept = getattr(versions[0], column.name).model
    other = column.m2m_reverse_field_name()
    named: dict[int, dict[Any, str]] = {}
    for row in kept.objects.filter(history__in=versions).select_related(other):
        names = named.setdefault(row.history_id, {})
        names[getattr(row, f"{other}_id")] = name_of_one(getattr(row, other))
    return named


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
