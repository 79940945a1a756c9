"""Security rules for every list and page of staff: guessed keys and echoed input."""

import re
from functools import partial

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from mailings.services.unsubscribe_links import unsubscribe_address
from members.models import FocalPoint, Member, MemberStatus
from members.services.private_links import (
    LinkPurpose,
    confirmation_code,
    status_page_url,
    token_about_meeting,
    token_for,
    working_group_url,
)
from opportunities.services.reader import link_to as link_to_opportunities
from outbox.models import Message, MessageStatus
from outbox.services.rendering import (
    PRIVATE_CODE,
    PRIVATE_PAGE,
    PRIVATE_UNSUBSCRIBE,
    private_link_marker,
)
from tests.factories import (
    NOON,
    FocalPointFactory,
    MeetingFactory,
    MemberFactory,
    MessageFactory,
    RecipientFactory,
    UserFactory,
)
from tests.sweeps.rows import a_row_of
from tests.triage.staff import desk_manager, observer, signed_in

ADMINS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# An officer has fewer permissions than a desk manager.
STAFF = {
    "observer": observer,
    "desk manager": desk_manager,
    "superuser": partial(UserFactory, is_superuser=True),
}
PREVIEW = "admin:outbox_message_preview"


def label_of(model):
    return model._meta.label


def list_of(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.fixture
def superuser():
    return signed_in(STAFF["superuser"]())


# Guesses ----------------------------------------------------------------------------------------

SECRET_COLUMNS = [
    "password__startswith",
    "assignee__password__startswith",
    "decided_by__password__startswith",
    "call__title__startswith",
    "focal_points__link_version",
    "focal_points__link_secret__startswith",
    "focal_points__email__startswith",
    "focus_area__meetings__join_link__startswith",
    "groups__user__password__startswith",
    "groups__permissions__codename",
    "private_page__startswith",
    "private_page__regex",
    "private_code__startswith",
    "private_unsubscribe__startswith",
    "private_links__startswith",
    "resent_from__private_page__startswith",
    "history__id",
    "lease",
    "link_secret__startswith",
    "feed_secret__startswith",
    "submission_key__startswith",
    "join_link__startswith",
]


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("model", [each for each in ADMINS if each != Group], ids=label_of)
def test_list_is_narrowed_by_no_column_of_another_row(model, superuser):
    a_row_of(model)

    answered = {
        lookup
        for lookup in SECRET_COLUMNS
        if superuser.get(list_of(model), {lookup: "p"}).status_code == 200
    }

    assert answered == set()


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("model", [each for each in ADMINS if each != User], ids=label_of)
def test_list_is_referred_to_by_no_column_but_the_key(model, superuser):
    row = a_row_of(model)
    columns = [field for field in model._meta.get_fields() if field.concrete]
    others = [field.name for field in columns if not field.primary_key and not field.is_relation]

    def seen(query):
        # Accounts are listed by a page of its own, to which nothing of the address is passed on.
        response = superuser.get(list_of(model), query)
        return (response.status_code, response.headers.get("Location"))

    plain = seen({})
    refused = plain if plain == (302, reverse("admin:accounts_user_staff")) else (400, None)
    answered = {name for name in others if seen({"_to_field": name, "_popup": "1"}) != refused}
    by_key = seen({"_to_field": row._meta.pk.name, "_popup": "1"})

    assert (answered, by_key) == (set(), plain)
    assert model == User or plain == (200, None)


@pytest.mark.usefixtures("undrawn")
# Those who read most and change nothing, and those who may do everything.
@pytest.mark.parametrize("visitor", ["observer", "superuser"])
@pytest.mark.parametrize("model", ADMINS, ids=label_of)
def test_list_as_a_popup_or_in_another_order_is_for_no_others(visitor, model):
    client = signed_in(STAFF[visitor]())
    a_row_of(model)
    plain = client.get(list_of(model)).status_code

    tricks = [
        client.get(list_of(model), {"_popup": "1"}).status_code,
        client.get(list_of(model), {"o": "99.-98.1"}).status_code,
        client.get(list_of(model), {"q": "password__startswith:p"}).status_code,
    ]

    assert tricks == [plain] * 3


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("visitor", STAFF)
def test_what_is_typed_is_completed_by_nothing_that_its_reader_could_not_list(visitor):
    client = signed_in(STAFF[visitor]())
    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation
    ]

    answered = {
        field.related_model
        for field in fields
        if client.get(
            reverse("admin:autocomplete"),
            {
                "app_label": field.model._meta.app_label,
                "model_name": field.model._meta.model_name,
                "field_name": field.name,
                "term": "",
            },
        ).status_code
        == 200
    }

    # That of accounts leads to another list.
    lists = {
        model for model in ADMINS if client.get(list_of(model), follow=True).status_code == 200
    }
    assert len(fields) > 10
    assert Member in answered
    assert (User in answered) == (visitor == "superuser")
    assert answered - lists == set()


