"""Reads the form of a page that has the language switch, fills it in, and switches."""

from html.parser import HTMLParser

LANGUAGES = ("ar", "zh-hans", "en", "fr", "ru", "es")
TYPED = "نص كتبته وزارة الاتصالات <b>1</b>"


class FormReader(HTMLParser):
    """The controls of each POST form of a page, and the language buttons by the form's id."""

    def __init__(self, response):
        super().__init__()
        self.forms, self.buttons, self.language = {}, {}, ""
        self._form = self._area = self._select = None
        self.feed(response.content.decode())
        self.close()

    @property
    def typed_in(self):
        """The ids of the forms in which a person types or chooses."""
        return [name for name, form in self.forms.items() if form["visible"]]

    def fields_of(self, form):
        """The values of a form by name, as a browser would send them."""
        return {name: values for name, values in self.forms[form]["values"].items() if values}

    def handle_starttag(self, tag, attributes):
        given = {name: value or "" for name, value in attributes}
        if tag == "html":
            self.language = given["lang"]
        elif tag == "form":
            is_post = given.get("method", "get").lower() == "post"
            self._form = {"values": {}, "visible": {}} if is_post else None
            if is_post:
                self.forms[given.get("id", f"form {len(self.forms)}")] = self._form
        elif tag == "button" and given.get("name") == "switch":
            addresses = self.buttons.setdefault(given["form"], {})
            addresses.setdefault(given["value"], set()).add(given["formaction"])
        elif self._form is not None and "form" not in given:
            self._handle_control(tag, given, given.get("name", ""))

    def _handle_control(self, tag, given, name):
        visible = self._form["visible"]
        if tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select = name
            visible[name] = []
        elif tag == "option" and self._select:
            visible[self._select].append(given.get("value", ""))
            if "selected" in given:
                self._add(self._select, given.get("value", ""))
        elif tag == "input":
            self._handle_input(given, name, given.get("type", "text"))

    def _handle_input(self, given, name, kind):
        visible = self._form["visible"]
        if kind in ("checkbox", "radio"):
            visible.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                self._add(name, given.get("value", "on"))
        elif kind == "file":
            visible[name] = None
        else:
            self._add(name, given.get("value", ""))
            # The honeypot for robots is no field for a person.
            if kind != "hidden" and given.get("tabindex") != "-1":
                visible[name] = None if kind == "password" else TYPED

    def handle_data(self, data):
        if self._area:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area:
            self._add(self._area, self._text.removeprefix("\n"))
            self._form["visible"][self._area] = f"{TYPED}\n{TYPED}"
            self._area = None

    def _add(self, name, value):
        if name and name != "csrfmiddlewaretoken":
            self._form["values"].setdefault(name, []).append(value)


def fill_in(page, form):
    """Return the fields of a form after a person has typed in, or chosen in, all of them."""
    fields = page.fields_of(form)
    for name, content in page.forms[form]["visible"].items():
        if isinstance(content, list):
            fields[name] = content[-1:]
        elif content:
            fields[name] = [content]
    return fields


def switch(client, page, form, fields, language):
    """Press a language button of a form. Return the page in that language."""
    [address] = page.buttons[form][language]
    return client.post(address, {**fields, "switch": language}, follow=True)


def assert_kept_in_both_directions(client, response, *, changes=None):
    """Fill in the form of a page, switch to Arabic and back, and find everything again.

    `changes` are other values than the ones that the form is filled in with.
    """
    page = FormReader(response)
    [form] = page.typed_in
    typed = {**fill_in(page, form), **(changes or {})}
    for language in ("ar", "en", "zh-hans"):
        response = switch(client, page, form, typed, language)
        page = FormReader(response)
        assert (response.status_code, page.language) == (200, language)
        assert client.cookies["django_language"].value == language
        assert "aria-invalid" not in response.text
        assert page.typed_in == [form]
        assert page.fields_of(form) == typed
    return response
