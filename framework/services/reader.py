"""Who reads a framework, by which way, and what they may see and do there."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from framework.models import Draft, DraftState, Framework
from framework.services.amendments import may_propose
from members.models import FocalPoint


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One request's reader of a framework.

    `person` is a focal point of an admitted member of the area, with the member as shown. `token`
    is the private link by which they came; then every address of the framework's pages has it.
    """

    framework: Framework
    at: datetime
    person: FocalPoint | None = None
    is_staff: bool = False
    token: str = ""

    @property
    def is_in_group(self) -> bool:
        """Whether they belong to the working group, or coordinate it."""
        return self.person is not None or self.is_staff

    @property
    def can_read(self) -> bool:
        """Whether they may read the drafts that are not in preparation."""
        return self.framework.is_public or self.is_in_group

    @property
    def can_propose(self) -> bool:
        """Whether their organisation may propose changes while a draft is open."""
        return self.person is not None and may_propose(self.framework, self.person.member)

    @property
    def is_co_lead(self) -> bool:
        """Whether their organisation leads the working group."""
        return self.person is not None and self.person.member.is_co_lead

    @property
    def sees_names(self) -> bool:
        """Whether they see which person sent an amendment."""
        return self.is_staff or self.is_co_lead

    def sees_amendments(self, draft: Draft) -> bool:
        """Whether they see the amendments of a draft: the public when it has closed."""
        if not self.can_read or draft.state_at(self.at) == DraftState.PREPARATION:
            return False
        return self.is_in_group or draft.state_at(self.at) != DraftState.OPEN

    def address(self, page: str, *arguments: object) -> str:
        """Return the URL of a page of this framework, by the way on which they came."""
        if self.token:
            return reverse(f"framework:{page}_by_link", args=[self.token, *arguments])
        return reverse(f"framework:{page}", args=[self.framework.focus_area.slug, *arguments])