def test_page_of_a_file_takes_nothing_of_another_file(superuser):
    member, other = (FocalPointFactory(member=MemberFactory()).member for _time in range(2))
    theirs = other.focal_points.get()
    letter = MessageFactory(reference=other.reference, status=MessageStatus.FAILED)

    answers = [
        superuser.post(
            reverse(f"admin:members_member_{name}", args=[member.pk, pk]), {"times": "0"}
        ).status_code
        for name, pk in (("revoke_links", theirs.pk), ("resend", letter.pk))
    ]

    theirs.refresh_from_db()
    assert answers == [404, 404]
    assert (theirs.link_version, Message.objects.count()) == (1, 1)


# Echoes -----------------------------------------------------------------------------------------


@pytest.fixture
def private_links():
    """Create letters with private links in every state that keeps them, and return their keys."""
    member = MemberFactory(status=MemberStatus.ADMITTED, reference="P2C-KEYS22")
    person = FocalPointFactory(member=member)
    page = working_group_url(person, "en")
    meeting = MeetingFactory()
    reply = token_about_meeting(
        person, LinkPurpose.RSVP, meeting=meeting.uid, starts_at=meeting.starts_at
    )
    sending = {"leased_until": NOON, "lease": "6b1f6a3e-9d0c-4b44-8a1e-0d3a4f9b7c21"}
    for status, facts in (
        (MessageStatus.QUEUED, {}),
        (MessageStatus.SENDING, sending),
        (MessageStatus.FAILED, {"server_response": "554 5.7.1 no"}),
    ):
        MessageFactory(
            topic=f"P2C-KEYS22/admitted/entry-{status}/focal-point-{person.pk}",
            reference="P2C-KEYS22",
            status=status,
            body=f"Your page: {PRIVATE_PAGE}",
            private_page=page,
            **facts,
        )
    unsubscribe = unsubscribe_address(RecipientFactory(focal_point=person))
    MessageFactory(
        topic=f"P2C-KEYS22/received/entry-1/focal-point-{person.pk}",
        reference="P2C-KEYS22",
        body=f"Page: {PRIVATE_PAGE}, code: {PRIVATE_CODE}, no more: {PRIVATE_UNSUBSCRIBE}, "
        f"reply: {private_link_marker(1)}, "
        f"opportunities: {private_link_marker(2)}",
        private_page=status_page_url(person, "en"),
        private_code=confirmation_code(person),
        private_unsubscribe=unsubscribe,
        private_links=f"https://p2c.example/en/reply/no/{reply}/\n{link_to_opportunities(person)}",
    )
    about_something = {
        LinkPurpose.RSVP,
        LinkPurpose.JOIN,
        LinkPurpose.DATE_POLL,
        LinkPurpose.REPORT,
        LinkPurpose.HOST,
        LinkPurpose.FRAMEWORK,
    }
    # Links of bulletins had this purpose in release 1.0.0.
    others = about_something | {LinkPurpose.BULLETINS}
    tokens = [token_for(person, purpose) for purpose in {*LinkPurpose} - others]
    return [*tokens, reply, unsubscribe.split("/")[-2], confirmation_code(person)]


@pytest.mark.parametrize("visitor", STAFF)
def test_staff_who_read_every_page_hold_nobodys_private_link(visitor, private_links):
    client = signed_in(STAFF[visitor]())
    person = FocalPointFactory._meta.model.objects.get()
    member, secrets = person.member, [person.link_secret, person.feed_secret]
    rows = [("members_member", member.pk)]
    rows += [("outbox_message", message.pk) for message in Message.objects.all()]
    pages = [reverse("admin:index"), reverse("admin:members_member_changelist")]
    pages += [
        reverse(f"admin:{name}_{page}", args=[pk])
        for name, pk in rows
        for page in ("change", "history")
    ]
    pages += [reverse(PREVIEW, args=[pk]) for name, pk in rows if name == "outbox_message"]
    messages = reverse("admin:outbox_message_changelist")
    searches = ["", *private_links, private_links[0][:12], "working-group", "P2C-KEYS22"]
    pages += [f"{messages}?q={word}" for word in searches]
    if visitor != "observer":
        failed = Message.objects.get(status=MessageStatus.FAILED)
        pages += [
            reverse("admin:outbox_message_retry", args=[failed.pk]),
            reverse("admin:members_member_resend", args=[member.pk, failed.pk]),
            reverse("admin:members_member_move", args=[member.pk]),
        ]

    answers = [client.get(page) for page in pages]
    found = [
        page
        for page, answer in zip(pages, answers, strict=True)
        # The search box shows the typed text.
        for token in [*private_links, *secrets]
        if token
        in re.sub(r'name="q" value="[^"]*"|(?:\?|&amp;)q=[^"]*', "", answer.content.decode())
    ]
    by_search = [
        len(answers[pages.index(f"{messages}?q={word}")].context["cl"].result_list)
        for word in searches
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert found == []
    assert by_search == [4, *[0] * (len(searches) - 2), 4]


def test_text_of_a_message_for_its_recipient_does_hold_the_link(private_links):
    # This shows that the test above could fail.
    kept = "".join(
        "".join(message.keys.values())
        for message in Message.objects.filter(status=MessageStatus.QUEUED)
    )

    # No message has the address of a feed.
    person = FocalPoint.objects.get(member__reference="P2C-KEYS22")
    assert [key for key in private_links if key not in kept] == [
        token_for(person, LinkPurpose.FEED)
    ]
