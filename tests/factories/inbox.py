import factory
from factory.django import DjangoModelFactory

from inbox.models import IncomingFile, IncomingKind, IncomingMail, MailboxReading, Source
from tests.factories.noon import NOON


class IncomingMailFactory(DjangoModelFactory):
    class Meta:
        model = IncomingMail

    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    size = 1000
    source = Source.IMAP
    kind = IncomingKind.REPLY
    received_at = NOON
    # Like no address of a focal point, so that a search by it finds nobody.
    sender = "unknown@elsewhere.test"
    subject = "Re: A subject"
    text = "We are 40 people."


class IncomingFileFactory(DjangoModelFactory):
    class Meta:
        model = IncomingFile

    mail = factory.SubFactory(IncomingMailFactory)
    file = factory.Sequence(lambda n: f"incoming-files/{n}")
    file_name = "Statutes.pdf"
    content_type = "application/pdf"
    size = 10
    sha256 = "0" * 64


class MailboxReadingFactory(DjangoModelFactory):
    class Meta:
        model = MailboxReading

    read_at = NOON
