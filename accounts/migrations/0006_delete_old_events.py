from django.db import migrations

from core.migration_operations import is_postgresql

# The lowest numbers of days that the retention periods allow. The running portal may delete no
# younger event, whatever its code does: it has no other right to delete in these tables.
MIN_DAYS = {"accounts_signinevent": 90, "accounts_readingevent": 180}
CREATE = """
CREATE FUNCTION {schema}.delete_old_{table}(keys bigint[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH deleted AS (
        DELETE FROM {schema}.{table}
        WHERE id = ANY (keys) AND at < now() - interval '{days} days'
        RETURNING id
    )
    SELECT count(*) FROM deleted
$$;
REVOKE ALL ON FUNCTION {schema}.delete_old_{table}(bigint[]) FROM PUBLIC;
"""
DROP = "DROP FUNCTION {schema}.delete_old_{table}(bigint[])"


def run(schema_editor, statement):
    if not is_postgresql(schema_editor):
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        [schema] = cursor.fetchone()
    for table, days in MIN_DAYS.items():
        schema_editor.execute(statement.format(schema=schema, table=table, days=days))


def create(apps, schema_editor):
    run(schema_editor, CREATE)


def drop(apps, schema_editor):
    run(schema_editor, DROP)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_event_digests")]

    operations = [migrations.RunPython(create, drop, elidable=False)]
