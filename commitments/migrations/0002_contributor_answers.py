import django.db.models.deletion
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):
    dependencies = [
        ("commitments", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="amount",
            name="contributor_answer",
            field=models.CharField(
                blank=True,
                choices=[
                    ("confirmed", "Confirmed"),
                    ("declined", "Declined"),
                    ("not_asked", "Published before contributors were asked"),
                ],
                db_default="",
                default="",
                editable=False,
                max_length=10,
                verbose_name="answer of the contributor",
            ),
        ),
        migrations.AddField(
            model_name="partner",
            name="declined_before",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        AddConstraintNotValid(
            model_name="amount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    contributor_answer__in=["", "confirmed", "declined", "not_asked"]
                ),
                name="commitments_amount_known_contributor_answer",
            ),
        ),
        migrations.CreateModel(
            name="RetractedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "table",
                    models.CharField(
                        choices=[("amounts", "Amounts"), ("partners", "Partners")],
                        max_length=20,
                        verbose_name="file",
                    ),
                ),
                ("key", models.UUIDField(verbose_name="number of the row")),
                ("retracted_at", models.DateTimeField(verbose_name="retracted at")),
                (
                    "commitment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retractions",
                        to="commitments.commitment",
                    ),
                ),
            ],
            options={
                "verbose_name": "retracted row of the open data",
                "verbose_name_plural": "retracted rows of the open data",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("commitment", "table", "key"), name="commitments_retractedrow_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(table__in=["amounts", "partners"]),
                        name="commitments_retractedrow_known_table",
                    ),
                ],
            },
        ),
    ]
