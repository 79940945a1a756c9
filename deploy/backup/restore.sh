#!/bin/sh
# Restores a backup into an empty database and an empty folder, and holds all email.
#
#     restore.sh /var/backups/p2c/p2c-20261128T140500Z
#
# It needs the settings of the restored portal in the environment: DATABASE_URL names an empty
# database, and SECRET_KEY is the one of the backup. Stop the portal before, and start it after.
# DECRYPT is the command that decrypts what ENCRYPT encrypted, such as `gpg --decrypt`.
#
# Restore with the release that made the backup, then upgrade.

. "$(dirname -- "$0")/common.sh"

FOLDER=${1:?Name the folder of the backup}
DECRYPT=${DECRYPT:-cat}

(cd "$FOLDER" && sha256sum --quiet --check SHA256SUMS) || fail "The backup is damaged."
use_database
TABLES=$(psql --no-psqlrc --tuples-only --no-align --command \
    "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()")
[ "$TABLES" = 0 ] || fail "The database $PGDATABASE is not empty. Create another one."
[ -z "$(find "$MEDIA_ROOT" -type f 2>/dev/null | head -n 1)" ] \
    || fail "The folder $MEDIA_ROOT is not empty. Move it away first."
mkdir -p "$MEDIA_ROOT"

decrypted() {
    sh -c "$DECRYPT" < "$FOLDER/$1"
}

say "Files"
for part in files.tar files-added.tar; do
    checked decrypted "$part" | tar --extract --directory "$MEDIA_ROOT" --file -
done
check_pipes
say "Database"
checked decrypted database.dump \
    | pg_restore --no-owner --no-privileges --single-transaction --exit-on-error \
        --dbname "$PGDATABASE"
check_pipes
cd "$PORTAL"
say "Hold email"
"$PYTHON" manage.py hold_mail --restored
say "Verify"
"$PYTHON" manage.py verify
say "Done. Start the portal; a desk manager releases the email in the administration."
