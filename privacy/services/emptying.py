"""Deletes what people are known by when a retention period ends, and keeps what figures need.

Versions of rows keep when they were made, which fields changed, and the role of their author. Each
old value is replaced by a placeholder, and different values by different ones.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import CharField, EmailField, Model, Q, QuerySet, TextField
from django.utils.translation import gettext_noop, override

from accounts.models import User
from accounts.services.staff_roles import role_of
from commitments.models import Commitment, CommitmentStatus, Partner
from core.addresses import AddressField
from core.conflicts import lock_rows
from core.history import set_history_actor
from core.personal_data import (
    ERASED_NAME,
    ERASED_TEXT,
    DataSubject,
    PersonalTable,
    own_name_erased,
)
from inbox.models import IncomingMail
from inbox.services.raw_mail import delete_incoming_mail
from mailings.models import Recipient
from members.models import FocalPoint, Member, PublicProfile, TimelineEntry
from members.services.answer_files import delete_answer_files
from members.services.names import set_name_columns
from members.services.search import write_search_entry
from outbox.models import FINAL_STATUSES, Message
from outbox.models.delivery_event import DeliveryEvent
from outbox.services.erasure import hash_suppressed
from papers.services.stored_files import delete_stored_file
from privacy.models import DataRequest
from privacy.services.tables import DECLARED_TABLES, history_models, model_of

ERASED_DOMAIN: Final = "@erased.invalid"
# An author's name that begins with it is the role that replaced the name.
ROLE_BRACKET: Final = "["
FOCAL_POINT_ROLE: Final = "[focal point]"
FORMER_STAFF_ROLE: Final = "[former staff]"
PORTAL_ROLE: Final = "[portal]"
PLACEHOLDER: Final = re.compile(r"\[(?:erased )?(\d+)\]|erased-(\d+)@erased\.invalid")
# Columns with less space get a shorter placeholder.
SHORT_COLUMN: Final = 20
# Stored in histories in English, and translated when it is shown.
DELETED_BY_RETENTION: Final = gettext_noop(
    "Personal data deleted because its retention period has ended"
)
NAME_COLUMNS: Final = ("organisation_name", "acronym", "slug")
DECLARED: Final[Mapping[str, PersonalTable]] = {table.model: table for table in DECLARED_TABLES}

Delete = Callable[[list[int], datetime], None]


def delete_rows(model: type[Model]) -> Delete:
    """Return a function that deletes rows of a model by key."""

    def delete(pks: list[int], at: datetime) -> None:
        model._default_manager.filter(pk__in=pks).delete()

    return delete


def delete_old_events(model: type[Model]) -> Delete:
    """Return a function that deletes events by key.

    On PostgreSQL only a function of the owner of the tables may delete them. It deletes none that
    is younger than the lowest period that is allowed (accounts/migrations).
    """

    def delete(pks: list[int], at: datetime) -> None:
        if connection.vendor != "postgresql":
            model._default_manager.filter(pk__in=pks).delete()
            return
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT delete_old_{model._meta.db_table}(%s::bigint[])", [pks])

    return delete


def empty_versions(model: type[Model], history: type[Model]) -> Delete:
    """Return a function that deletes what some changes replaced, and the names of their authors.

    Values that still hold after the change are kept: they are not of the past.
    """
    key = model._meta.pk.attname

    def empty(pks: list[int], at: datetime) -> None:
        changes = history._default_manager.filter(pk__in=pks)
        # The latest one of each record.
        latest = dict(changes.order_by("pk").values_list(key, "pk"))
        for record, pk in latest.items():
            replace_old_values(history, {key: record}, personal_columns(model), before=pk)
        name_roles(changes, "history_by_name", "history_user")

    return empty


def empty_timeline_authors(pks: list[int], at: datetime) -> None:
    """Replace the authors of timeline entries by their roles."""
    name_roles(TimelineEntry.objects.filter(pk__in=pks), "by_name", "by_user")


def empty_log_entries(pks: list[int], at: datetime) -> None:
    """Delete the names of records from the log of the admin."""
    LogEntry.objects.filter(pk__in=pks).update(object_repr=ERASED_TEXT, change_message="")


def empty_messages(pks: list[int], at: datetime) -> None:
    """Delete the recipients and texts of messages. Their kinds, times and outcomes are kept."""
    messages = Message.objects.filter(pk__in=pks)
    addresses = set(messages.values_list("recipient", flat=True))
    # Events are locked before their messages, in the same order as in the matching of events.
    DeliveryEvent.objects.filter(message__in=pks).update(response="")
    messages.update(**DECLARED["outbox.Message"].fields)
    Recipient.objects.filter(message__in=pks).update(**DECLARED["mailings.Recipient"].fields)
    hash_suppressed(*(address for address in addresses if not _is_in_use(address)))


def empty_data_requests(pks: list[int], at: datetime) -> None:
    """Delete who asked and what was written. What was asked for, the outcome and dates are kept."""
    rows = DataRequest.objects.filter(pk__in=pks)
    texts = {"details": ERASED_TEXT, "answer": ERASED_TEXT}
    rows.update(**DECLARED["privacy.DataRequest"].fields, **texts, emptied_at=at)


def delete_mails(pks: list[int], at: datetime) -> None:
    """Delete mails that came back, with their files."""
    delete_incoming_mail(pks)


def empty_accounts(pks: list[int], at: datetime) -> None:
    """Delete what identifies the holders of accounts. The accounts stay, as the authors of acts."""
    for user in User.objects.filter(pk__in=pks).prefetch_related("groups"):
        role = _role_of(user)
        person = DataSubject(
            addresses=frozenset(),
            names=frozenset({user.name, user.email}),
            rows={"accounts.User": frozenset({user.pk})},
        )
        for table in DECLARED_TABLES:
            if table.model != "accounts.User":
                _empty_rows_of(table, person)
        for history in history_models().values():
            authored = history._default_manager.filter(history_user=user)
            authored.exclude(history_by_name=role).update(history_by_name=role)
        # Declared as free text: the mail itself is of its sender.
        IncomingMail.objects.filter(attached_by=user).update(attached_by_name=role)

        user.email = f"erased-{user.pk}{ERASED_DOMAIN}"
        user.name = ERASED_NAME
        user.set_unusable_password()
        user.time_zone = "UTC"
        user.signed_in_at = None
        _record_deletion(user, at)
        history = history_models()[User]
        replace_old_values(history, {"id": user.pk}, ["email", "name", "time_zone"])
        user.save(update_fields=["email", "name", "password", "time_zone", "signed_in_at"])
        _rename_in_log(user)


def empty_former_focal_points(pks: list[int], at: datetime) -> None:
    """Delete what identifies the people whose roles were taken over, by the entries about it."""
    entries = TimelineEntry.objects.filter(pk__in=pks).select_related("by_focal_point")
    lock_rows(Member.objects.filter(timeline__in=pks))
    history: Any = history_models()[FocalPoint]
    columns = personal_columns(FocalPoint)
    for entry in entries.order_by("pk"):
        versions = history.objects.filter(id=entry.by_focal_point_id)
        successor = versions.filter(history_date__gte=entry.at).order_by("history_id").first()
        if successor is not None:
            earlier = versions.filter(history_id__lt=successor.history_id)
            former = [row for row in earlier if row.email != successor.email]
            _empty_actions(entry, former)
            replace_old_values(history, {"id": successor.id}, columns, before=successor.history_id)
        entry.note = ERASED_TEXT
        entry.save(update_fields=["note"])


def empty_members(pks: list[int], at: datetime) -> None:
    """Delete the personal data of expressions of interest that ended, and of what belongs to them.

    What is counted is kept: status, category, country, focus areas, roles and times. The name of an
    organisation with a commitment that was sent is kept too, because the register is public.
    """
    lock_rows(Member.objects.filter(pk__in=pks))
    for member in Member.objects.filter(pk__in=pks, personal_data_deleted_at__isnull=True):
        _empty_member(member, at)


def _empty_member(member: Member, at: datetime) -> None:
    kept = NAME_COLUMNS if _is_in_register(member) else ()
    messages = Message.objects.filter(reference=member.reference, status__in=FINAL_STATUSES)
    empty_messages(list(messages.values_list("pk", flat=True)), at)
    mails = IncomingMail.objects.filter(reference=member.reference)
    delete_incoming_mail(list(mails.values_list("pk", flat=True)))
    delete_answer_files(member=member)
    _delete_logo(member)
    for table in DECLARED_TABLES:
        if table.member and not table.member.endswith("reference"):
            _empty_organisation_rows(table, member, kept)

    for name, value in DECLARED["members.Member"].organisation_fields.items():
        if name not in kept and getattr(member, name):
            setattr(member, name, value)
    member.personal_data_deleted_at = at
    _record_deletion(member, at)
    emptied = DECLARED["members.Member"].organisation_fields
    member.save(update_fields=[*emptied, *set_name_columns(member), "personal_data_deleted_at"])
    write_search_entry(member)
    _rename_in_log(member)


def _empty_organisation_rows(table: PersonalTable, member: Member, kept: Iterable[str]) -> None:
    """Empty or delete the rows of a table that are of an organisation, and their versions."""
    model = model_of(table)
    rows = model._default_manager.filter(**{table.member: member.pk})
    columns = [name for name in personal_columns(model) if name not in kept]
    if table.is_deleted_with_organisation:
        rows.delete()
    elif model is not Member:
        _replace(rows, table.fields, kept)
        _replace(rows.filter(table.organisation_rows), table.organisation_fields, kept)
    history: Any = history_models().get(model)
    if history is not None:
        versions = history.objects.filter(**{table.member: member.pk})
        name_roles(versions.exclude(history_user__is_staff=True), "history_by_name", "history_user")
        for record in set(versions.values_list("id", flat=True)):
            replace_old_values(history, {"id": record}, columns)


def _replace(rows: "QuerySet[Any]", values: Mapping[str, Any], kept: Iterable[str]) -> None:
    """Give columns of the rows of an organisation new values; an empty text stays empty."""
    by_staff_too = any(each.name == "by_user" for each in rows.model._meta.get_fields())
    for name, value in values.items():
        if name == "by_name" and by_staff_too:
            # What staff did is listed with their names, as long as the histories are.
            rows.filter(by_user=None).exclude(by_name="").update(by_name=FOCAL_POINT_ROLE)
        elif value is own_name_erased:
            # Everybody who acted for the organisation is erased with it.
            rows.exclude(**{name: ""}).update(**{name: ERASED_NAME})
        elif name not in kept and not callable(value):
            rows.exclude(**{name: ""}).update(**{name: value})


def _empty_actions(entry: TimelineEntry, former: Iterable[Any]) -> None:
    """Replace the names of former holders of a role where a member's records list their actions."""
    people = list(former)
    person = DataSubject(
        addresses=frozenset(row.email for row in people),
        names=frozenset(row.history_object.full_name for row in people),
        rows={"members.FocalPoint": frozenset({row.id for row in people})},
    )
    for table in DECLARED_TABLES:
        is_of_people = table.fields and table.member and not table.member.endswith("reference")
        if is_of_people and table.model != "members.FocalPoint":
            _empty_rows_of(table, person, Q(**{table.member: entry.member_id}))
    for model, history in history_models().items():
        path = DECLARED[model._meta.label].member if model._meta.label in DECLARED else ""
        if path:
            versions: Any = history._default_manager.filter(
                **{path: entry.member_id}, history_by_name__in=person.names
            )
            name_roles(versions, "history_by_name", "history_user")


