"""A note that names a colleague with @ tells this colleague, and nobody else."""

import pytest

from commitments.services.decisions import add_note as add_note_about_commitment
from core.conflicts import Refused
from members.models import Member, Mention, TimelineEntry
from members.services.assignment import assign_to_self
from members.services.mentions import mark_mentions_as_read
from members.services.notes import add_note
from outbox.models import Message
from tests.factories import (
    NOON,
    CommitmentFactory,
    FocusAreaFactory,
    InvitationFactory,
    MemberFactory,
    MentionFactory,
    UserFactory,
)
from tests.members.decisions.files import refused
from tests.triage.staff import address, coordinator, observer, officer, read, signed_in
from triage.desk.services.work_queue import VIEWS, Reader, view_counts, work_queue


def told():
    """The addresses of the emails, in their order."""
    return list(Message.objects.order_by("pk").values_list("recipient", flat=True))


def note(text, *, member=None, by=None, **facts):
    by = by or UserFactory(name="Bo Lind")
    return add_note(member=member or MemberFactory(), text=text, by=by, at=NOON, **facts)


@pytest.fixture
def amina():
    return officer(name="Amina Diallo", email="amina.d@itu.example", language="fr")


@pytest.mark.parametrize(
    "text",
    [
        "@Amina, please read this.",
        "Please read this (@amina).",
        "@DIALLO",
        "@Amína's question.",
        "@amina.diallo.",
        "@amina.d",
        'Ask @"Amina Diallo" or legal.',
        "Ask @“Amina Diallo”.",
        "Ask @«\u00a0Amina Diallo\u00a0».",
        "@amina and again @Amina",
    ],
)
def test_note_tells_the_colleague_whom_it_names(amina, text):
    officer(name="Chen Wei", email="chen@itu.example")
    member = MemberFactory(organisation_name="Ministry of Digital Affairs")

    entry = note(text, member=member)

    message = Message.objects.get()
    assert (message.recipient, message.language) == ("amina.d@itu.example", "fr")
    assert message.subject == f"{member.reference}: Une note vous mentionne"
    assert "Ministry of Digital Affairs" in message.body
    assert f"/admin/members/member/{member.pk}/change/" in message.body
    assert "Bo Lind" in message.body
    assert list(Mention.objects.values_list("entry", "colleague")) == [(entry.pk, amina.pk)]


@pytest.mark.parametrize(
    "text",
    [
        "Write to amina@itu.example.",
        "See https://pages.example/@amina",
        "Meet @ noon.",
        "amina",
    ],
)
def test_note_without_a_name_tells_nobody(amina, text):
    note(text)

    assert (told(), Mention.objects.exists()) == ([], False)


def test_email_does_not_say_what_the_note_says(amina):
    note("@Amina: they never paid.")

    assert "paid" not in Message.objects.get().body


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (
            "@Grace, read this.",
            "unknown_colleague",
            "No colleague who may see this is called",
        ),
        (
            "@Amina and @Carla",
            "no_access",
            "Carla has no access to this page, so nobody was told. Name a colleague who has",
        ),
        ('@"Carla Coordinator"', "no_access", "Carla Coordinator has no access"),
        # People who have no staff account that they use.
        ("@Gone", "unknown_colleague", "called Gone"),
        ("@Invited", "unknown_colleague", "called Invited"),
        ("@Focal", "unknown_colleague", "called Focal"),
        ("@Bo", "unknown_colleague", "called Bo"),
        ("@Amina and @Ali", "several_colleagues", 'Write one of these: @"Ali Ba", @"Ali Cissé"'),
    ],
)
def test_note_refuses_a_name_of_nobody_or_of_several_and_writes_nothing(amina, text, code, words):
    officer(name="Ali Ba")
    officer(name="Ali Cissé")
    coordinator(FocusAreaFactory(), name="Carla Coordinator")
    officer(name="Gone Away", is_active=False)
    UserFactory(name="Focal Point", is_staff=False)
    InvitationFactory(user=officer(name="Invited Person"))
    member = MemberFactory()

    with refused(member, Refused, words) as raised:
        note(text, member=member, by=officer(name="Bo Lind"))

    assert (raised.value.code, Mention.objects.exists()) == (code, False)


