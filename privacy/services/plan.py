"""What an erasure changes in each table: computed for the preview, and again when it is done."""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise

from accounts.models import User
from core.personal_data import ERASED_DOMAIN, DataSubject, PersonalTable, any_of
from inbox.services.raw_mail import words_of_raw_mail
from members.models import FocalPoint, Member
from privacy.models import ErasureAction
from privacy.services.people import find_holders, find_person
from privacy.services.tables import author_tables, model_of, personal_tables
from privacy.services.traces import Traces, family_name_replaced

# Stands for the organisation itself, where a change needs a person.
NOBODY: Final = DataSubject(addresses=frozenset())


@dataclass(frozen=True, kw_only=True)
class TableChange:
    """The rows of one table that an erasure changes in one way, or keeps."""

    table: PersonalTable
    action: ErasureAction
    person: DataSubject
    keys: frozenset[Any] = frozenset()
    values: Mapping[str, Any] = field(default_factory=dict)
    # The new texts of the rows, by key and column.
    texts: Mapping[Any, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return len(self.texts) if self.action == ErasureAction.TEXT else len(self.keys)

    @property
    def name(self) -> str | Promise:
        return self.table.name

    @property
    def kept_because(self) -> str | Promise:
        return "" if self.action == ErasureAction.DELETED else self.table.kept_because


@dataclass(frozen=True, kw_only=True)
class Search:
    """What is looked for in free text: in all rows, and in those of some members."""

    # The members whose rows are searched for `own` and for family names that stand alone.
    members: frozenset[int]
    own: Traces
    family_names: frozenset[str]
    # In all rows.
    people: Traces
    # The names of an organisation: in all rows, except in what other organisations say.
    names: Traces = field(default_factory=Traces)
    # Whether stored mails are read too, which takes some milliseconds for each.
    reads_files: bool = False

    def traces(self, table: PersonalTable, *, is_own: bool) -> Traces:
        """Return what is replaced in a row."""
        if is_own:
            return self.own
        return self.people if table.is_statement else self.everywhere

    @cached_property
    def everywhere(self) -> Traces:
        """What is replaced in the rows of others that are not their own words."""
        return Traces(self.people.values | self.names.values)

    @cached_property
    def pattern(self) -> str:
        """A regular expression for the database: rows without a match are not read."""
        needles = Traces(self.everywhere.values | self.own.values).needles
        return "|".join(map(re.escape, sorted(needles)))


def plan_person(person: DataSubject, *, reads_files: bool = False) -> list[TableChange]:
    """Return what the erasure of a person changes, the free text first, deletions last.

    A preview does not read the stored mails of others, of which some may be deleted too.
    """
    changes = _rows_about(person)
    roles = FocalPoint.objects.filter(pk__in=person.keys("members.FocalPoint"))
    search = Search(
        members=frozenset(roles.values_list("member", flat=True)),
        people=Traces.of_distinct_names([person]),
        own=Traces.of_people([person]),
        family_names=person.family_names,
        reads_files=reads_files,
    )
    return _in_order([*_texts(search, changes), *changes])


def is_known(person: DataSubject) -> bool:
    """Return whether any table has a row about a person, or a text that names them."""
    if all(address.endswith(ERASED_DOMAIN) for address in person.addresses):
        return False
    about = (_rows(table).filter(table.about(person)) for table in personal_tables())
    return any(rows.exists() for rows in about) or bool(plan_person(person))


def plan_organisation(member: Member, *, reads_files: bool = False) -> list[TableChange]:
    """Return what the erasure of an organisation changes.

    Its people are erased with it, except those who are also known for another reason: of these,
    only what belongs to the organisation is erased.
    """
    holders = find_holders(member.pk)
    people = people_erased_with(member)
    changes = [change for person in people for change in _rows_about(person)]
    for holder in holders:
        changes += [
            _change(table, _rows_of(table, member).filter(table.about(holder)), holder)
            for table in personal_tables()
            if table.member and table.fields
        ]
    for table in personal_tables():
        if not table.member:
            continue
        keys = _keys(_rows_of(table, member))
        if table.is_deleted_with_organisation:
            changes.append(_of(table, ErasureAction.DELETED, NOBODY, keys))
            continue
        erased: frozenset[Any] = frozenset()
        if values := table.organisation_fields:
            erased = _keys(_rows_of(table, member).filter(table.organisation_rows))
            changes.append(_of(table, ErasureAction.REPLACED, NOBODY, erased, values))
        changes.append(_of(table, ErasureAction.KEPT, NOBODY, keys - erased))
    names, everybody = Traces.of_names(_names_of(member)), Traces.of_people([*holders, *people])
    search = Search(
        members=frozenset({member.pk}),
        people=Traces.of_distinct_names(people),
        names=names,
        own=Traces(everybody.values | names.values),
        family_names=frozenset(name for holder in holders for name in holder.family_names),
        reads_files=reads_files,
    )
    return _in_order([*_texts(search, changes), *changes])


def people_erased_with(member: Member) -> list[DataSubject]:
    """Return the people who are known only because they have or had a role of an organisation."""
    return [
        _whole_person(holder)
        for holder in find_holders(member.pk)
        if not _is_known_otherwise(holder, member)
    ]


def _rows_about(person: DataSubject) -> list[TableChange]:
    return [
        _change(table, _rows(table).filter(table.about(person)), person)
        for table in (*personal_tables(), *author_tables())
    ]


def _change(table: PersonalTable, rows: "QuerySet[Any]", person: DataSubject) -> TableChange:
    keys = _keys(rows)
    if table.is_deleted:
        return _of(table, ErasureAction.DELETED, person, keys)
    if table.fields:
        return _of(table, ErasureAction.REPLACED, person, keys, table.fields)
    return _of(table, ErasureAction.KEPT, person, keys)


def _of(
    table: PersonalTable,
    action: ErasureAction,
    person: DataSubject,
    keys: frozenset[Any],
    values: Mapping[str, Any] | None = None,
) -> TableChange:
    return TableChange(table=table, action=action, person=person, keys=keys, values=values or {})


def _rows(table: PersonalTable) -> "QuerySet[Any]":
    return model_of(table)._default_manager.all()


def _rows_of(table: PersonalTable, member: Member) -> "QuerySet[Any]":
    value = member.reference if table.member.endswith("reference") else member.pk
    return _rows(table).filter(**{table.member: value})


def _keys(rows: "QuerySet[Any]") -> frozenset[Any]:
    return frozenset(rows.order_by().values_list("pk", flat=True))


def _in_order(changes: Iterable[TableChange]) -> list[TableChange]:
    """Return the changes of some rows: each row is replaced after its text, and deleted last.

    A row is kept only if nothing changes in it.
    """
    changes = list(changes)
    changed: dict[str, set[Any]] = defaultdict(set)
    for each in changes:
        if each.action != ErasureAction.KEPT:
            changed[each.table.model].update(each.keys, each.texts)
    changes = [
        replace(each, keys=each.keys - changed[each.table.model])
        if each.action == ErasureAction.KEPT
        else each
        for each in changes
    ]
    order = [ErasureAction.TEXT, ErasureAction.REPLACED, ErasureAction.DELETED, ErasureAction.KEPT]
    return sorted((each for each in changes if each.number), key=lambda e: order.index(e.action))


def _texts(search: Search, changes: list[TableChange]) -> Iterator[TableChange]:
    """Return the free texts with a match, unless they are replaced or deleted anyway."""
    for table in personal_tables():
        if not table.free_text:
            continue
        gone = _keys_with(changes, table, ErasureAction.DELETED)
        replaced: dict[Any, set[str]] = defaultdict(set)
        for change in changes:
            if change.table.model == table.model and change.action == ErasureAction.REPLACED:
                for key in change.keys:
                    replaced[key].update(change.values)
        found: dict[Any, dict[str, Any]] = {}
        for key, is_own, columns in _candidates(table, search):
            traces = search.traces(table, is_own=is_own)
            family_names = search.family_names if is_own else ()
            new = {
                name: text
                for name, before in columns.items()
                if name not in replaced[key]
                and (text := _replaced(before, traces, family_names)) != before
            }
            if new and key not in gone:
                found[key] = new
        for key, files in _searched_files(table, search, found).items():
            deleted = {name: "" for name in files if name not in replaced[key]}
            if deleted and key not in gone:
                found[key] = {**found.get(key, {}), **deleted}
        yield TableChange(table=table, action=ErasureAction.TEXT, person=NOBODY, texts=found)


def _candidates(table: PersonalTable, search: Search) -> Iterator[tuple[Any, bool, dict[str, Any]]]:
    """Return key, whether the row is of one of the members, and the columns with text."""
    casts = {f"{name}_as_text": Cast(name, TextField()) for name in table.free_text}
    rows = _rows(table).alias(**casts)
    # One expression for all forms: PostgreSQL reads each text once.
    contains = any_of(
        Q(**{f"{column}__iregex": search.pattern}) for column in casts if search.pattern
    )
    has_family_name = any_of(
        Q(**{f"{column}__contains": name}) for column in casts for name in search.family_names
    )
    is_of_members = _is_of(table, search.members)
    own = set(_keys(rows.filter(is_of_members, contains | has_family_name)))
    found = rows.filter(contains | Q(pk__in=own)).order_by()
    for key, *texts in found.values_list("pk", *table.free_text).iterator():
        yield key, key in own, dict(zip(table.free_text, texts, strict=True))


def _searched_files(
    table: PersonalTable, search: Search, found: Collection[Any]
) -> dict[Any, set[str]]:
    """Return the columns with a stored mail that goes, by key.

    These are the mails of rows with a match, and with `reads_files` those that have one themselves.
    """
    going: dict[Any, set[str]] = defaultdict(set)
    for column in table.searched_files:
        rows = _rows(table).exclude(**{column: ""}).order_by()
        if not search.reads_files:
            rows = rows.filter(pk__in=found)
        own = set(_keys(rows.filter(_is_of(table, search.members))))
        for key, name in rows.values_list("pk", column).iterator():
            traces = search.traces(table, is_own=key in own)
            if key in found or traces.are_in(words_of_raw_mail(name)):
                going[key].add(column)
    return going


def _is_of(table: PersonalTable, members: frozenset[int]) -> Q:
    if not table.member:
        return Q(pk__in=[])
    if table.member.endswith("reference"):
        references = Member.objects.filter(pk__in=members).values("reference")
        return Q(**{f"{table.member}__in": references})
    return Q(**{f"{table.member}__in": members})


def _replaced(before: Any, traces: Traces, family_names: Iterable[str]) -> Any:
    """Return a text or a JSON value without traces and without family names."""
    if before in (None, ""):
        return before
    is_text = isinstance(before, str)
    text = traces.replaced(before if is_text else json.dumps(before))
    text = family_name_replaced(text, family_names)
    return text if is_text else json.loads(text)


def _keys_with(
    changes: Iterable[TableChange], table: PersonalTable, action: ErasureAction
) -> set[Any]:
    return {
        key
        for change in changes
        if change.table.model == table.model and change.action == action
        for key in change.keys
    }


def _names_of(member: Member) -> set[str]:
    names = member.history.values_list("organisation_name", flat=True)
    return {member.organisation_name, *names}


def _is_known_otherwise(holder: DataSubject, member: Member) -> bool:
    """Return whether a person has a role of another member, or an account of staff."""
    person = _whole_person(holder)
    other_roles = FocalPoint.objects.filter(pk__in=person.keys("members.FocalPoint"))
    if other_roles.exclude(member=member).exists():
        return True
    return User.objects.filter(pk__in=person.keys("accounts.User"), is_staff=True).exists()


def _whole_person(holder: DataSubject) -> DataSubject:
    return find_person(next(iter(holder.addresses)))
