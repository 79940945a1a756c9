"""Form data of the admin's pages of mailings."""

from django.urls import reverse

LIST = "/admin/mailings/mailing/"


def page_of(mailing, name="change"):
    return reverse(f"admin:mailings_mailing_{name}", args=[mailing.pk])


def send(client, mailing, **answers):
    shown = {"number": mailing.recipients.included().count(), "version": mailing.version}
    return client.post(page_of(mailing, "send"), {"when": "now", **shown, **answers}, follow=True)


def typed(mailing, **answers):
    return {
        "kind": mailing.kind,
        "language": mailing.language,
        "version": mailing.version,
        "subject_en": "News",
        "body_en": "There is news.",
        **answers,
    }
