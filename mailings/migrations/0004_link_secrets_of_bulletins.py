from django.db import migrations
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Lower


def keep_link_secrets(apps, schema_editor):
    """Keep the secret of the link in each bulletin that was sent, if it is not revoked yet."""
    focal_points = apps.get_model("members", "FocalPoint").objects
    sent = apps.get_model("mailings", "Recipient").objects.filter(
        mailing__kind="bulletin", message__isnull=False, link_secret=""
    )
    # A corrected address or a new holder of the role has links of their own.
    same = sent.alias(now=Lower("focal_point__email")).filter(address=F("now"))
    secret = focal_points.filter(pk=OuterRef("focal_point_id")).values("link_secret")[:1]
    same.update(link_secret=Subquery(secret))


def forget_link_secrets(apps, schema_editor):
    apps.get_model("mailings", "Recipient").objects.exclude(link_secret="").update(link_secret="")


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0003_recipient_link_secret"),
        ("members", "0001_initial"),
    ]

    operations = [migrations.RunPython(keep_link_secrets, forget_link_secrets)]
