"""Where the page's own files (style, scripts, icon) lie."""

from pathlib import Path
from typing import Final

import retention


def _folder() -> Path:
    """Return ``assets/``: inside an installed package, beside the package in a checkout and on a Space."""
    package = Path(retention.__file__).parent
    installed = package / "assets"
    return installed if installed.is_dir() else package.parent / "assets"


ASSETS: Final = _folder()


def asset(name: str) -> str:
    """Return the text of a file in ``assets/``."""
    return (ASSETS / name).read_text(encoding="utf-8")
