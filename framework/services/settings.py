"""Who reads a framework, and who proposes changes of it."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from core.conflicts import lock, save_next_version
from framework.models import Framework


@transaction.atomic
def change_settings(
    *,
    framework: Framework,
    is_public: bool,
    observers_may_propose: bool,
    by: User,
    at: datetime,
) -> Framework:
    """Change whether everybody reads the drafts, and whether observers propose changes."""
    lock(framework)
    framework.is_public = is_public
    framework.observers_may_propose = observers_may_propose
    save_next_version(framework, "is_public", "observers_may_propose", by=by, at=at)
    return framework
