"""Form data of the admin's pages of papers."""

from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from papers.models import Paper, PaperKind, PaperVersion
from papers.services.papers import add_paper
from tests.factories import NOON
from tests.papers.files import PDF, TEXT, fit

LIST = "/admin/papers/paper/"
ADD = f"{LIST}add/"


def published(*, file=None, **facts):
    draft = {"title": "Draft", "kind": PaperKind.ACTION_FRAMEWORK, "language": "en"}
    of_all = {"meeting": None, "focus_area": None, "by": None, "at": NOON}
    return add_paper(**{**draft, **of_all, "file": file or fit(PDF, "Draft.pdf"), **facts})


def page_of(paper, name="change", **more):
    return reverse(f"admin:papers_paper_{name}", kwargs={"pk": paper.pk, **more})


def change_page(paper):
    return reverse("admin:papers_paper_change", args=[paper.pk])


def upload(client, address, *, content=PDF, name="Agenda.pdf", **typed):
    paper = {"title": "Agenda", "kind": "agenda", "focus_area": "", "language": "en"}
    file = SimpleUploadedFile(name, content)
    return client.post(address, {**paper, "file": file, **typed})


def again(client, paper, *, content=TEXT, **typed):
    version = {"number": "2", "seen": "1", "language": "en"}
    file = SimpleUploadedFile("new.txt", content)
    return client.post(page_of(paper, "add_version"), {**version, "file": file, **typed})


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def everything():
    return list(Paper.objects.values()), list(PaperVersion.objects.values())
