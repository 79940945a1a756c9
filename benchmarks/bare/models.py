"""One row for each submitted form."""

from django.db import models


class Interest(models.Model):
    """One submitted form."""

    organisation_name = models.CharField(max_length=200)
    category = models.CharField(max_length=40)
    country = models.CharField(max_length=2)
    acronym = models.CharField(max_length=30, blank=True)
    website = models.CharField(max_length=300, blank=True)
    about = models.TextField(blank=True)
    focus_area = models.CharField(max_length=40)
    role = models.CharField(max_length=20)
    motivation = models.TextField()
    further_focus_areas = models.CharField(max_length=300, blank=True)
    contributions = models.CharField(max_length=300, blank=True)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100)
    position = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    language = models.CharField(max_length=7)
    title = models.CharField(max_length=10, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    alternate_given_name = models.CharField(max_length=100, blank=True)
    alternate_family_name = models.CharField(max_length=100, blank=True)
    alternate_position = models.CharField(max_length=200, blank=True)
    alternate_email = models.CharField(max_length=254, blank=True)
    alternate_title = models.CharField(max_length=10, blank=True)
    alternate_phone = models.CharField(max_length=40, blank=True)
    alternate_language = models.CharField(max_length=7, blank=True)
    alternate_time_zone = models.CharField(max_length=64, blank=True)
    is_authorised = models.BooleanField()
    privacy_consent = models.BooleanField()
    publication_consent = models.BooleanField()
    newsletter = models.BooleanField()
    submission_key = models.CharField(max_length=64)
    started = models.CharField(max_length=100, blank=True)
    leave_empty = models.CharField(max_length=100, blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.organisation_name
