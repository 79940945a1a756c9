#!/bin/sh
# Makes a backup of the portal while it works: database, files and settings.
#
#     backup.sh /var/backups/p2c
#
# It needs the settings of the portal in the environment. It makes a folder with the time in its
# name, and prints it. The order makes sure that the backup has the file of each row: the files that
# are there, then the database, then the files that were added meanwhile.
#
# SETTINGS_FILE is copied too: it has SECRET_KEY, without which no link in any letter works.
# ENCRYPT is a command that encrypts its input, such as `gpg --encrypt --recipient backup@…` or
# `age --recipient age1…`. KEEP_DAYS deletes backups that are older.
#
# INSTALLATION_FILE is left out on purpose: by its absence a restored portal recognises itself.

. "$(dirname -- "$0")/common.sh"

TARGET=${1:?Name the folder for the backups}
SETTINGS_FILE=${SETTINGS_FILE:-}
ENCRYPT=${ENCRYPT:-cat}
KEEP_DAYS=${KEEP_DAYS:-}

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
