# What the scripts beside it share. They need the settings of the portal in the environment.

set -eu
umask 077

: "${DATABASE_URL:?Run this with the settings of the portal in the environment}"
PORTAL=${PORTAL:-$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)}
PYTHON=${PYTHON:-$PORTAL/.venv/bin/python}
VAR_DIR=${VAR_DIR:-$PORTAL/var}
MEDIA_ROOT=${MEDIA_ROOT:-$VAR_DIR/files}
ERASURES_FILE=${ERASURES_FILE-$VAR_DIR/erasures.jsonl}

say() {
    echo "$(date -u +%H:%M:%S) $*"
}

fail() {
    echo "$*" >&2
    exit 1
}

# The programs of PostgreSQL get the password from the environment: the list of processes shows
# their arguments to everybody.
use_database() {
    eval "$("$PYTHON" - <<'PYTHON_END'
import os
import shlex
import sys
from urllib.parse import unquote, urlsplit

url = urlsplit(os.environ.get("MIGRATION_DATABASE_URL") or os.environ["DATABASE_URL"])
if url.scheme not in ("postgres", "postgresql"):
    print("fail 'DATABASE_URL is not a PostgreSQL. Stop the portal and copy VAR_DIR instead.'")
    sys.exit()
facts = {
    "PGHOST": url.hostname,
    "PGPORT": url.port,
    "PGUSER": url.username,
    "PGPASSWORD": url.password,
    "PGDATABASE": url.path.removeprefix("/"),
}
for name, value in facts.items():
    if value:
        print(f"export {name}={shlex.quote(unquote(str(value)))}")
PYTHON_END
)"
}

use_key() {
    [ -n "${DECRYPT:-}" ] || DECRYPT="age --decrypt --identity '${KEY:?Name the file with the key}'"
}
decrypted() {
    sh -c "$DECRYPT" < "$1"
}

# The last part of a pipe decides about success: the first part notes its failure in a file.
FAILED=$(mktemp)
trap 'rm -f "$FAILED"' EXIT
checked() {
    "$@" || { echo "$1" >> "$FAILED"; return 1; }
}
check_pipes() {
    [ ! -s "$FAILED" ] || fail "This failed: $(tr '\n' ' ' < "$FAILED")"
}
