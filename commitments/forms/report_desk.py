"""The form with which staff ask a question about a report."""

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_QUESTION_LENGTH = 2000


class QuestionForm(forms.Form):
    """A question to the lead about a report."""

    use_required_attribute = False

    question = forms.CharField(
        label=_("Question"),
        max_length=MAX_QUESTION_LENGTH,
        help_text=_("The focal points read it in the email and on the page of the report."),
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": _("Write the question.")},
    )
