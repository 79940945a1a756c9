"""What the log must not hold: the tokens of private links."""

import logging
import re

# The last part of the path is the recipient's key.
PRIVATE_LINK = re.compile(
    r"(/(?:expression-of-interest|working-group|calendar/private)/)(?!received/)[^/\s?\"']{16,}"
)


def mask(text: str) -> str:
    """Return a text in which the token of every private link is three dots."""
    return PRIVATE_LINK.sub(r"\1…", text)


class MaskPrivateLinks(logging.Filter):
    """Masks private links in what is logged, in the message and in its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record as masked text, and let it through."""
        record.msg = mask(record.getMessage())
        record.args = None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask(record.exc_text)
        return True
