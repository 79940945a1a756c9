"""One row of any model, for sweeps over all of them."""

from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from focus_areas.models import FocusArea
from members.models import Member
from outbox.models import MessageTemplate
from tests import factories
from tests.factories import FocalPointFactory, MemberFactory

FACTORIES = {
    thing._meta.model: thing
    for thing in vars(factories).values()
    if isinstance(thing, type) and issubclass(thing, DjangoModelFactory) and thing._meta.model
}
# Their rows come from essentials, and there are no others.
FIXED = {FocusArea, Group, MessageTemplate}


def a_row_of(model, **facts):
    if model in FIXED:
        return model.objects.order_by("pk").first()
    if model is Member:
        member = MemberFactory(**facts)
        FocalPointFactory(member=member)
        return member
    return FACTORIES[model](**facts)
