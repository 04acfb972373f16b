"""What looks wrong in a table of customers, said before anybody believes a model trained on it."""

from retention.customers.audit.findings import Finding, Severity
from retention.customers.audit.table_audit import audit

__all__ = ["Finding", "Severity", "audit"]
