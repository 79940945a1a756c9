"""The kinds of message, declared as plain data by the apps that send them.

The outbox does not know to whom a message is sent or why. A declaration has what the outbox needs
to store the templates of a kind and to validate what staff write.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise

Words = str | Promise


class PlaceholderType(Enum):
    """Where in a text a placeholder may be used."""

    # Anywhere in a line.
    WORDS = "words"
    # Paragraphs or a list, on a line of its own; the value may be empty.
    BLOCK = "block"
    # The URL of a page, or one of the recipient's private links.
    ADDRESS = "address"


class Audience(Enum):
    """Who reads a kind of message, which decides what is put around its text."""

    # Greeted by name.
    FOCAL_POINTS = "focal points"
    # The name is not known, or the address is not confirmed, so there is no greeting.
    UNNAMED = "unnamed"
    STAFF = "staff"


@dataclass(frozen=True)
class Placeholder:
    """A name in a text that is replaced by a value.

    `sample` is the value in a preview without a recipient: Markdown, or a function that returns it
    in the active language. `subject_sample` is the one in a subject, if that is another: the short
    form of a date. If `is_fixed`, the sample is also the value in every letter. If `is_required`, a
    text without the placeholder is not valid. If `may_be_shortened`, the value ends in "…" in a
    subject that is too long.
    """

    name: str
    meaning: Words
    sample: str | Callable[[], str]
    type: PlaceholderType = PlaceholderType.WORDS
    is_required: bool = False
    is_fixed: bool = False
    may_be_in_subject: bool = False
    may_be_shortened: bool = False
    subject_sample: str | Callable[[], str] = ""

    @property
    def in_braces(self) -> str:
        """The placeholder as it is written in a text."""
        return f"{{{self.name}}}"


@dataclass(frozen=True)
class TemplateType:
    """One kind of message, whose text staff edit in each language.

    `preview` is the name of the URL that shows it as a real recipient would read it: a page of the
    app that knows recipients. `opening` is a sample of what the sender puts before the text.
    `ending` is the name of the kind whose text is put at the end. `reason` is the sentence at the
    end that says why a person gets it.
    """

    name: str
    label: Words
    description: Words
    placeholders: tuple[Placeholder, ...]
    audience: Audience = Audience.FOCAL_POINTS
    has_subject: bool = True
    preview: str = ""
    opening: str | Callable[[], str] = ""
    ending: str = ""
    reason: Words = ""

    def placeholder(self, name: str) -> Placeholder | None:
        """Return the placeholder with a name, or None."""
        return next((known for known in self.placeholders if known.name == name), None)


_declared: dict[str, TemplateType] = {}


def register(*kinds: TemplateType) -> None:
    """Register kinds of message when an app loads. Registering the same kind again is allowed.

    Raises ValueError if another kind has the same name.
    """
    for kind in kinds:
        if _declared.setdefault(kind.name, kind) is not kind:
            raise ValueError(f"There is another kind of message named {kind.name}.")


def template_types() -> list[TemplateType]:
    """Return all kinds, in the order of their declaration."""
    return list(_declared.values())


def get_template_type(name: str) -> TemplateType | None:
    """Return the kind with a name, or None if no installed app declares it."""
    return _declared.get(name)
