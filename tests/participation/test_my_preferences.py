"""The mail preferences of a participant."""

import pytest
from django.urls import reverse

from core.conflicts import NothingChanged, Refused
from members.models import FocalPoint, TimelineEntry, TimelineKind
from members.services.corrections import change_language_and_time_zone
from members.services.private_links import InvalidLink
from participation.models import CalendarChoice, MailPreferences
from participation.services.preferences import mail_preferences_of, save_mail_preferences
from tests.factories import NOON
from tests.participation.people import (
    account_of,
    focal_point_in,
    handed_over,
    signed_in_as,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
PAGE = "/en/my/preferences/"
SHOWN_VALUES = {
    "day_before": "on",
    "new_papers": "on",
    "calendar": "feed",
    "language": "en",
    "time_zone": "Africa/Nairobi",
}


@pytest.fixture
def user(person):
    return account_of(person)


DEFAULT_PREFERENCES = {
    "day_before": True,
    "hour_before": False,
    "new_papers": True,
    "calendar": CalendarChoice.FEED,
    "language": "en",
    "time_zone": "Africa/Nairobi",
    "at": NOON,
}


def chosen(user, people, **facts):
    return save_mail_preferences(user=user, people=people, **{**DEFAULT_PREFERENCES, **facts})


def test_page_shows_the_defaults_and_stores_nothing(mine):
    response = mine.get(PAGE)

    form = response.context["form"]
    names = ("day_before", "hour_before", "new_papers", "calendar")
    assert [form[name].value() for name in names] == [True, False, True, "feed"]
    assert (form["language"].value(), form["time_zone"].value()) == ("en", "Africa/Nairobi")
    assert not MailPreferences.objects.exists()


def test_page_keeps_what_is_chosen_and_shows_it(mine, person, user):
    sent = {"hour_before": "on", "calendar": "mails", "language": "fr"}

    response = mine.post(PAGE, {**sent, "time_zone": "Africa/Kigali"}, follow=True)

    assert response.redirect_chain == [(reverse("participation:my_preferences"), 302)]
    assert "Preferences saved." in response.content.decode()
    wishes = MailPreferences.objects.get(user=user)
    assert [wishes.day_before, wishes.hour_before, wishes.new_papers] == [False, True, False]
    assert (wishes.calendar, wishes.organiser_id) == ("mails", None)
    person.refresh_from_db()
    user.refresh_from_db()
    assert (person.language, person.time_zone, user.language) == ("fr", "Africa/Kigali", "fr")


@pytest.mark.parametrize("sent", [{"language": "tlh"}, {"time_zone": "Mars/Olympus"}, {}])
def test_page_refuses_what_is_not_in_its_lists_and_keeps_nothing(mine, person, sent):
    response = mine.post(PAGE, {**SHOWN_VALUES, **sent} if sent else {"day_before": "on"})

    assert response.status_code == 422
    assert "from the list." in response.text
    assert not MailPreferences.objects.exists()
    person.refresh_from_db()
    assert person.time_zone == "Africa/Nairobi"


def test_choices_keep_a_history_with_who_made_them_and_the_same_once_more_are_no_change(
    person, user
):
    for _n in range(3):
        chosen(user, [person], day_before=False)
    # The links of the account outlive those of a role.
    FocalPoint.objects.update(link_version=2)

    [version] = MailPreferences.objects.get().history.all()
    assert (version.history_user, version.history_date) == (user, NOON)
    assert not TimelineEntry.objects.exists()
    assert not mail_preferences_of(user).day_before


def test_defaults_that_are_chosen_are_not_stored(person, user):
    chosen(user, [person])

    assert not MailPreferences.objects.exists()
    assert mail_preferences_of(user).day_before


def test_language_and_zone_are_kept_in_every_role_and_stand_on_each_timeline(
    area, other_area, person, user
):
    other = focal_point_in(other_area, email=person.email, language="ar")
    chosen(user, [person, other], day_before=False)
    other.refresh_from_db()
    # Only reminders were chosen.
    assert other.language == "ar"

    chosen(user, [person, other], language="es")

    for each in (person, other):
        each.refresh_from_db()
        assert (each.language, each.time_zone) == ("es", "Africa/Nairobi")
        [entry] = each.member.timeline.all()
        assert (entry.kind, entry.by_focal_point) == (TimelineKind.CORRECTED, each)
        assert "Spanish" in entry.note


def test_correct_own_reading_raises_the_version_of_the_file_and_refuses_no_change(person):
    before = person.member.version
    said = {"language": "fr", "time_zone": "Africa/Kigali", "by": person, "at": NOON}

    change_language_and_time_zone(focal_point=person, **said)
    with pytest.raises(NothingChanged):
        change_language_and_time_zone(focal_point=person, **said)

    person.member.refresh_from_db()
    assert person.member.version == before + 1
    assert person.history.latest("history_id").history_by_name == person.full_name


def test_role_that_was_handed_over_meanwhile_is_left_alone(person, user):
    handed_over(FocalPoint.objects.get())
    with pytest.raises(InvalidLink):
        change_language_and_time_zone(
            focal_point=person, language="fr", time_zone="Africa/Kigali", by=person, at=NOON
        )

    chosen(user, [person], language="fr", day_before=False)

    assert FocalPoint.objects.get().language != "fr"
    assert not mail_preferences_of(user).day_before


def test_page_takes_as_many_queries_for_three_roles_as_for_one(area, other_area, person, mine):
    one = queries_of(mine, PAGE)
    for number in range(2):
        focal_point_in(other_area, f"Ministry {number}", email=person.email)

    assert queries_of(signed_in_as(person), PAGE) == one


@pytest.mark.usefixtures("mailbox")
def test_organiser_of_invitations_stays_when_they_are_chosen_again(mine, user):
    organisers = []
    for choice in ("invitations", "feed", "invitations"):
        mine.post(PAGE, {**SHOWN_VALUES, "calendar": choice})
        organisers.append(MailPreferences.objects.get(user=user).organiser_id)

    assert organisers[0] is not None
    assert organisers == [organisers[0]] * 3


def test_invitations_are_neither_offered_nor_taken_without_a_mailbox(mine, person, user):
    offered = mine.get(PAGE).context["form"].fields["calendar"].choices

    response = mine.post(PAGE, {**SHOWN_VALUES, "calendar": "invitations"})

    assert [value for value, _words in offered] == ["feed", "mails"]
    assert response.status_code == 422
    with pytest.raises(Refused) as refused:
        chosen(user, [person], calendar=CalendarChoice.INVITATIONS)
    assert refused.value.code == "no_invitations"
    assert not MailPreferences.objects.exists()


@pytest.mark.usefixtures("mailbox")
@pytest.mark.parametrize("choice", ["feed", "invitations", "mails"])
def test_page_of_the_feed_says_why_it_has_no_meetings(mine, choice):
    mine.post(PAGE, {**SHOWN_VALUES, "calendar": choice})

    text = mine.get(reverse("participation:my_feed")).text

    reasons = ("come by invitations", "no meetings in your calendar")
    expected = {"feed": [False, False], "invitations": [True, False], "mails": [False, True]}
    assert [reason in text for reason in reasons] == expected[choice]
