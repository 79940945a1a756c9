"""The personal data in accounts, sessions and the log of the admin."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.personal_data import (
    ERASED_NAME,
    PersonalTable,
    erased_address,
    has_account,
    has_address,
    nobody,
)

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="accounts.User",
        name=_("accounts"),
        purpose="accounts",
        retention="staff_accounts",
        about=lambda person: person.has_account("id"),
        fields={
            "email": erased_address(),
            "name": ERASED_NAME,
            # Begins with the sign of an unusable password.
            "password": "!",
            "time_zone": "UTC",
            "is_active": False,
            "is_staff": False,
            "is_superuser": False,
            "wants_digest": False,
            "signed_in_at": None,
        },
        exported=("email", "name", "language", "time_zone", "joined_at", "signed_in_at"),
        not_personal=("language",),
        kept_because=_("What the account did must still lead to one row. Nobody can sign in."),
    ),
    PersonalTable(
        model="accounts.Invitation",
        name=_("invitations"),
        purpose="accounts",
        retention="staff_accounts",
        about=has_account("user"),
        exported=("sent_at", "expires_at"),
    ),
    PersonalTable(
        model="accounts.Session",
        name=_("sessions"),
        purpose="accounts",
        retention="sign_in_events",
        about=has_account("user"),
        exported=("last_used_at", "expire_date"),
    ),
    PersonalTable(
        model="accounts.SignInEvent",
        name=_("sign-ins"),
        purpose="accounts",
        retention="sign_in_events",
        about=has_account("user"),
        exported=("at", "method", "outcome", "browser"),
    ),
    PersonalTable(
        model="accounts.ReadingEvent",
        name=_("readings of personal data"),
        purpose="accountability",
        retention="reading_events",
        about=has_account("by"),
        exported=("at", "record_type", "kind"),
        not_personal=("record_type",),
        kept_because=_("Which record an account read stays known. The account has no name."),
    ),
    PersonalTable(
        model="account.EmailAddress",
        name=_("addresses for signing in"),
        purpose="accounts",
        retention="staff_accounts",
        about=lambda person: person.has_account("user") | has_address("email")(person),
        exported=("email",),
    ),
    PersonalTable(
        model="mfa.Authenticator",
        name=_("second factors"),
        purpose="accounts",
        retention="staff_accounts",
        about=has_account("user"),
        exported=("type", "created_at", "last_used_at"),
    ),
    PersonalTable(
        model="admin.LogEntry",
        name=_("log of the administration"),
        purpose="accountability",
        retention="histories",
        about=nobody,
        free_text=("object_repr", "change_message"),
        not_personal=("object_id",),
        kept_because=_("It records that something was changed. Names in it are replaced."),
    ),
)
