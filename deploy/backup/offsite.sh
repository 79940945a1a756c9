#!/bin/sh
# Copies the backups of the last days to another place, as the remote `offsite` of rclone.conf says.
#
#     offsite.sh /var/backups/p2c
#
# The checksums go last. A folder that has them in the other place is complete, and is never written
# again: whatever happens to the backups here, those there stay as they are. Nothing is deleted.

. "$(dirname -- "$0")/common.sh"

TARGET=${1:?Name the folder of the backups}
# Fewer than the days that the other place keeps them: what it deleted must not come back.
DAYS=7

find "$TARGET" -maxdepth 1 -type d -name 'p2c-*T*Z' -mtime "-$DAYS" | LC_ALL=C sort \
    | while read -r folder; do
        name=$(basename -- "$folder")
        if rclone lsf "offsite:$name" 2> /dev/null | grep --quiet --line-regexp SHA256SUMS; then
            continue
        fi
        say "$name"
        (cd "$folder" && sha256sum --quiet --check SHA256SUMS) || fail "The backup is damaged."
        rclone copy --checksum --exclude SHA256SUMS "$folder" "offsite:$name"
        rclone copy --immutable --include SHA256SUMS "$folder" "offsite:$name"
    done
say "Done"
