import django.db.models.deletion
import phonenumber_field.modelfields
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
TITLES = [
    ("he", "H.E."),
    ("dr", "Dr"),
    ("prof", "Prof."),
    ("ms", "Ms"),
    ("mr", "Mr"),
    ("mx", "Mx"),
]


class Migration(migrations.Migration):
    """Who was asked to take a focal point's role over."""

    dependencies = [("members", "0014_focal_point_confirmed")]

    operations = [
        migrations.CreateModel(
            name="Successor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(blank=True, choices=TITLES, max_length=10, verbose_name="title")),
                ("given_name", models.CharField(blank=True, max_length=100, verbose_name="given name")),
                ("family_name", models.CharField(max_length=100, verbose_name="family name")),
                ("position", models.CharField(blank=True, max_length=200, verbose_name="position")),
                ("email", models.EmailField(max_length=254, verbose_name="email")),
                ("phone", phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=40, region=None, verbose_name="phone")),
                ("language", models.CharField(choices=LANGUAGES, max_length=7, verbose_name="language of correspondence")),
                ("time_zone", models.CharField(max_length=64, validators=[focus_areas.models.validate_time_zone], verbose_name="time zone")),
                ("named_at", models.DateTimeField(verbose_name="named at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                ("focal_point", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="successor", to="members.focalpoint", verbose_name="in place of")),
                ("named_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.focalpoint", verbose_name="named by")),
            ],
            options={
                "verbose_name": "successor",
                "verbose_name_plural": "successors",
                "abstract": False,
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(expires_at__gt=models.F("named_at")), name="members_successor_expires_after_naming"),
                    models.CheckConstraint(condition=models.Q(language__in=[code for code, _name in LANGUAGES]), name="members_successor_known_language"),
                    models.CheckConstraint(condition=models.Q(title__in=["", *(code for code, _name in TITLES)]), name="members_successor_known_title"),
                    models.CheckConstraint(condition=~models.Q(family_name="") & ~models.Q(email=""), name="members_successor_has_name_and_email"),
                ],
            },
        ),
    ]
