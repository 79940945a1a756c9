import django.db.models.deletion
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid

STAGES = [("pledged", "Pledged"), ("firm", "Firm"), ("paid", "Paid")]


class Migration(migrations.Migration):
    dependencies = [("commitments", "0013_amounts_that_differ")]

    operations = [
        migrations.AddField(
            model_name="partner",
            name="asked_again_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="asked again at"),
        ),
        migrations.AddField(
            model_name="partner",
            name="asked_sums",
            field=models.CharField(
                blank=True, db_default="", default="", editable=False, max_length=64
            ),
        ),
        AddConstraintNotValid(
            model_name="partner",
            constraint=models.CheckConstraint(
                condition=models.Q(asked_again_at=None) | models.Q(answer="confirmed"),
                name="commitments_partner_asked_again_if_confirmed",
            ),
        ),
        migrations.CreateModel(
            name="ConfirmedSum",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.UUIDField(editable=False, verbose_name="number of the amount")),
                (
                    "original",
                    models.DecimalField(decimal_places=3, max_digits=18, verbose_name="amount"),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                (
                    "stage",
                    models.CharField(choices=STAGES, max_length=10, verbose_name="stage"),
                ),
                ("is_current", models.BooleanField(default=True)),
                (
                    "partner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="confirmed_sums",
                        to="commitments.partner",
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmed sum",
                "verbose_name_plural": "confirmed sums",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("partner", "key", "original", "currency", "stage"),
                        name="commitments_confirmedsum_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(is_current=True),
                        fields=("partner", "key"),
                        name="commitments_confirmedsum_one_word_for_an_amount",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(original__gte=0) & ~models.Q(currency=""),
                        name="commitments_confirmedsum_has_value_and_currency",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(stage__in=["pledged", "firm", "paid"]),
                        name="commitments_confirmedsum_known_stage",
                    ),
                ],
            },
        ),
    ]
