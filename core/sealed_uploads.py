"""What was checked of an upload, as signed text between the check page and the confirmation.

The server does not store it, and what was checked is what is confirmed.
"""

from typing import Any, Final

from django.core import signing
from django.db.models import Model
from django.utils.translation import gettext as _

from core.spreadsheet_parsing import Unreadable

# In seconds.
SIGNATURE_MAX_AGE: Final = 60 * 60
# Django refuses a request with more data.
MAX_SIGNED_LENGTH: Final = 2_000_000


def seal(content: Any, *, salt: str, by: Model) -> str:
    """Return JSON content as text signed for one person and one hour.

    Raises Unreadable if it is too long for a form.
    """
    text = signing.dumps(content, salt=f"{salt}:{by.pk}", compress=True)
    if len(text) > MAX_SIGNED_LENGTH:
        raise Unreadable(_("The file contains too much text. Split the file."))
    return text


def unseal(text: str, *, salt: str, by: Model) -> Any:
    """Return the content of a text that was signed for a person. Raises BadSignature."""
    return signing.loads(text, salt=f"{salt}:{by.pk}", max_age=SIGNATURE_MAX_AGE)
