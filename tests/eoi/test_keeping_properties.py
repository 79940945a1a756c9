"""Two windows or devices with one form, in any order of steps: nothing that was posted is lost."""

from datetime import timedelta

from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from eoi.models import EoiDraft
from members.models import Call, Member
from tests.eoi.drafts import page_of
from tests.eoi.form import CHECK, FORM, carried_by, make_call, posted, value_of
from tests.factories import EoiDraftFactory

SECTION = f"{FORM}change/more-organisation/"
STEPS = ("open", "open", "post", "post", "save", "back", "section", "switch", "check")
steps = st.lists(
    st.tuples(st.sampled_from([0, 1]), st.sampled_from(STEPS)), min_size=4, max_size=14
)


class Window:
    """A window with the pages that it has shown. `others` are all windows with the same form."""

    def __init__(self, client, address, others):
        self.client, self.address, self.others = client, address, others
        self.pages = []
        others.append(self)

    def show(self, response, path=FORM):
        hidden = carried_by(response)
        if "draft_version" in hidden and 'name="acronym"' in response.content.decode():
            names = ("submission_key", "draft_version", "page", "is_other")
            fields = {name: hidden[name][0] for name in names if name in hidden}
            texts = {value_of(response, "acronym")}
            self.pages.append({"path": path, "fields": fields, "texts": texts})

    def post(self, page, text, **buttons):
        """Post a text from a page, which may replace what the page has shown or posted."""
        fields = {**posted(acronym=text), **page["fields"], **buttons}
        response = self.client.post(page["path"], fields, follow="keep" not in buttons)
        page["texts"].add(text)
        if "keep" not in buttons:
            self.show(response)
        return response


def texts():
    """Every text that is kept or was sent."""
    found = set(Member.objects.values_list("acronym", flat=True))
    for row in EoiDraft.objects.values_list("form_data", "other_data"):
        found |= {QueryDict(data).get("acronym", "") for data in row}
    return found


def take(step, window, text):
    """Take a step; return the page that was posted, if one was, and the response."""
    if step == "open" or not window.pages:
        window.show(window.client.get(window.address, follow=True))
        return None, None
    if step == "check":
        window.client.get(CHECK)
        return None, None
    if step == "section":
        window.show(window.client.get(SECTION), SECTION)
    page = window.pages[0] if step == "back" else window.pages[-1]
    buttons = {"save": {"keep": "1"}, "switch": {"switch": "fr"}}.get(step, {})
    return page, window.post(page, text, **buttons)


def walk(windows, taken):
    """Take some steps; after each, everything posted is there unless its reader replaced it."""
    expected = set()
    for number, (which, step) in enumerate(taken):
        text = f"T{number}"
        page, response = take(step, windows[which], text)
        if page is not None:
            is_refused = step == "save" and response.status_code == 409
            if not is_refused:
                expected -= page["texts"]
            if not is_refused or "window" not in response.json()["refusal"]:
                expected.add(text)
        assert expected <= texts(), (step, expected - texts())


def begin():
    EoiDraft.objects.all().delete()
    return Call.objects.open_at(timezone.now()).first() or make_call()


@given(steps)
def test_two_windows_of_one_browser_lose_nothing(taken):
    begin()
    client, windows = Client(), []
    for _number in range(2):
        Window(client, FORM, windows)

    walk(windows, taken)


@given(steps)
def test_two_devices_with_one_link_lose_nothing(taken):
    now = timezone.now()
    draft = EoiDraftFactory(call=begin(), saved_at=now, expires_at=now + timedelta(days=9))
    windows = []
    for _number in range(2):
        Window(Client(), page_of(draft), windows)

    walk(windows, taken)
