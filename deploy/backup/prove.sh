#!/bin/sh
# Proves that the latest backup can be restored: restores it into a database and a folder that serve
# for nothing else, verifies it there, and deletes both.
#
#     prove.sh /var/backups/p2c
#
# PROOF_DATABASE_URL names that database: its user owns nothing else, and all that it owns there is
# dropped. SCRATCH is that folder. KEY is a file with a private key that opens the backup.
#
# The copy gets no settings but the key and the address of the portal. So it knows no database,
# broker or mail server of the portal, and sends nothing.

BACKUPS=${1:?Name the folder of the backups}
DATABASE_URL=${PROOF_DATABASE_URL:?Name the database for the proof}
unset MIGRATION_DATABASE_URL
COPY=${SCRATCH:?Name the folder for the proof}/copy

. "$(dirname -- "$0")/common.sh"

use_key
use_database
case $PGDATABASE in
    *_proof) ;;
    *) fail "The name of the database $PGDATABASE does not end in _proof. Nothing is dropped." ;;
esac
clear_up() {
    psql --no-psqlrc --quiet --command "SET client_min_messages TO warning" \
        --command "DROP OWNED BY CURRENT_USER CASCADE"
    rm -rf "$COPY"
}
# An interrupted proof may have left its copy.
clear_up
trap 'clear_up; rm -f "$FAILED"' EXIT
trap 'exit 1' HUP INT TERM

BACKUP=$(find "$BACKUPS" -maxdepth 1 -type d -name 'p2c-*T*Z' | LC_ALL=C sort | tail -n 1)
[ -n "$BACKUP" ] || fail "There is no backup in $BACKUPS."
# The release that made the backup, if another one runs since.
RELEASE=${PORTAL%/*}/releases/$(cat "$BACKUP/release")
if [ -d "$RELEASE" ]; then
    PORTAL=$RELEASE
    PYTHON=$RELEASE/.venv/bin/python
fi
mkdir -p "$COPY"
say "Prove $BACKUP"
{
    echo "DATABASE_URL='$DATABASE_URL'"
    decrypted "$BACKUP/settings" | grep --extended-regexp '^(SECRET_KEY(_FALLBACKS)?|SITE_URL)='
} > "$COPY/environment"
env -i PATH="$PATH" READ_DOT_ENV=false VAR_DIR="$COPY" PORTAL="$PORTAL" PYTHON="$PYTHON" \
    DECRYPT="$DECRYPT" sh -c 'set -a; . "$VAR_DIR/environment"; exec "$0" "$1"' \
    "$PORTAL/deploy/backup/restore.sh" "$BACKUP"
say "Proved"
