"""How an app declares which of its tables keep data about people.

Each app has its declarations in `services/personal_data.py`, as `PERSONAL_TABLES`. Exports,
erasure, retention and the table of the privacy notice follow from them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSubject:
    """A person, by what identifies their rows: their addresses, and the rows that are theirs."""

    # Normalised as by `core.addresses.normalise_address`.
    addresses: frozenset[str]
    names: frozenset[str] = frozenset()
    # Primary keys by label of the model, such as {"members.FocalPoint": frozenset({3})}.
    rows: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def keys(self, label: str) -> frozenset[int]:
        """Return the primary keys of the rows of a model that are this person's."""
        return self.rows.get(label, frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalTable:
    """A table with data about people.

    `model` is its label, such as "members.FocalPoint"; its history has the same fields. `purpose`
    and `retention` are keys of the purposes and retention periods of the privacy notice. `fields`
    are the columns with personal data, each with the value that replaces it when the person is
    erased; without fields, the whole row is deleted. `exported` are the columns that an export of
    the person contains. `about` finds their rows. `member` is the path to the organisation of a
    row, as Django's lookups write it, or empty.
    """

    model: str
    name: str | Promise
    purpose: str
    retention: str
    about: Callable[[DataSubject], Q]
    fields: Mapping[str, Any] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    member: str = ""
