#!/bin/sh
# Makes an encrypted backup of the portal while it works: database, files and settings.
#
#     backup.sh /var/backups/p2c
#
# It needs the settings of the portal in the environment. It makes a folder with the time in its
# name, and prints it. The order makes sure that the backup has the file of each row: the files that
# are there, then the database, then the files that were added meanwhile.
#
# RECIPIENTS is a file with the public keys of age, one in each line: each of their private keys
# opens the backup. ENCRYPT is another command that encrypts its input, such as `gpg --encrypt
# --recipient backup@…`. SETTINGS_FILE is copied too: it has SECRET_KEY, without which no link in
# any letter works. KEEP_DAYS deletes backups that are older.
#
# INSTALLATION_FILE is left out on purpose: by its absence a restored portal recognises itself.

. "$(dirname -- "$0")/common.sh"

TARGET=${1:?Name the folder for the backups}
SETTINGS_FILE=${SETTINGS_FILE:-}
KEEP_DAYS=${KEEP_DAYS:-}
if [ -z "${ENCRYPT:-}" ]; then
    [ -s "${RECIPIENTS:-}" ] || fail "RECIPIENTS names no file with public keys: no backup is made."
    ENCRYPT="age --encrypt --recipients-file '$RECIPIENTS'"
fi
PROBE=readable-$$
if [ -n "$SETTINGS_FILE" ] && echo "$PROBE" | sh -c "$ENCRYPT" | grep --quiet --text "$PROBE"; then
    fail "ENCRYPT does not encrypt, and the settings have all secrets: no backup is made."
fi

use_database
NAME=p2c-$(date -u +%Y%m%dT%H%M%SZ)
# The name without "unfinished" is given when everything is there.
FOLDER=$TARGET/.unfinished-$NAME
mkdir -p "$FOLDER" "$MEDIA_ROOT"
trap 'rm -rf "$FAILED" "$FOLDER"' EXIT

files() {
    (cd "$MEDIA_ROOT" && find . -type f ! -name '.unfinished-*' | LC_ALL=C sort)
}
archive() {
    # A file may be deleted with its record meanwhile.
    tar --create --directory "$MEDIA_ROOT" --no-recursion --ignore-failed-read \
        --warning=no-failed-read --files-from "$1" --file -
}
store() {
    sh -c "$ENCRYPT" > "$FOLDER/$1"
}

say "Files"
files > "$FAILED.before"
checked archive "$FAILED.before" | store files.tar
say "Database"
checked pg_dump --format custom --no-owner --no-privileges | store database.dump
say "Files that were added meanwhile"
files > "$FAILED.after"
LC_ALL=C comm -13 "$FAILED.before" "$FAILED.after" > "$FAILED.added"
checked archive "$FAILED.added" | store files-added.tar
rm -f "$FAILED.before" "$FAILED.after" "$FAILED.added"
if [ -n "$SETTINGS_FILE" ]; then
    say "Settings"
    store settings < "$SETTINGS_FILE"
else
    say "SETTINGS_FILE is not set: keep SECRET_KEY elsewhere"
fi
# After the database, so that it has each erasure that the database has.
[ ! -e "$ERASURES_FILE" ] || store erasures.jsonl < "$ERASURES_FILE"
# The restore needs this release.
echo "${REVISION:-unknown}" > "$FOLDER/release"
check_pipes
(cd "$FOLDER" && sha256sum -- * > SHA256SUMS)
sync "$FOLDER"/*
mv "$FOLDER" "$TARGET/$NAME"
if [ -n "$KEEP_DAYS" ]; then
    find "$TARGET" -maxdepth 1 -type d -name 'p2c-*T*Z' -mtime "+$KEEP_DAYS" -exec rm -rf {} +
fi
say "Done"
echo "$TARGET/$NAME"
