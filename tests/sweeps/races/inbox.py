"""Two concurrent calls about one reply."""

from functools import partial

from inbox.services.attaching import attach_mail, detach_mail
from tests.factories import NOON, IncomingMailFactory, MemberFactory
from tests.sweeps.races.race import Race, own
from tests.triage.staff import officer

MAIL = "inbox_incomingmail"


def attaching(mail):
    row, reference, by = own(mail), MemberFactory().reference, officer()

    def attach():
        return attach_mail(mail=row, reference=reference, by=by, at=NOON).reference == reference

    return attach


def two_attach():
    mail = IncomingMailFactory()
    return attaching(mail), attaching(mail)


def two_detach():
    mail = IncomingMailFactory(reference="P2C-K7M4Q2")
    return partial(detach_mail, mail=own(mail), by=officer()), partial(
        detach_mail, mail=own(mail), by=officer()
    )


RACES = {
    "two officers attach one reply": Race(two_attach, MAIL, (True, "already_attached")),
    "two officers detach one reply": Race(two_detach, MAIL, (None, "not_attached")),
}