def _empty_rows_of(table: PersonalTable, person: DataSubject, within: Q | None = None) -> None:
    """Empty the rows of a table that are of a person; delete them if the table keeps none."""
    rows = model_of(table)._default_manager.filter(table.about(person), within or Q())
    for name, value in table.fields.items():
        if callable(value):
            for pk, before in rows.values_list("pk", name):
                rows.model._default_manager.filter(pk=pk).update(**{name: value(before, person)})
        else:
            # Rows that are found by the value before are found once.
            pks = list(rows.exclude(**{name: ""}).values_list("pk", flat=True))
            rows.model._default_manager.filter(pk__in=pks).update(**{name: value})
    if table.is_deleted:
        rows.delete()


def replace_old_values(
    history: type[Model],
    record: Mapping[str, Any],
    columns: Iterable[str],
    *,
    before: int | None = None,
) -> None:
    """Replace the values of columns in the versions of a record by placeholders.

    With `before`, only values that were replaced until that version: a value that it still has is
    kept in the versions just before it.
    """
    names = list(columns)
    manager = history._default_manager
    versions = list(manager.filter(**record).order_by("pk").values("pk", *names))
    old = [each for each in versions if before is None or each["pk"] < before]
    successor = next((each for each in versions if before and each["pk"] >= before), None)
    changes: dict[int, dict[str, str]] = defaultdict(dict)
    for name in names:
        replaced = _without_current(old, name, successor)
        values = [str(each[name]) for each in replaced if each[name] not in ("", None)]
        placeholders = _placeholders(history, name, values, [str(each[name]) for each in versions])
        for each in replaced:
            if str(each[name]) in placeholders:
                changes[each["pk"]][name] = placeholders[str(each[name])]
    for pk, new in changes.items():
        manager.filter(pk=pk).update(**new)


