import re

import pytest

from focus_areas.models import FocusArea
from members.models import (
    UNDECIDED_STATUSES,
    Category,
    FocalPoint,
    MemberStatus,
    SpamSignal,
    TimelineKind,
)
from members.services.corrections import correct_answers
from outbox.models import MessageStatus
from tests.factories import (
    NOON,
    FocalPointFactory,
    MemberFactory,
    MessageFactory,
    PossibleDuplicateFactory,
    TimelineEntryFactory,
    UserFactory,
)
from tests.queries import queries_of
from tests.triage.staff import (
    address,
    may,
    observer,
    officer,
    read,
    signed_in,
    told,
)
from triage.decisions.admin.specs import DECISIONS


def offered(response):
    return [decision.name for decision in response.context["decisions"]]


def test_file_shows_the_eoi_as_sent_and_as_corrected():
    member = MemberFactory(organisation_name="Minstry of Health")
    focal_point = FocalPointFactory(member=member, email="ada@exmaple.org", confirmed_at=NOON)
    FocalPointFactory(member=member, is_alternate=True)
    correct_answers(
        member=member,
        facts={"organisation_name": "Ministry of Health"},
        focal_points={focal_point.pk: {"position": "Minister"}},
        reason="Typing errors.",
        by=UserFactory(),
        at=NOON,
    )

    response = signed_in(observer()).get(address("change", member))

    panels = [response.context["facts"], response.context["people"][0].facts]
    corrected = [
        (fact.label, fact.now, fact.sent) for facts in panels for fact in facts if fact.is_corrected
    ]
    assert corrected == [
        ("Organisation", "Ministry of Health", "Minstry of Health"),
        ("Position", "Minister", focal_point.position),
    ]
    assert "Corrected. Originally submitted:" in read(response)
    assert "Address confirmed on 25 October 2021, 14:00 (Geneva time)." in read(response)
    assert read(response).count("Address not confirmed yet.") == 1


def test_file_shows_the_answers_in_words_and_links_its_website_and_addresses():
    member = MemberFactory(
        category=Category.MEMBER_STATE,
        # It has left the group since the submission.
        country="BT",
        submitted_at=NOON,
        first_choice=FocusArea.objects.get(number=2),
        also_incentivizing_investments=True,
        role="lead",
        contributes_policy=True,
        contributes_knowledge=True,
        publication_consent=True,
        website="https://example.org/?a=1&b=2",
    )
    FocalPointFactory(
        member=member,
        title="he",
        given_name="Ada",
        family_name="Lovelace",
        email="ada+itu@example.org",
    )

    response = signed_in(observer()).get(address("change", member))

    shown = [*response.context["wants"], *response.context["facts"]]
    facts = {fact.label: fact.now for fact in shown}
    (person,) = response.context["people"]
    assert facts["Category"] == "Member State"
    assert facts["Country"] == "Bhutan"
    assert facts["ITU region and groups"].splitlines() == [
        "Asia and the Pacific",
        "Least developed country (LDC) on the day of submission, not today",
        "Landlocked developing country (LLDC)",
    ]
    assert facts["First choice"] == "2 · Empowering Communities"
    assert facts["Also interested in"] == "4 · Incentivizing Investments"
    assert facts["Role sought"] == "Willing to lead"
    assert facts["Contribution"] == "Policy, Knowledge or in kind"
    assert facts["May be listed publicly"] == "Yes"
    assert person.facts[0].now == "H.E. Ada Lovelace"
    assert not [fact for fact in response.context["facts"] if fact.is_corrected]
    website = "https://example.org/?a=1&amp;b=2"
    for link in (
        f'<a href="{website}" rel="noopener noreferrer">{website}</a>',
        '<a href="mailto:ada%2Bitu@example.org" rel="noopener noreferrer">ada+itu@example.org</a>',
    ):
        assert link in read(response)


def test_file_has_the_whole_correspondence_to_be_read_in_place():
    member = FocalPointFactory().member
    MessageFactory(
        reference=member.reference,
        body="The first letter.",
        status=MessageStatus.FAILED,
        server_response="550 no such user",
        queued_at=NOON,
    )
    MessageFactory(
        reference=member.reference,
        body="[Your page]([[private-page]])",
        private_page="https://example.org/secret",
        queued_at=NOON.replace(day=26),
    )
    MessageFactory(reference="P2C-OTHER1", subject="Not this one")

    response = signed_in(observer()).get(address("change", member))

    assert [letter.text for letter in response.context["letters"]] == [
        "Your page (the recipient's private link)\n",
        "The first letter.\n",
    ]
    for words in (
        "The first letter.",
        "The mail server does not know this address.",
        "550 no such user",
    ):
        assert words in read(response)
    assert "example.org/secret" not in read(response)
    assert "Not this one" not in read(response)
    reader = may(may(UserFactory(), "view_member"), "view_every_area")
    assert "The first letter." not in read(signed_in(reader).get(address("change", member)))


