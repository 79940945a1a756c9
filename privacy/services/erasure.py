"""Erase people and organisations: what is refused, the request, and the consent that erases."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import FileField, Model, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.staff_roles import DESK_MANAGERS
from core.addresses import normalise_address
from core.conflicts import Refused, lock, lock_rows, save_next_version
from core.personal_data import ERASED_NAME, ERASED_TEXT, DataSubject
from members.models import ACTIVE_STATUSES, FocalPoint, Member, TimelineEntry
from members.services.decisions import withdraw
from members.services.names import set_name_columns
from members.services.private_links import end_feed, end_links
from members.services.search import write_search_entries
from outbox.models import Message
from outbox.models.delivery_event import DeliveryEvent
from outbox.services.queue import cancel_for_erased
from papers.services.stored_files import delete_stored_file
from privacy.models import (
    ErasureAction,
    ErasureCount,
    ErasureKind,
    ErasureRequest,
    ErasureStatus,
)
from privacy.services.erasure_list import list_erasure
from privacy.services.people import find_person
from privacy.services.plan import (
    TableChange,
    is_known,
    people_erased_with,
    plan_organisation,
    plan_person,
)
from privacy.services.tables import history_models, model_of

CONSENT_PERMISSION = "privacy.consent_to_erasure"
# The author in the history of members.
REPEATED_BY = "the operator, after a restore"


def _nothing_found() -> Refused:
    return Refused(
        _("The portal knows nothing about this person or organisation."), code="nothing_found"
    )


def _decision_not_settled() -> Refused:
    return Refused(
        _(
            "The latest decision on this organisation can still be undone. Try again in some "
            "minutes."
        ),
        code="decision_not_settled",
    )


def _own_account() -> Refused:
    return Refused(_("This is your own account. Colleagues must erase it."), code="own_account")


def _already_requested() -> Refused:
    return Refused(
        _("This erasure is already requested and waits for consent."), code="already_requested"
    )


def _already_decided() -> Refused:
    return Refused(_("This request was decided after you opened the page."), code="already_decided")


@transaction.atomic
def request_person_erasure(*, address: str, reason: str, by: User, at: datetime) -> ErasureRequest:
    """Request the erasure of the person who has or had an address.

    Raises what `check_person` raises, and Refused (already_requested).
    """
    check_person(address, by=by)
    return _request(
        ErasureRequest(kind=ErasureKind.PERSON, address=normalise_address(address)),
        reason=reason,
        by=by,
        at=at,
    )


@transaction.atomic
def request_organisation_erasure(
    *, member: Member, reason: str, by: User, at: datetime
) -> ErasureRequest:
    """Request the erasure of an organisation and its people.

    Raises what `check_organisation` raises, and Refused (already_requested).
    """
    check_organisation(member, by=by)
    return _request(
        ErasureRequest(kind=ErasureKind.ORGANISATION, member=member), reason=reason, by=by, at=at
    )


@transaction.atomic
def cancel_erasure_request(*, request: ErasureRequest, by: User, at: datetime) -> None:
    """Decide against an erasure. The request forgets whom it was about.

    Raises Refused (already_decided).
    """
    lock(request)
    _decide(request, ErasureStatus.CANCELLED, by=by, at=at)


@transaction.atomic
def consent_to_erasure(*, request: ErasureRequest, by: User, at: datetime) -> list[TableChange]:
    """Consent to an erasure that a colleague requested, and erase.

    Raises Refused (already_decided, second_person_needed), and what `erase_person` and
    `erase_organisation` raise.
    """
    lock(request)
    if not request.is_open:
        raise _already_decided()
    if by.pk == request.requested_by_id:
        raise Refused(
            _("You requested this erasure. A second person must consent to it."),
            code="second_person_needed",
        )
    address, member = request.address, request.member
    _decide(request, ErasureStatus.DONE, by=by, at=at)
    if member is not None:
        changes = erase_organisation(member=member, by=by, at=at)
    else:
        changes = erase_person(address=address, by=by, at=at)
    _count(request, changes)
    return changes


@transaction.atomic
def erase_person(*, address: str, by: User | None, at: datetime) -> list[TableChange]:
    """Erase the person who has or had an address, and return what was changed.

    Without `by`, the portal repeats an erasure of the signed list.

    Raises what `check_person` raises.
    """
    members = _lock_members(find_person(address))
    # Again, because a role may have passed to this person before the members were locked.
    check_person(address, by=by)
    person = find_person(address)
    changes = plan_person(person, reads_files=True)
    _list_and_close_requests([person], by=by, at=at)
    _apply(changes, at=at)
    _finish(members, changes, by=by, at=at)
    return changes


@transaction.atomic
def erase_organisation(*, member: Member, by: User | None, at: datetime) -> list[TableChange]:
    """Erase an organisation and its people, and return what was changed.

    A member that waits for a decision or is admitted is withdrawn first. Its published commitments
    stay, as a public record without people. Without `by`, the portal repeats an erasure of the
    signed list.

    Raises what `check_organisation` raises.
    """
    lock(member)
    check_organisation(member, by=by)
    if member.status in ACTIVE_STATUSES:
        withdraw(member=member, by=by, at=at)
    changes = plan_organisation(member, reads_files=True)
    _list_and_close_requests(people_erased_with(member), member=member, by=by, at=at)
    _apply(changes, at=at)
    _finish([member.pk], changes, by=by, at=at)
    return changes


def check_person(address: str, *, by: User | None) -> None:
    """Raise an exception if a person cannot be erased, or not by this user.

    Raises Refused (nothing_found, own_account, last_desk_manager, account_in_use). If the person is
    a focal point of a member: role_not_transferred, or decision_not_settled while a decision can
    be undone, which would bring the member back.
    """
    person = find_person(address)
    if not is_known(person):
        raise _nothing_found()
    _check_accounts(person, by=by)
    in_role = FocalPoint.objects.filter(
        _has_address(person.addresses),
        Q(member__status__in=ACTIVE_STATUSES) | Q(member__settles_at__gt=Now()),
    )
    for focal_point in in_role.select_related("member").order_by("pk"):
        if focal_point.member.status in ACTIVE_STATUSES:
            raise Refused(
                _(
                    "This person is a focal point of %(member)s. Ask the organisation to transfer "
                    "the role first, or withdraw the member or erase the organisation."
                )
                % {"member": focal_point.member},
                code="role_not_transferred",
            )
        raise _decision_not_settled()


def check_organisation(member: Member, *, by: User | None) -> None:
    """Raise an exception if an organisation cannot be erased, or not by this user.

    Raises Refused (own_account) if the user is one of its focal points, decision_not_settled, and
    nothing_found if it is erased already.
    """
    if member.organisation_name == ERASED_NAME:
        raise _nothing_found()
    has_settled = Q(settles_at=None) | Q(settles_at__lte=Now())
    if not Member.objects.filter(has_settled, pk=member.pk).exists():
        raise _decision_not_settled()
    if by and member.focal_points.filter(email__iexact=normalise_address(by.email)).exists():
        raise _own_account()


def _check_accounts(person: DataSubject, *, by: User | None) -> None:
    accounts = person.keys("accounts.User")
    if by and by.pk in accounts:
        raise _own_account()
    staff = User.objects.filter(pk__in=accounts, is_staff=True, is_active=True)
    managers = User.objects.filter(groups__name=DESK_MANAGERS, is_active=True)
    if staff.filter(pk__in=managers).exists() and not managers.exclude(pk__in=accounts).exists():
        raise Refused(
            _("This is the last desk manager. Give the role to somebody else first."),
            code="last_desk_manager",
        )
    if staff.exists():
        raise Refused(
            _(
                "This person has an active account of staff. Deactivate it first, so that their "
                "work is reassigned."
            ),
            code="account_in_use",
        )


def _request(request: ErasureRequest, *, reason: str, by: User, at: datetime) -> ErasureRequest:
    same = ErasureRequest.objects.open().filter(address=request.address, member=request.member)
    if same.exists():
        raise _already_requested()
    request.reason, request.requested_by, request.requested_at = reason, by, at
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as refused:
        # A colleague was faster.
        raise _already_requested() from refused
    return request


def _decide(request: ErasureRequest, status: ErasureStatus, *, by: User, at: datetime) -> None:
    if not request.is_open:
        raise _already_decided()
    request.status, request.address = status, ""
    request.decided_by, request.decided_at = by, at
    request.save(update_fields=["status", "address", "decided_by", "decided_at"])


def _count(request: ErasureRequest, changes: Iterable[TableChange]) -> None:
    numbers: dict[tuple[str, str], int] = {}
    for change in changes:
        key = (change.table.model, change.action)
        numbers[key] = numbers.get(key, 0) + change.number
    ErasureCount.objects.bulk_create(
        ErasureCount(request=request, table=table, action=action, number=number)
        for (table, action), number in numbers.items()
    )


def _lock_members(person: DataSubject) -> list[int]:
    """Lock the members of a person's roles, so that no decision comes between."""
    roles = FocalPoint.objects.filter(pk__in=person.keys("members.FocalPoint"))
    return lock_rows(Member.objects.filter(pk__in=roles.values("member")))


