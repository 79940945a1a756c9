"""URLs for signing in, and for the user's own second factor."""

from django.urls import path

from accounts.views import preferences, second_factor, sign_in

app_name = "accounts"

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-in/code/enter/", sign_in.sign_in_code_enter, name="sign_in_code_enter"),
    path("invitation/<str:token>/", sign_in.invitation, name="invitation"),
    path("sessions/", preferences.sessions, name="sessions"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("preferences/", preferences.preferences, name="preferences"),
]

# The URL names that allauth needs. Its other features have no URL: signing up, verifying and
# changing addresses, resetting a password by e-mail, and its own sign-in with a code.
allauth_patterns = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path(
        "sign-in/second-factor/",
        sign_in.sign_in_second_factor,
        name="mfa_authenticate",
    ),
    path("sign-in/passkey/", sign_in.sign_in_passkey, name="mfa_login_webauthn"),
    path("confirm/password/", second_factor.confirm_password, name="account_reauthenticate"),
    path("confirm/code/", second_factor.confirm_code, name="mfa_reauthenticate"),
    path(
        "confirm/passkey/",
        second_factor.confirm_passkey,
        name="mfa_reauthenticate_webauthn",
    ),
    path("second-factor/", second_factor.overview, name="mfa_index"),
    path("second-factor/app/", second_factor.set_up_app, name="mfa_activate_totp"),
    path("second-factor/app/remove/", second_factor.remove_app, name="mfa_deactivate_totp"),
    path("second-factor/passkeys/add/", second_factor.add_passkey, name="mfa_add_webauthn"),
    path(
        "second-factor/passkeys/<int:pk>/rename/",
        second_factor.rename_passkey,
        name="mfa_edit_webauthn",
    ),
    path(
        "second-factor/passkeys/<int:pk>/remove/",
        second_factor.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path(
        "second-factor/recovery-codes/",
        second_factor.recovery_codes,
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/file/",
        second_factor.recovery_codes_file,
        name="mfa_download_recovery_codes",
    ),
    path(
        "second-factor/recovery-codes/new/",
        second_factor.new_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
]
