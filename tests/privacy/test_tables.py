"""Every table and every column with text is declared as personal or not."""

from django.apps import apps
from django.db import models
from django.utils.translation import override

from privacy.services.tables import (
    DECLARED_TABLES,
    DataKind,
    Purpose,
    author_tables,
    history_models,
    model_of,
    personal_tables,
)

# Tables without data about people, with the reason.
NOT_PERSONAL = {
    "socialaccount.SocialApp": "unused: the settings name the identity provider",
    "socialaccount.SocialToken": "unused: no token is kept",
    "account.EmailConfirmation": "unused: addresses are confirmed by the portal's own links",
    "accounts.HistoricalGroup_permissions": "keys only",
    "accounts.HistoricalUser_groups": "keys only",
    "accounts.HistoricalUser_user_permissions": "keys only",
    "auth.Group": "names of staff groups",
    "auth.Permission": "names of permissions",
    "contenttypes.ContentType": "names of models",
    "core.AttemptCount": "digests that name nobody, and end by themselves",
    "commitments.ConfirmedSum": "figures",
    "commitments.DataSnapshot": "a month",
    "commitments.ExchangeRate": "rates",
    "commitments.Place": "countries and regions",
    "commitments.RegisterFigures": "figures",
    "commitments.ReportRequest": "days and steps",
    "commitments.RetractedRow": "numbers of rows, and days",
    "commitments.SnapshotFile": "files of the public register, which has no people",
    "commitments.TargetValue": "figures",
    "papers.FileScan": "checksums of files",
    "focus_areas.FocusArea": "published texts; coordinators are keys",
    "focus_areas.HistoricalFocusArea_coordinators": "keys only",
    "focus_areas.HomeSection": "sections of the home page",
    "focus_areas.Link": "published links",
    "focus_areas.Pillar": "published texts",
    "framework.Draft": "numbers and times",
    "framework.Framework": "settings of a working group",
    "framework.Notice": "keys and times",
    "framework.Paragraph": "keys only",
    "inbox.MailboxReading": "times",
    "meetings.Part": "the names of lists of a working group",
    "meetings.Series": "days and times",
    "members.Call": "published texts, and the coalition's own address",
    "members.Reason": "texts for letters, the same for all",
    "members.ReasonGiven": "texts for letters, the same for all",
    "opportunities.Place": "countries, regions and groups",
    "opportunities.Support": "kinds of support",
    "opportunities.ToldMatch": "keys and times",
    "outbox.Heartbeat": "names of processes",
    "accounts.EventDigest": "numbers and hashes",
    "accounts.StreamPosition": "a time and a number",
    "outbox.Installation": "keys and digests of this installation",
    "outbox.SendingRate": "a time",
    "participation.Announcement": "the dates of meetings that were announced",
    "participation.DateProposal": "dates of planned meetings",
    "participation.DigestedVersion": "keys only",
    "participation.PaperDigest": "days",
    "privacy.ErasureCount": "numbers of rows",
    "privacy.ListedErasure": "keyed hashes, with which nobody can write to anybody",
    "privacy.ProcessingStatement": "texts of ITU about the portal",
    "privacy.RetentionPeriod": "numbers of days",
    "privacy.RetentionRun": "figures",
    "sessions.Session": "unused: sessions are in accounts.Session",
    "triage.FingerprintedMember": "keys only",
    "triage.FollowUpRule": "numbers of days",
    "triage.Hold": "kinds and days; its timeline entry has the reason",
    "triage.ImportedRow": "keys only",
    "triage.StatisticsSnapshot": "figures, those of staff by key",
}
TEXT = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
)
DECLARED = {table.model: table for table in DECLARED_TABLES}


def test_every_table_is_declared_once_or_has_no_personal_data():
    histories = {history._meta.label for history in history_models().values()}
    labels = {model._meta.label for model in apps.get_models() if not model._meta.proxy}

    assert len(DECLARED) == len(DECLARED_TABLES)
    assert not DECLARED.keys() & NOT_PERSONAL.keys()
    assert labels - histories == DECLARED.keys() | NOT_PERSONAL.keys()


def test_the_authors_of_every_history_are_declared():
    histories = {
        model._meta.label for model in apps.get_models() if hasattr(model, "history_by_name")
    }

    assert {table.model for table in author_tables()} == histories


def test_every_column_with_text_is_declared():
    undeclared = {}
    for label, table in DECLARED.items():
        personal = {*table.fields, *table.free_text, *table.organisation_fields}
        personal.update(table.searched_files)
        texts = {
            field.name
            for field in model_of(table)._meta.concrete_fields
            if isinstance(field, TEXT) and not field.choices and not field.primary_key
        }
        # Rows of a table without fields are deleted as a whole.
        if not table.is_deleted and texts - personal != set(table.not_personal):
            undeclared[label] = (texts - personal) ^ set(table.not_personal)

    assert undeclared == {}


def test_names_are_translated_when_they_are_read():
    # Made before a language is chosen.
    tables = {table.model: table for table in personal_tables()}

    with override("fr"):
        french = str(tables["members.FocalPoint"].name)
        of_history = str(tables["members.HistoricalFocalPoint"].name)

    assert of_history.endswith(french)


def test_declarations_name_known_keys_and_columns():
    unknown = {}
    for table in personal_tables():
        columns = {field.name for field in model_of(table)._meta.get_fields()}
        named = {*table.fields, *table.free_text, *table.exported, *table.organisation_fields}
        named.update(table.searched_files)
        if named - columns:
            unknown[table.model] = named - columns

    assert unknown == {}
    assert {table.purpose for table in DECLARED_TABLES} == set(Purpose.values)
    assert {table.retention for table in personal_tables()} <= set(DataKind.values)
