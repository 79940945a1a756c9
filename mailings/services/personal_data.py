"""The personal data in mailings and subscriptions."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.personal_data import (
    ERASED_NAME,
    PersonalTable,
    acted,
    erased_address,
    has_account,
    has_address,
)

PERSONAL_TABLES: Final = (
    PersonalTable(
        model="mailings.Mailing",
        name=_("mailings"),
        purpose="correspondence",
        retention="messages",
        about=lambda person: person.has_account("created_by") | person.has_account("confirmed_by"),
        # A search for a name may be among the filters of a list.
        free_text=("query", "selection_in_words"),
        exported=("kind", "created_at", "confirmed_at"),
        kept_because=_("Who wrote it leads to an account that has no name any more."),
    ),
    PersonalTable(
        model="mailings.MailingText",
        name=_("texts of mailings"),
        purpose="correspondence",
        retention="messages",
        about=has_account("mailing__created_by"),
        free_text=("subject", "body"),
        kept_because=_("A text to many. Names in it are replaced."),
    ),
    PersonalTable(
        model="mailings.SendRequest",
        name=_("requests to send a mailing"),
        purpose="correspondence",
        retention="messages",
        about=lambda person: person.has_account("requested_by") | person.has_account("decided_by"),
        free_text=("reason",),
        exported=("status", "requested_at", "decided_at"),
        kept_because=_(
            "Who requested and confirmed it leads to accounts that have no name any more."
        ),
    ),
    PersonalTable(
        model="mailings.Recipient",
        name=_("recipients of mailings"),
        purpose="correspondence",
        retention="messages",
        about=has_address("address"),
        fields={"address": erased_address(), "link_secret": ""},
        exported=("address", "exclusion", "unsubscribed_at"),
        member="focal_point__member",
    ),
    PersonalTable(
        model="mailings.Unsubscription",
        name=_("unsubscriptions"),
        purpose="news",
        retention="subscriptions",
        about=has_address("address"),
        exported=("address", "at"),
    ),
    PersonalTable(
        model="mailings.GroupLetter",
        name=_("letters of co-leads"),
        purpose="membership",
        retention="messages",
        about=acted(role="focal_point", name="written_by_name"),
        fields={"written_by_name": ERASED_NAME},
        free_text=("subject", "body", "reason"),
        exported=("written_by_name", "subject", "body", "submitted_at"),
        member="focal_point__member",
        organisation_fields={"organisation_name": ERASED_NAME},
    ),
)
