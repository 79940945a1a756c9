import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


def key_of(model, **options):
    return models.ForeignKey(to=model, related_name="+", **options)


class Migration(migrations.Migration):
    """Pairs of files that may be duplicates, and what each file is recognised by."""

    dependencies = [
        ("members", "0026_likeness_found"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Trait",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("domain", "Domain"), ("name", "Name"), ("word", "Word"), ("email", "Email"), ("person", "Person")], max_length=10)),
                ("value", models.CharField(max_length=300)),
                ("member", key_of("members.member", on_delete=django.db.models.deletion.CASCADE)),
            ],
            options={"verbose_name": "trait", "verbose_name_plural": "traits", "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="Resemblance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("same_domain", models.BooleanField(default=False, verbose_name="same domain")),
                ("same_name", models.BooleanField(default=False, verbose_name="same name or acronym")),
                ("similar_name", models.BooleanField(default=False, verbose_name="similar name")),
                ("same_person", models.BooleanField(default=False, verbose_name="same person")),
                ("found_at", models.DateTimeField(verbose_name="found at")),
                ("dismissed_at", models.DateTimeField(blank=True, null=True, verbose_name="set aside at")),
                ("dismissed_by", key_of(settings.AUTH_USER_MODEL, blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, verbose_name="set aside by")),
                ("earlier", key_of("members.member", on_delete=django.db.models.deletion.CASCADE)),
                ("later", key_of("members.member", on_delete=django.db.models.deletion.CASCADE)),
            ],
            options={"verbose_name": "possible duplicate", "verbose_name_plural": "possible duplicates", "default_permissions": ()},
        ),
        *(
            migrations.AddConstraint(model_name="trait", constraint=constraint)
            for constraint in (
                models.UniqueConstraint(fields=("kind", "value", "member"), name="members_trait_once_in_a_file"),
                models.CheckConstraint(condition=Q(kind__in=["domain", "name", "word", "email", "person"]), name="members_trait_known_kind"),
                models.CheckConstraint(condition=~Q(value=""), name="members_trait_has_a_value"),
            )
        ),
        *(
            migrations.AddConstraint(model_name="resemblance", constraint=constraint)
            for constraint in (
                models.UniqueConstraint(fields=("earlier", "later"), name="members_resemblance_once"),
                models.CheckConstraint(condition=Q(earlier__lt=F("later")), name="members_resemblance_two_files_in_order"),
                models.CheckConstraint(
                    condition=Q(same_domain=True) | Q(same_name=True) | Q(similar_name=True) | Q(same_person=True),
                    name="members_resemblance_has_a_reason",
                ),
                models.CheckConstraint(
                    condition=Q(dismissed_at__isnull=True, dismissed_by__isnull=True) | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
                    name="members_resemblance_dismissed_by_somebody",
                ),
            )
        ),
    ]
