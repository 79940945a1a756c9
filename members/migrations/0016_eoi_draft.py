import django.db.models.deletion
from django.db import migrations, models

import focus_areas.models

LANGUAGES = [
    ("ar", "Arabic"),
    ("zh-hans", "Chinese"),
    ("en", "English"),
    ("fr", "French"),
    ("ru", "Russian"),
    ("es", "Spanish"),
]


class Migration(migrations.Migration):
    """What was begun and is to be finished later."""

    dependencies = [("members", "0015_successor")]

    operations = [
        migrations.CreateModel(
            name="EoiDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("submission_key", models.CharField(editable=False, max_length=64, unique=True)),
                ("email", models.EmailField(max_length=254, verbose_name="email")),
                ("language", models.CharField(choices=LANGUAGES, max_length=7, verbose_name="language")),
                ("time_zone", models.CharField(blank=True, max_length=64, validators=[focus_areas.models.validate_time_zone], verbose_name="time zone")),
                ("typed", models.TextField(editable=False, verbose_name="as typed")),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("saved_at", models.DateTimeField(verbose_name="saved at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("warned_at", models.DateTimeField(blank=True, null=True, verbose_name="warned at")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("call", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="drafts", to="members.call", verbose_name="call")),
            ],
            options={
                "verbose_name": "unfinished expression of interest",
                "verbose_name_plural": "unfinished expressions of interest",
                "default_permissions": (),
                "indexes": [models.Index(fields=["expires_at"], name="members_eoi_expires_2f9c8e_idx")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(saved_at__gte=models.F("started_at"), expires_at__gt=models.F("saved_at")), name="members_eoidraft_times_in_order"),
                    models.CheckConstraint(condition=models.Q(language__in=[code for code, _name in LANGUAGES]), name="members_eoidraft_known_language"),
                    models.CheckConstraint(condition=~models.Q(email="") & ~models.Q(submission_key=""), name="members_eoidraft_has_email_and_key"),
                ],
            },
        ),
    ]
