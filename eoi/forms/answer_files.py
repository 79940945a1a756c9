"""A form field for the files of an answer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from members.services.answer_files import (
    ACCEPTED,
    MAX_FILES,
    accepted_files_text,
    max_files_size,
    too_large_together,
    too_many_files,
    validate_answer_file,
)
from outbox.services.template_rendering import FIRST_STRONG_ISOLATE, POP_ISOLATE
from papers.services.file_types import InvalidFile, ValidFile, plain_name


class SeveralFilesInput(forms.FileInput):
    """A file input that takes several files at once."""

    allow_multiple_selected = True


class AnswerFilesField(forms.FileField):
    """Files, each with the type that its content determines. An error names its file."""

    widget = SeveralFilesInput(attrs={"accept": ACCEPTED})

    def describe_limits(self) -> None:
        """Say at the field what is accepted, which depends on the settings."""
        self.help_text = accepted_files_text()
        # For static/js/files.js.
        self.widget.attrs["data-max-size"] = max_files_size()
        self.widget.attrs["data-too-large"] = too_large_together()

    def clean(self, data: list[UploadedFile], initial: Any = None) -> list[ValidFile]:
        # Checked first: of files that are too large together, only the beginning is available.
        if sum(file.size or 0 for file in data) > max_files_size():
            raise ValidationError(too_large_together(), code="too_large")
        if len(data) > MAX_FILES:
            raise ValidationError(too_many_files(), code="too_many")
        files, errors = [], []
        for file in data:
            try:
                files.append(validate_answer_file(file.read(), typed_name=str(file.name)))
            except InvalidFile as refused:
                name = f"{FIRST_STRONG_ISOLATE}{plain_name(str(file.name))}{POP_ISOLATE}"
                about = {"name": name, "problem": refused}
                errors.append(ValidationError(_("%(name)s: %(problem)s") % about))
        if errors:
            raise ValidationError(errors)
        return files
