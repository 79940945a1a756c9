"""Unusual and hostile names on their way through the whole portal.

From the form to the member, the admin, the public list, the working group's page and the calendar,
a name is shown as typed and is never executed. Letters: tests/outbox/test_rendering.py.
"""

from itertools import zip_longest

import pytest
from django.test import Client

from focus_areas.models import FocusArea
from members.models import FocalPoint, Member, MemberStatus
from members.services.private_links import LinkPurpose, status_page_url, token_for
from tests.eoi.form import CHECK, FORM, make_call, posted
from tests.factories import FocalPointFactory, MeetingFactory, MemberFactory, UserFactory
from tests.hostile.pages import Page
from tests.hostile.values import HOSTILE, LINES, MARK, NAMES
from tests.participation.group import browser_of

TYPED = {**NAMES, **HOSTILE}
# Characters that are removed from a line or become a space. Other characters are refused.
ONE_LINE = {
    "mail header": "Union Bcc: evil@evil.example Hello",
    "mail header, bare": "Union Bcc: evil@evil.example",
    "calendar": "Union END:VEVENT BEGIN:VEVENT SUMMARY:evil",
    # The ellipsis of Windows-1252, whose code is a line break in old programs.
    "next line": "Union…Bcc: evil@evil.example",
    "line separator": "Union Bcc: evil@evil.example",
    "vertical tab": "Union Bcc: evil@evil.example",
    "file separator": "Union Bcc: evil@evil.example",
    "right-to-left override": "Uniongnp.exe",
    "isolates": "Union evil",
}
WHOLE_WAY = {
    **{what: (text, text) for what, text in TYPED.items()},
    **{what: (LINES[what], kept) for what, kept in ONE_LINE.items()},
}


def is_an_address(text):
    """Whether the form refuses a text as a person's name because it is an address."""
    return "@" in text or "://" in text


def rounds():
    """The texts that are typed as the person's name, the organisation and the position.

    Each text is used once. test_typed.py tests that each field accepts each text.
    """
    names = [what for what in WHOLE_WAY if not is_an_address(WHOLE_WAY[what][1])]
    people = list(dict.fromkeys([*names[::2], *names[1::4]]))[: len(WHOLE_WAY) // 2]
    return list(
        zip_longest(
            people, [what for what in WHOLE_WAY if what not in people], fillvalue="one word"
        )
    )


def answers(person, organisation):
    return posted(
        organisation_name=organisation,
        position=organisation,
        family_name=person,
        given_name=person,
        publication_consent="on",
    )


@pytest.fixture
def desk():
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    return client


@pytest.mark.parametrize("texts", rounds(), ids=" - ".join)
def test_what_is_typed_is_kept_and_shown_as_typed_and_does_nothing(texts, desk):
    make_call()
    typed, kept = zip(*(WHOLE_WAY[what] for what in texts), strict=True)
    person, organisation = kept

    # The check page shows it, and keeps it as typed.
    client = Client()
    check = Page(client.post(FORM, answers(*typed), follow=True))
    assert check.executed == []
    assert [text for text in kept if text not in check.text] == []
    fields = Page(client.get(FORM)).fields_of(FORM)
    for name, text in zip(("given_name", "organisation_name"), typed, strict=True):
        assert fields[name] in ([text.replace("\r\n", "\n").encode()], [text.encode()])

    # Sent, it creates a member.
    assert client.post(CHECK, check.fields_of(CHECK)).status_code == 302
    member, focal_point = Member.objects.get(), FocalPoint.objects.get()
    assert (member.organisation_name, focal_point.position) == (organisation, organisation)
    assert (focal_point.given_name, focal_point.family_name) == (person, person)

    # The admin shows it on the member's page.
    file = Page(desk.get(f"/admin/members/member/{member.pk}/change/"))
    assert file.executed == []
    assert file.text.count(organisation) >= 3
    assert person in file.text

    # The page that the acknowledgement links to shows all of it, and so do the further pages.
    linked = status_page_url(focal_point, "en")
    own, withdrawal = (Page(client.get(f"{linked}{step}")) for step in ("", "withdraw/"))
    assert (own.executed, withdrawal.executed) == ([], [])
    assert own.text.count(organisation) >= 3
    assert f"{person} {person}" in own.text
    assert organisation in withdrawal.text


def test_names_stand_in_every_list_as_they_are_and_do_nothing(desk):
    area = FocusArea.objects.get(number=1)
    names = [kept for _typed, kept in WHOLE_WAY.values()]
    admitted = {"status": MemberStatus.ADMITTED, "focus_area": area, "publication_consent": True}
    for name in names:
        member = MemberFactory(organisation_name=name, **admitted)
        focal_point = FocalPointFactory(member=member, given_name="", family_name=name[:100])
        MemberFactory(organisation_name=name)
    token = token_for(focal_point, LinkPurpose.WORKING_GROUP)
    addresses = (
        *("/en/members/", "/en/members/?page=2", f"/en/working-group/{token}/"),
        *("/admin/members/member/", "/admin/members/member/?p=2"),
    )

    public, next_public, link, *queue = [Page(desk.get(address)) for address in addresses]
    group = Page(browser_of(focal_point).get(f"/en/my/groups/{area.slug}/members/"))

    pages = (public, next_public, link, group, *queue)
    assert [page.executed for page in pages] == [[] for _page in pages]
    assert [name for name in names if name not in public.text + next_public.text] == []
    assert [name for name in names if group.text.count(name[:100]) < 2] == []
    assert [name for name in names if name not in queue[0].text + queue[1].text] == []


@pytest.mark.parametrize("what", sorted(LINES.keys() - ONE_LINE.keys()))
def test_what_nobody_types_is_refused_and_shown_back(what):
    make_call()

    response = Client().post(FORM, answers(LINES[what], LINES[what]), follow=True)

    assert response.redirect_chain[-1] == (f"{FORM}?errors=1", 302)
    assert Page(response).fields_of(FORM)["organisation_name"] == [LINES[what].encode()]


def test_titles_of_meetings_do_nothing_on_the_pages_that_show_them(desk):
    area = FocusArea.objects.get(number=1)
    titles = [kept for _typed, kept in WHOLE_WAY.values()]
    meetings = [MeetingFactory(focus_area=area, title=title, is_public=True) for title in titles]
    addresses = [
        *("/en/calendar/?month=2021-11", "/en/calendar/", "/en/calendar/past/"),
        *(f"/en/focus-areas/{area.slug}/", "/admin/meetings/meeting/?when=all"),
        *(f"/admin/meetings/meeting/{each.pk}/cancel/" for each in meetings if MARK in each.title),
        *(f"/en/calendar/{each.uid}/" for each in meetings if MARK in each.title),
    ]

    pages = [Page(desk.get(address)) for address in addresses]

    assert [page.executed for page in pages] == [[] for page in pages]
    assert [title for title in titles if title not in pages[0].text] == []