def test_full_name_wins_over_a_part_of_another_name():
    first, _second = officer(name="Ali"), officer(name="Ali Ba")

    note("@Ali")

    assert told() == [first.email]


def test_note_names_only_colleagues_who_may_see_the_row():
    area = FocusAreaFactory()
    coordinator(area, name="Amina Coordinator")
    may_see = observer(name="Amina Observer")

    note("@Amina")

    assert told() == [may_see.email]


def test_note_that_a_page_sends_twice_tells_once(amina):
    member, by = MemberFactory(), UserFactory()

    for _time in range(2):
        note("@Amina", member=member, by=by, after=0)

    assert (told(), Mention.objects.count()) == ([amina.email], 1)


def test_note_about_a_commitment_tells_too(amina):
    commitment = CommitmentFactory(title="Schools online")

    add_note_about_commitment(commitment, text="@Amina", by=UserFactory(), at=NOON)
    with pytest.raises(Refused):
        add_note_about_commitment(commitment, text="@Nobody", by=UserFactory(), at=NOON)

    message = Message.objects.get()
    assert message.recipient == amina.email
    assert f"/admin/commitments/commitment/{commitment.pk}/change/" in message.body
    assert (commitment.events.count(), Mention.objects.exists()) == (1, False)


def named(user):
    """The members whose notes name a user, by the view; its count says the same."""
    reader = Reader(user=user, calls=[], at=NOON)
    found = list(Member.objects.filter(VIEWS["mentions"].condition(reader)).order_by("pk"))
    assert view_counts(reader)["mentions"] == len(found)
    assert work_queue(reader).counts.get("mentions", 0) == len(found)
    return found


def test_colleague_finds_the_members_whose_notes_name_them_until_they_have_read_them(amina):
    members = MemberFactory.create_batch(4)
    for member in members:
        note("@Amina", member=member)
    note("@Amina", member=members[0])
    before, of_another = named(amina), named(officer())

    mark_mentions_as_read(members[0].pk, by=UserFactory())
    mark_mentions_as_read(members[1].pk, by=amina)
    note("Thank you.", member=members[2], by=amina)
    assign_to_self(member=members[3], by=amina, at=NOON)

    assert (before, of_another, named(amina)) == (members, [], [members[0]])


def test_open_page_marks_the_mentions_of_its_reader_as_read(amina):
    member = MentionFactory(colleague=amina).entry.member
    MentionFactory(entry__member=member)
    client = signed_in(amina)
    client.get(address("change", member))
    unread = named(amina)

    client.post(address("presence", member))

    assert (unread, named(amina), Mention.objects.count()) == ([member], [], 1)


def test_list_marks_the_members_whose_notes_name_the_reader(amina):
    MentionFactory(colleague=amina)

    pages = [read(signed_in(user).get("/admin/members/member/")) for user in (amina, officer())]

    assert ["@you" in page for page in pages] == [True, False]


def test_page_says_that_a_coordinator_of_another_area_has_no_access_and_tells_nobody():
    coordinator(FocusAreaFactory(), name="Carla Coordinator")
    officer(name="Ali Ba")
    member = MemberFactory()

    response = signed_in(officer()).post(
        address("note", member), {"text": "@Ali and @Carla, read this.", "after": 0}
    )

    assert response.status_code == 422
    assert (
        "Carla has no access to this page, so nobody was told. Name a colleague who has access, "
        "or remove the @."
    ) in response.text
    assert "@Ali and @Carla, read this.</textarea>" in response.text
    assert (told(), TimelineEntry.objects.exists()) == ([], False)


@pytest.mark.parametrize("row", [MemberFactory, CommitmentFactory])
def test_page_says_that_a_name_is_unknown_and_keeps_the_note(row):
    about = row()
    app, model = about._meta.app_label, about._meta.model_name

    response = signed_in(officer()).post(
        f"/admin/{app}/{model}/{about.pk}/note/", {"text": "@Nobody, read this.", "after": 0}
    )

    assert response.status_code == 422
    assert "No colleague who may see this is called Nobody." in response.text
    assert "@Nobody, read this.</textarea>" in response.text
    assert not TimelineEntry.objects.exists()
