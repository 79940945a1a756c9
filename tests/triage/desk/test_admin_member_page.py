import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from focus_areas.models import FocusArea
from members.models import Category, FocalPoint, MemberStatus, SpamSignal, TimelineKind
from members.services.corrections import correct_answers
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    MessageFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.triage.staff import may, observer, officer, signed_in

pytestmark = pytest.mark.sqlite_only


def address(member):
    return reverse("admin:members_member_change", args=[member.pk])


def offered(response):
    return [decision.name for decision in response.context["decisions"]]


def read(response):
    return " ".join(response.content.decode().split())


def test_file_shows_the_eoi_as_sent_and_as_corrected():
    member = MemberFactory(organisation_name="Minstry of Health", country="NP")
    focal_point = FocalPointFactory(member=member, email="ada@exmaple.org", family_name="Lovelace")
    correct_answers(
        member=member,
        facts={"organisation_name": "Ministry of Health"},
        focal_points={focal_point.pk: {"email": "ada@example.org"}},
        reason="Typing errors.",
        by=UserFactory(),
        at=NOON,
    )

    response = signed_in(observer()).get(address(member))

    facts = {fact.label: fact for fact in response.context["facts"]}
    (person,) = response.context["people"]
    email = {fact.label: fact for fact in person.facts}["Email"]
    name = facts["Organisation"]
    assert (name.now, name.sent, name.is_corrected) == (
        "Ministry of Health",
        "Minstry of Health",
        True,
    )
    assert (email.now, email.sent, email.is_corrected) == (
        "ada@example.org",
        "ada@exmaple.org",
        True,
    )
    assert [label for label, fact in facts.items() if fact.is_corrected] == ["Organisation"]
    assert "Corrected. As sent:" in read(response)


def test_file_says_beside_each_person_whether_the_address_is_confirmed():
    member = MemberFactory()
    FocalPointFactory(member=member, confirmed_at=NOON)
    FocalPointFactory(member=member, is_alternate=True)

    response = signed_in(observer()).get(address(member))

    assert "Address confirmed on 25 October 2021, 14:00 (Geneva time)." in read(response)
    assert read(response).count("Address not confirmed yet.") == 1


def test_file_shows_the_answers_in_words():
    member = MemberFactory(
        category=Category.MEMBER_STATE,
        country="NP",
        first_choice=FocusArea.objects.get(number=2),
        also_incentivizing_investments=True,
        role="lead",
        contributes_policy=True,
        contributes_knowledge=True,
        publication_consent=True,
    )
    FocalPointFactory(member=member, title="he", given_name="Ada", family_name="Lovelace")

    response = signed_in(observer()).get(address(member))

    facts = {fact.label: fact.now for fact in response.context["facts"]}
    (person,) = response.context["people"]
    assert facts["Category"] == "Member State"
    assert facts["Country"] == "Nepal"
    assert facts["ITU region and groups"].splitlines() == [
        "Asia and the Pacific",
        "Least developed country (LDC)",
        "Landlocked developing country (LLDC)",
    ]
    assert facts["First choice"] == "2 · Empowering Communities"
    assert facts["Also interested in"] == "4 · Incentivizing Investments"
    assert facts["Role sought"] == "Willing to lead"
    assert facts["Contribution"] == "Policy, Knowledge or in kind"
    assert facts["May be listed publicly"] == "Yes"
    assert person.facts[0].now == "H.E. Ada Lovelace"


def test_file_shows_the_timeline_the_newest_first():
    member = MemberFactory()
    FocalPointFactory(member=member)
    TimelineEntryFactory(member=member, kind=TimelineKind.RECEIVED, at=NOON)
    TimelineEntryFactory(member=member, kind=TimelineKind.ASSIGNED, at=NOON.replace(day=26))

    response = signed_in(observer()).get(address(member))

    kinds = [entry.kind for entry in response.context["timeline"]]
    assert kinds == [TimelineKind.ASSIGNED, TimelineKind.RECEIVED]


def test_file_shows_its_messages_and_what_became_of_them():
    member = FocalPointFactory().member
    MessageFactory(
        reference=member.reference,
        subject="Welcome",
        status=MessageStatus.FAILED,
        server_response="550 no such user",
    )
    MessageFactory(reference="P2C-OTHER1", subject="Not this one")

    page = read(signed_in(observer()).get(address(member)))

    assert "Welcome" in page
    assert "The mail server knows no such address." in page
    assert "550 no such user" in page
    assert "Not this one" not in page


def test_file_has_the_whole_correspondence_to_be_read_in_place():
    member = FocalPointFactory().member
    for day, body in ((25, "The first letter."), (26, "[Your page]([[private-page]])")):
        MessageFactory(
            reference=member.reference,
            body=body,
            queued_at=NOON.replace(day=day),
            private_page="https://example.org/secret",
        )

    response = signed_in(observer()).get(address(member))

    latest, first = response.context["letters"]
    assert (latest.text, first.text) == (
        "Your page (the recipient's private link)\n",
        "The first letter.\n",
    )
    assert "The first letter." in read(response)
    assert "example.org/secret" not in read(response)


