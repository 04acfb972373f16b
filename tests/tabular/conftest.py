"""Fixtures for the tests that read files."""

from pathlib import Path

import pytest

from tests.reading import Save, save_in


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Write a file and return its path."""
    return save_in(tmp_path)