def _without_current(
    old: list[dict[str, Any]], name: str, successor: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Return the versions before the one from which on a column has the value of the successor."""
    end = len(old)
    while successor is not None and end and old[end - 1][name] == successor[name]:
        end -= 1
    return old[:end]


def _placeholders(
    history: type[Model], name: str, values: Iterable[str], known: Iterable[str]
) -> dict[str, str]:
    """Return a placeholder for each different value that is not one already."""
    found = (PLACEHOLDER.fullmatch(value) for value in known)
    number = max((int(match[1] or match[2]) for match in found if match), default=0)
    placeholders: dict[str, str] = {}
    for value in values:
        if value not in placeholders and not _is_placeholder(value):
            number += 1
            placeholders[value] = _placeholder(history, name, number)
    return placeholders


def _is_placeholder(value: str) -> bool:
    return value in (ERASED_NAME, ERASED_TEXT) or PLACEHOLDER.fullmatch(value) is not None


def _placeholder(history: type[Model], name: str, number: int) -> str:
    field: Any = history._meta.get_field(name)
    if isinstance(field, EmailField | AddressField):
        return f"erased-{number}{ERASED_DOMAIN}"
    is_short = field.max_length is not None and field.max_length < SHORT_COLUMN
    return f"[{number}]" if is_short else f"[erased {number}]"


@cache
def personal_columns(model: type[Model]) -> tuple[str, ...]:
    """Return the columns of the history of a model that have personal data, if it has any."""
    table = DECLARED.get(model._meta.label)
    history = history_models().get(model)
    if table is None or history is None:
        return ()
    free_text = table.free_text if table.is_deleted_with_organisation else ()
    wanted = {*table.fields, *table.organisation_fields, *free_text}
    return tuple(
        field.name
        for field in history._meta.fields
        if field.name in wanted and isinstance(field, CharField | TextField)
    )


def name_roles(rows: "QuerySet[Any]", name: str, user: str) -> None:
    """Replace the names of authors by their roles; an empty name is that of the portal."""
    rows = rows.exclude(**{f"{name}__startswith": ROLE_BRACKET})
    users = User.objects.filter(pk__in=rows.exclude(**{user: None}).values(user))
    for author in users.prefetch_related("groups"):
        rows.filter(**{user: author}).update(**{name: _role_of(author)})
    rows.filter(**{user: None, name: ""}).update(**{name: PORTAL_ROLE})
    rows.filter(**{user: None}).exclude(**{name: ""}).update(**{name: FOCAL_POINT_ROLE})


def _role_of(user: User) -> str:
    if not user.is_staff and not user.is_superuser:
        return FOCAL_POINT_ROLE
    role = role_of(user)
    with override("en"):
        return f"[{role.label}]" if role else FORMER_STAFF_ROLE


def _record_deletion(row: Model, at: datetime) -> None:
    set_history_actor(row, None, at)
    row._change_reason = DELETED_BY_RETENTION  # type: ignore[attr-defined]


def _rename_in_log(row: Model) -> None:
    kind = ContentType.objects.get_for_model(row)
    noted = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk))
    noted.update(object_repr=str(row)[:200], change_message="")


def _delete_logo(member: Member) -> None:
    names = PublicProfile.objects.filter(member=member).exclude(logo="")
    for name in names.values_list("logo", flat=True):
        transaction.on_commit(partial(delete_stored_file, name))


def _is_in_register(member: Member) -> bool:
    sent = Commitment.objects.exclude(status=CommitmentStatus.DRAFT)
    of_partners = Partner.objects.filter(member=member, commitment__in=sent)
    return sent.filter(lead=member).exists() or of_partners.exists()


def _is_in_use(address: str) -> bool:
    return (
        FocalPoint.objects.filter(email__iexact=address).exists()
        or User.objects.filter(email__iexact=address).exists()
    )
