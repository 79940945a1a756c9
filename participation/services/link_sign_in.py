"""Signing in with a private link and the family name of its focal point, without a code.

It is for a focal point whom no code reaches. Who has the letter can do it, so it opens what a code
opens, except the export of personal data.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.login_throttling import count_family_name
from accounts.services.sign_in_codes import user_for_email
from core.folding import fold
from members.models import FocalPoint


def user_for_family_name(*, focal_point: FocalPoint, typed: str, at: datetime) -> User:
    """Return the account of the focal point with a private link, if the name is theirs.

    Case, accents, blanks and hyphens are ignored. Raises ValidationError and TooManyAttempts.
    """
    count_family_name(focal_point_pk=focal_point.pk, at=at)
    user = user_for_email(focal_point.email)
    if user is None or _letters(typed) != _letters(focal_point.family_name):
        raise ValidationError(_("This is not the family name that we have for this link."))
    return user


def _letters(name: str) -> str:
    folded = fold(name)
    return "".join(filter(str.isalnum, folded)) or folded
