from django.db import migrations
from django.db.models import Case, OuterRef, Subquery, When


WITH_HISTORY = ['historicalcall', 'historicalfocalpoint', 'historicalmember']


def keep_names(apps, schema_editor):
    """Note in each version who made it, as they are called now."""
    users = apps.get_model("accounts", "User").objects.filter(pk=OuterRef("history_user"))
    name = Case(When(name="", then="email"), default="name")
    for model in WITH_HISTORY:
        rows = apps.get_model("members", model).objects.filter(history_user__isnull=False)
        rows.update(history_by_name=Subquery(users.annotate(called=name).values("called")[:1]))


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0024_names_in_history'),
        ('accounts', '0003_names_in_history'),
    ]

    operations = [
        migrations.RunPython(keep_names, migrations.RunPython.noop),
    ]
