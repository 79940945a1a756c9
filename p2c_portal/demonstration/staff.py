"""The fictional staff of the demonstration."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from accounts.services.accounts import save_staff_preferences

# All addresses are under .example, which cannot receive e-mail.
ADMINISTRATOR = ("administrator@p2c.example", "Noor Haddad")
OFFICERS = (
    ("amina.diallo@p2c.example", "Amina Diallo"),
    ("chen.wei@p2c.example", "Chen Wei"),
    ("elena.petrova@p2c.example", "Elena Petrova"),
    ("joao.silva@p2c.example", "João Silva"),
    ("maria.lopez@p2c.example", "María López"),
    ("tom.okoye@p2c.example", "Tom Okoye"),
)
# What the officers read besides English, in their order.
LANGUAGES = (("fr", "ar"), ("zh-hans",), ("ru",), ("es",), ("es", "fr"), ())
DESK_MANAGER = ("ruth.mwangi@p2c.example", "Ruth Mwangi")
COORDINATOR = ("sofia.keller@p2c.example", "Sofia Keller")
OBSERVER = ("observer@p2c.example", "Ingrid Berg")


@dataclass(frozen=True)
class Staff:
    """The staff accounts of the demonstration."""

    administrator: User
    manager: User
    officers: list[User]
    coordinator: User
    observer: User


def load_staff(*, password: str, at: datetime) -> Staff:
    """Create the fictional staff, all with the same password. The officers have signed in."""
    email, name = ADMINISTRATOR
    return Staff(
        administrator=User.objects.create_superuser(email, password, name=name),
        manager=_employee(*DESK_MANAGER, password),
        officers=[
            _officer(_employee(*officer, password), languages, at)
            for officer, languages in zip(OFFICERS, LANGUAGES, strict=True)
        ],
        coordinator=_employee(*COORDINATOR, password),
        observer=_employee(*OBSERVER, password),
    )


def _employee(email: str, name: str, password: str) -> User:
    return User.objects.create_user(email, password, name=name, is_staff=True)


def _officer(user: User, languages: Iterable[str], at: datetime) -> User:
    User.objects.filter(pk=user.pk).update(signed_in_at=at)
    return save_staff_preferences(user=user, languages=languages, by=user, at=at)
