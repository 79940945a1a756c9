"""What a commitment still needs so that its progress can be followed, in words and never a score.

These are no errors: a commitment can be sent with gaps. Goals that are specific and measurable are
reported on more often, so the form says what is missing while the lead writes.
"""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from django.utils.translation import gettext as _

from commitments.models import Commitment, CommitmentType, Novelty, PartnerAnswer
from commitments.services.content import Content, TargetContent
from core.folding import fold


class FormPart(StrEnum):
    """The parts of the form, in their order."""

    WHAT = "what"
    TARGETS = "targets"
    PLACES = "places"
    PARTNERS = "partners"
    MONEY = "money"
    MORE = "more"


class Gap(NamedTuple):
    """What is missing, in one sentence, and the part of the form that asks for it."""

    part: FormPart
    sentence: str


def gaps_in(content: Content, parts: Iterable[FormPart] = tuple(FormPart)) -> list[Gap]:
    """Return what is missing in some parts of a content, which may be incomplete."""
    finders = {
        FormPart.WHAT: _gaps_in_what,
        FormPart.TARGETS: _gaps_in_targets,
        FormPart.PLACES: _gaps_in_places,
        FormPart.PARTNERS: _gaps_in_partners,
        FormPart.MONEY: _gaps_in_money,
        FormPart.MORE: _gaps_in_more,
    }
    return [Gap(part, sentence) for part in parts for sentence in finders[part](content)]


def partners_without_answer(commitment: Commitment) -> list[str]:
    """Return the names of the partners of a commitment who have not confirmed it yet."""
    waiting = (PartnerAnswer.NOT_INVITED, PartnerAnswer.INVITED)
    partners = commitment.partners.filter(is_current=True, answer__in=waiting)
    return list(partners.order_by("position", "pk").values_list("name", flat=True))


def _gaps_in_what(content: Content) -> Iterator[str]:
    if content.novelty == Novelty.EXPANDS and not content.announced_before:
        yield _(
            "It expands what exists: say what exists already, so that only the new part counts."
        )


def _gaps_in_targets(content: Content) -> Iterator[str]:
    if not content.targets:
        yield _("There is no target: say what will be reached, and by when.")
    for target in content.targets:
        yield from _gaps_in_target(target)


def _gaps_in_target(target: TargetContent) -> Iterator[str]:
    name = {"indicator": target.indicator or _("Target")}
    if target.by is None:
        yield _("“%(indicator)s” has no date by which it will be reached.") % name
    if target.is_yes_no:
        return
    if target.value is None:
        yield _("“%(indicator)s” has no number to reach.") % name
    if not target.unit:
        yield _("“%(indicator)s” has no unit, such as people or schools.") % name
    if target.baseline is None:
        yield (
            _("“%(indicator)s” has no number at the start, so nobody can see how far it has come.")
            % name
        )
    elif target.baseline_on is None:
        yield _("The number at the start of “%(indicator)s” has no date.") % name


def _gaps_in_places(content: Content) -> Iterator[str]:
    if not content.places:
        yield _("There is no place: say in which countries or regions it has an effect.")
    if content.starts is None:
        yield _("There is no date on which it starts.")
    if content.ends is None:
        yield _("There is no date on which it ends.")


def _gaps_in_money(content: Content) -> Iterator[str]:
    if content.type == CommitmentType.FINANCIAL and content.amount_not_disclosed:
        yield _(
            "The amount is not disclosed, so it is shown in the register and counts in no total."
        )
    for amount in content.amounts:
        if amount.original is not None and amount.decided_on is None:
            yield _(
                "An amount has no day on which it was decided: US dollars are then computed for "
                "the month of the publication."
            )
            return


def _gaps_in_partners(content: Content) -> Iterator[str]:
    givers = {fold(amount.contributor_name) for amount in content.amounts}
    for partner in content.partners:
        if not partner.name or partner.member is not None or partner.contact_email:
            continue
        if fold(partner.name) in givers:
            yield _(
                "“%(partner)s” gives money and has no email address of a contact, so it cannot be "
                "asked to confirm, and its money is not shown."
            ) % {"partner": partner.name}
        else:
            yield _(
                "“%(partner)s” has no email address of a contact, so it cannot be asked to confirm."
            ) % {"partner": partner.name}


def _gaps_in_more(content: Content) -> Iterator[str]:
    if not content.topics and not content.sdgs:
        yield _("No topic and no goal is chosen, so people who look for one do not find it.")