@pytest.mark.parametrize("status", MemberStatus)
def test_file_offers_what_its_status_allows_and_shows_that_if_it_is_decided(status):
    member = FocalPointFactory(member=MemberFactory(status=status)).member

    response = signed_in(officer()).get(address("change", member))

    allowed = [decision.name for decision in DECISIONS if status in decision.from_statuses]
    # It is not assigned, not suspected and not on hold.
    left_out = ("take_over", "release", "clear_suspicion", "end_hold")
    assert offered(response) == [name for name in allowed if name not in left_out]
    assert offered(response) != []
    assert ("form" in response.context) == (status in UNDECIDED_STATUSES)
    heading = '<h2 id="decide-heading" tabindex="-1">Status</h2>'
    assert (heading in response.text) == (status not in UNDECIDED_STATUSES)
    for decision in response.context["tabs"]:
        assert f'href="{address(decision.name, member)}#decide-heading"' in response.text


@pytest.mark.parametrize(
    ("status", "sought", "proposed"),
    [
        (MemberStatus.PENDING, "participant", "participant"),
        (MemberStatus.INFORMATION_REQUESTED, "observer", "observer"),
        (MemberStatus.PENDING, "lead", ""),
    ],
)
def test_undecided_file_proposes_to_admit_it_as_it_asked_but_never_as_co_lead(
    status, sought, proposed
):
    two = FocusArea.objects.get(number=2)
    facts = {"status": status, "first_choice": two, "role": sought}
    member = FocalPointFactory(member=MemberFactory(**facts), given_name="Ada").member
    behind = "?_changelist_filters=q%3Dx"

    response = signed_in(officer()).get(address("change", member) + behind)

    form, letter = response.context["form"], response.context["letter"]
    assert (form["focus_area"].value(), form["role"].value()) == (two.pk, proposed)
    assert "Dear Ada" in letter.recipients[0].letter.text
    assert f'action="{address("admit", member)}{behind}"' in response.text
    assert "notice is-error" not in response.text


def test_page_of_a_decision_is_that_of_the_member_with_the_decision():
    member = FocalPointFactory(member__motivation="To connect people.").member
    client = signed_in(officer())

    pages = [read(client.get(address(page, member))) for page in ("change", "decline", "close")]

    assert ["To connect people." in page for page in pages] == [True, True, True]
    for page, current in zip(pages, ("admit", "decline", "close"), strict=True):
        marked = rf'href="{address(current, member)}#decide-heading" aria-current="page"'
        assert page.count(marked) == 1
        assert page.count('#decide-heading" aria-current="page"') == 1


def test_member_is_assigned_and_unassigned_by_one_button_and_taken_over_on_a_page():
    me = officer()
    member = FocalPointFactory().member
    of_ada = FocalPointFactory(member=MemberFactory(assignee=officer(name="Ada"))).member
    client = signed_in(me)

    def press(button):
        page = read(client.get(address("change", member)))
        form = page[page.index(f'action="{address(button, member)}"') :]
        version = re.search(r'name="version" value="(\d+)"', form)[1]
        sent = {"version": version, "decide": "1"}
        return told(client.post(address(button, member), sent, follow=True))

    taken = press("take")
    member.refresh_from_db()
    assert (member.assignee, taken) == (me, ["You are now the assignee."])
    pages = [client.get(address("change", each)) for each in (member, of_ada)]
    assigning = {"take", "take_over", "release"}
    assert [assigning & {*offered(page)} for page in pages] == [{"release"}, {"take_over"}]
    assert "Assigned to Ada" in read(pages[1])
    assert "Ada gets an email about it." in read(client.get(address("take_over", of_ada)))
    released = press("release")
    member.refresh_from_db()
    assert (member.assignee, released) == (None, ["The applicant is unassigned."])


def test_file_links_no_website_that_runs_a_script():
    member = FocalPointFactory(member=MemberFactory(website="javascript:alert(1)")).member

    page = read(signed_in(observer()).get(address("change", member)))

    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def test_file_has_what_came_since_above_the_answers():
    member = MemberFactory(organisation_name="Ministry of Posts")
    FocalPointFactory(member=member)
    for day, kind, note in (
        (1, TimelineKind.INFORMATION_REQUESTED, "Who are you?"),
        (2, TimelineKind.ANSWERED, "We are we."),
        (3, TimelineKind.INFORMATION_REQUESTED, "Who may sign?"),
        (4, TimelineKind.ANSWERED, "Our minister."),
        (5, TimelineKind.NOTE_ADDED, "They called."),
    ):
        TimelineEntryFactory(member=member, kind=kind, note=note, at=NOON.replace(day=day))
    asked, undone = TimelineKind.INFORMATION_REQUESTED, {"is_public": False, "is_void": True}
    TimelineEntryFactory(member=member, kind=asked, note="Undone.", at=NOON, **undone)
    other = MemberFactory(organisation_name="Ministry for Posts")
    PossibleDuplicateFactory(earlier=member, later=other)

    response = signed_in(officer()).get(address("change", member))

    above = read(response).split('id="conversation-heading"')[0]
    exchange = response.context["exchange"]
    assert (exchange.asked.note, exchange.answered.note) == ("Who may sign?", "Our minister.")
    for words in ("Our minister.", "Who may sign?", "Ministry for Posts"):
        assert words in above
    assert "We are we." not in above


