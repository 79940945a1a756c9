import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Member, TimelineEntry, TimelineKind
from members.services.private_links import InvalidLink, LinkPurpose, focal_point_of, token_for
from outbox.models import Message, MessageStatus
from tests.factories import FocalPointFactory, MemberFactory, MessageFactory
from tests.triage.staff import observer, officer, signed_in

pytestmark = pytest.mark.sqlite_only


def address(page, *arguments):
    return reverse(f"admin:members_member_{page}", args=arguments)


def a_file(**facts):
    member = MemberFactory(
        **{
            "organisation_name": "Minstry of Health",
            "country": "NP",
            "also_empowering_communities": True,
            "contributes_policy": True,
            "website": "https://example.org",
            **facts,
        }
    )
    FocalPointFactory(
        member=member,
        family_name="Lovelace",
        given_name="Ada",
        position="Director",
        email="ada@exmaple.org",
        phone="+41227305111",
        time_zone="Asia/Kathmandu",
    )
    return member


def as_shown(client, member, **changes):
    """Return what the page's form sends when nothing or some of it was changed."""
    form = client.get(address("correct", member.pk)).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in shown.items() if value not in (None, False)}
    return {**sent, "reason": "They wrote to us.", **changes}


def test_correct_changes_the_facts_and_gives_the_reason():
    me = officer()
    client = signed_in(me)
    member = a_file()
    sent = as_shown(
        client,
        member,
        organisation_name="Ministry of Health",
        email="ada@example.org",
        further_focus_areas=["incentivizing-investments"],
        contributions=["financial", "policy"],
    )

    response = client.post(address("correct", member.pk), sent)

    member.refresh_from_db()
    entry = TimelineEntry.objects.get()
    assert response["Location"] == address("change", member.pk)
    assert member.organisation_name == "Ministry of Health"
    assert member.focal_points.get().email == "ada@example.org"
    assert (member.also_empowering_communities, member.also_incentivizing_investments) == (
        False,
        True,
    )
    assert (member.contributes_financial, member.contributes_policy) == (True, True)
    assert (entry.kind, entry.note, entry.by_user) == (
        TimelineKind.CORRECTED,
        "They wrote to us.",
        me,
    )
    assert list(Message.objects.all()) == []


def test_correct_changes_the_alternate_too():
    client = signed_in(officer())
    member = a_file()
    alternate = FocalPointFactory(
        member=member, is_alternate=True, family_name="Hoper", language="fr"
    )
    sent = as_shown(client, member, alternate_family_name="Hopper")

    client.post(address("correct", member.pk), sent)

    alternate.refresh_from_db()
    assert (alternate.family_name, alternate.language) == ("Hopper", "fr")
    assert member.focal_points.get(is_alternate=False).family_name == "Lovelace"


def test_correct_says_when_nothing_was_changed():
    client = signed_in(officer())
    member = a_file()

    response = client.post(address("correct", member.pk), as_shown(client, member))

    assert response.status_code == 409
    assert "Nothing was changed" in response.content.decode()
    assert list(TimelineEntry.objects.all()) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"organisation_name": ""}, "organisation_name"),
        ({"email": "nonsense"}, "email"),
        ({"country": "US", "time_zone": ""}, "time_zone"),
        ({"alternate_family_name": ""}, "alternate_family_name"),
        ({"alternate_family_name": "", "alternate_email": ""}, "alternate_email"),
    ],
)
def test_correct_judges_as_the_public_form_does(changes, field):
    client = signed_in(officer())
    member = a_file()
    FocalPointFactory(member=member, is_alternate=True)
    before = member.version

    response = client.post(address("correct", member.pk), as_shown(client, member, **changes))

    member.refresh_from_db()
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert member.version == before
    assert list(TimelineEntry.objects.all()) == []


def test_correct_refuses_a_file_that_changed_and_keeps_what_was_typed():
    client = signed_in(officer())
    member = a_file()
    sent = as_shown(client, member, organisation_name="Ministry of Health")
    Member.objects.filter(pk=member.pk).update(version=7, acronym="NEW")

    response = client.post(address("correct", member.pk), sent)

    page = response.content.decode()
    member.refresh_from_db()
    assert response.status_code == 409
    assert "The file has changed since you opened it." in page
    assert "Ministry of Health" in page
    assert response.context["form"]["version"].value() == "1"
    assert (member.organisation_name, member.acronym) == ("Minstry of Health", "NEW")
    assert list(TimelineEntry.objects.all()) == []


def test_correct_says_what_would_be_overwritten_and_does_so_on_the_persons_word():
    client = signed_in(officer())
    member = a_file(acronym="OLD")
    sent = as_shown(client, member, organisation_name="Ministry of Health")
    Member.objects.filter(pk=member.pk).update(version=7, acronym="NEW")

    refused = client.post(address("correct", member.pk), sent)
    corrected = client.post(address("correct", member.pk), {**sent, "version_read": 7})

    member.refresh_from_db()
    assert ("Acronym", "NEW", "OLD") in refused.context["differences"]
    assert corrected.status_code == 302
    assert (member.organisation_name, member.acronym) == ("Ministry of Health", "OLD")


def test_correct_tells_of_a_change_beside_what_is_missing():
    client = signed_in(officer())
    member = a_file(acronym="OLD")
    sent = as_shown(client, member, reason="", organisation_name="Ministry of Health")
    Member.objects.filter(pk=member.pk).update(version=7, acronym="NEW")

    response = client.post(address("correct", member.pk), sent)

    assert response.status_code == 409
    assert "The file has changed since you opened it." in response.content.decode()
    assert "Say why the facts are corrected." in response.content.decode()
    assert ("Acronym", "NEW", "OLD") in response.context["differences"]
    assert list(TimelineEntry.objects.all()) == []


