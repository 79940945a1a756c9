"""The tallies: how many files of each kind there are, counted before anybody asks.

What writes them is triage/statistics/services/snapshots.py, what reads them
triage/statistics/services/queries.py.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.call import Call
from members.models.member import Member


class TallyKind(models.TextChoices):
    """What a file is counted for: that it came, and what became of it, as it stands now."""

    ARRIVED = "arrived", _("Arrived")
    ADMITTED = "admitted", _("Admitted")
    DECLINED = "declined", _("Declined")
    CLOSED = "closed", _("Closed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Respect(models.TextChoices):
    """In what respect the files of a tally are alike; what its value is."""

    # In Geneva, as 2021-10-31, so that days sort as they follow one another.
    DAY = "day", _("day")
    # The same days put together, as 2021-10, for calls that last for years.
    MONTH = "month", _("month")
    CATEGORY = "category", _("category")
    COUNTRY = "country", _("country")
    # From the day of the arrival to that of the answer; only of what was answered.
    WORKING_DAYS = "working_days", _("working days to the decision")


# What became of a file that is not undecided.
OUTCOMES = tuple(kind for kind in TallyKind if kind != TallyKind.ARRIVED)
# What an organisation is told, so that the time until then is worth knowing.
ANSWERED = (TallyKind.ADMITTED, TallyKind.DECLINED)
NO_AREA = 0


class Tally(models.Model):
    """How many files of one call, one kind and one focus area are alike in one respect.

    The area is the first choice of what arrived, else the one that the member was admitted to;
    0 where it never was. The same files are in a tally of each respect: never add those up.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")
    respect = models.CharField(max_length=20, choices=Respect)
    value = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=TallyKind)
    area_number = models.PositiveSmallIntegerField(default=NO_AREA)
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["call", "respect", "value", "kind", "area_number"],
                name="%(app_label)s_%(class)s_one_of_each",
            ),
            models.CheckConstraint(
                condition=Q(respect__in=Respect.values),
                name="%(app_label)s_%(class)s_known_respect",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TallyKind.values),
                name="%(app_label)s_%(class)s_known_kind",
            ),
            models.CheckConstraint(
                condition=Q(count__gte=1),
                name="%(app_label)s_%(class)s_counts_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} · {self.get_kind_display()}: {self.count}"


class CountedFile(models.Model):
    """What one file counts for in the tallies at present, to be taken away when it changes."""

    member = models.OneToOneField(
        Member, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    arrived_on = models.DateField()
    first_choice_number = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=40)
    country = models.CharField(max_length=2)
    # What became of it, on which day in Geneva, and in which area; empty while it is undecided.
    outcome = models.CharField(max_length=20, choices=TallyKind, blank=True)
    outcome_on = models.DateField(null=True)
    area_number = models.PositiveSmallIntegerField(default=NO_AREA)

    class Meta:
        verbose_name = _("counted file")
        verbose_name_plural = _("counted files")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=OUTCOMES, outcome_on__isnull=False)
                | Q(outcome="", outcome_on__isnull=True, area_number=NO_AREA),
                name="%(app_label)s_%(class)s_outcome_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self.member_id)


class Tallying(models.Model):
    """How far the tallies are: the one row there is. Whoever counts locks it."""

    # Everything that had happened until then is counted; empty until the first count is through.
    as_of = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("state of the tallies")
        verbose_name_plural = _("state of the tallies")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(id=1), name="%(app_label)s_%(class)s_is_the_only_one"
            ),
        ]

    def __str__(self) -> str:
        return str(self.as_of)