def _has_address(addresses: Iterable[str]) -> Q:
    found = Q(pk__in=[])
    for address in addresses:
        found |= Q(email__iexact=address)
    return found


def _apply(changes: list[TableChange], *, at: datetime) -> None:
    """Make the changes: texts, then replaced columns, then deletions."""
    # Events are locked before their messages, in the same order as in the matching of events.
    lock_rows(DeliveryEvent.objects.filter(pk__in=_changed_keys(changes, DeliveryEvent)))
    messages = Message.objects.filter(pk__in=_changed_keys(changes, Message))
    cancel_for_erased(messages=messages, at=at)
    for change in changes:
        if change.action == ErasureAction.TEXT:
            _replace_texts(change)
        elif change.action == ErasureAction.REPLACED:
            _replace_columns(change)
            if change.table.model == FocalPoint._meta.label:
                _end_access(change.keys)
            elif change.table.model == User._meta.label:
                _end_permissions(change.keys)
        elif change.action == ErasureAction.DELETED:
            _delete(change)


def _changed_keys(changes: Iterable[TableChange], model: type[Model]) -> set[Any]:
    """Return the keys of the rows of a model whose columns are replaced."""
    return {
        key
        for change in changes
        if change.table.model == model._meta.label and change.action == ErasureAction.REPLACED
        for key in change.keys
    }


