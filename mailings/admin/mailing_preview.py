"""The preview of a mailing while it is being typed, as one of its recipients would read it."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.admin.base import StaffRequest
from accounts.services.permissions import needs
from mailings.admin.pages import CHANGE, VIEW, get_mailing_or_404
from mailings.forms import TextsForm
from mailings.models import Mailing, MailingText, Recipient
from mailings.services.letters import MailingTexts, validate_mailing_text
from outbox.admin.mail_preview import mail_frame, refuse_typed, show_typed, stored_preview


@require_POST
@needs(VIEW, CHANGE)
def preview_typed(request: StaffRequest, pk: int) -> HttpResponse:
    """Preview the text in one language, for js/letter_text.js. Nothing is saved."""
    mailing = get_mailing_or_404(request, pk)
    form = TextsForm(request.POST)
    form.full_clean()
    # Changed for the preview alone: the mailing as it would be with this text only.
    mailing.kind = form.typed.get("kind", mailing.kind)
    language = request.POST.get("preview_language")
    mailing.language = language if language in form.written else mailing.language
    typed = form.written[mailing.language]
    if faults := validate_mailing_text(typed.subject, typed.body):
        return refuse_typed(_with_labels(form, mailing.language, faults))
    recipient = _reader_of(mailing)
    if recipient is None:
        return refuse_typed([_("No recipients.")])
    text = MailingText(language=mailing.language, subject=typed.subject, body=typed.body)
    return show_typed(
        request,
        MailingTexts(mailing, [text]).letter_to(recipient.focal_point),
        title=_("Email to %(name)s") % {"name": recipient.focal_point.full_name},
        frame="admin:mailings_mailing_typed_preview",
        pk=pk,
    )


@mail_frame
@needs(VIEW)
def typed_preview(request: StaffRequest, pk: int, key: str, number: int) -> HttpResponse:
    """Show a mail of the user's own preview, as mail programs show it."""
    get_mailing_or_404(request, pk)
    return stored_preview(request, key, number)


def _reader_of(mailing: Mailing) -> Recipient | None:
    """Return the first recipient who reads the language of a mailing, or else the first one."""
    people = mailing.recipients.included().with_people().order_by("pk")
    return people.filter(focal_point__language=mailing.language).first() or people.first()


def _with_labels(form: TextsForm, language: str, faults: dict[str, list[str]]) -> list[str]:
    """Return the errors of a text, each with the label of its field."""
    return [
        _("%(heading)s: %(words)s") % {"heading": form[f"{name}_{language}"].label, "words": each}
        for name, sentences in faults.items()
        for each in sentences
    ]
