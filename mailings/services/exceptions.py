"""Why a change of a mailing is refused. Each message is for the person who asked for it."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.conflicts import Conflict, Refused
from core.dates import GENEVA, format_datetime
from mailings.models import Mailing, MailingStatus

STATUS_SENTENCES = {
    MailingStatus.DRAFT: gettext_lazy("This mailing is a draft."),
    MailingStatus.SCHEDULED: gettext_lazy("This mailing is already scheduled."),
    MailingStatus.SENDING: gettext_lazy("This mailing is being sent."),
    MailingStatus.PAUSED: gettext_lazy("This mailing is paused."),
    MailingStatus.SENT: gettext_lazy("This mailing has been sent."),
    MailingStatus.CANCELLED: gettext_lazy("This mailing is cancelled."),
}


class WrongStatus(Refused):
    """The action is not possible in the current status of the mailing."""

    def __init__(self, mailing: Mailing) -> None:
        sentence = str(STATUS_SENTENCES[MailingStatus(mailing.status)])
        super().__init__(_("%(standing)s Nothing was changed.") % {"standing": sentence})


class MailingConflict(Conflict):
    """The mailing was changed after the person opened it; `mailing` is its current state."""

    def __init__(self, mailing: Mailing) -> None:
        self.mailing = mailing
        last = mailing.history.order_by("history_id").last()
        super().__init__(
            _(
                "%(name)s changed this mailing on %(moment)s, after you opened it. Your changes "
                "were not saved."
            )
            % {
                "name": last.history_by_name or _("The portal"),
                "moment": format_datetime(last.history_date, GENEVA),
            }
        )


class NoRecipients(Refused):
    """The mailing has no recipients."""

    def __init__(self) -> None:
        super().__init__(_("No recipients: there is no focal point to send the mailing to."))


class RecipientCountChanged(Refused):
    """The number of recipients differs from the number that the person confirmed."""

    def __init__(self, number: int) -> None:
        super().__init__(
            ngettext(
                "The list has changed since you opened this page. The mailing now has %(number)d "
                "recipient. Nothing was sent.",
                "The list has changed since you opened this page. The mailing now has %(number)d "
                "recipients. Nothing was sent.",
                number,
            )
            % {"number": number}
        )


class MoreRecipients(Refused):
    """The mailing has more recipients than the first person requested to send it to."""

    def __init__(self, number: int, requested: int) -> None:
        super().__init__(
            ngettext(
                "The mailing now has %(number)d recipient, more than the request (%(requested)d). "
                "Nothing was sent. Return it, so that it is requested again.",
                "The mailing now has %(number)d recipients, more than the request (%(requested)d). "
                "Nothing was sent. Return it, so that it is requested again.",
                number,
            )
            % {"number": number, "requested": requested}
        )


class SecondPersonNeeded(Refused):
    """So many recipients need a second person."""

    def __init__(self) -> None:
        number = settings.MAILING_SECOND_PERSON_ABOVE
        super().__init__(
            _(
                "A mailing to more than %(number)d recipients needs a second person. Open the page "
                "again, and request it."
            )
            % {"number": number}
        )


class NothingToSend(Refused):
    """There is no text that can be sent."""

    def __init__(self) -> None:
        super().__init__(
            _("The text cannot be sent yet. Correct the errors shown beside it in the draft.")
        )


class InThePast(Refused):
    """The scheduled time is in the past."""

    def __init__(self) -> None:
        super().__init__(_("This time has passed. Choose a later time, or send the mailing now."))


class RecipientGone(Refused):
    """The recipient is no longer on the list, or not as the page showed them."""

    def __init__(self) -> None:
        super().__init__(_("The list has changed in the meantime. Check it again."))
