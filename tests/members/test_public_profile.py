"""Publishing the public profile of a member, and taking it back."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage

from core.conflicts import NothingChanged, Refused
from members.models import MemberStatus, PublicProfile, TimelineEntry, TimelineKind
from members.services.logos import logo_content
from members.services.private_links import InvalidLink
from members.services.public_profile import (
    ProfileConflict,
    publish_profile,
    take_back_profile,
)
from papers.services.stored_files import NotStored
from tests.factories import NOON, FocalPointFactory
from tests.members.pictures import a_logo
from tests.participation.people import handed_over
from tests.refusals import refused

pytestmark = pytest.mark.usefixtures("folder")
LATER = NOON + timedelta(hours=1)
FACTS = {"about": "We connect schools.", "language": "en", "website": "https://www.example.org"}


@pytest.fixture
def person():
    return FocalPointFactory(
        member__status=MemberStatus.ADMITTED,
        member__publication_consent=True,
        given_name="Wanjiku",
        family_name="Kamau",
    )


def published(person, at=NOON, **facts):
    return publish_profile(member=person.member, **{**FACTS, "by": person, "at": at, **facts})


def taken_back(person, at=LATER, **facts):
    return take_back_profile(member=person.member, by=person, at=at, **facts)


def stored_files():
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def timeline(member):
    return list(member.timeline.order_by("pk").values_list("kind", "by_name", "is_public"))


def test_publish_stores_the_profile_with_who_agreed_and_when(person):
    profile = published(person)

    profile.refresh_from_db()
    assert {name: getattr(profile, name) for name in FACTS} == FACTS
    assert str(profile.logo) == ""
    assert (profile.published_at, profile.published_by, profile.version) == (NOON, person, 1)
    assert profile.history.get().history_by_name == "Wanjiku Kamau"
    assert timeline(person.member) == [(TimelineKind.PROFILE_PUBLISHED, "Wanjiku Kamau", True)]


def test_publish_stores_a_logo_and_keeps_it_if_no_other_is_given(person):
    logo = a_logo()
    name = published(person, logo=logo).logo.name

    profile = published(person, about="")

    profile.refresh_from_db()
    assert (profile.logo.name, profile.version) == (name, 2)
    assert logo_content(profile) == logo.content
    assert (profile.logo_width, profile.logo_height) == (40, 20)
    assert profile.logo.name == f"logos/{profile.logo_version}"
    # Without a text there is no language.
    assert (profile.about, profile.language) == ("", "")


@pytest.mark.parametrize("is_removed", [True, False])
def test_publish_deletes_the_file_of_a_removed_or_replaced_logo(
    person, is_removed, django_capture_on_commit_callbacks
):
    old = published(person, logo=a_logo("teal")).logo.name
    change = {"removes_logo": True} if is_removed else {"logo": a_logo("navy")}

    with django_capture_on_commit_callbacks(execute=True):
        profile = published(person, **change)

    profile.refresh_from_db()
    size = (0, 0) if is_removed else (40, 20)
    assert (str(profile.logo) == "", profile.logo.name != old) == (is_removed, True)
    assert (profile.logo_width, profile.logo_height) == size
    assert stored_files() == ([] if is_removed else [profile.logo_version])


def test_replaced_logo_that_cannot_be_deleted_is_only_logged(
    person, django_capture_on_commit_callbacks, monkeypatch, caplog
):
    published(person, logo=a_logo("teal"))

    def refuse(name):
        raise PermissionError

    monkeypatch.setattr(default_storage, "delete", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        profile = published(person, logo=a_logo("navy"))

    profile.refresh_from_db()
    assert profile.version == 2
    assert "could not be deleted" in caplog.text


def test_publish_lists_a_member_whose_focal_point_agrees(person):
    person.member.publication_consent, person.member.slug = False, ""
    person.member.save()

    published(person, agrees_to_listing=True)

    person.member.refresh_from_db()
    assert (person.member.publication_consent, person.member.version) == (True, 2)
    assert person.member.slug != ""
    assert [kind for kind, *_rest in timeline(person.member)] == [
        TimelineKind.CORRECTED,
        TimelineKind.PROFILE_PUBLISHED,
    ]


@pytest.mark.parametrize("status", [MemberStatus.PENDING, MemberStatus.WITHDRAWN])
def test_publish_and_take_back_refuse_who_is_not_admitted(status):
    person = FocalPointFactory(member__status=status, member__publication_consent=True)

    with refused("not_admitted"):
        published(person, logo=a_logo())
    with refused("not_admitted"):
        taken_back(person, unlists=True)

    assert_nothing_was_written()


def test_publish_refuses_who_is_not_listed_and_take_back_what_is_not_public(person):
    person.member.publication_consent = False
    person.member.save()

    with pytest.raises(Refused, match="otherwise it has no public page"):
        published(person, logo=a_logo())
    with refused("not_published"):
        taken_back(person)

    assert_nothing_was_written()


def test_publish_and_take_back_refuse_who_handed_the_role_over(person):
    handed_over(person)
    entries = TimelineEntry.objects.count()
    # As it was read before.
    person.link_version = 1

    with pytest.raises(InvalidLink):
        published(person, logo=a_logo())
    with pytest.raises(InvalidLink):
        taken_back(person, unlists=True)

    assert (PublicProfile.objects.count(), stored_files()) == (0, [])
    assert TimelineEntry.objects.count() == entries


def test_publish_refuses_what_is_public_already(person):
    published(person, logo=a_logo())

    with pytest.raises(NothingChanged):
        published(person, logo=a_logo(), version=0)

    assert (PublicProfile.objects.get().version, len(stored_files())) == (1, 1)


@pytest.mark.parametrize("seen", [0, 1])
def test_publish_refuses_what_another_focal_point_changed_first(person, seen):
    other = FocalPointFactory(member=person.member, is_alternate=True, given_name="Otieno")
    for number in range(seen + 1):
        published(other, about=f"Text {number}")

    with pytest.raises(ProfileConflict, match=r"^Otieno Lovelace .* changed this profile on "):
        published(person, logo=a_logo(), version=seen, at=LATER)

    profile = PublicProfile.objects.get()
    assert (profile.about, profile.version) == (f"Text {seen}", seen + 1)
    assert stored_files() == []


def test_publish_refuses_a_logo_that_cannot_be_stored(person, monkeypatch):
    def refuse(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", refuse)

    with pytest.raises(NotStored):
        published(person, logo=a_logo())

    assert_nothing_was_written()


def test_take_back_hides_the_profile_and_keeps_it_and_the_listing(person):
    published(person, logo=a_logo())

    profile = taken_back(person)

    profile.refresh_from_db()
    assert (profile.published_at, profile.published_by, profile.version) == (None, None, 2)
    assert (profile.about, len(stored_files())) == ("We connect schools.", 1)
    person.member.refresh_from_db()
    assert person.member.is_listed_publicly is True
    assert timeline(person.member)[1:] == [(TimelineKind.PROFILE_TAKEN_BACK, "Wanjiku Kamau", True)]


@pytest.mark.parametrize("has_profile", [True, False])
def test_take_back_of_the_whole_page_takes_the_member_off_the_list(person, has_profile):
    if has_profile:
        published(person)

    profile = taken_back(person, unlists=True)

    person.member.refresh_from_db()
    assert (profile.is_published, person.member.publication_consent) == (False, False)
    kinds = [TimelineKind.CORRECTED, TimelineKind.PROFILE_TAKEN_BACK]
    told = [kind for kind, *_rest in timeline(person.member)]
    assert told == ([TimelineKind.PROFILE_PUBLISHED, *kinds] if has_profile else kinds[:1])
    assert (profile.pk is not None) == has_profile


def test_take_back_refuses_what_another_focal_point_changed_first(person):
    published(FocalPointFactory(member=person.member, is_alternate=True))

    with pytest.raises(ProfileConflict):
        taken_back(person, version=0)

    assert PublicProfile.objects.get().is_published is True


def assert_nothing_was_written():
    assert (PublicProfile.objects.count(), TimelineEntry.objects.count()) == (0, 0)
    assert stored_files() == []
