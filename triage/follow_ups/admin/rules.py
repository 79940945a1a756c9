"""The follow-up rules in the admin: the number of days, whether in use, and the template."""

from typing import Final

from django.contrib import admin
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from core.admin.conflicts import ConflictAdmin
from core.admin.lookups import FixedRows
from outbox.models import MessageTemplate
from outbox.models.template_types import get_template_type
from triage.follow_ups.models import FollowUpRule, FollowUpStep

# The template type of each step. Proposing to close a member sends no message.
TEMPLATE_OF_STEP: Final = {
    FollowUpStep.REMIND_OF_REQUEST: "reminder_information_request",
    FollowUpStep.NOTIFY_OFFICER: "officer_no_reply",
    FollowUpStep.REMIND_TO_CONFIRM: "reminder_confirm_address",
    FollowUpStep.REMIND_OF_DEADLINE: "reminder_draft",
}
# The event from which the days of each step are counted.
COUNTED_FROM: Final[dict[str, Promise]] = {
    FollowUpStep.REMIND_OF_REQUEST: _("after the request for information"),
    FollowUpStep.NOTIFY_OFFICER: _("after the reminder, or after the request if there was none"),
    FollowUpStep.PROPOSE_CLOSING: _(
        "after the assignee was notified, or after the last earlier step"
    ),
    FollowUpStep.REMIND_TO_CONFIRM: _("after the first email to the address"),
    FollowUpStep.REMIND_OF_DEADLINE: _("before the deadline of the call"),
}


@admin.register(FollowUpRule)
class FollowUpRuleAdmin(FixedRows, ConflictAdmin):
    """Five rows, one for each step. Timeline entries refer to them, so they are only disabled."""

    list_display = ("step", "days", "counted", "is_active", "words")
    ordering = ("pk",)
    fields = ("step", "days", "counted", "is_active", "texts")
    readonly_fields = ("step", "counted", "texts")
    actions = None

    @admin.display(description=_("counted from"))
    def counted(self, rule: FollowUpRule) -> str:
        """Describe the event from which the days are counted."""
        return str(COUNTED_FROM[rule.step])

    @admin.display(description=_("email template"))
    def words(self, rule: FollowUpRule) -> str:
        """Show the name of the message that the step sends, with a link to all templates."""
        kind = get_template_type(TEMPLATE_OF_STEP.get(FollowUpStep(rule.step), ""))
        return render_to_string("admin/triage/followuprule/_words.html", {"kind": kind})

    @admin.display(description=_("email template"))
    def texts(self, rule: FollowUpRule) -> str:
        """Link to the template of the message that the step sends, in each language."""
        rows = MessageTemplate.objects.filter(
            template_type=TEMPLATE_OF_STEP.get(FollowUpStep(rule.step), "")
        )
        texts = [
            (row.pk, str(get_language_info(row.language)["name_translated"]))
            for row in rows.order_by("language")
        ]
        return render_to_string("admin/triage/followuprule/_texts.html", {"texts": texts})
