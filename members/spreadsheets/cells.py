"""Cells of spreadsheets that no program takes for anything but the text that they are.

In a file of text a program guesses what is a formula; an apostrophe before its sign keeps it from
that. In a workbook each cell says itself that it is text, so that nothing has to be put into it.
"""

import re

# What a formula begins with, as ASCII and as wide as a Chinese character. Blanks, invisible marks
# and quotation marks may stand before it. A program that takes another mark for the comma sees a
# cell begin within a text as well: after a semicolon, a tab or the end of a line.
FORMULA = re.compile(
    r"""
    ( (?: \A | [;\t\r\n] ) [\s"'\u00ad\u180e\u200b\u2060\ufeff]* )
    ( [=+\-@\uff1d\uff0b\uff0d\uff20] )
    """,
    re.VERBOSE,
)
# Two numbers side by side are no formula anywhere. With no blank it would become one number and
# lose its plus; with a hyphen it would become a difference.
PHONE = re.compile(r"\+[0-9]+(?: [0-9]+)+")
MARK = "'"

# In a workbook, what XML has no place for stands as _xHHHH_; and so does what looks like that.
UNWRITABLE = re.compile(r"[\0-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
WRITTEN = re.compile(r"_x([0-9A-Fa-f]{4})_")


def neutral(text: str) -> str:
    """Return a text for a file of text, with a mark before each sign that begins a formula."""
    if PHONE.fullmatch(text):
        return text
    return FORMULA.sub(rf"\1{MARK}\2", text)


def restored(text: str) -> str:
    """Return the text that `neutral` made this of."""
    return FORMULA.sub(lambda found: found[1].removesuffix(MARK) + found[2], text)


def escaped(text: str) -> str:
    """Return a text for a cell of a workbook."""
    return UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def unescaped(text: str) -> str:
    """Return the text that `escaped` made this of."""
    return WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)
