"""What the steps share: the object they return beside their file."""

from typing import Any, TypeAlias

Found: TypeAlias = dict[str, Any]
"""What a step found: the JSON object that the command line prints with ``--json``."""
