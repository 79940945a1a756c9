from accounts.admin import events, users

__all__ = ["events", "users"]
