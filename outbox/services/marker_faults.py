"""Find faulty markers of private links in a text that a person wrote or edited.

A marker with a missing bracket, or with a misspelt name, is not replaced when the mail is sent.
"""

import re
from collections import Counter
from typing import Final

from django.utils.translation import gettext as _

from core.conflicts import Refused

MARKER: Final = re.compile(r"\[\[private-(?:page|code|unsubscribe|link-\d+)\]\]")
# Bounded, as are the brackets below: else a text of brackets alone takes minutes.
NAME_END: Final = r"(?:page|code|unsubscribe|link)[\w-]{0,60}"
# A marker, or what was meant as one. Escaped brackets are neither, and nor is the text of a
# Markdown link, which an address in parentheses follows.
MARKER_LIKE: Final = re.compile(
    rf"(?<![\\\[]){MARKER.pattern}(?!\])"
    r"|(?<!\\)(?:"
    rf"[\[{{［【]{{1,4}}[ \t]*private[-_ ]?{NAME_END}[ \t]*[\]}}］】]+"
    r"|\[\[[^\[\]\n]{1,60}\]\]"
    rf"|[\[{{［【]{{1,4}}[ \t]*private[-_]{NAME_END}"
    rf"|\bprivate[-_]{NAME_END}[ \t]*[\]}}］】]+"
    r")(?![\]}］】(])",
    re.IGNORECASE,
)


def markers_in(text: str) -> list[str]:
    """Return the markers of a text, and what was meant as one, with repetitions."""
    return [found[0] for found in MARKER_LIKE.finditer(text)]


def missing_markers(body: str, *, standard: str) -> list[str]:
    """Return the markers of the standard text that an edited text lost, in their order."""
    there = markers_in(body)
    return [marker for marker in _known(standard) if marker not in there]


def marker_faults(*, subject: str, body: str, standard: str) -> dict[str, list[str]]:
    """Return the error messages for an edited letter, by field. Each is a sentence.

    `standard` is the body before it was edited. Only its markers are replaced, and none may be used
    more often than there. A missing marker is no fault, since a link may be left out on purpose.
    """
    known = _known(standard)
    found = {
        "subject": [marker_not_replaced(marker) for marker in dict.fromkeys(markers_in(subject))],
        "body": [
            _fault(marker, known)
            for marker, number in Counter(markers_in(body)).items()
            if number > known[marker]
        ],
    }
    return {name: sentences for name, sentences in found.items() if sentences}


def check_markers(*, subject: str, body: str, standard: str) -> None:
    """Refuse an edited letter that has a fault of `marker_faults()`.

    Raises Refused (faulty_markers), with a sentence for each fault.
    """
    faults = marker_faults(subject=subject, body=body, standard=standard)
    if faults:
        sentences = (sentence for field in faults.values() for sentence in field)
        raise Refused(" ".join(sentences), code="faulty_markers")


def marker_not_replaced(marker: str) -> str:
    """Return the error message for a marker in a text that has no private links."""
    return _(
        "%(marker)s is not replaced by a private link here, and would be sent as it is. Remove it."
    ) % {"marker": marker}


def _known(standard: str) -> Counter[str]:
    """Count the markers of a standard text that are replaced."""
    return Counter(filter(MARKER.fullmatch, markers_in(standard)))


def _fault(marker: str, known: Counter[str]) -> str:
    """Return the error message for a marker that the standard text has less often."""
    if marker in known:
        return _("%(marker)s is used more than once. Use it once.") % {"marker": marker}
    if not known:
        return marker_not_replaced(marker)
    return _(
        "%(marker)s is not a private link of this email, and would be sent as it is. Write "
        "%(known)s, or remove it."
    ) % {"marker": marker, "known": ", ".join(known)}