def _replace_texts(change: TableChange) -> None:
    rows = model_of(change.table)._default_manager
    for key, texts in change.texts.items():
        _delete_files(rows.filter(pk=key), texts)
        rows.filter(pk=key).update(**texts)


def _replace_columns(change: TableChange) -> None:
    """Write the new values. An empty text stays empty: nothing was known there."""
    rows = model_of(change.table)._default_manager.filter(pk__in=change.keys)
    functions = {name: value for name, value in change.values.items() if callable(value)}
    texts = {name: value for name, value in change.values.items() if _is_text(value)}
    others = {
        name: value
        for name, value in change.values.items()
        if name not in functions and name not in texts
    }
    for row in rows.values("pk", *functions) if functions else ():
        key = row.pop("pk")
        new = {name: functions[name](before, change.person) for name, before in row.items()}
        rows.filter(pk=key).update(**new)
    _delete_files(rows, others)
    for name, value in texts.items():
        rows.exclude(**{name: ""}).update(**{name: value})
    if others:
        rows.update(**others)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _delete(change: TableChange) -> None:
    """Delete rows with their files."""
    model = model_of(change.table)
    rows = model._default_manager.filter(pk__in=change.keys)
    _delete_files(rows, (column.name for column in model._meta.concrete_fields))
    rows.delete()
    history = history_models().get(model)
    if history is not None:
        # Deleting stores a last version of each row.
        for name in change.table.free_text:
            last = history._base_manager.filter(id__in=change.keys, history_type="-")
            last.exclude(**{name: ""}).update(**{name: ERASED_TEXT})


def _delete_files(rows: "QuerySet[Any]", columns: Iterable[str]) -> None:
    """Delete the files that some columns of rows name; they leave the disk after the commit."""
    for name in columns:
        if isinstance(rows.model._meta.get_field(name), FileField):
            for stored in rows.exclude(**{name: ""}).values_list(name, flat=True):
                transaction.on_commit(partial(delete_stored_file, str(stored)))


def _end_access(roles: Collection[int]) -> None:
    for focal_point in FocalPoint.objects.filter(pk__in=roles):
        ended = [*end_links(focal_point), *end_feed(focal_point)]
        new = {name: getattr(focal_point, name) for name in ended}
        FocalPoint.objects.filter(pk=focal_point.pk).update(**new)


def _end_permissions(accounts: Collection[int]) -> None:
    for user in User.objects.filter(pk__in=accounts):
        user.groups.clear()
        user.user_permissions.clear()


def _list_and_close_requests(
    people: list[DataSubject], *, member: Member | None = None, by: User | None, at: datetime
) -> None:
    """Write the erasure to the signed list, and close other requests, which would keep an address.

    A repeated erasure is in the list. Its request, which waits in the restored copy, is deleted.
    """
    addresses = {address for person in people for address in person.addresses}
    waiting = ErasureRequest.objects.open()
    if by is None:
        waiting.filter(Q(address__in=addresses) | Q(member=member, member__isnull=False)).delete()
        return
    list_erasure(addresses, reference=member.reference if member else "", at=at)
    about = waiting.filter(address__in=addresses)
    about.update(status=ErasureStatus.CANCELLED, address="", decided_by=by, decided_at=at)


def _finish(
    keys: Collection[int], changes: list[TableChange], *, by: User | None, at: datetime
) -> None:
    """Write what follows from names again, and record in the history who changed the members."""
    for member in Member.objects.filter(pk__in=keys).order_by("pk"):
        save_next_version(member, *set_name_columns(member), by=by or REPEATED_BY, at=at)
    # Also of other members, whose notes named the person.
    notes = {
        key
        for change in changes
        if change.table.model == TimelineEntry._meta.label
        for key in change.texts
    }
    noted = Member.objects.filter(timeline__in=notes)
    found_by = lock_rows(Member.objects.filter(Q(pk__in=keys) | Q(pk__in=noted.values("pk"))))
    write_search_entries(Member.objects.filter(pk__in=found_by).order_by("pk"))


def front_page_erasures(user: User) -> dict[str, Any]:
    """Return how many erasures wait for a user: those that somebody else requested."""
    if not user.has_perm(CONSENT_PERMISSION):
        return {}
    waiting = ErasureRequest.objects.open().exclude(requested_by=user)
    return {"erasures_waiting": waiting.count()}
