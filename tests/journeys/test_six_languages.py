"""Each page for the public, submitters and members, by the accessibility rules in each language.

Other journeys check the English pages and the colours. Arabic pages are checked by all rules, each
kind of element once. In the other languages only texts and widths differ, so only the rules for
sizes run.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from members.models import MemberStatus
from tests.eoi.own import address_of, own_person
from tests.factories import CallFactory
from tests.journeys.rules import KINDS, RULES, WIDTH_RULES
from tests.sweeps.addresses import Address, Visitors, undrawn_pages
from tests.sweeps.test_languages import NAMES, READERS, is_page

pytestmark = pytest.mark.django_db(transaction=True)

# A page in Arabic is mirrored. In Russian, words are longest; Chinese lines break at any sign.
LANGUAGES = ["ar", "es", "fr", "ru", "zh-hans"]
PHONE = {"width": 320, "height": 640}
# The root of the page, and its width.
SHAPE = """() => {
  const {lang, dir, scrollWidth} = document.documentElement;
  return [lang, dir, scrollWidth];
}"""


@pytest.fixture
def pages():
    """The path of each page in English, by the visitor who opens it."""
    CallFactory(closes_at=timezone.now() + timedelta(days=9))
    visitors = Visitors()
    found = {}
    with undrawn_pages():
        for name in NAMES:
            for visitor in READERS:
                path = Address(name).of(visitor, visitors)
                if is_page(visitors.client(visitor, name).get(path)):
                    found.setdefault(path, visitor)
    asked = own_person(MemberStatus.INFORMATION_REQUESTED)
    found[address_of(asked, "answer")] = "submitter"
    return visitors, found


# In CI, test_right_to_left checks the main pages in Arabic.
@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_is_accessible_and_fits_a_phone(new_page, all_rules, seen, site, pages, language):
    visitors, paths = pages
    opened = {visitor: new_page(viewport=PHONE) for visitor in READERS}
    for visitor, page in opened.items():
        cookies = {name: each.value for name, each in visitors.clients[visitor].cookies.items()}
        cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page.context.add_cookies(
            [{"name": name, "value": value, "url": site} for name, value in cookies.items()]
        )

    wrong, first = [], next(iter(paths))
    for path, visitor in paths.items():
        page = opened[visitor]
        page.goto(path.replace("/en/", f"/{language}/", 1))
        root, direction, width = page.evaluate(SHAPE)
        if (root, direction) != (language, "rtl" if language == "ar" else "ltr"):
            wrong.append(f"{page.url} is in {root}, {direction}")
        if width > PHONE["width"]:
            wrong.append(f"{page.url} is {width} px wide")
        if language == "ar":
            # The first page whole, and then what no page had before.
            new = seen.add(language, page.evaluate(KINDS))
            wrong += all_rules.look_at(page, only=RULES, new=new if path != first else None)
        else:
            wrong += all_rules.look_at(page, only=WIDTH_RULES)

    assert len(paths) > 40
    assert wrong == []