def test_history_of_a_file_says_changes_also_of_its_people_in_words_and_offers_no_way_back():
    member = MemberFactory(
        publication_consent=False,
        spam_signal=SpamSignal.HONEYPOT,
        status=MemberStatus.INFORMATION_REQUESTED,
    )
    person = FocalPointFactory(
        member=member, given_name="Ada", family_name="Lovelace", email="old@example.org"
    )
    other = FocalPointFactory(member=member, is_alternate=True, email="other@example.org")
    member.spam_signal = ""
    member.assignee = UserFactory(name="Ada")
    member.status = MemberStatus.PENDING
    member.publication_consent = True
    member.replied_at = NOON
    member.save()
    person.email = "new@example.org"
    person.link_version += 1
    person._history_user = UserFactory(name="Grace")
    person.save()
    FocalPointFactory(email="of-another-file@example.org")

    response = signed_in(observer()).get(address("history", member))

    of_person, of_member, *earlier = response.context["page_obj"]
    assert [(row.instance_type, row.id) for row in earlier] == [
        (FocalPoint, other.pk),
        (FocalPoint, person.pk),
        (type(member), member.pk),
    ]
    assert [hasattr(row, "history_delta_changes") for row in earlier] == [False, False, False]
    assert of_person.history_delta_changes == [
        {"field": "Email", "old": "old@example.org", "new": "new@example.org"},
        {"field": "Earlier private links", "old": "valid", "new": "revoked"},
    ]
    changes = {
        change["field"]: (change["old"], change["new"])
        for change in of_member.history_delta_changes
    }
    assert changes == {
        "May be listed publicly": ("No", "Yes"),
        "Replied at": ("–", "25 October 2021, 14:00"),
        "Status": ("Information requested", "Pending"),
        "Reason for possible spam": ("honeypot field filled in", "–"),
        "Assignee": ("–", "Ada"),
    }
    page = read(response)
    assert "<td><bdi>Grace</bdi></td> <td> Changed <br><bdi>Ada Lovelace</bdi> </td>" in page
    assert "<del><bdi>–</bdi></del> <ins><bdi>Ada</bdi></ins>" in page
    assert "revert" not in page.lower()


def test_history_of_a_file_asks_the_same_queries_for_one_row_of_each_kind_and_for_three():
    member = MemberFactory(assignee=UserFactory())
    person = FocalPointFactory(member=member)
    client = signed_in(observer())
    client.get(address("history", member))
    for_one = queries_of(client, address("history", member))
    for number in (1, 2):
        member.acronym, member.assignee = f"A{number}", UserFactory()
        member.save()
        person.position, person._history_user = f"Desk {number}", UserFactory()
        person.save()

    assert queries_of(client, address("history", member)) == for_one


def test_file_of_a_member_state_says_why_decline_is_missing_and_who_may():
    grace = may(officer(name="Grace Hopper"), "decline_member_state")
    member = FocalPointFactory(member__category=Category.MEMBER_STATE).member

    response = signed_in(officer()).get(address("change", member))
    hers = signed_in(grace).get(address("change", member))
    declined = {"category": Category.MEMBER_STATE, "status": MemberStatus.DECLINED}
    another = FocalPointFactory(member=MemberFactory(**declined)).member
    once_declined = signed_in(officer()).get(address("change", another))

    page = read(response)
    begins = "This is a Member State: declining it requires a special permission"
    notice = page[page.index(begins) :]
    notice = notice[: notice.index("</p>")]
    assert "decline" not in offered(response)
    assert "<strong>Can decline a Member State</strong>" in notice
    assert "Grace Hopper" in notice
    assert "Actions that you cannot do here" not in page
    assert "decline" in offered(hers)
    for without_notice in (hers, once_declined):
        assert "This is a Member State" not in read(without_notice)


def test_file_tells_an_observer_what_they_may_not_do_as_the_file_stands():
    officer(name="Amina Diallo")
    member = FocalPointFactory(member__category=Category.MEMBER_STATE).member
    MessageFactory(reference=member.reference, status=MessageStatus.FAILED)

    response = signed_in(observer()).get(address("change", member))

    lacked = {name for each in response.context["lacking"] for name in each.permissions}
    assert lacked == {
        "members.take_member",
        "members.admit_member",
        "members.request_information_member",
        "members.ask_opinion_member",
        "members.decline_member",
        "members.decline_member_state",
        "members.close_member",
        "members.withdraw_member",
        "members.correct_member",
        "members.note_member",
        "members.summarise_member",
        "members.revoke_links_focalpoint",
        "members.settle_duplicate_member",
        "outbox.resend_message",
    }
    page = read(response)
    assert "Actions that you cannot do here, and who can" in page
    assert offered(response) == []
    assert "form" not in response.context
    assert "There is nothing for you to decide." in page
    for words in (
        "Add note",
        "This is a Member State",
        "Correct answers",
        "Revoke private links",
        "Resend",
    ):
        assert words not in page
