"""Parses a page as a browser does."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

from tests.hostile.values import MARK

SCRIPTS = ("javascript:", "data:text", "vbscript:")
INLINE = {"a", "b", "bdi", "em", "i", "span", "strong"}
URL_ATTRIBUTES = {"href", "src", "action", "formaction", "data", "xlink:href"}


class Page(HTMLParser):
    """The forms of a page with the data that a browser would send, and forbidden elements."""

    def __init__(self, page):
        super().__init__()
        self.forms = []
        self.executed = []
        self.links = []
        self.words = ""
        self._select = self._area = None
        self.feed(page if isinstance(page, str) else page.content.decode())
        self.close()

    @property
    def text(self):
        """The text of the page, with single spaces."""
        return " ".join(self.words.split())

    def fields_of(self, path):
        """The fields of the forms for a URL, as lists of bytes by name."""
        fields = {}
        for method, action, sent in self.forms:
            if method == "post" and (not action or urlsplit(action).path == path):
                for name, value in sent:
                    values = fields.setdefault(name, [])
                    values += [] if value is None else [value.encode()]
        return fields

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        # A block element ends a word.
        self.words += "" if tag in INLINE else " "
        self.links += [given["href"]] if tag == "a" and "href" in given else []
        self.executed += [tag] if MARK in tag else []
        self.executed += [name for name in given if MARK in name]
        self.executed += [
            value
            for name, value in given.items()
            if name in URL_ATTRIBUTES and value.strip().lower().startswith(SCRIPTS)
        ]
        if tag == "form":
            self.forms.append((given.get("method", "get").lower(), given.get("action", ""), []))
        elif self.forms:
            self._handle_field(tag, given)

    def handle_endtag(self, tag):
        self.words += "" if tag in INLINE else " "
        if tag == "textarea" and self._area is not None:
            self._send(self._area, self._text.removeprefix("\n"))
            self._area = None
        elif tag == "select" and self._select:
            name, options, chosen, is_multiple = self._select
            for value in chosen or ([] if is_multiple else options[:1]):
                self._send(name, value)
            self._select = None

    def handle_data(self, data):
        self.words += data
        if self._area is not None:
            self._text += data

    def _handle_field(self, tag, given):
        name = given.get("name", "")
        if tag == "input" and given.get("type") in ("checkbox", "radio"):
            # An unticked checkbox is included, because its field can be sent too.
            self._send(name, given.get("value", "on") if "checked" in given else None)
        elif tag in ("input", "button"):
            self._send(name, given.get("value", ""))
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select = name, [], [], "multiple" in given
            self._send(name, None)
        elif tag == "option" and self._select:
            _name, options, chosen, _is_multiple = self._select
            (chosen if "selected" in given else options).append(given.get("value", ""))

    def _send(self, name, value):
        if name:
            self.forms[-1][2].append((name, value))
