"""One row of any model, for sweeps over all models."""

from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from commitments.models import Commitment, CommitmentStatus, Report, ReportStatus
from focus_areas.models import FocusArea, HomeSection
from framework.models import Framework
from mailings.models import Mailing
from members.models import Member, MemberStatus
from outbox.models import MessageTemplate
from privacy.models import ProcessingStatement, RetentionPeriod
from tests import factories
from tests.commitments.kinds import a_whole_commitment, member_with_a_focal_point
from tests.factories import (
    NOON,
    FocalPointFactory,
    FocusAreaFactory,
    MailingFactory,
    MailingTextFactory,
    MemberFactory,
    RecipientFactory,
    ReportFactory,
)

FACTORIES = {
    thing._meta.model: thing
    for thing in vars(factories).values()
    if isinstance(thing, type) and issubclass(thing, DjangoModelFactory) and thing._meta.model
}
# Seeds create their rows, and there are no others.
FIXED = {
    FocusArea,
    Framework,
    Group,
    HomeSection,
    MessageTemplate,
    ProcessingStatement,
    RetentionPeriod,
}


def a_row_of(model, **facts):
    if model in FIXED:
        return model.objects.order_by("pk").first()
    if model is Member:
        member = MemberFactory(**facts)
        FocalPointFactory(member=member)
        return member
    if model is Report:
        # Staff see no draft.
        return ReportFactory(**{"status": ReportStatus.SENT, **facts})
    if model is Mailing:
        # To a member of the first focus area.
        mailing = MailingFactory(**facts)
        member = MemberFactory(status=MemberStatus.ADMITTED)
        RecipientFactory(mailing=mailing, focal_point=FocalPointFactory(member=member))
        MailingTextFactory(mailing=mailing)
        return mailing
    if model is Commitment:
        facts = {"status": CommitmentStatus.SUBMITTED, "focus_area": FocusAreaFactory(), **facts}
        lead, host = member_with_a_focal_point(), member_with_a_focal_point(country="MW")
        return a_whole_commitment(lead=lead, host=host, at=NOON, **facts)
    return FACTORIES[model](**facts)
