"""One row for each form that was sent, and one for each organisation to decide on."""

from django.db import models

from focus_areas.models import FocusArea
from members.models import Category, GrantedRole, MemberStatus, SoughtRole


class Interest(models.Model):
    """One form that was sent."""

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


class Applicant(models.Model):
    """One organisation to decide on, with as many facts as a file of the portal's has."""

    reference = models.CharField(max_length=10, unique=True)
    organisation_name = models.CharField(max_length=200)
    acronym = models.CharField(max_length=30, blank=True)
    category = models.CharField(max_length=40, choices=Category)
    country = models.CharField(max_length=2)
    website = models.URLField(max_length=300, blank=True)
    about = models.TextField(blank=True)
    first_choice = models.ForeignKey(FocusArea, on_delete=models.PROTECT, related_name="+")
    also_1 = models.BooleanField(default=False)
    also_2 = models.BooleanField(default=False)
    also_3 = models.BooleanField(default=False)
    also_4 = models.BooleanField(default=False)
    role = models.CharField(max_length=20, choices=SoughtRole)
    contributes_financial = models.BooleanField(default=False)
    contributes_programmatic = models.BooleanField(default=False)
    contributes_policy = models.BooleanField(default=False)
    contributes_advocacy = models.BooleanField(default=False)
    contributes_knowledge = models.BooleanField(default=False)
    motivation = models.TextField()
    publication_consent = models.BooleanField(default=False)
    newsletter = models.BooleanField(default=False)
    status = models.CharField(
        max_length=30, choices=MemberStatus, default=MemberStatus.PENDING, db_index=True
    )
    focus_area = models.ForeignKey(
        FocusArea, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    granted_role = models.CharField(max_length=20, choices=GrantedRole, blank=True)
    submitted_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.organisation_name
