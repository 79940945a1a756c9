"""The fictional staff of the demonstration."""

from dataclasses import dataclass

from accounts.models import User

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


def load_staff(*, password: str) -> Staff:
    """Create the fictional staff, all with the same password."""
    email, name = ADMINISTRATOR
    return Staff(
        administrator=User.objects.create_superuser(email, password, name=name),
        manager=_employee(*DESK_MANAGER, password),
        officers=[_employee(email, name, password) for email, name in OFFICERS],
        coordinator=_employee(*COORDINATOR, password),
        observer=_employee(*OBSERVER, password),
    )


def _employee(email: str, name: str, password: str) -> User:
    return User.objects.create_user(email, password, name=name, is_staff=True)
