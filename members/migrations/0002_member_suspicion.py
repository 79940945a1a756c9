from django.db import migrations, models

SUSPICION = models.CharField(
    blank=True,
    choices=[("trap", "hidden field filled in"), ("forged", "form altered"), ("network", "many from one network"), ("address", "many for one address"), ("haste", "filled in too fast"), ("automatic", "looks automatic")],
    max_length=20,
    verbose_name="suspected because",
)


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="member",
            options={
                "default_permissions": ("view",),
                "permissions": [
                    ("take_member", "Can take, release and hand over a file"),
                    ("admit_member", "Can admit a member to a focus area and move it"),
                    ("decline_member", "Can decline a member"),
                    ("decline_member_state", "Can decline a Member State"),
                    (
                        "request_information_member",
                        "Can request information and record the answer",
                    ),
                    ("close_member", "Can close a file without a letter"),
                    ("withdraw_member", "Can withdraw a member on its word"),
                    ("reopen_member", "Can reopen a file"),
                    ("correct_member", "Can correct the facts of a file"),
                    ("clear_suspicion_member", "Can clear the mark of a suspected file"),
                ],
                "verbose_name": "member",
                "verbose_name_plural": "members",
            },
        ),
        migrations.AddField(model_name="member", name="suspicion", field=SUSPICION),
        migrations.AddField(model_name="historicalmember", name="suspicion", field=SUSPICION),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    suspicion__in=[
                        "",
                        "trap",
                        "forged",
                        "network",
                        "address",
                        "haste",
                        "automatic",
                    ]
                ),
                name="members_member_known_suspicion",
            ),
        ),
    ]
