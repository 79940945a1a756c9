"""How an app declares which of its tables keep data about people.

Each app has its declarations in `services/personal_data.py`, as `PERSONAL_TABLES`. Exports,
erasure, retention and the table of the privacy notice follow from them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.functional import Promise

# The name that replaces that of an erased person or organisation, in every language.
ERASED_NAME: Final = "[erased]"
# Stands in place of an erased text. Some columns must not be empty.
ERASED_TEXT: Final = "[erased]"
# No mail can be delivered to it (RFC 2606).
ERASED_DOMAIN: Final = "@erased.invalid"


def erased_address(key: str = "id") -> Concat:
    """Return the expression for an address that nobody can have, different for each row."""
    number = Cast(key, CharField())
    return Concat(Value("erased-"), number, Value(ERASED_DOMAIN), output_field=CharField())


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubject:
    """A person, by what identifies their rows: their addresses, names, and own rows."""

    # Normalised as by `core.addresses.normalise_address`.
    addresses: frozenset[str]
    # Full names, as they are written in columns of names.
    names: frozenset[str] = frozenset()
    # Those of `names` that another person has too: alone, they identify nobody.
    shared_names: frozenset[str] = frozenset()
    # In E.164, such as "+41227305111".
    phones: frozenset[str] = frozenset()
    family_names: frozenset[str] = frozenset()
    # Primary keys by label of the model, such as {"members.FocalPoint": frozenset({3})}.
    rows: Mapping[str, frozenset[int]] = field(default_factory=dict)
    # The versions of the links by focal point, while this person held the role.
    link_versions: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def keys(self, label: str) -> frozenset[int]:
        """Return the primary keys of the rows of a model that are this person's."""
        return self.rows.get(label, frozenset())

    @property
    def distinct_names(self) -> frozenset[str]:
        """The names that nobody else has."""
        return self.names - self.shared_names

    def has_address(self, column: str) -> Q:
        """Return the condition that a column has one of the person's addresses, in any case."""
        return any_of(Q(**{f"{column}__iexact": address}) for address in self.addresses)

    def has_account(self, column: str) -> Q:
        """Return the condition that a foreign key is one of the person's accounts."""
        return Q(**{f"{column}__in": self.keys("accounts.User")})

    def held_role(self, column: str, name: str = "") -> Q:
        """Return the condition that a row is of a role, while this person held it.

        `column` is the foreign key to the focal point. A role passes to a successor together with
        its row, so that the row alone does not identify the person: `name` is the column with
        their name at that time, or empty if the row has the version of their links.
        """
        if name:
            roles = self.keys("members.FocalPoint")
            return Q(**{f"{column}__in": roles, f"{name}__in": self.names})
        return any_of(
            Q(**{column: role, "link_version__in": versions})
            for role, versions in self.link_versions.items()
        )


def acted(*, account: str = "", role: str = "", name: str = "") -> Callable[[DataSubject], Q]:
    """Return the condition that a person did something, with their account or in a role."""

    def condition(person: DataSubject) -> Q:
        by_account = person.has_account(account) if account else nobody(person)
        return by_account | (person.held_role(role, name) if role else nobody(person))

    return condition


def has_address(*columns: str) -> Callable[[DataSubject], Q]:
    """Return the condition that one of some columns has an address of a person."""
    return lambda person: any_of(person.has_address(column) for column in columns)


def has_account(column: str) -> Callable[[DataSubject], Q]:
    """Return the condition that a foreign key is an account of a person."""
    return lambda person: person.has_account(column)


def own_name_erased(value: str, person: DataSubject) -> str:
    """Return a name, or what replaces it if it is that of the person."""
    return ERASED_NAME if value in person.names else value


def any_of(conditions: Iterable[Q]) -> Q:
    """Return the condition that one of some conditions holds; without any, that none does."""
    joined = Q(pk__in=[])
    for condition in conditions:
        joined |= condition
    return joined


def nobody(_person: DataSubject) -> Q:
    """Return the condition of a table that no person's address or account leads to."""
    return Q(pk__in=[])


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalTable:
    """A table with data about people.

    `model` is its label, such as "members.FocalPoint"; its history has the same fields, and is
    never declared. `purpose` and `retention` are keys of `privacy.services.tables`.
    The rows with the retention `members` have the period of the stage that their member is in.

    `about` finds the rows of a person, in the table and in its history: it compares `id`, never
    `pk`. When the person is erased, `fields` of these rows get new values: a value, an expression,
    or a function of the value before and of the person. An empty text stays empty. Rows of a table
    without `fields` are deleted, unless `kept_because` says why they stay as they are.

    `free_text` are the columns of any row in which somebody may have written about a person: their
    name, address and telephone number are replaced there. JSON and form data are read as such.
    `searched_files` are columns with a stored mail of any row, which is deleted if it has one.
    With `is_statement`, the organisation of the row says it: names of others in it are theirs to
    say, and stay when such an organisation is erased.

    `member` is the path to the organisation of a row, as Django's lookups write it, or empty; if it
    ends with `reference`, the row has the reference of the member. When an organisation is erased,
    the rows of its people are erased, and its rows get the values of `organisation_fields`, if
    `organisation_rows` holds of them. They are deleted if `is_deleted_with_organisation`.

    `exported` are the columns that an export of the person contains; a column in `exported_if` only
    if the column that it names there is true. `exported_about` finds the exported rows, if they
    are others than those that change when the person is erased. `not_personal` are the other
    columns with text: a test asks for each column of text whether it is personal.
    """

    model: str
    name: str | Promise
    purpose: str
    retention: str
    about: Callable[[DataSubject], Q]
    fields: Mapping[str, Any] = field(default_factory=dict)
    free_text: tuple[str, ...] = ()
    searched_files: tuple[str, ...] = ()
    exported: tuple[str, ...] = ()
    exported_if: Mapping[str, str] = field(default_factory=dict)
    exported_about: Callable[[DataSubject], Q] | None = None
    member: str = ""
    organisation_fields: Mapping[str, Any] = field(default_factory=dict)
    is_statement: bool = False
    organisation_rows: Q = field(default_factory=Q)
    is_deleted_with_organisation: bool = False
    kept_because: str | Promise = ""
    not_personal: tuple[str, ...] = ()

    @property
    def is_deleted(self) -> bool:
        return not (self.fields or self.kept_because)
