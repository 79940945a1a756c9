"""Previews of a letter as its recipients would read it, before it is sent."""

from dataclasses import dataclass

from django.http import HttpResponse

from accounts.admin.base import StaffRequest
from members.models import FocalPoint
from outbox.admin.mail_preview import mail_frame, store_previews, stored_preview
from outbox.services.letters import RenderedLetter
from triage.decisions.forms.letters import direction_of
from triage.staff_pages.pages import get_member_or_404


@dataclass(frozen=True)
class Preview:
    """One recipient's letter. Its URL contains the key of the preview and the letter's number."""

    focal_point: FocalPoint
    letter: RenderedLetter
    key: str
    number: int

    @property
    def subject(self) -> str:
        return self.letter.subject

    @property
    def text(self) -> str:
        return self.letter.text

    @property
    def direction(self) -> str:
        return direction_of(self.letter.language)


def previews_of(
    request: StaffRequest, letters: list[tuple[FocalPoint, RenderedLetter]]
) -> list[Preview]:
    """Store letters in the session for the frames that will request them."""
    key = store_previews(
        request, ((letter.subject, letter.body, letter.language) for _person, letter in letters)
    )
    return [Preview(person, letter, key, number) for number, (person, letter) in enumerate(letters)]


@mail_frame
def letter_preview(request: StaffRequest, pk: int, key: str, number: int) -> HttpResponse:
    """Show one letter of the person's own preview as e-mail programs show it.

    Raises Http404 if the preview does not exist or was replaced by newer ones.
    """
    get_member_or_404(request, pk)
    return stored_preview(request, key, number)
