"""The admin of the Action Frameworks."""

from framework.admin.frameworks import FrameworkAdmin

__all__ = ["FrameworkAdmin"]
