from django.db import migrations, models


class Migration(migrations.Migration):
    """A working group is counted and turned from an index, which answers for the old one too."""

    dependencies = [("members", "0007_public_list_in_its_order")]

    operations = [
        migrations.AddIndex(
            model_name="member",
            index=models.Index(
                fields=["focus_area", "status", "organisation_name", "id", "granted_role"],
                name="members_member_group",
            ),
        ),
        migrations.RemoveIndex(model_name="member", name="members_mem_focus_a_f9aab8_idx"),
    ]
