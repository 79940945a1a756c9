"""The history of an account records changes of its second factor."""

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group

from tests.accounts.second_factor import (
    APP,
    CODES,
    come_by_passkey,
    options_of,
    passkey_of,
    set_up_app,
    sign_in,
)


def last_told(user):
    record = user.history.latest("history_id")
    return record.history_change_reason, record.history_by_name


def test_history_says_that_an_app_was_set_up_that_codes_were_made_and_the_app_removed(
    client, officer
):
    officer.groups.add(Group.objects.get(name="Observers"))
    sign_in(client, officer)
    told = []

    set_up_app(client)
    told.append(last_told(officer))
    client.post(f"{CODES}new/")
    told.append(last_told(officer))
    client.post("/accounts/second-factor/app/remove/")
    told.append(last_told(officer))

    assert told == [
        ("Authenticator app set up", str(officer)),
        ("New recovery codes generated", str(officer)),
        ("Authenticator app removed", str(officer)),
    ]
    assert officer.history.latest("history_id").groups.count() == 1


def test_history_says_nothing_of_an_app_that_was_not_set_up(client, officer):
    sign_in(client, officer)
    client.get(APP)
    before = officer.history.count()

    client.post(APP, {"code": "12"})

    assert officer.history.count() == before


def test_history_says_that_a_passkey_was_added_and_removed(client, officer):
    key = passkey_of(officer)
    come_by_passkey(client, key)
    [passkey] = Authenticator.objects.filter(user=officer, type="webauthn")
    path = f"/accounts/second-factor/passkeys/{passkey.pk}/remove/"
    added = last_told(officer)

    asked = client.get(path, secure=True)
    confirm = options_of(client.get(asked["Location"], secure=True), "request_options")
    client.post(asked["Location"], {"credential": key.use(confirm)}, secure=True)
    client.post(path, secure=True)

    assert (added, last_told(officer)) == (
        ("Passkey added", str(officer)),
        ("Passkey removed", str(officer)),
    )
