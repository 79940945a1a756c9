"""What an upgrade did to the rows of the stored release."""

from django.db import connection

from tools.release_data import rows_of

# What every `migrate` may write again: it stores what the code declares, and adds translations.
SEEDS = {
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "focus_areas_focusarea",
    "focus_areas_historicalfocusarea",
    "focus_areas_historicalfocusarea_coordinators",
    "focus_areas_historicallink",
    "focus_areas_historicalpillar",
    "focus_areas_homesection",
    "focus_areas_link",
    "focus_areas_pillar",
    "members_call",
    "members_historicalcall",
    "outbox_historicalmessagetemplate",
    "outbox_messagetemplate",
}
# What a partner declined leaves the published versions for good (decision 47).
TAKEN_OUT = {"commitments_commitmentversion"}


def lost_rows(release):
    """Return how many rows each table of the release has lost; all of them without the table."""
    tables = set(connection.introspection.table_names())
    lost = {}
    for table, rows in release.rows.items():
        count = 0
        if table in tables:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
                [count] = cursor.fetchone()
        if count < len(rows):
            lost[table] = len(rows) - count
    return lost


def changed_tables(release):
    """Return the tables whose rows are not those of the release, after the way back."""
    return {
        table
        for table, model in release.models().items()
        if table not in SEEDS | TAKEN_OUT and rows_of(model) != release.rows[table]
    }
