"""The mail preferences of staff."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import ReadLanguage
from accounts.services.accounts import save_staff_preferences
from tests.factories import NOON, UserFactory
from tests.triage.staff import officer, signed_in

PAGE = "/accounts/preferences/"
WANTED = {"language": "fr", "time_zone": "Asia/Kathmandu"}


def of(user):
    user.refresh_from_db()
    return user.language, user.time_zone, user.wants_digest


def languages_of(user):
    return set(user.read_languages.values_list("language", flat=True))


def test_account_begins_in_geneva_in_english_and_is_written_to():
    assert of(UserFactory()) == ("en", "Europe/Zurich", True)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("time_zone", "Europe/Atlantis", "Choose a time zone from the list."),
        ("time_zone", "", "This field cannot be blank."),
        ("language", "tlh", "Choose a language from the list."),
    ],
)
def test_account_refuses_what_is_no_zone_or_language(field, value, said):
    user = UserFactory.build(password="x", **{field: value})

    with pytest.raises(ValidationError) as refused:
        user.full_clean()

    assert refused.value.message_dict == {field: [said]}


def test_keep_preferences_says_who_changed_what_and_when():
    user = UserFactory(name="Amina Diallo")

    save_staff_preferences(
        user=user, **WANTED, wants_digest=False, languages=["fr", "ar"], by=user, at=NOON
    )

    assert of(user) == ("fr", "Asia/Kathmandu", False)
    assert languages_of(user) == {"fr", "ar"}
    last = user.history.order_by("history_id").last()
    assert (last.history_date, last.history_user, last.time_zone) == (NOON, user, "Asia/Kathmandu")


def test_keep_preferences_once_more_is_no_change():
    user = UserFactory()
    before = user.history.count()

    save_staff_preferences(
        user=user,
        language="en",
        time_zone="Europe/Zurich",
        wants_digest=True,
        languages=[],
        by=user,
        at=NOON,
    )

    assert user.history.count() == before


def test_keep_preferences_replaces_the_languages_that_a_person_reads():
    user = UserFactory()
    ReadLanguage.objects.bulk_create(
        ReadLanguage(user=user, language=code) for code in ("fr", "es")
    )

    save_staff_preferences(
        user=user, **WANTED, wants_digest=False, languages=["es", "ru"], by=user, at=NOON
    )

    assert languages_of(user) == {"es", "ru"}


def test_person_sets_their_own():
    user, other = officer(), officer()

    response = signed_in(user).post(PAGE, {**WANTED, "languages": ["fr", "ru"]}, follow=True)

    assert response.redirect_chain == [(PAGE, 302)]
    assert "Preferences saved." in response.content.decode()
    assert of(user) == ("fr", "Asia/Kathmandu", False)
    assert languages_of(user) == {"fr", "ru"}
    assert of(other) == ("en", "Europe/Zurich", True)


def test_page_shows_what_is_set():
    user = officer(time_zone="Asia/Calcutta", language="fr", wants_digest=False)

    response = signed_in(user).get(PAGE)

    form = response.context["form"]
    assert (form["language"].value(), form["time_zone"].value(), form["wants_digest"].value()) == (
        "fr",
        "Asia/Calcutta",
        False,
    )
    assert 'value="Asia/Calcutta" selected' in str(form["time_zone"])
    assert 'href="/accounts/sessions/"' in response.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "x"),
        ("time_zone", ""),
        ("time_zone", "Europe/Atlantis"),
        ("languages", "tlh"),
    ],
)
def test_page_refuses_what_is_not_in_its_lists(field, value):
    user = officer()

    response = signed_in(user).post(PAGE, {**WANTED, field: value})

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {field}
    assert of(user) == ("en", "Europe/Zurich", True)
