"""Commitments: what members promise, their reports, the public register and open data."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CommitmentsConfig(AppConfig):
    """Commitments of members, from the first draft to the last report."""

    name = "commitments"
    verbose_name = _("Commitments")

    def ready(self) -> None:
        # Models can only be imported once the app registry is ready.
        from commitments import seed  # noqa: PLC0415
        from commitments.models import Commitment  # noqa: PLC0415
        from commitments.services import (  # noqa: PLC0415
            action_facts,
            template_types,
            work_queue,
        )
        from framework.services.action_facts import register_action_facts  # noqa: PLC0415
        from inbox.models import OwnerKind, register_owner_kind  # noqa: PLC0415
        from outbox.models.template_types import register  # noqa: PLC0415
        from triage.staff_accounts.services.changes import (  # noqa: PLC0415
            OtherWork,
            register_other_work,
        )

        register(*template_types.TEMPLATE_TYPES)
        register_action_facts(action_facts.facts_of_actions)
        register_other_work(OtherWork(work_queue.open_work_in_words, work_queue.release_open_work))
        register_owner_kind(
            OwnerKind(
                model=Commitment,
                visible_to=Commitment.objects.visible_to,
                find=lambda rows, typed: rows.filter(reference__iexact=typed.strip()),
            )
        )
        post_migrate.connect(seed.seed, sender=self)
