from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


KINDS = [
    ("submitted", "Sent"),
    ("assigned", "Assigned"),
    ("unassigned", "Unassigned"),
    ("information_requested", "Information requested"),
    ("answered", "Reply received"),
    ("corrected", "Corrected by the lead"),
    ("approved", "Approved"),
    ("approval_taken_back", "Approval taken back"),
    ("published", "Published"),
    ("declined", "Declined"),
    ("withdrawn", "Withdrawn"),
    ("superseded", "Superseded by another commitment"),
    ("ended", "Ended"),
    ("change_proposed", "Change proposed"),
    ("changed", "New version published"),
    ("change_declined", "Proposed change declined"),
    ("change_withdrawn", "Proposed change withdrawn"),
    ("text_corrected", "Typing error corrected"),
    ("english_written", "English text written"),
    ("partner_invited", "Partner invited"),
    ("partner_confirmed", "Partner confirmed"),
    ("partner_declined", "Partner declined"),
    ("host_asked", "Host asked"),
    ("host_answered", "Host answered"),
    ("report_asked", "Report asked for"),
    ("report_sent", "Report sent"),
    ("report_question", "Question about a report"),
    ("report_published", "Report published"),
    ("counting_changed", "Counting of amounts changed"),
    ("second_person_asked", "Second person asked to confirm"),
    ("request_taken_back", "Request to confirm taken back"),
    ("noted", "Internal note"),
]

ENGLISH_BY = [("lead", "English by the lead"), ("desk", "English by the coalition’s desk")]


def new_columns(model_name):
    yield migrations.AlterField(
        model_name=model_name,
        name="language",
        field=models.CharField(blank=True, max_length=7, verbose_name="language"),
    )
    for name, options in {
        "title_en": {"max_length": 200, "verbose_name": "title in English"},
        "summary_en": {"max_length": 300, "verbose_name": "sentence in English"},
        "english_by": {
            "max_length": 10,
            "verbose_name": "English by",
            "choices": ENGLISH_BY,
            "editable": False,
        },
    }.items():
        yield migrations.AddField(
            model_name=model_name,
            name=name,
            field=models.CharField(blank=True, default="", db_default="", **options),
        )


class Migration(migrations.Migration):
    dependencies = [("commitments", "0020_validate_constraints")]

    operations = [
        *(
            operation
            for name in ("commitment", "historicalcommitment")
            for operation in new_columns(name)
        ),
        migrations.RemoveConstraint(
            model_name="commitment",
            name="commitments_commitment_known_language",
        ),
        migrations.RemoveConstraint(
            model_name="commitmentevent",
            name="commitments_commitmentevent_known_kind",
        ),
        migrations.RemoveConstraint(
            model_name="letterdraft",
            name="commitments_letterdraft_has_editable_letter",
        ),
        migrations.AddField(
            model_name="commitmentevent",
            name="content_before",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="commitmentevent",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=30, verbose_name="kind"),
        ),
        migrations.AlterField(
            model_name="letterdraft",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=30, verbose_name="kind"),
        ),
        migrations.AlterField(
            model_name="report",
            name="language",
            field=models.CharField(blank=True, max_length=7, verbose_name="language"),
        ),
        AddConstraintNotValid(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("language", ""),
                    ("language__regex", "^[a-z]{2,3}(-[a-z]{4})?$"),
                    _connector="OR",
                ),
                name="commitments_commitment_language_is_a_code",
            ),
        ),
        AddConstraintNotValid(
            model_name="commitment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("english_by", ""), ("summary_en", ""), ("title_en", "")),
                    models.Q(
                        models.Q(("summary_en", ""), ("title_en", ""), _negated=True),
                        ("english_by__in", ["lead", "desk"]),
                    ),
                    _connector="OR",
                ),
                name="commitments_commitment_english_has_an_author",
            ),
        ),
        AddConstraintNotValid(
            model_name="commitmentevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [value for value, _label in KINDS])),
                name="commitments_commitmentevent_known_kind",
            ),
        ),
        AddConstraintNotValid(
            model_name="letterdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "information_requested",
                            "approved",
                            "approval_taken_back",
                            "published",
                            "declined",
                            "withdrawn",
                            "superseded",
                            "changed",
                            "change_declined",
                            "text_corrected",
                        ),
                    )
                ),
                name="commitments_letterdraft_has_editable_letter",
            ),
        ),
    ]
