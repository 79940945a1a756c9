"""Nothing of a member is public without its consent: every page, feed and file that is linked."""

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import get_language_from_path, gettext, override

from focus_areas.models import FocusArea
from members.models import GrantedRole, Member, MemberStatus
from tests.factories import (
    AmendmentFactory,
    AnswerFactory,
    FocalPointFactory,
    MemberFactory,
    SupportFactory,
    WordingFactory,
)
from tests.framework.reading import a_closed_draft, an_open_draft, reworded

LINK = re.compile(r"""(?:href|src|content)="([^"]+)"|<loc>([^<]+)</loc>""")
# Beside the home page in each language.
STARTS = ("/robots.txt", "/sitemap.xml", "/calendar/all.ics")
# What each text field of the secret member contains.
SECRET = "Zyxwvut"
# Filters and months have more combinations than anybody opens. They are the same in each language.
MOST_QUERIES, MOST_IN_OTHER_LANGUAGES = 12, 1
STATUSES = [status for status in MemberStatus if status != MemberStatus.ADMITTED]


def everything_public(languages):
    """Return the body of each address that a stranger reaches in some languages, by address."""
    client, host = Client(), urlsplit(settings.SITE_URL).netloc
    bodies, queries = {}, Counter()
    waiting = deque([*(f"/{language}/" for language in languages), *STARTS])
    while waiting:
        address = waiting.popleft()
        path = urlsplit(address).path
        language = get_language_from_path(path)
        most = MOST_QUERIES if language in ("en", None) else MOST_IN_OTHER_LANGUAGES
        if language not in (*languages, None) or address in bodies or queries[path] > most:
            continue
        queries[path] += 1
        response = client.get(address)
        if response.status_code != 200:
            bodies[address] = ""
            continue
        body = b"".join(response) if response.streaming else response.content
        bodies[address] = unescape(body.decode(errors="replace"))
        if not response.headers["Content-Type"].startswith(("text/html", "application/xml")):
            continue
        for found in LINK.findall(bodies[address]):
            target = urlsplit(urljoin(f"{settings.SITE_URL}{address}", found[0] or found[1]))
            is_ours = target.scheme in ("http", "https") and target.netloc == host
            if is_ours and not target.path.startswith(("/static/", "/admin/", "/accounts/")):
                query = f"?{target.query}" if target.query else ""
                waiting.append(f"{target.path}{query}")
    return bodies


def secret_member(*, name, **facts):
    member = MemberFactory(
        organisation_name=f"{SECRET} {name}",
        acronym=f"{SECRET}A",
        website=f"https://{SECRET}.example.org/",
        about=f"{SECRET} about",
        motivation=f"{SECRET} motivation",
        focus_area=FocusArea.objects.get(number=1)
        if facts.get("status") == MemberStatus.ADMITTED
        else None,
        **facts,
    )
    FocalPointFactory(
        member=member, family_name=f"{SECRET} person", email=f"{SECRET.lower()}@{name}.example.org"
    )
    return member


@pytest.mark.parametrize(
    "languages",
    [("en", "fr"), pytest.param(("ar", "es", "ru", "zh-hans"), marks=pytest.mark.long)],
    ids=" ".join,
)
def test_nothing_of_a_member_is_public_without_its_consent(languages):
    secret_member(
        name="refused",
        status=MemberStatus.ADMITTED,
        publication_consent=False,
        granted_role=GrantedRole.CO_LEAD,
    )
    for status in STATUSES:
        secret_member(name=status.value, status=status, publication_consent=True)
    secret = Member.objects.get(organisation_name=f"{SECRET} refused")
    draft = a_closed_draft()
    wording = WordingFactory(draft=draft)
    amendment = AmendmentFactory(
        draft=draft, paragraph=wording.paragraph, member=secret, sent_by=None
    )
    SupportFactory(amendment=amendment, member=secret, by=None, by_name=f"{SECRET} person")
    AnswerFactory(amendment=amendment)
    reworded(wording, an_open_draft(draft.framework), "Connect every home.")
    listed = MemberFactory(
        organisation_name="Listed organisation",
        status=MemberStatus.ADMITTED,
        focus_area=FocusArea.objects.get(number=1),
        publication_consent=True,
        motivation=f"{SECRET} motivation",
        website=f"https://{SECRET}.example.org/",
        about=f"{SECRET} about",
    )
    FocalPointFactory(member=listed, family_name=f"{SECRET} person")

    bodies = everything_public(languages)

    told = [address for address, body in bodies.items() if SECRET.lower() in body.lower()]
    assert told == []
    # What is listed is found, so that this test can fail.
    assert [address for address in bodies if listed.organisation_name in bodies[address]] != []
    found = {each for each in bodies if bodies[each]}
    assert {f"/{languages[0]}/members/", f"/{languages[-1]}/calendar/"} <= found
    with override(languages[0]):
        unlisted = gettext("An organisation that is not listed")
    assert any(unlisted in body for body in bodies.values())
