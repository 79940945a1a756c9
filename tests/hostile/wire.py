"""HTTP requests as bytes, including those that no browser sends."""

from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

from tests.hostile.values import ANYTHING

URLENCODED = "application/x-www-form-urlencoded"
BOUNDARY = "BoUnDaRy"
# Encodings that a request may declare, including unknown ones and non-text ones.
CHARSETS = (
    *("utf-8", "latin-1", "utf-16", "utf-7", "unicode_escape", "raw_unicode_escape"),
    *("cp037", "shift_jis", "idna", "punycode", "zlib", "hex", "rot13", "undefined"),
    *("nonsense", "\u00e9"),
)
QUERY_NAMES = (
    *("q", "p", "o", "e", "all", "page", "next", "file", "change", "language", "version"),
    *("view", "status", "taken_by", "category", "region", "group", "first_choice", "focus_area"),
    *("status__exact", "category__exact", "kind__exact", "is_public__exact", "is_active__exact"),
    *("focus_area__id__exact", "focus_area__isnull", "groups__id__exact", "id", "pk", "id__in"),
    *("queued_at__gte", "queued_at__lt", "queued_at__year", "queued_at__isnull", "is_staff__exact"),
    *("_changelist_filters", "_popup", "_to_field", "_facets", "date", "tz", "zone", "month"),
    *("term", "app_label", "model_name", "field_name", "recipient__startswith", "private_page"),
)
HEADERS = (
    *("HTTP_ACCEPT_LANGUAGE", "HTTP_HOST", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"),
    *("HTTP_X_FORWARDED_HOST", "HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"),
    *("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_RANGE", "HTTP_REFERER", "HTTP_ORIGIN"),
    *("HTTP_USER_AGENT", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_AUTHORIZATION"),
    *("HTTP_X_REQUESTED_WITH", "CONTENT_LENGTH", "CONTENT_TYPE", "REMOTE_ADDR"),
)


def latin(raw):
    """Bytes as a WSGI server passes them."""
    return raw.decode("latin-1")


def urlencoded(pairs):
    return "&".join(
        f"{quote_from_bytes(name)}={quote_from_bytes(value)}" for name, value in pairs
    ).encode()


def multipart(pairs, *, files=()):
    boundary = BOUNDARY.encode()
    parts = [(b'name="%s"' % name, value) for name, value in pairs]
    parts += [
        (b'name="%s"; filename="%s.txt"' % (name, value[:40]), value) for name, value in files
    ]
    return (
        b"".join(
            b"--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (boundary, head, value)
            for head, value in parts
        )
        + b"--%s--\r\n" % boundary
    )


def changed(fields, changes):
    """Fields, as lists of values by name, with some left out, replaced or repeated."""
    return [
        (name.encode(), value) for name, values in {**fields, **changes}.items() for value in values
    ]


def queries():
    pairs = st.tuples(
        st.one_of(st.sampled_from(QUERY_NAMES).map(str.encode), st.binary(max_size=8)), ANYTHING
    )
    return st.lists(pairs, max_size=4).map(urlencoded).map(latin)


def headers():
    """At most two headers. The value of a header is one line of any content."""
    values = ANYTHING.map(lambda raw: latin(raw.replace(b"\r", b"").replace(b"\n", b"")[:8000]))
    languages = st.sampled_from(["fr", "ar-EG;q=0.9, *;q=0.1", "zh-hans" * 200, "en;q=nan"])
    charsets = st.sampled_from(CHARSETS).map(lambda name: f"{URLENCODED}; charset={name}")
    return st.dictionaries(
        st.sampled_from(HEADERS), st.one_of(values, languages, charsets), max_size=2
    )


def changes_of(fields):
    """Changes to up to four fields of a form: another value, several values, or none."""
    names = st.sampled_from(sorted(fields))
    return st.dictionaries(names, st.lists(ANYTHING, max_size=3), min_size=1, max_size=4)


@st.composite
def bodies(draw, fields):
    """The fields of a form, some of them changed, encoded in one of the possible ways."""
    pairs = changed(fields, draw(changes_of(fields)))
    match draw(st.sampled_from(["plain", "plain", "plain", "charset", "multipart", "files"])):
        case "plain":
            return urlencoded(pairs), URLENCODED
        case "charset":
            return urlencoded(pairs), f"{URLENCODED}; charset={draw(st.sampled_from(CHARSETS))}"
        case "multipart":
            charset = draw(st.sampled_from(CHARSETS))
            return multipart(pairs), (
                f"multipart/form-data; charset={charset}; boundary={BOUNDARY}"
            )
        case _:
            name = draw(st.sampled_from(sorted(fields))).encode()
            file = draw(ANYTHING).replace(b'"', b"").replace(b"\r", b"").replace(b"\n", b"")
            return multipart(pairs, files=[(name, file)]), (
                f"multipart/form-data; boundary={BOUNDARY}"
            )
