"""What an upgrade did to the rows of the stored release."""

from django.db import connection

from tools.release_data import columns_of, rows_of

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
# What a partner declined leaves these published versions for good (decision 47).
VERSIONS = "commitments_commitmentversion"


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
        if table not in SEEDS
        and comparable(table, model, rows_of(model))
        != comparable(table, model, release.rows[table])
    }


def comparable(table, model, rows):
    """Return the rows that must be the same: all but versions with a partner that declined."""
    if table != VERSIONS:
        return rows
    with connection.cursor() as cursor:
        cursor.execute("SELECT commitment_id FROM commitments_partner WHERE answer = 'declined'")
        declined = {str(key) for (key,) in cursor.fetchall()}
    place = [field.name for field in columns_of(model)].index("commitment")
    kept = [row for row in rows if str(row[place]) not in declined]
    assert kept != []
    return kept
