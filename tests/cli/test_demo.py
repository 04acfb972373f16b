"""The command ``demo``."""

from pathlib import Path

import pytest

from tests.cli.commands import run


@pytest.mark.slow
def test_demo_does_it_all(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The demo leaves every file and says what was earned against doing nothing and against everyone."""
    result = run(capsys, "demo", "--out", tmp_path / "demo", "--customers", 1500)
    assert result["profit_none"] == 0
    assert result["profit_model"] > 0
    assert result["evidence"].keys() == {"profit_model", "profit_all", "profit_none"}
    assert all(Path(file).exists() for file in result["files"])
    assert result["messages"] > 0