def test_correct_keeps_that_a_change_was_seen_when_something_is_missing():
    client = signed_in(officer())
    member = a_file()
    sent = as_shown(client, member, reason="", version_read=7)
    Member.objects.filter(pk=member.pk).update(version=7)

    response = client.post(address("correct", member.pk), sent)

    assert response.status_code == 422
    assert '<input type="hidden" name="version_read" value="7"' in response.content.decode()


def test_correct_asks_the_same_queries_with_and_without_more_rows():
    client = signed_in(officer())
    member = a_file()
    client.get(address("correct", member.pk))

    with CaptureQueriesContext(connection) as for_one:
        client.get(address("correct", member.pk))
    FocalPointFactory(member=member, is_alternate=True)
    a_file()
    with CaptureQueriesContext(connection) as for_three:
        client.get(address("correct", member.pk))

    assert len(for_three) == len(for_one)


def test_revoke_links_confirms_then_revokes():
    client = signed_in(officer())
    member = a_file()
    focal_point = member.focal_points.get()
    token = token_for(focal_point, LinkPurpose.FEED)
    page = address("revoke_links", member.pk, focal_point.pk)

    shown = client.get(page)
    still_works = focal_point_of(token, LinkPurpose.FEED) == focal_point
    client.post(page, {"link_version": 1})

    assert '<input type="hidden" name="link_version" value="1">' in shown.content.decode()
    assert "Ada Lovelace" in shown.content.decode()
    assert still_works
    with pytest.raises(InvalidLink):
        focal_point_of(token, LinkPurpose.FEED)
    assert TimelineEntry.objects.get().kind == TimelineKind.LINKS_REVOKED


@pytest.mark.parametrize("sent", [{"link_version": 1}, {"link_version": "9" * 5000}, {}])
def test_revoke_links_refuses_a_second_click(sent):
    client = signed_in(officer())
    member = a_file()
    focal_point = member.focal_points.get()
    page = address("revoke_links", member.pk, focal_point.pk)
    client.post(page, {"link_version": 1})
    focal_point.refresh_from_db()
    fresh = token_for(focal_point, LinkPurpose.FEED)

    response = client.post(page, sent)

    assert response.status_code == 409
    assert "Ada Lovelace were revoked after you opened this page." in response.content.decode()
    assert focal_point_of(fresh, LinkPurpose.FEED) == focal_point
    assert TimelineEntry.objects.count() == 1


def test_revoke_links_finds_no_focal_point_of_another_file():
    other = FocalPointFactory()
    member = a_file()

    response = signed_in(officer()).post(address("revoke_links", member.pk, other.pk))

    assert response.status_code == 404
    assert list(TimelineEntry.objects.all()) == []


def a_letter(member, **facts):
    focal_point = member.focal_points.get()
    return MessageFactory(
        **{
            "topic": f"{member.reference}/received/entry-1/focal-point-{focal_point.pk}",
            "reference": member.reference,
            "recipient": "ada@exmaple.org",
            "subject": "We received it",
            "status": MessageStatus.FAILED,
            **facts,
        }
    )


def test_write_again_shows_the_address_of_today_and_writes_to_it():
    client = signed_in(officer())
    member = a_file()
    letter = a_letter(member)
    member.focal_points.update(email="ada@example.org")
    page = address("resend", member.pk, letter.pk)

    shown = client.get(page)
    response = client.post(page, {"times": 0})

    again = Message.objects.get(resent_from=letter)
    text = shown.content.decode()
    assert "ada@exmaple.org" in text
    assert "ada@example.org" in text
    assert response["Location"] == address("change", member.pk)
    assert (again.recipient, again.subject) == ("ada@example.org", "We received it")


def test_write_again_writes_once_on_a_second_click():
    client = signed_in(officer())
    member = a_file()
    letter = a_letter(member)
    page = address("resend", member.pk, letter.pk)
    client.post(page, {"times": 0})

    response = client.post(page, {"times": 0})

    assert response.status_code == 409
    assert "written again after you opened this page" in response.content.decode()
    assert letter.resent_as.count() == 1


def test_write_again_refuses_what_has_not_gone_out():
    member = a_file()
    letter = a_letter(member, status=MessageStatus.QUEUED)

    response = signed_in(officer()).post(address("resend", member.pk, letter.pk), {"times": 0})

    assert response.status_code == 409
    assert letter.resent_as.count() == 0


def test_write_again_finds_no_message_of_another_file():
    other = a_letter(a_file())
    member = MemberFactory()

    response = signed_in(officer()).get(address("resend", member.pk, other.pk))

    assert response.status_code == 404


@pytest.mark.parametrize("page", ["correct", "revoke_links", "resend"])
def test_pages_that_put_right_refuse_an_observer_and_a_stranger(client, page):
    member = a_file()
    letter = a_letter(member)
    more = {
        "correct": [],
        "revoke_links": [member.focal_points.get().pk],
        "resend": [letter.pk],
    }[page]
    here = address(page, member.pk, *more)
    watching = signed_in(observer())

    answers = [watching.get(here), watching.post(here, {"times": 0})]
    strangers = [client.get(here), client.post(here, {"times": 0})]

    assert [response.status_code for response in answers] == [403, 403]
    assert [response["Location"] for response in strangers] == [f"/admin/login/?next={here}"] * 2
    assert list(TimelineEntry.objects.all()) == []
    assert list(Message.objects.all()) == [letter]
