from django.db import migrations, models

CHOICE = models.CharField(
    choices=[
        ("feed", "By my calendar link, to which I subscribe once"),
        ("invitations", "By invitations, one email for each meeting"),
        ("mails", "Not at all: emails are enough for me"),
    ],
    db_default="feed",
    default="feed",
    max_length=20,
    verbose_name="meetings in the calendar",
)
# The release before still writes it, and this one does not.
FORMER = models.BooleanField(
    db_default=False,
    default=False,
    verbose_name="calendar file with emails about changed meetings",
)


class Migration(migrations.Migration):
    dependencies = [("participation", "0008_paper_openings")]

    operations = [
        *(
            migrations.AddField(model_name=model_name, name="calendar", field=CHOICE)
            for model_name in ("mailpreferences", "historicalmailpreferences")
        ),
        migrations.AddField(
            model_name="mailpreferences",
            name="organiser_id",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        *(
            migrations.AlterField(model_name=model_name, name="calendar_files", field=FORMER)
            for model_name in ("mailpreferences", "historicalmailpreferences")
        ),
    ]
