"""What kinds of message there are: declared by the apps that write them, as plain data.

The outbox does not know who is written to or why. What it must know of a kind, to keep its texts
and to judge what staff make of them, is what stands here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise

Words = str | Promise


class PlaceholderType(Enum):
    """Where in a text the value of a placeholder may stand."""

    # Anywhere in a line.
    WORDS = "words"
    # Paragraphs or a list, alone in their place; sometimes there are none.
    BLOCK = "block"
    # The address of a page, or one of the recipient's own keys.
    ADDRESS = "address"


class Audience(Enum):
    """Who reads a kind of message, which decides what stands around its text."""

    # Greeted by name.
    FOCAL_POINTS = "focal points"
    # Nobody has confirmed the address, and nobody is greeted.
    OWNERS_OF_DRAFTS = "owners of drafts"
    STAFF = "staff"


@dataclass(frozen=True)
class Placeholder:
    """A name in a text that a value is put in place of.

    `sample` is what a preview shows where there is nobody to write to: Markdown, or what makes it
    in the language that is active. One that `is_fixed` has it in every letter, too. Without one
    that `is_required`, a text does not do its work.
    """

    name: str
    meaning: Words
    sample: str | Callable[[], str]
    type: PlaceholderType = PlaceholderType.WORDS
    is_required: bool = False
    is_fixed: bool = False
    may_be_in_subject: bool = False


@dataclass(frozen=True)
class TemplateType:
    """One kind of message, whose text staff edit in each language.

    `preview` names the address that shows it as one real recipient would read it. `opening` is
    a sample, too: what whoever writes it puts before the text. `ending` names the kind whose text
    ends it.
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

    def placeholder(self, name: str) -> Placeholder | None:
        """Return the placeholder of a name, if the kind has it."""
        return next((known for known in self.placeholders if known.name == name), None)


_declared: dict[str, TemplateType] = {}


def register(*kinds: TemplateType) -> None:
    """Make kinds known, as an app loads. The same may be declared again, another not."""
    for kind in kinds:
        if _declared.setdefault(kind.name, kind) is not kind:
            raise ValueError(f"There is another kind of message named {kind.name}.")


def template_types() -> list[TemplateType]:
    """Return every kind, in the order in which they were declared."""
    return list(_declared.values())


def get_template_type(name: str) -> TemplateType | None:
    """Return the kind of a name, None where no app that is there declares it."""
    return _declared.get(name)
