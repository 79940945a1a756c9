"""Two concurrent runs of the mail with new matches, and a match that ends meanwhile."""

from functools import partial

from opportunities.models import NoDigest, ToldMatch
from opportunities.services.digest import send_digests, switch_digest
from outbox.models import Message
from tests.factories import NOON, FocalPointFactory
from tests.opportunities.fitting import a_need, an_offer
from tests.sweeps.races.race import Race, twice

TOLD = "opportunities_toldmatch"


def two_tell():
    for row in (a_need(), an_offer()):
        FocalPointFactory(member=row.member)
    return twice(partial(send_digests, at=NOON))


def two_switch_off():
    person = FocalPointFactory(member=a_need().member)
    return twice(partial(switch_digest, people=[person], is_wanted=False, at=NOON))


RACES = {
    "tell of matches": Race(two_tell, TOLD, (2, 0), {Message: 2, ToldMatch: 2}),
    "switch off the mail with matches": Race(
        two_switch_off, "opportunities_nodigest", (None, None), {NoDigest: 1}, needs_lock=False
    ),
}
