from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("mailings", "0001_initial")]

    operations = [
        migrations.AlterModelOptions(
            name="unsubscription",
            options={
                "default_permissions": (),
                "permissions": [
                    ("add_unsubscription", "Can unsubscribe an address from bulletins")
                ],
                "verbose_name": "unsubscription",
                "verbose_name_plural": "unsubscriptions",
            },
        ),
    ]
