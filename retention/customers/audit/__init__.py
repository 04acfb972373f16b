"""The audit of a table of customers: what would make a model trained on it mislead."""

from retention.customers.audit.findings import Finding, Severity
from retention.customers.audit.table_audit import audit

__all__ = ["Finding", "Severity", "audit"]
