"""Coordinators see only the members, letters and meetings of their focus areas."""

import pytest
from django.urls import reverse

from focus_areas.models import FocusArea
from meetings.models import MeetingStatus
from members.models import MemberStatus
from members.services.decisions import admit_to_focus_area, close_without_letter, reopen
from tests.factories import (
    NOON,
    FocalPointFactory,
    MeetingFactory,
    MemberFactory,
    MemberMessageFactory,
    UserFactory,
)
from tests.triage.staff import QUEUE, address, coordinator, may, officer, signed_in

LETTERS = "/admin/members/membermessage/"
MEETINGS = "/admin/meetings/meeting/"
AREAS = "/admin/focus_areas/focusarea/"


@pytest.fixture
def areas():
    return [FocusArea.objects.get(number=number) for number in (1, 2)]


@pytest.fixture
def client(areas):
    return signed_in(coordinator(areas[0], name="Ada"))


def admitted_to(area, name, **facts):
    member = MemberFactory(
        status=MemberStatus.ADMITTED, focus_area=area, organisation_name=name, **facts
    )
    FocalPointFactory(member=member)
    return member


def shown(client, page, **asked):
    """The rows of a list."""
    return [str(row) for row in client.get(page, asked).context["cl"].result_list]


def test_list_has_the_members_of_the_area_also_who_withdrew_and_no_others(client, areas):
    own, gone = admitted_to(areas[0], "Own"), admitted_to(areas[0], "Gone")
    gone.status, gone.withdrawn_at = MemberStatus.WITHDRAWN, NOON
    gone.save()
    admitted_to(areas[1], "Foreign")
    MemberFactory(organisation_name="Pending", first_choice=areas[0])

    assert shown(client, QUEUE) == [str(own), str(gone)]
    assert shown(client, QUEUE, status="all") == [str(own), str(gone)]


def test_file_and_comparison_have_no_other_of_the_organisation_that_is_out_of_reach(client, areas):
    own, another, foreign = (
        admitted_to(area, "Ministry", country="CH") for area in (areas[0], *areas)
    )
    page = client.get(f"{QUEUE}{own.pk}/change/").text

    codes = [
        client.get(f"{QUEUE}{one.pk}/beside/{other.pk}/").status_code
        for one, other in ((own, another), (own, foreign), (foreign, own))
    ]

    assert (another.reference in page, foreign.reference in page) == (True, False)
    assert codes == [200, 404, 404]


@pytest.mark.parametrize("page", ["find_original", "correct", "ask_opinion", "close"])
def test_page_of_a_member_out_of_reach_does_not_open_even_with_its_permission(areas, page):
    person, foreign = coordinator(areas[0]), FocalPointFactory().member
    for codename in ("correct_member", "ask_opinion_member", "close_member"):
        may(person, codename)
    client = signed_in(person)

    codes = {
        send(address(page, foreign), {"reason": "not_genuine"}).status_code
        for send in (client.get, client.post)
    }

    assert codes <= {404, 405}
    assert list(foreign.timeline.all()) == []


def test_what_is_typed_is_completed_by_members_of_the_area_alone(client, areas):
    own, _foreign = (admitted_to(area, "Ministry") for area in areas)
    field = {"app_label": "members", "model_name": "member", "field_name": "duplicate_of"}

    found = client.get(reverse("admin:autocomplete"), {**field, "term": "Ministry"}).json()

    assert [row["id"] for row in found["results"]] == [str(own.pk)]


def test_what_is_typed_is_completed_for_members_and_for_accounts_the_best_match_first():
    for name in ("The Ministry of Roads", "Ministry", "Bank"):
        MemberFactory(organisation_name=name)
    UserFactory(name="Amina Diallo", email="ad@example.org")
    client = signed_in(UserFactory(is_superuser=True, name="Root"))

    def completed(field, term):
        names = {"app_label": "members", "model_name": "member", "field_name": field}
        found = client.get(reverse("admin:autocomplete"), {**names, "term": term}).json()
        return [row["text"].split(" · ")[-1] for row in found["results"]]

    assert completed("duplicate_of", "ministry") == ["Ministry", "The Ministry of Roads"]
    assert len(completed("duplicate_of", "")) == 3
    assert completed("assignee", "diallo") == ["Amina Diallo"]


def test_history_names_a_file_out_of_reach_by_its_reference_alone(client, areas):
    foreign, me = MemberFactory(organisation_name="Foreign"), officer()
    own = FocalPointFactory().member
    close_without_letter(member=own, reason="duplicate", duplicate_of=foreign, by=me, at=NOON)
    reopen(member=own, by=me, at=NOON)
    admit_to_focus_area(
        member=own, focus_area=areas[0], role="participant", by=me, at=NOON, message=None
    )

    page = client.get(f"{QUEUE}{own.pk}/history/").text

    assert foreign.reference in page
    assert "Foreign" not in page


