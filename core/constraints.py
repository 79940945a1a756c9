"""Constraints that many models have, each with a name that says its fact."""

from django.db.models import CheckConstraint, Choices, Q


def known_value(field: str, values: type[Choices]) -> CheckConstraint:
    """Return the constraint that a column has one of the values of an enumeration."""
    return CheckConstraint(
        condition=Q(**{f"{field}__in": values.values}),
        name=f"%(app_label)s_%(class)s_known_{field}",
    )


def both_or_neither(one: str, other: str, *, fact: str) -> CheckConstraint:
    """Return the constraint that two columns are set together, such as when and by whom."""
    return CheckConstraint(
        condition=Q(**{f"{one}__isnull": True, f"{other}__isnull": True})
        | Q(**{f"{one}__isnull": False, f"{other}__isnull": False}),
        name=f"%(app_label)s_%(class)s_{fact}",
    )


def not_empty(field: str, *, fact: str) -> CheckConstraint:
    """Return the constraint that a column of text is never empty."""
    return CheckConstraint(condition=~Q(**{field: ""}), name=f"%(app_label)s_%(class)s_{fact}")
