import core.addresses
import core.time_zones
import django.db.models.deletion
import django.db.models.functions.text
import members.models.answer_file
import members.models.focal_point
import members.models.public_profile
import phonenumber_field.modelfields
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


SEARCHED_COLUMNS = {
    "members_member": ("organisation_name", "acronym", "reference"),
    "members_focalpoint": ("given_name", "family_name", "email"),
}
# The same expressions as in members/services/search.py, because an index is used only for equal
# expressions: as icontains queries; each letter three times, so that one or two letters have
# trigrams too; and without accents.
EXPRESSIONS = {
    "search": "UPPER({column})",
    "short_words": r"REGEXP_REPLACE(UPPER({column}), '(.)', '\1\1\1', 'g')",
    "similar_words": (
        r"REGEXP_REPLACE(NORMALIZE(UPPER({column}), NFD), '[\u0300-\u036F]', '', 'g')"
    ),
}


def create_search_indexes(apps, schema_editor):
    """Create the indexes for the search of the queue.

    Models cannot declare them. SQLite has no index for the middle of a word: it scans a whole
    index, which is a small part of the table. A later migration in which SQLite recreates one of
    these tables must create its index again; tests/members/test_search.py checks this.
    """
    if schema_editor.connection.vendor == "postgresql":
        # Indexes the middle of words. The owner of the database may create the extension. It is
        # kept if the migration is reversed, because others may use it.
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for table, columns in SEARCHED_COLUMNS.items():
        if schema_editor.connection.vendor == "postgresql":
            for name, expression in EXPRESSIONS.items():
                indexed = ", ".join(
                    f"{expression.replace('{column}', column)} gin_trgm_ops" for column in columns
                )
                schema_editor.execute(
                    f"CREATE INDEX {table}_{name} ON {table} USING gin ({indexed})"
                )
        else:
            also = ("member_id",) if table == "members_focalpoint" else ()
            indexed = ", ".join(columns + also)
            schema_editor.execute(f"CREATE INDEX {table}_search ON {table} ({indexed})")


