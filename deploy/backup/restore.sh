#!/bin/sh
# Restores a backup into an empty database and an empty folder, holds all email, and erases again
# whom somebody erased since the backup.
#
#     restore.sh /var/backups/p2c/p2c-20261128T140500Z
#
# It needs the settings of the restored portal in the environment: DATABASE_URL names an empty
# database, and SECRET_KEY is the one of the backup. MIGRATION_DATABASE_URL has the owner of the
# tables, if the running portal has another role. Stop the portal before, and start it after.
# KEY is a file with a private key of age that opens the backup. DECRYPT is another command that
# decrypts what ENCRYPT encrypted; for a backup in clear it is `cat`.
#
# ERASURES is the list of erasures to repeat. Without it, this is the list of this machine; if there
# is none, the one of the latest backup in the same folder.
#
# Restore with the release that made the backup, then upgrade.

. "$(dirname -- "$0")/common.sh"

FOLDER=${1:?Name the folder of the backup}
use_key

(cd "$FOLDER" && sha256sum --quiet --check SHA256SUMS) || fail "The backup is damaged."
use_database
TABLES=$(psql --no-psqlrc --tuples-only --no-align --command \
    "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
[ "$TABLES" = 0 ] || fail "The database $PGDATABASE is not empty. Create another one."
[ -z "$(find "$MEDIA_ROOT" -type f 2>/dev/null | head -n 1)" ] \
    || fail "The folder $MEDIA_ROOT is not empty. Move it away first."
mkdir -p "$MEDIA_ROOT"

say "Files"
for part in files.tar files-added.tar; do
    checked decrypted "$FOLDER/$part" | tar --extract --directory "$MEDIA_ROOT" --file -
done
check_pipes
say "Database"
checked decrypted "$FOLDER/database.dump" \
    | pg_restore --no-owner --no-privileges --single-transaction --exit-on-error \
        --dbname "$PGDATABASE"
check_pipes
cd "$PORTAL"
if [ -n "${MIGRATION_DATABASE_URL:-}" ]; then
    say "Rights of the running portal"
    "$PYTHON" manage.py grant_rights
fi
say "Hold email"
"$PYTHON" manage.py hold_mail --restored
if [ -n "$ERASURES_FILE" ]; then
    say "Repeat erasures"
    LATEST=$(find "$(dirname -- "$FOLDER")" -path '*/p2c-*T*Z/erasures.jsonl' \
        | LC_ALL=C sort | tail -n 1)
    [ -z "$LATEST" ] || [ -e "$ERASURES_FILE" ] || decrypted "$LATEST" > "$ERASURES_FILE"
    touch "$ERASURES_FILE"
    "$PYTHON" manage.py repeat_erasures "${ERASURES:-$ERASURES_FILE}"
fi
say "Verify"
"$PYTHON" manage.py verify
say "Done. Start the portal; a desk manager releases the email in the administration."