def test_file_shows_no_correspondence_to_who_may_see_no_messages():
    member = FocalPointFactory().member
    MessageFactory(reference=member.reference, subject="You are in", body="The first letter.")
    reader = may(may(UserFactory(), "view_member"), "view_every_area")

    page = read(signed_in(reader).get(address(member)))

    assert "You are in" not in page
    assert "The first letter." not in page


def test_file_shows_what_became_of_the_others_of_the_organisation():
    member = FocalPointFactory(member=MemberFactory(organisation_name="Ministry")).member
    MemberFactory(
        organisation_name="ministry",
        status=MemberStatus.DECLINED,
        decided_at=NOON,
        decided_by=UserFactory(name="Bo Lind"),
    )

    page = read(signed_in(observer()).get(address(member)))

    assert "Also from this organisation" in page
    assert "decided 25 October 2021, 14:00 by Bo Lind" in page


def test_file_shows_what_was_typed_as_text():
    member = MemberFactory(motivation="<script>alert(1)</script>")
    FocalPointFactory(member=member)

    page = read(signed_in(observer()).get(address(member)))

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("status", "decisions"),
    [
        (
            MemberStatus.PENDING,
            ["take", "admit", "request_information", "decline", "close", "withdraw", "hand_to"],
        ),
        (
            MemberStatus.INFORMATION_REQUESTED,
            ["take", "admit", "record_answer", "decline", "close", "withdraw", "hand_to"],
        ),
        (MemberStatus.ADMITTED, ["move", "withdraw"]),
        (MemberStatus.DECLINED, ["reopen"]),
        (MemberStatus.CLOSED, ["reopen"]),
        (MemberStatus.WITHDRAWN, ["reopen"]),
    ],
)
def test_file_offers_what_its_status_allows(status, decisions):
    member = FocalPointFactory(member=MemberFactory(status=status)).member

    response = signed_in(officer()).get(address(member))

    assert offered(response) == decisions


def test_file_that_somebody_has_can_be_released_and_not_taken():
    member = FocalPointFactory(member=MemberFactory(assignee=UserFactory(name="Ada"))).member

    response = signed_in(officer()).get(address(member))

    assert "release" in offered(response)
    assert "take" not in offered(response)
    assert "Taken by Ada" in read(response)


def test_file_offers_to_decline_a_member_state_to_those_who_may():
    member = FocalPointFactory(member=MemberFactory(category=Category.MEMBER_STATE)).member

    without = signed_in(officer()).get(address(member))
    permitted = signed_in(may(officer(), "decline_member_state")).get(address(member))

    assert "decline" not in offered(without)
    assert "decline" in offered(permitted)


def test_file_offers_an_observer_nothing_to_change():
    member = FocalPointFactory().member
    MessageFactory(reference=member.reference, status=MessageStatus.FAILED)

    response = signed_in(observer()).get(address(member))

    page = read(response)
    assert offered(response) == []
    for words in ("Correct the facts", "Revoke private links", "Write again"):
        assert words not in page


def test_file_takes_no_post():
    member = FocalPointFactory().member

    response = signed_in(UserFactory(is_superuser=True)).post(
        address(member), {"status": "admitted"}
    )

    member.refresh_from_db()
    assert response.status_code == 405
    assert member.status == MemberStatus.PENDING


def test_file_is_refused_to_staff_without_the_permission():
    response = signed_in(UserFactory()).get(address(MemberFactory()))

    assert response.status_code == 403


def test_file_sends_a_stranger_to_sign_in(client):
    member = MemberFactory()

    response = client.get(address(member))

    assert response["Location"] == f"/admin/login/?next={address(member)}"


def test_file_asks_the_same_queries_for_one_row_of_each_kind_and_for_many():
    client = signed_in(officer())
    member = MemberFactory(assignee=UserFactory())

    def add_rows():
        TimelineEntryFactory(member=member, by_user=UserFactory(), by_name="Somebody")
        TimelineEntryFactory(member=member, kind=TimelineKind.NOTE_ADDED, note="They called.")
        MemberFactory(organisation_name=member.organisation_name, status=MemberStatus.DECLINED)
        MessageFactory(reference=member.reference)
        member.save()

    FocalPointFactory(member=member)
    add_rows()
    client.get(address(member))
    with CaptureQueriesContext(connection) as for_one:
        client.get(address(member))
    FocalPointFactory(member=member, is_alternate=True)
    for _more in range(30):
        add_rows()
    with CaptureQueriesContext(connection) as for_many:
        client.get(address(member))

    assert len(for_many) == len(for_one)


def test_history_of_a_file_lists_every_change_and_offers_no_way_back():
    member = MemberFactory(acronym="OLD")
    member.acronym = "NEW"
    member.save()
    client = signed_in(UserFactory(is_superuser=True))

    response = client.get(reverse("admin:members_member_history", args=[member.pk]))

    page = read(response)
    assert "<del><bdi>OLD</bdi></del> <ins><bdi>NEW</bdi></ins>" in page
    assert "revert" not in page.lower()


