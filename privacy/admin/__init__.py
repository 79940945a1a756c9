from privacy.admin.retention import RetentionPeriodAdmin

__all__ = ["RetentionPeriodAdmin"]