def test_letters_are_those_to_the_members_of_the_area_and_only_to_be_read(client, areas):
    own, foreign = admitted_to(areas[0], "Own"), admitted_to(areas[1], "Foreign")
    facts = {"subject": "To our own", "body": "We welcome you.", "status": "failed"}
    letter = MemberMessageFactory(reference=own.reference, **facts)
    other = MemberMessageFactory(reference=foreign.reference, subject="To a foreign one")
    nobodys = MemberMessageFactory(reference="draft-1", subject="To nobody of ours")

    response = client.get(f"{QUEUE}{own.pk}/change/")
    page = client.get(f"{LETTERS}{letter.pk}/change/").text

    assert [each.name for each in response.context["decisions"]] == ["summarise"]
    assert f"{LETTERS}{letter.pk}/change/" in response.text
    assert "/admin/outbox/" not in response.text
    assert "/retry/" not in page
    assert ["We welcome you." in text for text in (response.text, page)] == [True, True]
    assert shown(client, LETTERS) == ["To our own"]
    assert shown(client, LETTERS, q="foreign") == []
    for message in (other, nobodys):
        for name in ("change", "history"):
            answer = client.get(f"{LETTERS}{message.pk}/{name}/")
            assert answer.status_code in (302, 404)
        assert client.get(f"{LETTERS}{message.pk}/preview/").status_code == 404


def test_meetings_are_those_of_the_area(client, areas):
    own = MeetingFactory(focus_area=areas[0], title="Own", status=MeetingStatus.SCHEDULED)
    foreign = MeetingFactory(focus_area=areas[1], title="Foreign")
    of_all = MeetingFactory(focus_area=None, title="Of the coalition")

    assert shown(client, MEETINGS, when="all") == ["Own"]
    for meeting in (foreign, of_all):
        assert client.get(f"{MEETINGS}{meeting.pk}/change/").status_code == 302
        assert client.get(f"{MEETINGS}{meeting.pk}/history/").status_code == 404
        for step in ("cancel", "put-on-the-calendar"):
            version = {"version": meeting.version}
            assert client.get(f"{MEETINGS}{meeting.pk}/{step}/").status_code == 404
            assert client.post(f"{MEETINGS}{meeting.pk}/{step}/", version).status_code == 404
        meeting.refresh_from_db()
        assert meeting.version == 1
    client.post(f"{MEETINGS}{own.pk}/cancel/", {"version": own.version})
    own.refresh_from_db()
    assert own.status == MeetingStatus.CANCELLED


def test_focus_area_is_their_own_and_nobody_names_themselves(client, areas):
    own = AREAS + f"{areas[0].pk}/change/"

    assert shown(client, AREAS) == [str(areas[0])]
    assert client.get(AREAS + f"{areas[1].pk}/change/").status_code == 302
    assert client.post(own, {"coordinators": []}).status_code == 403
    assert areas[0].coordinators.count() == 1


def test_who_stops_to_coordinate_an_area_sees_it_no_more_and_of_no_area_nothing(areas):
    user = coordinator(*areas)
    client = signed_in(user)
    own = admitted_to(areas[0], "Own")
    also = admitted_to(areas[1], "Also")

    areas[1].coordinators.remove(user)
    in_one = shown(client, QUEUE), client.get(f"{QUEUE}{also.pk}/change/").status_code
    areas[0].coordinators.remove(user)

    assert in_one == ([str(own)], 404)
    assert shown(client, QUEUE) == shown(client, MEETINGS, when="all") == shown(client, AREAS) == []


def test_area_is_given_to_a_coordinator_by_a_superuser_alone(areas, admin_client):
    ada = coordinator(name="Ada")
    page = AREAS + f"{areas[0].pk}/change/"

    def give(client, summary):
        form = client.get(page).context["adminform"].form
        typed = {"short_name": "A", "answer_weeks": "6"}
        typed |= {"summary_en": summary, "description_en": "A text."}
        shown = {"history_shown": form.initial["history_shown"] or ""}
        client.post(page, {**typed, **shown, "coordinators": [ada.pk]})
        areas[0].refresh_from_db()
        return areas[0].summary_en, list(areas[0].coordinators.all())

    by_officer, by_superuser = give(signed_in(officer()), "One"), give(admin_client, "Two")

    assert by_officer == ("One", [])
    assert by_superuser == ("Two", [ada])
    latest = FocusArea.history.filter(id=areas[0].pk).latest("history_id")
    assert [row.user for row in latest.coordinators.all()] == [ada]
