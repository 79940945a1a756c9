from inbox.models.incoming_mail import (
    CORRESPONDENCE,
    IncomingFile,
    IncomingKind,
    IncomingMail,
    MailboxReading,
    Source,
    name_of_incoming_file,
    name_of_raw_mail,
)

__all__ = [
    "CORRESPONDENCE",
    "IncomingFile",
    "IncomingKind",
    "IncomingMail",
    "MailboxReading",
    "Source",
    "name_of_incoming_file",
    "name_of_raw_mail",
]
