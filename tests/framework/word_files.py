"""Reads Word files, and accepts or rejects their changes, without any code of the portal.

From ECMA-376, part 1, 17.13.5: w:ins and w:del around runs, and in the properties of a paragraph
about its mark. A paragraph without its mark is joined with the next one, whose properties stay.
"""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from xml.etree import ElementTree
from zipfile import ZipFile

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# The lines above and below the text.
HEAD, FOOT = 2, 1


def parsed(content):
    # A file that the test wrote itself.
    return ElementTree.fromstring(content)  # noqa: S314


@dataclass
class Line:
    style: str
    number: str
    is_right_to_left: bool
    text: str
    # The same words with the signs of Markdown.
    marked: str


class WordFile:
    def __init__(self, content):
        self.content = content.getvalue()
        with ZipFile(content) as archive:
            assert archive.testzip() is None
            self.body = parsed(archive.read("word/document.xml"))[0]
            numbering = parsed(archive.read("word/numbering.xml"))
            links = parsed(archive.read("word/_rels/document.xml.rels"))
        self.links = {each.get("Id"): each.get("Target") for each in links}
        self.paragraphs = [each for each in self.body if each.tag == f"{W}p"]
        markers = {
            each.get(f"{W}abstractNumId"): [
                text.get(f"{W}val") for text in each.iter(f"{W}lvlText")
            ]
            for each in numbering.iter(f"{W}abstractNum")
        }
        self.lists = {}
        for each in numbering.iter(f"{W}num"):
            start = each.find(f".//{W}startOverride")
            first = 1 if start is None else int(start.get(f"{W}val"))
            of = each.find(f"{W}abstractNumId").get(f"{W}val")
            self.lists[each.get(f"{W}numId")] = (markers[of], first)

    @property
    def head(self):
        return [line.text for line in self._read("ins", self.paragraphs[:HEAD])]

    def accepted(self):
        return self._read("ins", self.paragraphs[HEAD:-FOOT])

    def rejected(self):
        return self._read("del", self.paragraphs[HEAD:-FOOT])

    def changes(self):
        """Return each change: added or deleted, its author, its time, and its words."""
        return [
            (
                each.tag.removeprefix(W),
                each.get(f"{W}author"),
                each.get(f"{W}date"),
                "".join(text.text for text in each.iter() if text.tag in (f"{W}t", f"{W}delText")),
            )
            for each in self.body.iter()
            if each.tag in (f"{W}ins", f"{W}del") and len(each)
        ]

    def fields(self, name, attribute):
        """Return how often each value of an attribute of a property is there."""
        return Counter(each.get(f"{W}{attribute}") for each in self.body.iter(f"{W}{name}"))

    def _read(self, kept, paragraphs):
        lines, carried, counts = [], [], Counter()
        for paragraph in paragraphs:
            properties = paragraph.find(f"{W}pPr")
            mark = properties.find(f"{W}rPr")
            carried += self._letters(paragraph, kept)
            changes = (
                set() if mark is None else {each.tag for each in mark} & {f"{W}ins", f"{W}del"}
            )
            if changes - {f"{W}{kept}"}:
                continue
            lines.append(self._line(properties, carried, counts))
            carried = []
        assert carried == []
        return lines

    def _line(self, properties, letters, counts):
        number, found = "", properties.find(f"{W}numPr")
        if found is not None:
            identity = found.find(f"{W}numId").get(f"{W}val")
            level = int(found.find(f"{W}ilvl").get(f"{W}val"))
            markers, first = self.lists[identity]
            counts[identity, level] += 1
            number = re.sub("%[0-9]", str(first + counts[identity, level] - 1), markers[level])
        marked = "".join(
            self._marked("".join(letter for letter, _style in some), style)
            for style, some in groupby(letters, lambda pair: pair[1])
        )
        return Line(
            properties.find(f"{W}pStyle").get(f"{W}val"),
            number,
            properties.find(f"{W}bidi") is not None,
            "".join(letter for letter, _style in letters),
            marked,
        )

    def _marked(self, words, style):
        is_bold, is_italic, link = style
        words = f"*{words}*" if is_italic else words
        words = f"**{words}**" if is_bold else words
        return f"[{words}]({link})" if link else words

    def _letters(self, element, kept, link=""):
        for each in element:
            name = each.tag.removeprefix(W)
            if name == "hyperlink":
                yield from self._letters(each, kept, self.links[each.get(f"{R}id")])
            elif name in ("ins", "del"):
                if name == kept:
                    yield from self._letters(each, kept, link)
            elif name == "r":
                has = {part.tag.removeprefix(W) for part in each.find(f"{W}rPr")}
                style = ("b" in has, "i" in has, link)
                for part in each:
                    text = {"t": part.text, "delText": part.text, "br": "\n", "tab": "\t"}
                    yield from (
                        (letter, style) for letter in text.get(part.tag.removeprefix(W)) or ""
                    )
