"""Values of a second row, which has the same values as a first one."""


def same(*fields, then=None, **values):
    """Store a row, and return the values of a second row with the same values in these fields.

    `then` has values for the second row only.
    """

    def arrange(factory):
        first = factory(**made(values))
        return {
            **made(values),
            **{field: getattr(first, field) for field in fields},
            **(then or {}),
        }

    return arrange


def made(values):
    """Return the values of a row. A factory as a value is replaced by a row that it creates."""
    return {name: value() if callable(value) else value for name, value in values.items()}


def row_of(factory, values):
    """Return the values of a row, which a function may create."""
    return values(factory) if callable(values) else made(values)
