"""The page that shows a template as a real member would read it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import MemberStatus
from outbox.models import Message, MessageTemplate
from tests.factories import FocalPointFactory, FocusAreaFactory, MemberFactory
from tests.triage.staff import coordinator, may, observer, officer, read, signed_in

BODY = "Hello {organisation}\n\n{private_page} {code_page} {private_code}"


@pytest.fixture
def template():
    return MessageTemplate.objects.get(template_type="received", language="en")


@pytest.fixture
def member():
    member = MemberFactory(reference="P2C-AAAAAA", organisation_name="Ministry of Stars")
    FocalPointFactory(member=member, given_name="Ada", family_name="Lovelace")
    return member


def page_of(template):
    return reverse("admin:members_member_preview_template", args=[template.pk])


def show(client, template, who="", **typed):
    return client.post(page_of(template), {"who": who, **typed})


def typed(**facts):
    return {
        "subject": "News",
        "body": BODY,
        "is_active": "on",
        "version": "1",
        "source_version": "3",
        **facts,
    }


def frame(client, template, response, number=0):
    key = response.context["previews"][number].key
    name = "admin:outbox_messagetemplate_typed_preview"
    return client.get(reverse(name, args=[template.pk, key, number])).text


@pytest.mark.parametrize("who", ["P2C-AAAAAA", "ministry stars"])
def test_saved_text_is_shown_to_the_member_that_is_found(template, member, who):
    FocalPointFactory(member=member, is_alternate=True, given_name="Grace", family_name="Hopper")
    client = signed_in(observer())

    response = show(client, template, who)

    mail = frame(client, template, response)
    assert "Dear Grace Hopper," in frame(client, template, response, 1)
    assert "Dear Ada Lovelace," in mail
    assert "Ministry of Stars" in mail
    # No private link: its URL would end with a token.
    assert set(re.findall(r'/expression-of-interest/([^"/<]+)', mail)) == {"code", "link"}
    assert "private link)" in mail
    assert Message.objects.count() == 0


def test_typed_text_is_shown_and_goes_back_as_it_was(template, member):
    client = signed_in(officer())

    response = show(client, template, "P2C-AAAAAA", **typed())
    faulty = show(client, template, "P2C-AAAAAA", **typed(body="{colour}"))

    mail = frame(client, template, response)
    assert "Hello" in mail
    assert "P2C-AAAAAA: News" in mail
    page = read(response)
    way_back = reverse("admin:outbox_messagetemplate_change", args=[template.pk])
    assert f'formaction="{way_back}"' in page
    assert "Hello {organisation}" in page
    assert 'name="source_version" value="3"' in page
    template.refresh_from_db()
    assert (template.version, Message.objects.count()) == (1, 0)
    assert faulty.status_code == 422
    assert "{colour} is not available in this kind of message." in read(faulty)
    assert faulty.context["previews"] == []


def test_several_that_are_found_are_offered_and_one_is_chosen(template, member):
    another = MemberFactory(organisation_name="Ministry of Moons")
    FocalPointFactory(member=another, given_name="Grace", family_name="Hopper")
    client = signed_in(observer())

    nobody, no_words = (show(client, template, who) for who in ("nobody", "\0"))
    offered = show(client, template, "ministry")
    chosen = show(client, template, "ministry", member=another.pk)

    assert "No organisation that you can view matches." in read(nobody)
    assert [page.context["previews"] for page in (no_words, offered)] == [[], []]
    assert read(offered).count('type="radio"') == 2
    assert "Dear Grace Hopper," in frame(client, template, chosen)


def test_only_members_within_reach_are_found(template):
    first, second = FocusAreaFactory(number=1), FocusAreaFactory(number=2)
    for area, name in ((first, "Ministry of Stars"), (second, "Ministry of Moons")):
        member = MemberFactory(
            status=MemberStatus.ADMITTED, focus_area=area, organisation_name=name
        )
        FocalPointFactory(member=member)
        beyond = member
    client = signed_in(may(coordinator(first), "view_messagetemplate"))

    response = show(client, template, "ministry", member=beyond.pk)

    # The only member that is found, and not the requested one.
    assert response.context["tried"].organisation_name == "Ministry of Stars"
    assert "Ministry of Moons" not in read(response)


def test_samples_in_a_letter_are_named(member):
    template = MessageTemplate.objects.get(template_type="declined", language="en")

    response = show(signed_in(observer()), template, "P2C-AAAAAA")

    assert [each.name for each in response.context["on_samples"]] == ["reasons"]
    assert "The letter uses sample data for values that this organisation does not have" in read(
        response
    )


def test_page_asks_as_much_for_three_that_are_found_as_for_two(template, member):
    client, counts = signed_in(observer()), []
    show(client, template, "ministry")
    for name in ("Ministry of Moons", "Ministry of Suns"):
        FocalPointFactory(member=MemberFactory(organisation_name=name))
        with CaptureQueriesContext(connection) as queries:
            show(client, template, "ministry")
        counts.append(len(queries))

    assert counts[0] == counts[1] > 0
