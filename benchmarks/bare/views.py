"""A form as in Django's tutorial: validate, store, redirect."""

import uuid
from copy import copy
from functools import cache
from hashlib import sha256

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from benchmarks.bare.forms import InterestForm
from benchmarks.bare.models import Interest
from core.models import AttemptCount
from members.models import FocalPoint, Member, TimelineEntry
from outbox.models import Message


def form_page(request):
    """Show the form, or store it as one row."""
    return _page(request, store=lambda facts: Interest.objects.create(**facts))


def rows_page(request):
    """Show the form, or store the rows that the portal stores for it, in one transaction."""
    return _page(request, store=store_rows)


def _page(request, *, store):
    form = InterestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        store(form.cleaned_data)
        return redirect("/thanks/")
    return render(request, "form.html", {"form": form})


@cache
def first_rows():
    """Return the rows of the first member, which are copied. Each process reads them once."""
    member = Member.objects.earliest("pk")
    person = FocalPoint.objects.get(member=member)
    return (
        member,
        member.history.get(),
        person,
        person.history.get(),
        TimelineEntry.objects.get(member=member),
        Message.objects.get(reference=member.reference),
    )


@transaction.atomic
def store_rows(facts):
    """Store the rows that the portal stores for a form, each with one INSERT."""
    key, email = facts["submission_key"], facts["email"]
    member, member_version, person, person_version, entry, message = first_rows()
    AttemptCount.objects.bulk_create(
        AttemptCount(digest=f"{what}-{key}", number=1, ends_at=now())
        for what in ("form", "address", "network")
    )
    digest = sha256(key.encode()).hexdigest()
    sender = {"reference": key[:10], "submission_key": key, "answers_digest": digest}
    member = insert(member, **sender)
    insert(member_version, id=member.pk, **sender)
    person = insert(person, member=member, email=email)
    insert(person_version, id=person.pk, member=member, email=email)
    insert(entry, member=member)
    insert(
        message,
        reference=member.reference,
        recipient=email,
        topic=f"received {key}",
        message_id=uuid.uuid4(),
    )


def insert(row, **facts):
    """Insert a copy of a row with other values in some columns, without signals."""
    new = copy(row)
    new._state = copy(row._state)
    new.pk = None
    for name, value in facts.items():
        setattr(new, name, value)
    type(row)._base_manager.bulk_create([new])
    return new


def thanks(request):
    """Show the confirmation."""
    return HttpResponse("Thank you.")
