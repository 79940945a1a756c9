"""Likely typing errors in the domain of an email address."""

# Common providers of private email. Shorter names are too similar to other real domains.
PROVIDERS = (
    "gmail.com",
    "hotmail.com",
    "hotmail.fr",
    "icloud.com",
    "laposte.net",
    "orange.fr",
    "outlook.com",
    "outlook.fr",
    "proton.me",
    "protonmail.com",
    "rediffmail.com",
    "yahoo.co.in",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.com.br",
    "yahoo.fr",
    "yandex.ru",
    "ymail.com",
)
PROVIDERS_NAMES = frozenset(provider.partition(".")[0] for provider in PROVIDERS)

# Endings that do not exist.
MISTYPED_ENDINGS = {
    ".cmo": ".com",
    ".comm": ".com",
    ".con": ".com",
    ".coom": ".com",
    ".cpm": ".com",
    ".nett": ".net",
    ".ocm": ".com",
    ".ogr": ".org",
    ".orgg": ".org",
    ".rog": ".org",
    ".vom": ".com",
    ".xom": ".com",
}


def suggest_address(address: str) -> str | None:
    """Return the address that was probably meant, or None if it does not look mistyped."""
    local, _at, typed = address.rpartition("@")
    domain = typed.casefold()
    repaired = _ending_repaired(domain)
    meant = _provider_near(repaired) or repaired
    return f"{local}@{meant}" if meant != domain else None


def _ending_repaired(domain: str) -> str:
    for wrong, right in MISTYPED_ENDINGS.items():
        if domain.endswith(wrong):
            return domain.removesuffix(wrong) + right
    return domain


def _provider_near(domain: str) -> str | None:
    """Return the provider whose domain differs by one typing error."""
    if domain in PROVIDERS:
        return None
    # yahoo.gr and hotmail.gr exist, so the person is asked only where .com was probably meant.
    is_named_right = domain.partition(".")[0] in PROVIDERS_NAMES
    candidates = [name for name in PROVIDERS if not is_named_right or name.endswith(".com")]
    return next((name for name in candidates if _is_one_slip(domain, name)), None)


def _is_one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, too many, wrong, or swapped with its neighbour."""
    # A different first letter is a different name: email.com and fmail.com are not gmail.com.
    if typed[:1] != meant[:1] or abs(len(typed) - len(meant)) > 1:
        return False
    pairs = enumerate(zip(typed, meant, strict=False))
    shorter = min(len(typed), len(meant))
    start = next((n for n, (one, other) in pairs if one != other), shorter)
    rest, meant_rest = typed[start:], meant[start:]
    return (
        rest[1:] in (meant_rest[1:], meant_rest)
        or rest == meant_rest[1:]
        or (rest[:2] == meant_rest[:2][::-1] and rest[2:] == meant_rest[2:])
    )
