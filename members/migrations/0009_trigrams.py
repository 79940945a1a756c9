from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """PostgreSQL can index the middle of words; whoever owns the database may let it."""

    dependencies = [("members", "0008_working_group_in_its_order")]

    operations = [TrigramExtension()]