def drop_search_indexes(apps, schema_editor):
    for table in SEARCHED_COLUMNS:
        for name in EXPRESSIONS:
            schema_editor.execute(f"DROP INDEX IF EXISTS {table}_{name}")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('focus_areas', '0001_initial'),
        ('outbox', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MemberMessage',
            fields=[
            ],
            options={
                'verbose_name': 'letter to a member',
                'verbose_name_plural': 'letters to members',
                'proxy': True,
                'default_permissions': ('view',),
                'indexes': [],
                'constraints': [],
            },
            bases=('outbox.message',),
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('title_en', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_fr', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_es', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_ru', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_zh_hans', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_ar', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('opens_at', models.DateTimeField(verbose_name='opens at')),
                ('closes_at', models.DateTimeField(verbose_name='closes at')),
                ('grace_ends_at', models.DateTimeField(verbose_name='grace period ends at')),
                ('contact_email', core.addresses.AddressField(max_length=254, verbose_name='contact')),
                ('reply_within_days', models.PositiveSmallIntegerField(default=10, help_text='In working days. The form and the acknowledgement promise this response time.', verbose_name='response time (working days)')),
            ],
            options={
                'verbose_name': 'call',
                'verbose_name_plural': 'calls',
                'constraints': [models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='members_call_closes_after_opening', violation_error_message='The call must close after it opens.'), models.CheckConstraint(condition=models.Q(('grace_ends_at__gte', models.F('closes_at'))), name='members_call_grace_ends_after_closing', violation_error_message='The grace period cannot end before the call closes.')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(editable=False, max_length=10, unique=True, verbose_name='reference')),
                ('submission_key', models.CharField(editable=False, max_length=64, unique=True)),
                ('answers_digest', models.CharField(editable=False, max_length=64)),
                ('submitted_at', models.DateTimeField(editable=False, verbose_name='submitted at')),
                ('origin', models.CharField(choices=[('form', 'Form'), ('spreadsheet', 'Spreadsheet')], default='form', editable=False, max_length=20, verbose_name='origin')),
                ('organisation_name', models.CharField(max_length=200, verbose_name='organisation')),
                ('acronym', models.CharField(blank=True, max_length=30, verbose_name='acronym')),
                ('sort_key', models.BinaryField()),
                ('search_text', models.TextField(editable=False)),
                ('category', models.CharField(choices=[('member_state', 'Member State'), ('sector_member', 'ITU-D Sector Member'), ('academia', 'Academia'), ('regional_international_organisation', 'Regional or international organisation'), ('un_specialized_agency', 'UN specialized agency'), ('other', 'Other')], max_length=40, verbose_name='category')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('website', models.URLField(blank=True, max_length=300, verbose_name='website')),
                ('about', models.TextField(blank=True, verbose_name='about the organisation')),
                ('also_connecting_people_everywhere', models.BooleanField(default=False, verbose_name='also interested in Connecting People Everywhere')),
                ('also_empowering_communities', models.BooleanField(default=False, verbose_name='also interested in Empowering Communities')),
                ('also_building_digital_ecosystems', models.BooleanField(default=False, verbose_name='also interested in Building Digital Ecosystems')),
                ('also_incentivizing_investments', models.BooleanField(default=False, verbose_name='also interested in Incentivizing Investments')),
                ('role', models.CharField(choices=[('participant', 'Participant'), ('lead', 'Willing to lead'), ('observer', 'Observer')], max_length=20, verbose_name='role sought')),
                ('contributes_financial', models.BooleanField(default=False, verbose_name='financial contribution')),
                ('contributes_programmatic', models.BooleanField(default=False, verbose_name='programmatic contribution')),
                ('contributes_policy', models.BooleanField(default=False, verbose_name='policy contribution')),
                ('contributes_advocacy', models.BooleanField(default=False, verbose_name='advocacy contribution')),
                ('contributes_knowledge', models.BooleanField(default=False, verbose_name='knowledge or in kind')),
                ('contributes_undecided', models.BooleanField(default=False, verbose_name='contribution not decided yet')),
                ('motivation', models.TextField(verbose_name='motivation')),
                ('is_authorised', models.BooleanField(verbose_name='authorised to express the interest')),
                ('privacy_version', models.CharField(editable=False, max_length=40, verbose_name='version of the privacy notice agreed to')),
                ('publication_consent', models.BooleanField(default=False, verbose_name='may be listed publicly')),
                ('newsletter', models.BooleanField(default=False, verbose_name='wants the newsletter')),
                ('spam_signal', models.CharField(blank=True, choices=[('trap', 'honeypot field filled in'), ('forged', 'form altered'), ('network', 'many submissions from one network'), ('address', 'many submissions for one address'), ('haste', 'submitted too fast'), ('automatic', 'automated submission')], max_length=20, verbose_name='reason for possible spam')),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('information_requested', 'Information requested'), ('admitted', 'Admitted'), ('declined', 'Declined'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn')], default='pending', max_length=30, verbose_name='status')),
                ('granted_role', models.CharField(blank=True, choices=[('participant', 'Participant'), ('co_lead', 'Co-lead'), ('observer', 'Observer')], max_length=20, verbose_name='role granted')),
                ('replied_at', models.DateTimeField(blank=True, null=True, verbose_name='replied at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn at')),
                ('closing_reason', models.CharField(blank=True, choices=[('duplicate', 'Duplicate of another member'), ('not_genuine', 'Not genuine'), ('abandoned', 'Abandoned')], max_length=20, verbose_name='reason for closing')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('slug', models.SlugField(blank=True, db_index=False, editable=False, max_length=100, verbose_name='address')),
                ('assignee', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assignee')),
                ('call', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.call', verbose_name='call')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('duplicate_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duplicates', to='members.member', verbose_name='duplicate of')),
                ('first_choice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='focus_areas.focusarea', verbose_name='first choice')),
                ('focus_area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='focus_areas.focusarea', verbose_name='focus area')),
            ],
            options={
                'verbose_name': 'member',
                'verbose_name_plural': 'members',
                'permissions': [('take_member', 'Can assign, unassign and reassign members'), ('admit_member', 'Can admit a member to a focus area and move it'), ('decline_member', 'Can decline a member'), ('decline_member_state', 'Can decline a Member State'), ('request_information_member', 'Can request information and record the reply'), ('close_member', 'Can close a member without notification'), ('withdraw_member', 'Can withdraw a member at its request'), ('reopen_member', 'Can reopen a member'), ('correct_member', 'Can correct the answers of a member'), ('clear_suspicion_member', 'Can mark a member as genuine'), ('note_member', 'Can add internal notes to a member'), ('ask_opinion_member', 'Can ask colleagues for an opinion on a member'), ('settle_duplicate_member', 'Can mark members as duplicates'), ('export_member', 'Can export lists of members'), ('import_member', 'Can import expressions of interest')],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['status', 'submitted_at'], name='members_mem_status_3e3788_idx'), models.Index(fields=['organisation_name'], name='members_mem_organis_bea601_idx'), models.Index(condition=models.Q(('status__in', ['pending', 'information_requested'])), fields=['replied_at', 'submitted_at', 'id', 'status'], name='members_member_waiting'), models.Index(fields=['submitted_at', 'id'], name='members_member_oldest_first'), models.Index(fields=['id', 'version', 'status', 'spam_signal'], name='members_member_versions'), models.Index(fields=['status', 'assignee', 'call', 'replied_at', 'submitted_at', 'category', 'country', 'first_choice', 'id'], name='members_member_what_waits'), models.Index(fields=['first_choice', 'status', 'replied_at', 'submitted_at', 'id', 'category', 'country'], name='members_member_first_choice'), models.Index(django.db.models.functions.text.Lower('organisation_name'), models.F('country'), name='members_member_same_name'), models.Index(condition=models.Q(('publication_consent', True)), fields=['status', 'sort_key', 'id', 'focus_area', 'category', 'country', 'search_text', 'publication_consent'], name='members_member_listed'), models.Index(fields=['status', 'publication_consent', 'category', 'country', 'focus_area'], name='members_member_figures'), models.Index(fields=['focus_area', 'status', 'organisation_name', 'id', 'granted_role'], name='members_member_group')],
                'constraints': [models.CheckConstraint(condition=models.Q(('category__in', ['member_state', 'sector_member', 'academia', 'regional_international_organisation', 'un_specialized_agency', 'other'])), name='members_member_known_category'), models.CheckConstraint(condition=models.Q(('role__in', ['participant', 'lead', 'observer'])), name='members_member_known_role'), models.CheckConstraint(condition=models.Q(('spam_signal__in', ['', 'trap', 'forged', 'network', 'address', 'haste', 'automatic'])), name='members_member_known_spam_signal'), models.CheckConstraint(condition=models.Q(('origin__in', ['form', 'spreadsheet'])), name='members_member_known_origin'), models.CheckConstraint(condition=models.Q(models.Q(('sort_key', b''), _negated=True), models.Q(('search_text', ''), _negated=True)), name='members_member_name_can_be_found'), models.CheckConstraint(condition=models.Q(('is_authorised', True), models.Q(('privacy_version', ''), _negated=True)), name='members_member_authorised_and_agreed'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ('pending', 'information_requested')), ('focus_area__isnull', True), ('granted_role', ''), ('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('status', 'admitted'), ('focus_area__isnull', False), ('granted_role__in', ['participant', 'co_lead', 'observer']), ('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('status__in', ('declined', 'closed')), ('focus_area__isnull', True), ('granted_role', ''), ('decided_at__isnull', False), ('decided_by__isnull', False)), models.Q(('status', 'withdrawn'), models.Q(models.Q(('focus_area__isnull', True), ('granted_role', ''), ('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('focus_area__isnull', False), ('granted_role__in', ['participant', 'co_lead', 'observer']), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR')), _connector='OR'), name='members_member_status_agrees_with_decision'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'information_requested'), _negated=True), ('replied_at__isnull', True), _connector='OR'), name='members_member_asked_has_no_reply'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'withdrawn'), ('withdrawn_at__isnull', False)), models.Q(models.Q(('status', 'withdrawn'), _negated=True), ('withdrawn_at__isnull', True)), _connector='OR'), name='members_member_withdrawn_has_its_time'), models.CheckConstraint(condition=models.Q(models.Q(('closing_reason__in', ['duplicate', 'not_genuine', 'abandoned']), ('status', 'closed')), models.Q(models.Q(('status', 'closed'), _negated=True), ('closing_reason', '')), _connector='OR'), name='members_member_closed_has_its_reason'), models.CheckConstraint(condition=models.Q(models.Q(('closing_reason', 'duplicate'), ('duplicate_of__isnull', False)), models.Q(models.Q(('closing_reason', 'duplicate'), _negated=True), ('duplicate_of__isnull', True)), _connector='OR'), name='members_member_duplicate_names_the_other'), models.CheckConstraint(condition=models.Q(('duplicate_of', models.F('id')), _negated=True), name='members_member_no_duplicate_of_itself'), models.UniqueConstraint(condition=models.Q(('origin', 'form'), ('status__in', ['pending', 'information_requested', 'admitted'])), fields=('call', 'answers_digest'), name='members_member_same_answers_once'), models.UniqueConstraint(condition=models.Q(('slug', ''), _negated=True), fields=('slug',), name='members_member_one_address_each'), models.CheckConstraint(condition=models.Q(models.Q(('publication_consent', True), ('status', 'admitted'), _negated=True), models.Q(('slug', ''), _negated=True), _connector='OR'), name='members_member_listed_has_address')],
            },
        ),
        migrations.CreateModel(
            name='FocalPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(blank=True, choices=[('he', 'H.E.'), ('dr', 'Dr'), ('prof', 'Prof.'), ('ms', 'Ms'), ('mr', 'Mr'), ('mx', 'Mx')], max_length=10, verbose_name='title')),
                ('given_name', models.CharField(blank=True, max_length=100, verbose_name='given name')),
                ('family_name', models.CharField(max_length=100, verbose_name='family name')),
                ('position', models.CharField(blank=True, max_length=200, verbose_name='position')),
                ('email', models.EmailField(max_length=254, verbose_name='email')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=40, region=None, verbose_name='phone')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=7, verbose_name='language of correspondence')),
                ('time_zone', models.CharField(max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('is_alternate', models.BooleanField(default=False, verbose_name='alternate')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='address confirmed at')),
                ('link_version', models.PositiveIntegerField(default=1, editable=False)),
                ('link_secret', models.CharField(default=members.models.focal_point.new_link_secret, editable=False, max_length=32)),
                ('feed_version', models.PositiveIntegerField(default=0, editable=False)),
                ('feed_secret', models.CharField(default=members.models.focal_point.new_link_secret, editable=False, max_length=32)),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='focal_points', to='members.member', verbose_name='member')),
            ],
            options={
                'verbose_name': 'focal point',
                'verbose_name_plural': 'focal points',
                'permissions': [('revoke_links_focalpoint', 'Can revoke private links')],
                'abstract': False,
                'default_permissions': ('view',),
                'indexes': [models.Index(django.db.models.functions.text.Lower('email'), name='members_focalpoint_by_email'), models.Index(condition=models.Q(('confirmed_at__isnull', True), ('is_alternate', False)), fields=['member'], name='members_focalpoint_unconfirmed')],
                'constraints': [models.UniqueConstraint(fields=('member', 'is_alternate'), name='members_focalpoint_one_of_each'), models.CheckConstraint(condition=models.Q(('language__in', ['ar', 'zh-hans', 'en', 'fr', 'ru', 'es'])), name='members_focalpoint_known_language'), models.CheckConstraint(condition=models.Q(('title__in', ['', 'he', 'dr', 'prof', 'ms', 'mr', 'mx'])), name='members_focalpoint_known_title'), models.CheckConstraint(condition=models.Q(models.Q(('family_name', ''), _negated=True), models.Q(('email', ''), _negated=True)), name='members_focalpoint_has_name_and_email')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalCall',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('title_en', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_fr', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_es', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_ru', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_zh_hans', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('title_ar', models.CharField(max_length=200, null=True, verbose_name='title')),
                ('opens_at', models.DateTimeField(verbose_name='opens at')),
                ('closes_at', models.DateTimeField(verbose_name='closes at')),
                ('grace_ends_at', models.DateTimeField(verbose_name='grace period ends at')),
                ('contact_email', core.addresses.AddressField(max_length=254, verbose_name='contact')),
                ('reply_within_days', models.PositiveSmallIntegerField(default=10, help_text='In working days. The form and the acknowledgement promise this response time.', verbose_name='response time (working days)')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical call',
                'verbose_name_plural': 'historical calls',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalFocalPoint',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('title', models.CharField(blank=True, choices=[('he', 'H.E.'), ('dr', 'Dr'), ('prof', 'Prof.'), ('ms', 'Ms'), ('mr', 'Mr'), ('mx', 'Mx')], max_length=10, verbose_name='title')),
                ('given_name', models.CharField(blank=True, max_length=100, verbose_name='given name')),
                ('family_name', models.CharField(max_length=100, verbose_name='family name')),
                ('position', models.CharField(blank=True, max_length=200, verbose_name='position')),
                ('email', models.EmailField(max_length=254, verbose_name='email')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=40, region=None, verbose_name='phone')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=7, verbose_name='language of correspondence')),
                ('time_zone', models.CharField(max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('is_alternate', models.BooleanField(default=False, verbose_name='alternate')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='address confirmed at')),
                ('link_version', models.PositiveIntegerField(default=1, editable=False)),
                ('feed_version', models.PositiveIntegerField(default=0, editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member', verbose_name='member')),
            ],
            options={
                'verbose_name': 'historical focal point',
                'verbose_name_plural': 'historical focal points',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalReason',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('uid', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('purpose', models.CharField(choices=[('decline', 'Decline'), ('request_information', 'Request information')], max_length=20, verbose_name='used for')),
                ('label', models.CharField(max_length=120, verbose_name='label')),
                ('label_en', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_fr', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_es', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_ru', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_zh_hans', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_ar', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('snippet', models.TextField(verbose_name='text in the letter')),
                ('snippet_en', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_fr', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_es', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_ru', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_zh_hans', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_ar', models.TextField(null=True, verbose_name='text in the letter')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, help_text='Untick this instead of deleting the reason.', verbose_name='active')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical reason',
                'verbose_name_plural': 'historical reasons',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMember',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('reference', models.CharField(db_index=True, editable=False, max_length=10, verbose_name='reference')),
                ('submission_key', models.CharField(db_index=True, editable=False, max_length=64)),
                ('answers_digest', models.CharField(editable=False, max_length=64)),
                ('submitted_at', models.DateTimeField(editable=False, verbose_name='submitted at')),
                ('origin', models.CharField(choices=[('form', 'Form'), ('spreadsheet', 'Spreadsheet')], default='form', editable=False, max_length=20, verbose_name='origin')),
                ('organisation_name', models.CharField(max_length=200, verbose_name='organisation')),
                ('acronym', models.CharField(blank=True, max_length=30, verbose_name='acronym')),
                ('category', models.CharField(choices=[('member_state', 'Member State'), ('sector_member', 'ITU-D Sector Member'), ('academia', 'Academia'), ('regional_international_organisation', 'Regional or international organisation'), ('un_specialized_agency', 'UN specialized agency'), ('other', 'Other')], max_length=40, verbose_name='category')),
                ('country', models.CharField(max_length=2, verbose_name='country')),
                ('website', models.URLField(blank=True, max_length=300, verbose_name='website')),
                ('about', models.TextField(blank=True, verbose_name='about the organisation')),
                ('also_connecting_people_everywhere', models.BooleanField(default=False, verbose_name='also interested in Connecting People Everywhere')),
                ('also_empowering_communities', models.BooleanField(default=False, verbose_name='also interested in Empowering Communities')),
                ('also_building_digital_ecosystems', models.BooleanField(default=False, verbose_name='also interested in Building Digital Ecosystems')),
                ('also_incentivizing_investments', models.BooleanField(default=False, verbose_name='also interested in Incentivizing Investments')),
                ('role', models.CharField(choices=[('participant', 'Participant'), ('lead', 'Willing to lead'), ('observer', 'Observer')], max_length=20, verbose_name='role sought')),
                ('contributes_financial', models.BooleanField(default=False, verbose_name='financial contribution')),
                ('contributes_programmatic', models.BooleanField(default=False, verbose_name='programmatic contribution')),
                ('contributes_policy', models.BooleanField(default=False, verbose_name='policy contribution')),
                ('contributes_advocacy', models.BooleanField(default=False, verbose_name='advocacy contribution')),
                ('contributes_knowledge', models.BooleanField(default=False, verbose_name='knowledge or in kind')),
                ('contributes_undecided', models.BooleanField(default=False, verbose_name='contribution not decided yet')),
                ('motivation', models.TextField(verbose_name='motivation')),
                ('is_authorised', models.BooleanField(verbose_name='authorised to express the interest')),
                ('privacy_version', models.CharField(editable=False, max_length=40, verbose_name='version of the privacy notice agreed to')),
                ('publication_consent', models.BooleanField(default=False, verbose_name='may be listed publicly')),
                ('newsletter', models.BooleanField(default=False, verbose_name='wants the newsletter')),
                ('spam_signal', models.CharField(blank=True, choices=[('trap', 'honeypot field filled in'), ('forged', 'form altered'), ('network', 'many submissions from one network'), ('address', 'many submissions for one address'), ('haste', 'submitted too fast'), ('automatic', 'automated submission')], max_length=20, verbose_name='reason for possible spam')),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('information_requested', 'Information requested'), ('admitted', 'Admitted'), ('declined', 'Declined'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn')], default='pending', max_length=30, verbose_name='status')),
                ('granted_role', models.CharField(blank=True, choices=[('participant', 'Participant'), ('co_lead', 'Co-lead'), ('observer', 'Observer')], max_length=20, verbose_name='role granted')),
                ('replied_at', models.DateTimeField(blank=True, null=True, verbose_name='replied at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn at')),
                ('closing_reason', models.CharField(blank=True, choices=[('duplicate', 'Duplicate of another member'), ('not_genuine', 'Not genuine'), ('abandoned', 'Abandoned')], max_length=20, verbose_name='reason for closing')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('slug', models.SlugField(blank=True, db_index=False, editable=False, max_length=100, verbose_name='address')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('assignee', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='assignee')),
                ('call', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.call', verbose_name='call')),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('duplicate_of', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member', verbose_name='duplicate of')),
                ('first_choice', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='focus_areas.focusarea', verbose_name='first choice')),
                ('focus_area', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='focus_areas.focusarea', verbose_name='focus area')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical member',
                'verbose_name_plural': 'historical members',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='LetterDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('received', 'Expression of interest received'), ('taken', 'Assigned'), ('released', 'Unassigned'), ('handed_over', 'Reassigned'), ('information_requested', 'Information requested'), ('answered', 'Reply received'), ('admitted', 'Admitted'), ('moved', 'Moved to another focus area'), ('declined', 'Declined'), ('closed', 'Closed without notification'), ('withdrawn', 'Withdrawn'), ('reopened', 'Reopened'), ('suspicion_cleared', 'Marked as genuine'), ('corrected', 'Answers corrected'), ('links_revoked', 'Private links revoked'), ('address_confirmed', 'Email address confirmed'), ('answers_confirmed', 'Answers confirmed by the person who may sign'), ('successor_named', 'Role transfer requested'), ('successor_gone', 'Role transfer not completed'), ('role_taken_over', 'Focal point replaced'), ('same_organisation', 'Another EOI from the same organisation'), ('noted', 'Internal note'), ('duplicate_closed', 'A duplicate of this member was closed'), ('duplicate_reopened', 'A duplicate of this member was reopened'), ('reminded', 'Reminder sent: information request'), ('officer_told', 'Assignee notified: no reply received'), ('closing_proposed', 'Closing proposed'), ('reminded_to_confirm', 'Reminder sent: email confirmation'), ('follow_up_skipped', 'Follow-up skipped'), ('no_duplicate', 'Marked as not a duplicate'), ('profile_published', 'Public profile published'), ('profile_taken_back', 'Public profile taken back'), ('opinion_asked', 'Opinion asked for'), ('opinion_given', 'Opinion given'), ('opinion_withdrawn', 'Request for an opinion withdrawn')], max_length=30, verbose_name='kind')),
                ('form_data', models.TextField(editable=False, verbose_name='form data')),
                ('saved_at', models.DateTimeField(verbose_name='saved at')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='letter_drafts', to='members.member', verbose_name='member')),
            ],
            options={
                'verbose_name': 'letter draft',
                'verbose_name_plural': 'letter drafts',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('member', 'kind', 'by'), name='members_letterdraft_one_of_each_officer'), models.CheckConstraint(condition=models.Q(('kind__in', ('information_requested', 'admitted', 'moved', 'declined'))), name='members_letterdraft_has_editable_letter')],
            },
        ),
        migrations.CreateModel(
            name='Reason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('purpose', models.CharField(choices=[('decline', 'Decline'), ('request_information', 'Request information')], max_length=20, verbose_name='used for')),
                ('label', models.CharField(max_length=120, verbose_name='label')),
                ('label_en', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_fr', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_es', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_ru', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_zh_hans', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('label_ar', models.CharField(max_length=120, null=True, verbose_name='label')),
                ('snippet', models.TextField(verbose_name='text in the letter')),
                ('snippet_en', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_fr', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_es', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_ru', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_zh_hans', models.TextField(null=True, verbose_name='text in the letter')),
                ('snippet_ar', models.TextField(null=True, verbose_name='text in the letter')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('is_active', models.BooleanField(default=True, help_text='Untick this instead of deleting the reason.', verbose_name='active')),
            ],
            options={
                'verbose_name': 'reason',
                'verbose_name_plural': 'reasons',
                'default_permissions': ('add', 'change', 'view'),
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['decline', 'request_information'])), name='members_reason_known_purpose'), models.CheckConstraint(condition=models.Q(('label_en__isnull', False), ('snippet_en__isnull', False), models.Q(('label_en', ''), _negated=True), models.Q(('snippet_en', ''), _negated=True)), name='members_reason_said_in_english')],
            },
        ),
        migrations.CreateModel(
            name='RoleTransfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(blank=True, choices=[('he', 'H.E.'), ('dr', 'Dr'), ('prof', 'Prof.'), ('ms', 'Ms'), ('mr', 'Mr'), ('mx', 'Mx')], max_length=10, verbose_name='title')),
                ('given_name', models.CharField(blank=True, max_length=100, verbose_name='given name')),
                ('family_name', models.CharField(max_length=100, verbose_name='family name')),
                ('position', models.CharField(blank=True, max_length=200, verbose_name='position')),
                ('email', models.EmailField(max_length=254, verbose_name='email')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=40, region=None, verbose_name='phone')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=7, verbose_name='language of correspondence')),
                ('time_zone', models.CharField(max_length=64, validators=[core.time_zones.validate_time_zone], verbose_name='time zone')),
                ('named_at', models.DateTimeField(verbose_name='requested at')),
                ('link_secret', models.CharField(default=members.models.focal_point.new_link_secret, editable=False, max_length=32)),
                ('expires_at', models.DateTimeField(verbose_name='expires at')),
                ('focal_point', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='role_transfer', to='members.focalpoint', verbose_name='in place of')),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.focalpoint', verbose_name='requested by')),
            ],
            options={
                'verbose_name': 'role transfer',
                'verbose_name_plural': 'role transfers',
                'abstract': False,
                'default_permissions': ('view',),
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('named_at'))), name='members_roletransfer_expires_after_naming'), models.CheckConstraint(condition=models.Q(('language__in', ['ar', 'zh-hans', 'en', 'fr', 'ru', 'es'])), name='members_roletransfer_known_language'), models.CheckConstraint(condition=models.Q(('title__in', ['', 'he', 'dr', 'prof', 'ms', 'mr', 'mx'])), name='members_roletransfer_known_title'), models.CheckConstraint(condition=models.Q(models.Q(('family_name', ''), _negated=True), models.Q(('email', ''), _negated=True)), name='members_roletransfer_has_name_and_email')],
            },
        ),
        migrations.CreateModel(
            name='TimelineEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('received', 'Expression of interest received'), ('taken', 'Assigned'), ('released', 'Unassigned'), ('handed_over', 'Reassigned'), ('information_requested', 'Information requested'), ('answered', 'Reply received'), ('admitted', 'Admitted'), ('moved', 'Moved to another focus area'), ('declined', 'Declined'), ('closed', 'Closed without notification'), ('withdrawn', 'Withdrawn'), ('reopened', 'Reopened'), ('suspicion_cleared', 'Marked as genuine'), ('corrected', 'Answers corrected'), ('links_revoked', 'Private links revoked'), ('address_confirmed', 'Email address confirmed'), ('answers_confirmed', 'Answers confirmed by the person who may sign'), ('successor_named', 'Role transfer requested'), ('successor_gone', 'Role transfer not completed'), ('role_taken_over', 'Focal point replaced'), ('same_organisation', 'Another EOI from the same organisation'), ('noted', 'Internal note'), ('duplicate_closed', 'A duplicate of this member was closed'), ('duplicate_reopened', 'A duplicate of this member was reopened'), ('reminded', 'Reminder sent: information request'), ('officer_told', 'Assignee notified: no reply received'), ('closing_proposed', 'Closing proposed'), ('reminded_to_confirm', 'Reminder sent: email confirmation'), ('follow_up_skipped', 'Follow-up skipped'), ('no_duplicate', 'Marked as not a duplicate'), ('profile_published', 'Public profile published'), ('profile_taken_back', 'Public profile taken back'), ('opinion_asked', 'Opinion asked for'), ('opinion_given', 'Opinion given'), ('opinion_withdrawn', 'Request for an opinion withdrawn')], max_length=30, verbose_name='kind')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('by_name', models.CharField(blank=True, max_length=250, verbose_name='name at that time')),
                ('is_public', models.BooleanField(default=False, verbose_name='visible to the organisation')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('by_focal_point', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.focalpoint', verbose_name='by focal point')),
                ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='timeline', to='members.member', verbose_name='member')),
            ],
            options={
                'verbose_name': 'timeline entry',
                'verbose_name_plural': 'timeline entries',
                'default_permissions': ('view',),
                'indexes': [models.Index(condition=models.Q(('kind__in', ('information_requested', 'admitted', 'declined'))), fields=['at'], name='members_timeline_answers')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['received', 'taken', 'released', 'handed_over', 'information_requested', 'answered', 'admitted', 'moved', 'declined', 'closed', 'withdrawn', 'reopened', 'suspicion_cleared', 'corrected', 'links_revoked', 'address_confirmed', 'answers_confirmed', 'successor_named', 'successor_gone', 'role_taken_over', 'same_organisation', 'noted', 'duplicate_closed', 'duplicate_reopened', 'reminded', 'officer_told', 'closing_proposed', 'reminded_to_confirm', 'follow_up_skipped', 'no_duplicate', 'profile_published', 'profile_taken_back', 'opinion_asked', 'opinion_given', 'opinion_withdrawn'])), name='members_timelineentry_known_kind'), models.CheckConstraint(condition=models.Q(('by_user__isnull', True), ('by_focal_point__isnull', True), _connector='OR'), name='members_timelineentry_by_one_person'), models.CheckConstraint(condition=models.Q(models.Q(('by_focal_point__isnull', True), ('by_user__isnull', True)), models.Q(('by_name', ''), _negated=True), _connector='OR'), name='members_timelineentry_keeps_the_name'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'noted'), _negated=True), ('is_public', False), _connector='OR'), name='members_timelineentry_notes_are_internal'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('opinion_asked', 'opinion_given', 'opinion_withdrawn')), _negated=True), ('is_public', False), _connector='OR'), name='members_timelineentry_opinions_are_internal')],
            },
        ),
        migrations.CreateModel(
            name='ReasonGiven',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('text', models.TextField(verbose_name='text')),
                ('text_en', models.TextField(null=True, verbose_name='text')),
                ('text_fr', models.TextField(null=True, verbose_name='text')),
                ('text_es', models.TextField(null=True, verbose_name='text')),
                ('text_ru', models.TextField(null=True, verbose_name='text')),
                ('text_zh_hans', models.TextField(null=True, verbose_name='text')),
                ('text_ar', models.TextField(null=True, verbose_name='text')),
                ('reason', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.reason', verbose_name='reason')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reasons_given', to='members.timelineentry', verbose_name='timeline entry')),
            ],
            options={
                'verbose_name': 'reason given',
                'verbose_name_plural': 'reasons given',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('entry', 'reason'), name='members_reasongiven_once_an_entry'), models.UniqueConstraint(fields=('entry', 'position'), name='members_reasongiven_one_a_position'), models.CheckConstraint(condition=models.Q(('text_en__isnull', False), models.Q(('text_en', ''), _negated=True)), name='members_reasongiven_said_in_english')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalPublicProfile',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by_name', models.CharField(blank=True, max_length=250, verbose_name='by')),
                ('about', models.TextField(blank=True, verbose_name='about the organisation')),
                ('language', models.CharField(blank=True, choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=7, verbose_name='language of the text')),
                ('website', models.URLField(blank=True, max_length=300, verbose_name='website')),
                ('logo', models.TextField(blank=True, max_length=100, verbose_name='logo')),
                ('logo_width', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('logo_height', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('member', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.member', verbose_name='member')),
                ('published_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='members.focalpoint', verbose_name='published by')),
            ],
            options={
                'verbose_name': 'historical public profile',
                'verbose_name_plural': 'historical public profiles',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='PublicProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('about', models.TextField(blank=True, verbose_name='about the organisation')),
                ('language', models.CharField(blank=True, choices=[('ar', 'Arabic'), ('zh-hans', 'Chinese'), ('en', 'English'), ('fr', 'French'), ('ru', 'Russian'), ('es', 'Spanish')], max_length=7, verbose_name='language of the text')),
                ('website', models.URLField(blank=True, max_length=300, verbose_name='website')),
                ('logo', models.FileField(blank=True, upload_to=members.models.public_profile.name_of_logo, verbose_name='logo')),
                ('logo_width', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('logo_height', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('member', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='public_profile', to='members.member', verbose_name='member')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.focalpoint', verbose_name='published by')),
            ],
            options={
                'verbose_name': 'public profile',
                'verbose_name_plural': 'public profiles',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('about', ''), ('language', '')), models.Q(models.Q(('about', ''), _negated=True), ('language__in', ['ar', 'zh-hans', 'en', 'fr', 'ru', 'es'])), _connector='OR'), name='members_publicprofile_text_has_language'), models.CheckConstraint(condition=models.Q(models.Q(('logo', ''), ('logo_height', 0), ('logo_width', 0)), models.Q(models.Q(('logo', ''), _negated=True), ('logo_height__gt', 0), ('logo_width__gt', 0)), _connector='OR'), name='members_publicprofile_logo_has_size'), models.CheckConstraint(condition=models.Q(models.Q(('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__isnull', False), ('published_by__isnull', False)), _connector='OR'), name='members_publicprofile_published_by_somebody'), models.UniqueConstraint(condition=models.Q(('logo', ''), _negated=True), fields=('logo',), name='members_publicprofile_logo_of_one')],
            },
        ),
        migrations.CreateModel(
            name='AnswerFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(unique=True, upload_to=members.models.answer_file.name_of_answer_file, verbose_name='file')),
                ('file_name', models.CharField(max_length=200, verbose_name='file name')),
                ('content_type', models.CharField(max_length=100, verbose_name='type')),
                ('size', models.PositiveIntegerField(help_text='In bytes.', verbose_name='size')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='members.timelineentry', verbose_name='timeline entry')),
            ],
            options={
                'verbose_name': 'file of an answer',
                'verbose_name_plural': 'files of answers',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gte', 1)), name='members_answerfile_is_not_empty')],
            },
        ),
        migrations.CreateModel(
            name='OpinionRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('asked_at', models.DateTimeField(verbose_name='asked at')),
                ('question', models.TextField(verbose_name='question')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='answered at')),
                ('recommendation', models.CharField(blank=True, choices=[('in_favour', 'In favour'), ('against', 'Against')], max_length=20, verbose_name='recommendation')),
                ('answer', models.TextField(blank=True, verbose_name='opinion')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='withdrawn at')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed at')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('asked_of', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked of')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='opinion_requests', to='members.member', verbose_name='member')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='withdrawn by')),
            ],
            options={
                'verbose_name': 'request for an opinion',
                'verbose_name_plural': 'requests for an opinion',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True), ('closed_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('member', 'asked_of'), name='members_opinionrequest_one_open_for_each'), models.CheckConstraint(condition=models.Q(('asked_of', models.F('asked_by')), _negated=True), name='members_opinionrequest_asked_of_another'), models.CheckConstraint(condition=models.Q(('question', ''), _negated=True), name='members_opinionrequest_has_question'), models.CheckConstraint(condition=models.Q(('recommendation__in', ['', 'in_favour', 'against'])), name='members_opinionrequest_known_recommendation'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('recommendation', '')), models.Q(('answered_at__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='members_opinionrequest_answered_has_text'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='members_opinionrequest_withdrawn_has_who_and_when'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('withdrawn_at__isnull', True)), models.Q(('answered_at__isnull', True), ('closed_at__isnull', True)), models.Q(('closed_at__isnull', True), ('withdrawn_at__isnull', True)), _connector='OR'), name='members_opinionrequest_ends_once')],
            },
        ),
        migrations.RunPython(create_search_indexes, drop_search_indexes),
    ]
