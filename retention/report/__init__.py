"""The one-page report: one HTML file for a manager, with no script and nothing to fetch, that prints on A4."""

from retention.report.page import render_report

__all__ = ["render_report"]
