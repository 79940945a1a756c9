"""All tables with data about people, as the apps declare them, and their histories."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Final

from django.apps import apps
from django.db.models import Model, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.services.personal_data import PERSONAL_TABLES as ACCOUNTS
from commitments.services.personal_data import PERSONAL_TABLES as COMMITMENTS
from core.personal_data import DataSubject, PersonalTable
from eoi.services.personal_data import PERSONAL_TABLES as EOI
from mailings.services.personal_data import PERSONAL_TABLES as MAILINGS
from meetings.services.personal_data import PERSONAL_TABLES as MEETINGS
from members.models import FocalPoint
from members.services.personal_data import PERSONAL_TABLES as MEMBERS
from outbox.services.personal_data import PERSONAL_TABLES as OUTBOX
from papers.services.personal_data import PERSONAL_TABLES as PAPERS
from participation.services.personal_data import PERSONAL_TABLES as PARTICIPATION
from privacy.services.personal_data import PERSONAL_TABLES as PRIVACY
from privacy.services.purposes import DataKind, Purpose
from triage.personal_data import PERSONAL_TABLES as TRIAGE

DECLARED_TABLES: Final = (
    *ACCOUNTS,
    *OUTBOX,
    *MEETINGS,
    *PAPERS,
    *MEMBERS,
    *EOI,
    *TRIAGE,
    *MAILINGS,
    *PARTICIPATION,
    *COMMITMENTS,
    *PRIVACY,
)
# What replaces the author of a version: the role stays known, the name does not.
ERASED_ACCOUNT: Final = "[erased account]"
ERASED_FOCAL_POINT: Final = "[erased focal point]"


def model_of(table: PersonalTable) -> type[Model]:
    """Return the model of a declared table."""
    return apps.get_model(table.model)


@cache
def personal_tables() -> tuple[PersonalTable, ...]:
    """Return the declared tables and their histories."""
    histories = {model._meta.label: history for model, history in history_models().items()}
    return (
        *DECLARED_TABLES,
        *(
            _history_of(table, histories[table.model])
            for table in DECLARED_TABLES
            if table.model in histories
        ),
    )


@cache
def author_tables() -> tuple[PersonalTable, ...]:
    """Return every history of the portal as a table of the authors of its versions."""
    members = {table.model: table.member for table in DECLARED_TABLES}
    return tuple(
        PersonalTable(
            model=history._meta.label,
            name=_("authors of earlier versions"),
            purpose=Purpose.ACCOUNTABILITY,
            retention=DataKind.HISTORIES,
            about=_wrote(members.get(model._meta.label, "")),
            fields={"history_by_name": _erased_author},
            exported=("history_date", "history_by_name", "history_type"),
            kept_because=_("What was changed and when stays, without the name of the author."),
        )
        for model, history in history_models().items()
    )


@cache
def history_models() -> dict[type[Model], type[Model]]:
    """Return the history of each model that has one."""
    found = {}
    for history in apps.get_models():
        model = getattr(history, "instance_type", None)
        if hasattr(history, "history_by_name") and model is not None:
            found[model] = history
    return found


def _history_of(table: PersonalTable, history: type[Model]) -> PersonalTable:
    """Return the history of a table. What a row may do is kept in it: only texts are replaced."""
    columns = {field.name for field in history._meta.get_fields()}
    texts = {
        name: value
        for name, value in table.fields.items()
        if value is not None and not isinstance(value, bool)
    }
    return replace(
        table,
        model=history._meta.label,
        # Not with %, which would translate it once and for all.
        name=format_lazy(_("earlier versions: {name}"), name=table.name),
        retention=DataKind.HISTORIES,
        fields=_known(texts, columns),
        free_text=tuple(name for name in table.free_text if name in columns),
        exported=tuple(name for name in table.exported if name in columns),
        organisation_fields=_known(table.organisation_fields, columns),
    )


def _known(values: object, columns: set[str]) -> dict[str, object]:
    return {name: value for name, value in dict(values).items() if name in columns}  # type: ignore[call-overload]


def _wrote(member: str) -> Callable[[DataSubject], Q]:
    """Return the condition that a person is the author of a version.

    A person without an account is known by the name alone. If another person has the same name,
    only versions of rows of their own members are theirs. `member` is the path to it.
    """

    def condition(person: DataSubject) -> Q:
        roles = FocalPoint.objects.filter(pk__in=person.keys("members.FocalPoint"))
        by_name = Q(history_by_name__in=person.distinct_names | person.addresses)
        if member and person.shared_names:
            own = Q(**{f"{member}__in": roles.values("member")})
            by_name |= own & Q(history_by_name__in=person.shared_names)
        return person.has_account("history_user") | Q(by_name, history_user__isnull=True)

    return condition


def _erased_author(_name: str, person: DataSubject) -> str:
    return ERASED_ACCOUNT if person.keys("accounts.User") else ERASED_FOCAL_POINT
