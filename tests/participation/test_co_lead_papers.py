"""Co-leads add papers for their working group."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from members.models import GrantedRole, Member, MemberStatus
from members.services.co_leads import NotCoLead, co_lead_roles
from members.services.decisions import admit_to_focus_area
from outbox.models import Message
from papers.models import Paper, PaperKind, PaperVersion
from papers.services.papers import correct_paper, withdraw_paper
from participation.services.co_lead_papers import (
    PublicPaper,
    add_group_paper,
    add_group_version,
    group_meetings,
)
from tests.factories import NOON, PaperFactory, PaperVersionFactory
from tests.papers.files import PDF, fit
from tests.participation.people import (
    SOON,
    account_of,
    focal_point_in,
    handed_over,
    meeting_of,
    signed_in_as,
    withdrawn,
)
from tests.triage.staff import coordinator, officer

pytestmark = pytest.mark.django_db
PAGE = "/en/my/groups/{}/"


def roles(person):
    return [role.pk for role in co_lead_roles(account_of(person), at=NOON)]


def added(person, **facts):
    return add_group_paper(
        **{
            "person": person,
            "meeting": None,
            "title": "Framework, chapter 2",
            "kind": PaperKind.ACTION_FRAMEWORK,
            "language": "en",
            "file": fit(),
            "by": account_of(person),
            "at": NOON,
            **facts,
        }
    )


def added_version(person, paper, **facts):
    return add_group_version(
        **{
            "person": person,
            "paper": paper,
            "number": 2,
            "seen": 1,
            "language": "en",
            "file": fit(),
            "by": account_of(person),
            "at": NOON,
            **facts,
        }
    )


def a_paper(**facts):
    return PaperVersionFactory(paper=PaperFactory(**facts)).paper


def nothing_was_written():
    return not (Paper.objects.exists() or PaperVersion.objects.exists() or Message.objects.exists())


def test_roles_are_those_of_present_co_leads_alone(area, co_lead):
    participant = focal_point_in(area, email="participant@example.org")
    pending = focal_point_in(None, email="pending@example.org", member__status=MemberStatus.PENDING)

    assert roles(co_lead) == [co_lead.pk]
    assert roles(participant) == roles(pending) == []
    account = account_of(co_lead)
    account.is_staff = True
    assert co_lead_roles(account, at=NOON) == []


def test_role_begins_when_the_decision_can_no_longer_be_undone(settings, area):
    settings.UNDO_SECONDS = 120
    person = focal_point_in(None, member__status=MemberStatus.PENDING)
    at = timezone.now()

    admit_to_focus_area(
        member=person.member, focus_area=area, role=GrantedRole.CO_LEAD, by=officer(), at=at
    )
    while_undoable = roles(person)
    Member.objects.update(settles_at=NOON)

    assert (while_undoable, roles(person)) == ([], [person.pk])


def test_paper_is_the_groups_at_once_and_its_coordinators_are_told_who_added_it(
    area, other_area, co_lead
):
    own = coordinator(area, name="Kofi Mensah")
    coordinator(other_area)

    paper = added(co_lead, title="Draft *two*")

    version = paper.versions.get()
    assert (paper.focus_area, paper.meeting, paper.is_public) == (area, None, False)
    assert Paper.objects.for_members().of_focus_area(area).get() == paper
    assert version.uploaded_by == account_of(co_lead)
    assert version.uploaded_by_name == "Wanjiku Kamau"
    assert version.organisation_name == "Ministry of Somewhere"
    with version.file.open() as file:
        assert file.read() == PDF
    message = Message.objects.get()
    assert (message.recipient, message.subject) == (
        own.email,
        "Paper by a co-lead: Draft *two*",
    )
    for words in (f"/papers/paper/{paper.pk}/change/", "Wanjiku Kamau", "Ministry of Somewhere"):
        assert words in message.body


def test_version_is_added_to_a_paper_of_staff_and_coordinators_are_told(area, co_lead):
    coordinator(area)
    paper = a_paper(focus_area=area)

    version = added_version(co_lead, paper, note="Comments included")

    assert (version.number, version.note) == (2, "Comments included")
    assert version.organisation_name == "Ministry of Somewhere"
    assert Message.objects.count() == 1


@pytest.mark.parametrize("end", [withdrawn, handed_over])
def test_paper_is_refused_to_who_was_a_co_lead(area, co_lead, end):
    coordinator(area)
    account = account_of(co_lead)
    end(co_lead)
    Message.objects.all().delete()

    with pytest.raises(NotCoLead):
        added(co_lead, by=account)

    assert nothing_was_written()


def test_paper_is_refused_to_a_participant_and_for_a_meeting_of_others(
    area, other_area, co_lead, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    coordinator(area)
    participant = focal_point_in(area, email="participant@example.org")

    with pytest.raises(NotCoLead):
        added(participant)
    for meeting in (meeting_of(other_area), meeting_of(None), meeting_of(area, status="draft")):
        with pytest.raises(NotCoLead):
            added(co_lead, meeting=meeting)

    assert nothing_was_written()
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_version_is_refused_for_public_papers_and_for_papers_of_others(area, other_area, co_lead):
    papers = [a_paper(focus_area=area, is_public=True), a_paper(focus_area=other_area), a_paper()]

    refusals = []
    for paper in papers:
        with pytest.raises((PublicPaper, NotCoLead)) as refused:
            added_version(co_lead, paper)
        refusals.append(refused.type)

    assert refusals == [PublicPaper, NotCoLead, NotCoLead]
    assert PaperVersion.objects.count() == 3


def test_offered_meetings_are_those_of_the_group_within_a_year(area, other_area, co_lead):
    kept = meeting_of(area)
    meeting_of(other_area)
    meeting_of(None)
    meeting_of(area, status="draft")
    meeting_of(area, starts_at=NOON)

    assert list(group_meetings(co_lead, at=SOON)) == [kept]


# The pages -------------------------------------------------------------------------------------


def sent(**facts):
    return {"title": "Agenda", "kind": "agenda", "meeting": "", "language": "en", **facts}


def uploaded(name="agenda.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def test_page_is_a_co_leads_alone(area, co_lead):
    participant = focal_point_in(area, email="participant@example.org")
    page = PAGE.format(area.slug)

    answers = [signed_in_as(each).get(page).status_code for each in (co_lead, participant)]

    assert answers == [200, 404]
    link = f'href="{page}"'
    assert link in signed_in_as(co_lead).get("/en/my/").text
    assert link not in signed_in_as(participant).get("/en/my/").text


def test_paper_is_added_on_the_page(area, co_lead):
    meeting = meeting_of(area)
    page = PAGE.format(area.slug)

    response = signed_in_as(co_lead).post(
        f"{page}papers/add/", sent(meeting=str(meeting.uid), file=uploaded()), follow=True
    )

    assert response.redirect_chain == [(page, 302)]
    assert "“Agenda” was added." in response.text
    paper = Paper.objects.get()
    assert (paper.meeting, paper.focus_area) == (meeting, None)
    assert "Ministry of Somewhere" in signed_in_as(co_lead).get("/en/my/papers/").text


def test_page_keeps_what_was_typed_and_says_what_is_wrong(area, co_lead):
    response = signed_in_as(co_lead).post(
        f"{PAGE.format(area.slug)}papers/add/", sent(title="Ordre du jour", kind="gossip")
    )

    assert response.status_code == 422
    assert "There are 2 errors" in response.text
    assert 'value="Ordre du jour"' in response.text
    assert not Paper.objects.exists()


def test_version_is_added_on_the_page_and_a_conflict_is_shown(area, co_lead):
    paper = a_paper(focus_area=area)
    client, page = signed_in_as(co_lead), f"{PAGE.format(area.slug)}papers/{paper.pk}/add-version/"
    facts = {"number": 2, "seen": 1, "language": "en"}

    first = client.post(page, {**facts, "file": uploaded()})
    second = client.post(page, {**facts, "language": "fr", "file": uploaded()})

    assert (first.status_code, second.status_code) == (302, 409)
    assert "added version 2" in second.text
    assert paper.versions.count() == 2


def test_version_page_does_not_exist_for_papers_that_are_not_the_groups_to_change(
    area, other_area, co_lead
):
    public = a_paper(focus_area=area)
    correct_paper(
        paper=public, title="Public", kind=PaperKind.OTHER, is_public=True, by=None, at=NOON
    )
    gone = a_paper(focus_area=area)
    withdraw_paper(paper=gone, by=None, at=NOON)
    client = signed_in_as(co_lead)

    answers = [
        client.get(f"{PAGE.format(area.slug)}papers/{paper.pk}/add-version/").status_code
        for paper in (public, gone, a_paper(focus_area=other_area))
    ]

    assert answers == [404, 404, 404]


def test_page_is_gone_if_the_role_ends_while_the_form_is_sent(area, co_lead, monkeypatch):
    def lost(**_facts):
        raise NotCoLead

    monkeypatch.setattr("participation.views.co_leads.add_group_paper", lost)

    response = signed_in_as(co_lead).post(
        f"{PAGE.format(area.slug)}papers/add/", sent(file=uploaded())
    )

    assert response.status_code == 404
    assert Member.objects.count() == 1
