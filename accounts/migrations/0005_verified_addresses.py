"""Gives every account the verified address that new ones get as they are made."""

from django.db import migrations


def verify_addresses(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email.lower(), primary=True, verified=True)
        for user in User.objects.filter(emailaddress=None).order_by("pk")
    )


def forget_addresses(apps, schema_editor):
    apps.get_model("account", "EmailAddress").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_names_of_before"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(verify_addresses, forget_addresses)]