def test_history_of_a_file_says_changes_in_words():
    member = MemberFactory(
        publication_consent=False,
        spam_signal=SpamSignal.HONEYPOT,
        status=MemberStatus.INFORMATION_REQUESTED,
    )
    member.spam_signal = ""
    member.assignee = UserFactory(name="Ada")
    member.status = MemberStatus.PENDING
    member.publication_consent = True
    member.replied_at = NOON
    member.save()

    response = signed_in(observer()).get(reverse("admin:members_member_history", args=[member.pk]))

    (latest, _first) = response.context["page_obj"]
    changes = {
        change["field"]: (change["old"], change["new"]) for change in latest.history_delta_changes
    }
    assert changes == {
        "May be listed publicly": ("No", "Yes"),
        "Replied at": ("–", "25 October 2021, 14:00"),
        "Status": ("Information requested", "Pending"),
        "Suspected because": ("hidden field filled in", "–"),
        "Taken by": ("–", "Ada"),
    }


def test_history_of_a_file_has_the_changes_of_its_people():
    member = MemberFactory()
    person = FocalPointFactory(
        member=member, given_name="Ada", family_name="Lovelace", email="old@example.org"
    )
    other = FocalPointFactory(member=member, is_alternate=True, email="other@example.org")
    person.email = "new@example.org"
    person.link_version += 1
    person._history_user = UserFactory(name="Grace")
    person.save()
    FocalPointFactory(email="of-another-file@example.org")

    response = signed_in(observer()).get(reverse("admin:members_member_history", args=[member.pk]))

    latest, *earlier = response.context["page_obj"]
    assert [(row.instance_type, row.id) for row in earlier] == [
        (FocalPoint, other.pk),
        (FocalPoint, person.pk),
        (type(member), member.pk),
    ]
    assert [hasattr(row, "history_delta_changes") for row in earlier] == [False, False, False]
    assert latest.history_delta_changes == [
        {"field": "Email", "old": "old@example.org", "new": "new@example.org"},
        {"field": "Private links sent before", "old": "valid", "new": "revoked"},
    ]
    assert "<td><bdi>Grace</bdi></td> <td> Changed <br><bdi>Ada Lovelace</bdi> </td>" in read(
        response
    )


def test_history_of_a_file_asks_the_same_queries_for_one_row_of_each_kind_and_for_three():
    member = MemberFactory(assignee=UserFactory())
    person = FocalPointFactory(member=member)
    client = signed_in(observer())
    page = reverse("admin:members_member_history", args=[member.pk])
    client.get(page)
    with CaptureQueriesContext(connection) as for_one:
        client.get(page)
    for number in (1, 2):
        member.acronym = f"A{number}"
        member.assignee = UserFactory()
        member.save()
        person.position = f"Desk {number}"
        person._history_user = UserFactory()
        person.save()

    with CaptureQueriesContext(connection) as for_three:
        response = client.get(page)

    assert len(response.context["page_obj"]) == 6
    assert len(for_three) == len(for_one)


def test_history_of_a_file_that_is_not_there_is_not_found():
    assert signed_in(observer()).get("/admin/members/member/999999/history/").status_code == 404


# What is not the reader's to do -----------------------------------------------------------------


def test_file_of_a_member_state_says_why_decline_is_missing_and_who_may():
    may(officer(name="Grace Hopper"), "decline_member_state")
    member = MemberFactory(category=Category.MEMBER_STATE)
    FocalPointFactory(member=member)

    response = signed_in(officer()).get(address(member))

    page = read(response)
    notice = page[page.index("This is a Member State: to decline it takes a permission") :]
    notice = notice[: notice.index("</p>")]
    assert "decline" not in offered(response)
    assert "<strong>Can decline a Member State</strong>" in notice
    assert "Grace Hopper" in notice
    assert "What you may not do here" not in page


@pytest.mark.parametrize(
    "facts",
    [
        {"category": Category.ACADEMIA},
        {"category": Category.MEMBER_STATE, "status": MemberStatus.DECLINED},
    ],
)
def test_file_says_nothing_of_member_states_where_that_keeps_nobody_from_anything(facts):
    member = MemberFactory(**facts)
    FocalPointFactory(member=member)

    page = read(signed_in(officer()).get(address(member)))

    assert "This is a Member State" not in page


def test_file_tells_an_observer_what_they_may_not_do_as_the_file_stands():
    officer(name="Amina Diallo")
    member = MemberFactory(category=Category.MEMBER_STATE)
    FocalPointFactory(member=member)

    response = signed_in(observer()).get(address(member))

    lacked = {name for each in response.context["lacking"] for name in each.permissions}
    assert lacked == {
        "members.take_member",
        "members.admit_member",
        "members.request_information_member",
        "members.decline_member",
        "members.decline_member_state",
        "members.close_member",
        "members.withdraw_member",
        "members.correct_member",
        "members.note_member",
        "members.revoke_links_focalpoint",
        "members.settle_duplicate_member",
        "outbox.resend_message",
    }
    assert "What you may not do here, and who may" in read(response)
    assert "This is a Member State" not in read(response)
