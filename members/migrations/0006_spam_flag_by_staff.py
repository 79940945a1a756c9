from django.conf import settings
from django.db import migrations, models

from core.migration_operations import AddConstraintNotValid


class Migration(migrations.Migration):

    dependencies = [
        ('focus_areas', '0001_initial'),
        ('members', '0005_letter_sent_validated'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='member',
            name='members_member_known_spam_signal',
        ),
        migrations.RemoveConstraint(
            model_name='timelineentry',
            name='members_timelineentry_known_kind',
        ),
        migrations.AlterField(
            model_name='historicalmember',
            name='spam_signal',
            field=models.CharField(blank=True, choices=[('trap', 'honeypot field filled in'), ('forged', 'form altered'), ('network', 'many submissions from one network'), ('address', 'many submissions for one address'), ('haste', 'submitted too fast'), ('unusual', 'unusually many within an hour'), ('automatic', 'automated submission')], max_length=20, verbose_name='reason for possible spam'),
        ),
        migrations.AlterField(
            model_name='letterdraft',
            name='kind',
            field=models.CharField(choices=[('received', 'Expression of interest received'), ('accepted_late', 'Accepted after the deadline'), ('taken', 'Assigned'), ('released', 'Unassigned'), ('handed_over', 'Reassigned'), ('information_requested', 'Information requested'), ('answered', 'Reply received'), ('admitted', 'Admitted'), ('moved', 'Moved to another focus area'), ('declined', 'Declined'), ('closed', 'Closed without notification'), ('withdrawn', 'Withdrawn'), ('reopened', 'Reopened'), ('suspected', 'Marked as possible spam'), ('suspicion_cleared', 'Marked as genuine'), ('corrected', 'Answers corrected'), ('links_revoked', 'Private links revoked'), ('address_confirmed', 'Email address confirmed'), ('answers_confirmed', 'Answers confirmed by the person who may sign'), ('successor_named', 'Role transfer requested'), ('successor_gone', 'Role transfer not completed'), ('role_taken_over', 'Focal point replaced'), ('same_organisation', 'Another EOI from the same organisation'), ('noted', 'Internal note'), ('duplicate_closed', 'A duplicate of this member was closed'), ('duplicate_reopened', 'A duplicate of this member was reopened'), ('reminded', 'Reminder sent: information request'), ('officer_told', 'Assignee notified: no reply received'), ('closing_proposed', 'Closing proposed'), ('reminded_to_confirm', 'Reminder sent: email confirmation'), ('follow_up_skipped', 'Follow-up skipped'), ('no_duplicate', 'Marked as not a duplicate'), ('profile_published', 'Public profile published'), ('profile_taken_back', 'Public profile taken back'), ('decision_undone', 'Decision undone'), ('letter_sent', 'Letter sent'), ('opinion_asked', 'Opinion asked for'), ('opinion_given', 'Opinion given'), ('opinion_withdrawn', 'Request for an opinion withdrawn')], max_length=30, verbose_name='kind'),
        ),
        migrations.AlterField(
            model_name='member',
            name='spam_signal',
            field=models.CharField(blank=True, choices=[('trap', 'honeypot field filled in'), ('forged', 'form altered'), ('network', 'many submissions from one network'), ('address', 'many submissions for one address'), ('haste', 'submitted too fast'), ('unusual', 'unusually many within an hour'), ('automatic', 'automated submission')], max_length=20, verbose_name='reason for possible spam'),
        ),
        migrations.AlterField(
            model_name='timelineentry',
            name='kind',
            field=models.CharField(choices=[('received', 'Expression of interest received'), ('accepted_late', 'Accepted after the deadline'), ('taken', 'Assigned'), ('released', 'Unassigned'), ('handed_over', 'Reassigned'), ('information_requested', 'Information requested'), ('answered', 'Reply received'), ('admitted', 'Admitted'), ('moved', 'Moved to another focus area'), ('declined', 'Declined'), ('closed', 'Closed without notification'), ('withdrawn', 'Withdrawn'), ('reopened', 'Reopened'), ('suspected', 'Marked as possible spam'), ('suspicion_cleared', 'Marked as genuine'), ('corrected', 'Answers corrected'), ('links_revoked', 'Private links revoked'), ('address_confirmed', 'Email address confirmed'), ('answers_confirmed', 'Answers confirmed by the person who may sign'), ('successor_named', 'Role transfer requested'), ('successor_gone', 'Role transfer not completed'), ('role_taken_over', 'Focal point replaced'), ('same_organisation', 'Another EOI from the same organisation'), ('noted', 'Internal note'), ('duplicate_closed', 'A duplicate of this member was closed'), ('duplicate_reopened', 'A duplicate of this member was reopened'), ('reminded', 'Reminder sent: information request'), ('officer_told', 'Assignee notified: no reply received'), ('closing_proposed', 'Closing proposed'), ('reminded_to_confirm', 'Reminder sent: email confirmation'), ('follow_up_skipped', 'Follow-up skipped'), ('no_duplicate', 'Marked as not a duplicate'), ('profile_published', 'Public profile published'), ('profile_taken_back', 'Public profile taken back'), ('decision_undone', 'Decision undone'), ('letter_sent', 'Letter sent'), ('opinion_asked', 'Opinion asked for'), ('opinion_given', 'Opinion given'), ('opinion_withdrawn', 'Request for an opinion withdrawn')], max_length=30, verbose_name='kind'),
        ),
        AddConstraintNotValid(
            model_name='member',
            constraint=models.CheckConstraint(condition=models.Q(('spam_signal__in', ['', 'trap', 'forged', 'network', 'address', 'haste', 'unusual', 'automatic'])), name='members_member_known_spam_signal'),
        ),
        AddConstraintNotValid(
            model_name='timelineentry',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['received', 'accepted_late', 'taken', 'released', 'handed_over', 'information_requested', 'answered', 'admitted', 'moved', 'declined', 'closed', 'withdrawn', 'reopened', 'suspected', 'suspicion_cleared', 'corrected', 'links_revoked', 'address_confirmed', 'answers_confirmed', 'successor_named', 'successor_gone', 'role_taken_over', 'same_organisation', 'noted', 'duplicate_closed', 'duplicate_reopened', 'reminded', 'officer_told', 'closing_proposed', 'reminded_to_confirm', 'follow_up_skipped', 'no_duplicate', 'profile_published', 'profile_taken_back', 'decision_undone', 'letter_sent', 'opinion_asked', 'opinion_given', 'opinion_withdrawn'])), name='members_timelineentry_known_kind'),
        ),
    ]
