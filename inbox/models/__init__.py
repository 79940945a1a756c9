from inbox.models.incoming_mail import (
    CORRESPONDENCE,
    IncomingFile,
    IncomingKind,
    IncomingMail,
    IncomingMailQuerySet,
    MailboxReading,
    Source,
    name_of_incoming_file,
    name_of_raw_mail,
    replied_by_mail,
)
from inbox.models.owners import OWNER_KINDS, OwnerKind, register_owner_kind

__all__ = [
    "CORRESPONDENCE",
    "OWNER_KINDS",
    "IncomingFile",
    "IncomingKind",
    "IncomingMail",
    "IncomingMailQuerySet",
    "MailboxReading",
    "OwnerKind",
    "Source",
    "name_of_incoming_file",
    "name_of_raw_mail",
    "register_owner_kind",
    "replied_by_mail",
]
