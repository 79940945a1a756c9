import pytest

from members.models import TimelineEntry, TimelineKind
from members.services.corrections import correct_answers
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from tests.factories import NOON, FocalPointFactory, MemberFactory
from tests.triage.staff import address, officer, read, signed_in


def a_file(**facts):
    member = MemberFactory(**{"organisation_name": "Minstry of Health", "country": "NP", **facts})
    person = {"family_name": "Lovelace", "given_name": "Ada", "position": "Director"}
    FocalPointFactory(member=member, email="ada@exmaple.org", **person)
    return member


def as_shown(client, member, **changes):
    """The form data of the page, with some changes."""
    form = client.get(address("correct", member.pk)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in shown.items() if value not in (None, False)}
    return {**sent, "reason": "They wrote to us.", **changes}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"organisation_name": ""}, "organisation_name"),
        ({"country": "US", "time_zone": ""}, "time_zone"),
        ({"alternate_family_name": ""}, "alternate_family_name"),
    ],
)
def test_correct_judges_as_the_public_form_does(changes, field):
    client, member = signed_in(officer()), a_file()
    FocalPointFactory(member=member, is_alternate=True)
    before = member.version

    response = client.post(address("correct", member.pk), as_shown(client, member, **changes))

    member.refresh_from_db()
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert member.version == before
    assert list(TimelineEntry.objects.all()) == []


def test_correct_says_what_would_be_overwritten_and_does_so_on_the_persons_word():
    client, grace = signed_in(officer()), officer(name="Grace Hopper")
    member = a_file(acronym="OLD")
    sent = as_shown(client, member, organisation_name="Ministry of Health")
    person = member.focal_points.get()
    correct_answers(
        member=member,
        facts={"acronym": "NEW"},
        focal_points={person.pk: {"email": "new@example.org"}},
        reason="By phone.",
        by=grace,
        at=NOON,
    )
    before = (TimelineEntry.objects.count(), member.history.count())

    incomplete = client.post(address("correct", member.pk), {**sent, "reason": ""})
    refused = client.post(address("correct", member.pk), sent)
    is_kept = (TimelineEntry.objects.count(), member.history.count()) == before
    corrected = client.post(address("correct", member.pk), {**sent, "version_read": 2})

    member.refresh_from_db()
    assert (refused.status_code, is_kept, corrected.status_code) == (409, True, 302)
    for words in (
        "The organisation has changed since you opened it.",
        "Acronym: <del><bdi>OLD</bdi></del> <ins><bdi>NEW</bdi></ins>",
        "Email: <del><bdi>ada@exmaple.org</bdi></del> <ins><bdi>new@example.org</bdi></ins>",
        "By phone.",
        'value="Ministry of Health"',
    ):
        assert words in read(refused)
    assert refused.context["form"]["version"].value() == "1"
    assert incomplete.status_code == 409
    for words in ("The organisation has changed", "Give the reason for the correction."):
        assert words in incomplete.text
    for response in (incomplete, refused):
        assert ("Acronym", "NEW", "OLD") in response.context["differences"]
    assert (member.organisation_name, member.acronym) == ("Ministry of Health", "OLD")


def test_revoke_links_confirms_then_revokes_once():
    client, member = signed_in(officer()), a_file()
    focal_point = member.focal_points.get()
    token = token_for(focal_point, LinkPurpose.FEED)
    page = address("revoke_links", member.pk, focal_point.pk)

    shown = client.get(page)
    still_works = focal_point_of(token, LinkPurpose.FEED) == focal_point
    client.post(page, {"link_version": 1})
    focal_point.refresh_from_db()
    fresh = token_for(focal_point, LinkPurpose.FEED)
    refused = [client.post(page, sent) for sent in ({"link_version": 1}, {})]

    assert '<input type="hidden" name="link_version" value="1">' in shown.text
    assert "Ada Lovelace" in shown.text
    assert still_works
    with pytest.raises(InvalidLink):
        focal_point_of(token, LinkPurpose.FEED)
    assert [response.status_code for response in refused] == [409, 409]
    for response in refused:
        assert "Ada Lovelace were revoked after you opened this page." in response.text
    assert focal_point_of(fresh, LinkPurpose.FEED) == focal_point
    assert TimelineEntry.objects.get().kind == TimelineKind.LINKS_REVOKED
