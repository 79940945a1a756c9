"""Write from the history which English text each translation was made from or reviewed against."""

from hashlib import sha256

from django.db import migrations


def digest_of(subject, body):
    return sha256(f"{subject}\n{body}".encode()).hexdigest()


def write_sources(apps, _schema_editor):
    """Write the source of each version, and of each translation that has none yet."""
    history = apps.get_model("outbox", "HistoricalMessageTemplate")
    templates = apps.get_model("outbox", "MessageTemplate")
    versions = list(translations_with_source(history))
    history.objects.bulk_update(versions, ["source_digest"], batch_size=500)
    # The latest version of each translation is that of its row.
    for pk, source in {version.id: version.source_digest for version in versions}.items():
        templates.objects.filter(pk=pk, source_digest="").update(source_digest=source)


def translations_with_source(history):
    """Yield each version of a translation, with the digest of its English text set if known.

    It is the English text at the time when the translation was last changed or reviewed. A default
    translation comes with the default English text, which staff may have changed before.
    """
    english, former = {}, {}
    for version in in_order(history):
        kind, digest = version.template_type, digest_of(version.subject, version.body)
        if version.language == "en":
            english[kind] = (digest, version.default_digest)
            continue
        facts = (digest, version.reviewed_at)
        before, source = former.get(version.id, (None, ""))
        if before is None or before[0] != digest or (before != facts and version.reviewed_at):
            is_default = digest == version.default_digest and not version.reviewed_at
            source = english.get(kind, ("", ""))[is_default]
        former[version.id] = (facts, source)
        version.source_digest = version.source_digest or source
        yield version


def in_order(history):
    """Return all versions, the oldest first. Of those that a release stored, English is first."""
    rows = history.objects.only(
        "id",
        "template_type",
        "language",
        "subject",
        "body",
        "reviewed_at",
        "default_digest",
        "source_digest",
        "history_date",
        "history_by_name",
    ).order_by("history_id")
    begins = {}
    for row in rows:
        begins.setdefault(together(row), row.history_id)
    return sorted(
        rows, key=lambda row: (begins[together(row)], row.language != "en", row.history_id)
    )


def together(version):
    """Return what the versions have in common that a release stored at once."""
    if version.history_by_name:
        return version.history_id
    return version.template_type, version.history_date


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_source_digest")]

    operations = [migrations.RunPython(write_sources, migrations.RunPython.noop)]
