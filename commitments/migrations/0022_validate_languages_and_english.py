from django.db import migrations

from core.migration_operations import ValidateConstraint


class Migration(migrations.Migration):
    dependencies = [("commitments", "0021_languages_and_english")]

    operations = [
        ValidateConstraint(model_name=model, name=f"commitments_{model}_{fact}")
        for model, fact in (
            ("commitment", "language_is_a_code"),
            ("commitment", "english_has_an_author"),
            ("commitmentevent", "known_kind"),
            ("letterdraft", "has_editable_letter"),
        )
    ]
