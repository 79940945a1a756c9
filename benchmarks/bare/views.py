"""A form as Django's tutorial has it: validated, one INSERT, a redirect."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from benchmarks.bare.forms import InterestForm
from benchmarks.bare.models import Interest


def form_page(request):
    """Show the form, or take it as one row."""
    form = InterestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        Interest.objects.create(**form.cleaned_data)
        return redirect("/thanks/")
    return render(request, "form.html", {"form": form})


def thanks(request):
    """Say thank you."""
    return HttpResponse("Thank you.")
