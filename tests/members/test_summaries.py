import pytest

from core.conflicts import Conflict, NothingChanged, Refused
from focus_areas.models import FocusArea
from members.models import (
    MAX_SUMMARY_LENGTH,
    GrantedRole,
    Member,
    MemberStatus,
    TimelineEntry,
    TimelineKind,
)
from members.services.summaries import save_summary
from outbox.models import Message
from privacy.models import DataExportFormat
from privacy.services.erasure import erase_organisation
from privacy.services.exports import export_person
from tests.factories import NOON, FocalPointFactory, MemberFactory, UserFactory

SUMMARY = "Finances 57 countries."


def saved(member, by=None, **facts):
    given = {"summary": SUMMARY, "is_public": False, "version": member.version} | facts
    return save_summary(member=member, by=by or UserFactory(), at=NOON, **given)


def test_summary_is_kept_with_who_wrote_it_and_nobody_is_written_to():
    member, me = FocalPointFactory(member__status=MemberStatus.ADMITTED).member, UserFactory()

    entry = saved(member, me, summary="  Finances\n57 countries. ", is_public=True)

    member.refresh_from_db()
    latest = member.history.order_by("history_id").last()
    assert (member.summary, member.summary_is_public, member.version) == (SUMMARY, True, 2)
    assert (latest.summary, latest.history_user) == (SUMMARY, me)
    assert (entry.kind, entry.by_user, entry.at) == (TimelineKind.SUMMARISED, me, NOON)
    assert not entry.is_public
    assert list(Message.objects.all()) == []


def test_summary_that_is_removed_is_no_longer_public():
    member = MemberFactory(summary=SUMMARY, summary_is_public=True)

    saved(member, summary=" ", is_public=True)

    member.refresh_from_db()
    assert (member.summary, member.summary_is_public) == ("", False)


@pytest.mark.parametrize(
    ("facts", "refusal", "code"),
    [
        ({"summary": "x" * (MAX_SUMMARY_LENGTH + 1)}, Refused, "too_long"),
        ({"version": 7}, Conflict, ""),
        ({"summary": "Was."}, NothingChanged, ""),
    ],
)
def test_refused_summary_writes_nothing(facts, refusal, code):
    member = MemberFactory(summary="Was.")

    with pytest.raises(refusal) as refused:
        saved(member, **facts)

    member.refresh_from_db()
    assert (refused.value.code, member.summary, member.version) == (code, "Was.", 1)
    assert not TimelineEntry.objects.exists()


def test_longest_summary_is_kept():
    member = MemberFactory()

    saved(member, summary="x" * MAX_SUMMARY_LENGTH)

    member.refresh_from_db()
    assert len(member.summary) == MAX_SUMMARY_LENGTH


def test_member_whose_data_was_deleted_gets_no_summary():
    member = MemberFactory(status=MemberStatus.WITHDRAWN, personal_data_deleted_at=NOON)

    with pytest.raises(Refused, match="personal data"):
        saved(member)

    assert Member.objects.get().summary == ""


@pytest.mark.parametrize(("is_public", "number"), [(True, 1), (False, 0)])
def test_public_page_shows_only_what_may_be_public(client, is_public, number):
    member = MemberFactory(
        status=MemberStatus.ADMITTED,
        focus_area=FocusArea.objects.get(number=1),
        granted_role=GrantedRole.PARTICIPANT,
        decided_at=NOON,
        publication_consent=True,
        slug="liquid",
        summary=SUMMARY,
        summary_is_public=is_public,
    )

    response = client.get(f"/en/members/{member.slug}/")

    assert response.status_code == 200
    assert response.text.count(SUMMARY) == number


def test_erased_organisation_has_no_summary_in_any_version():
    person = FocalPointFactory(member__status=MemberStatus.WITHDRAWN)
    saved(person.member, is_public=True)

    erase_organisation(member=person.member, by=UserFactory(), at=NOON)

    member = Member.objects.get()
    assert member.summary == ""
    assert {each.summary for each in member.history.all()} == {""}


def test_export_of_a_focal_point_has_the_summary():
    person = FocalPointFactory(email="ada@example.org")
    saved(person.member)

    file = export_person(
        address=person.email,
        kind=DataExportFormat.JSON,
        by=UserFactory(),
        is_own=False,
        zone="Europe/Zurich",
        at=NOON,
    )

    assert SUMMARY in file.content.decode()
