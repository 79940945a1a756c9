from django.conf import settings
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0008_hold_and_mention'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='member',
            options={'default_permissions': ('view',), 'permissions': [('take_member', 'Can assign, unassign and reassign members'), ('reassign_all_member', 'Can reassign all members of a colleague'), ('admit_member', 'Can admit a member to a focus area and move it'), ('decline_member', 'Can decline a member'), ('decline_member_state', 'Can decline a Member State'), ('request_information_member', 'Can request information and record the reply'), ('close_member', 'Can close a member without notification'), ('withdraw_member', 'Can withdraw a member at its request'), ('reopen_member', 'Can reopen a member'), ('correct_member', 'Can correct the answers of a member'), ('summarise_member', 'Can summarise a member in English'), ('clear_suspicion_member', 'Can mark a member as genuine'), ('note_member', 'Can add internal notes to a member'), ('ask_opinion_member', 'Can ask colleagues for an opinion on a member'), ('settle_duplicate_member', 'Can mark members as duplicates'), ('export_member', 'Can export lists of members'), ('import_member', 'Can import expressions of interest')], 'verbose_name': 'member', 'verbose_name_plural': 'members'},
        ),
        migrations.RemoveConstraint(
            model_name='timelineentry',
            name='members_timelineentry_known_kind',
        ),
        migrations.AddField(
            model_name='historicalmember',
            name='summary',
            field=models.CharField(blank=True, db_default='', max_length=400, verbose_name='summary by staff'),
        ),
        migrations.AddField(
            model_name='historicalmember',
            name='summary_is_public',
            field=models.BooleanField(db_default=False, default=False, verbose_name='summary may be public'),
        ),
        migrations.AddField(
            model_name='member',
            name='summary',
            field=models.CharField(blank=True, db_default='', max_length=400, verbose_name='summary by staff'),
        ),
        migrations.AddField(
            model_name='member',
            name='summary_is_public',
            field=models.BooleanField(db_default=False, default=False, verbose_name='summary may be public'),
        ),
        migrations.AlterField(
            model_name='letterdraft',
            name='kind',
            field=models.CharField(choices=[('received', 'Expression of interest received'), ('accepted_late', 'Accepted after the deadline'), ('taken', 'Assigned'), ('released', 'Unassigned'), ('handed_over', 'Reassigned'), ('information_requested', 'Information requested'), ('answered', 'Reply received'), ('admitted', 'Admitted'), ('moved', 'Moved to another focus area'), ('declined', 'Declined'), ('closed', 'Closed without notification'), ('withdrawn', 'Withdrawn'), ('reopened', 'Reopened'), ('suspected', 'Marked as possible spam'), ('suspicion_cleared', 'Marked as genuine'), ('corrected', 'Answers corrected'), ('summarised', 'Summary written'), ('links_revoked', 'Private links revoked'), ('address_confirmed', 'Email address confirmed'), ('answers_confirmed', 'Answers confirmed by the person who may sign'), ('successor_named', 'Role transfer requested'), ('successor_gone', 'Role transfer not completed'), ('role_taken_over', 'Focal point replaced'), ('same_organisation', 'Another EOI from the same organisation'), ('noted', 'Internal note'), ('duplicate_closed', 'A duplicate of this member was closed'), ('duplicate_reopened', 'A duplicate of this member was reopened'), ('reminded', 'Reminder sent: information request'), ('officer_told', 'Assignee notified: no reply received'), ('closing_proposed', 'Closing proposed'), ('reminded_to_confirm', 'Reminder sent: email confirmation'), ('follow_up_skipped', 'Follow-up skipped'), ('no_duplicate', 'Marked as not a duplicate'), ('profile_published', 'Public profile published'), ('profile_taken_back', 'Public profile taken back'), ('decision_undone', 'Decision undone'), ('letter_sent', 'Letter sent'), ('opinion_asked', 'Opinion asked for'), ('opinion_given', 'Opinion given'), ('opinion_withdrawn', 'Request for an opinion withdrawn'), ('held', 'Put on hold'), ('hold_ended', 'Hold ended')], max_length=30, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='timelineentry',
            name='kind',
            field=models.CharField(choices=[('received', 'Expression of interest received'), ('accepted_late', 'Accepted after the deadline'), ('taken', 'Assigned'), ('released', 'Unassigned'), ('handed_over', 'Reassigned'), ('information_requested', 'Information requested'), ('answered', 'Reply received'), ('admitted', 'Admitted'), ('moved', 'Moved to another focus area'), ('declined', 'Declined'), ('closed', 'Closed without notification'), ('withdrawn', 'Withdrawn'), ('reopened', 'Reopened'), ('suspected', 'Marked as possible spam'), ('suspicion_cleared', 'Marked as genuine'), ('corrected', 'Answers corrected'), ('summarised', 'Summary written'), ('links_revoked', 'Private links revoked'), ('address_confirmed', 'Email address confirmed'), ('answers_confirmed', 'Answers confirmed by the person who may sign'), ('successor_named', 'Role transfer requested'), ('successor_gone', 'Role transfer not completed'), ('role_taken_over', 'Focal point replaced'), ('same_organisation', 'Another EOI from the same organisation'), ('noted', 'Internal note'), ('duplicate_closed', 'A duplicate of this member was closed'), ('duplicate_reopened', 'A duplicate of this member was reopened'), ('reminded', 'Reminder sent: information request'), ('officer_told', 'Assignee notified: no reply received'), ('closing_proposed', 'Closing proposed'), ('reminded_to_confirm', 'Reminder sent: email confirmation'), ('follow_up_skipped', 'Follow-up skipped'), ('no_duplicate', 'Marked as not a duplicate'), ('profile_published', 'Public profile published'), ('profile_taken_back', 'Public profile taken back'), ('decision_undone', 'Decision undone'), ('letter_sent', 'Letter sent'), ('opinion_asked', 'Opinion asked for'), ('opinion_given', 'Opinion given'), ('opinion_withdrawn', 'Request for an opinion withdrawn'), ('held', 'Put on hold'), ('hold_ended', 'Hold ended')], max_length=30, verbose_name='kind'),
        ),
        AddConstraintNotValid(
            model_name='timelineentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['received', 'accepted_late', 'taken', 'released', 'handed_over', 'information_requested', 'answered', 'admitted', 'moved', 'declined', 'closed', 'withdrawn', 'reopened', 'suspected', 'suspicion_cleared', 'corrected', 'summarised', 'links_revoked', 'address_confirmed', 'answers_confirmed', 'successor_named', 'successor_gone', 'role_taken_over', 'same_organisation', 'noted', 'duplicate_closed', 'duplicate_reopened', 'reminded', 'officer_told', 'closing_proposed', 'reminded_to_confirm', 'follow_up_skipped', 'no_duplicate', 'profile_published', 'profile_taken_back', 'decision_undone', 'letter_sent', 'opinion_asked', 'opinion_given', 'opinion_withdrawn', 'held', 'hold_ended'])), name='members_timelineentry_known_kind'),
        ),
    ]
