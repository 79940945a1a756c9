"""All resources of the open data, by name. Later apps add theirs."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.http import QueryDict

from commitments.services.open_data import coalition_resources as of_coalition
from commitments.services.open_data import commitment_resources as of_commitments
from commitments.services.open_data import framework_resources as of_frameworks
from commitments.services.open_data import partner_resources as of_partners
from commitments.services.open_data import report_resources as of_reports
from commitments.services.open_data.columns import Resource
from commitments.services.open_data.register_file import REGISTER
from commitments.services.open_data.result_resources import RESULTS
from members.forms import FilterForm

COMMITMENTS: Final = of_commitments.COMMITMENTS
RESOURCES: Final[dict[str, Resource]] = {
    resource.name: resource
    for resource in (
        COMMITMENTS,
        of_commitments.TARGETS,
        of_commitments.PLACES,
        of_commitments.AMOUNTS,
        of_partners.PARTNERS,
        of_partners.ACKNOWLEDGEMENTS,
        of_reports.REPORTS,
        of_reports.REPORT_VALUES,
        RESULTS,
        of_commitments.VERSIONS,
        of_commitments.RETRACTIONS,
        of_coalition.MEMBERS,
        of_coalition.FOCUS_AREAS,
        of_coalition.MEETINGS,
        of_coalition.CALLS,
        of_frameworks.FRAMEWORK_PARAGRAPHS,
        of_frameworks.FRAMEWORK_AMENDMENTS,
    )
}
# What a page documents: also the file in which the rows of several resources are together.
DOCUMENTED: Final[dict[str, Resource]] = {REGISTER.name: REGISTER, **RESOURCES}


@dataclass(frozen=True)
class Filters:
    """The filters of a resource: their names, their form, and the rows that its data match."""

    names: Collection[str]
    form: Callable[[QueryDict], FilterForm]
    matching: Callable[[Mapping[str, Any]], "QuerySet[Any]"]


# The filters of resources that later apps add, by the name of the resource.
FILTERS: Final[dict[str, Filters]] = {}


def register_resource(resource: Resource, filters: Filters) -> None:
    """Add a resource of a later app, which has no row of a commitment, with its own filters."""
    RESOURCES[resource.name] = DOCUMENTED[resource.name] = resource
    FILTERS[resource.name] = filters
