"""A form of Django's own fields and widgets, with as many fields and choices as the portal's."""

from django import forms

from core.time_zones import all_zones
from members.models import Category, Contribution, CorrespondenceLanguage, SoughtRole, Title
from members.services.countries import choices

FOCUS_AREAS = [
    ("connecting-people-everywhere", "Connecting People Everywhere"),
    ("empowering-communities", "Empowering Communities"),
    ("building-digital-ecosystems", "Building Digital Ecosystems"),
    ("incentivizing-investments", "Incentivizing Investments"),
]
COUNTRIES = [("", "Choose a country"), *choices("en")]
TITLES = [("", "None"), *Title.choices]
LANGUAGES = CorrespondenceLanguage.choices
TIME_ZONES = [("", "None"), *((zone, zone) for zone in all_zones())]


class InterestForm(forms.Form):
    """A form with as many fields as the Expression of Interest, with the same names."""

    submission_key = forms.CharField(widget=forms.HiddenInput)
    started = forms.CharField(widget=forms.HiddenInput, required=False)
    leave_empty = forms.CharField(required=False)
    organisation_name = forms.CharField(max_length=200, help_text="The official name.")
    category = forms.ChoiceField(choices=Category, widget=forms.RadioSelect)
    country = forms.ChoiceField(choices=COUNTRIES)
    focus_area = forms.ChoiceField(choices=FOCUS_AREAS, widget=forms.RadioSelect)
    role = forms.ChoiceField(choices=SoughtRole, widget=forms.RadioSelect)
    motivation = forms.CharField(widget=forms.Textarea, help_text="Up to 300 words.")
    given_name = forms.CharField(max_length=100, required=False)
    family_name = forms.CharField(max_length=100, help_text="Or the only name.")
    position = forms.CharField(max_length=200, help_text="For example: Director")
    email = forms.EmailField(max_length=254, help_text="All our messages go there.")
    language = forms.ChoiceField(choices=LANGUAGES, widget=forms.RadioSelect)
    is_authorised = forms.BooleanField()
    privacy_consent = forms.BooleanField()
    publication_consent = forms.BooleanField(required=False)
    acronym = forms.CharField(max_length=30, required=False)
    website = forms.URLField(max_length=300, required=False, help_text="www.example.org")
    about = forms.CharField(widget=forms.Textarea, required=False, help_text="Up to 150 words.")
    further_focus_areas = forms.MultipleChoiceField(
        choices=FOCUS_AREAS, required=False, widget=forms.CheckboxSelectMultiple
    )
    contributions = forms.MultipleChoiceField(
        choices=Contribution, required=False, widget=forms.CheckboxSelectMultiple
    )
    title = forms.ChoiceField(choices=TITLES, required=False)
    phone = forms.CharField(max_length=40, required=False, help_text="With the country code.")
    time_zone = forms.ChoiceField(choices=TIME_ZONES, required=False)
    newsletter = forms.BooleanField(required=False)
    alternate_title = forms.ChoiceField(choices=TITLES, required=False)
    alternate_given_name = forms.CharField(max_length=100, required=False)
    alternate_family_name = forms.CharField(max_length=100, required=False)
    alternate_position = forms.CharField(max_length=200, required=False)
    alternate_email = forms.EmailField(max_length=254, required=False)
    alternate_phone = forms.CharField(max_length=40, required=False)
    alternate_language = forms.ChoiceField(choices=[("", "The same"), *LANGUAGES], required=False)
    alternate_time_zone = forms.ChoiceField(choices=TIME_ZONES, required=False)

    def clean_further_focus_areas(self):
        """Return the areas as the column stores them."""
        return ",".join(self.cleaned_data["further_focus_areas"])

    def clean_contributions(self):
        """Return the contributions as the column stores them."""
        return ",".join(self.cleaned_data["contributions"])
