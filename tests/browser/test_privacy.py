"""Two visitors at once: each sees and gets only what is theirs."""

import re
from pathlib import Path

import httpx2
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visitor import download, open_tab, upload, visiting, write_and_approve
from tests.files import telecom_customers

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def bring(page: Page, folder: Path, name: str, *, seed: int) -> pd.DataFrame:
    """Upload a file of 400 customers whose ids begin with its name."""
    table = telecom_customers(400, seed=seed)
    table["customerID"] = [f"{name}-{row}" for row in range(len(table))]
    table.to_csv(folder / f"{name}.csv", index=False)
    upload(page, folder / f"{name}.csv")
    page.get_by_role("button", name="Use these customers").click()
    expect(page.locator("#header")).to_contain_text(f"400 customers from {name}.csv", timeout=30_000)
    return table


def send_list(page: Page, path: Path) -> str:
    """Train, write, seal and download; return the address of the file."""
    open_tab(page, "Churn model")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.locator("#header")).to_contain_text("AUC", timeout=120_000)
    write_and_approve(page)
    return download(page, "Download CSV", path)


def test_two_visitors_never_meet(browser: Browser, address: str, tmp_path: Path) -> None:
    """Customers, models, messages and files of one are not the other's, and nobody finds a file by guessing."""
    with visiting(browser, address) as anna, visiting(browser, address) as bela:
        bring(anna, tmp_path, "anna", seed=1)
        bring(bela, tmp_path, "bela", seed=2)
        addresses = {
            name: send_list(page, tmp_path / f"{name}-list.csv") for name, page in [("anna", anna), ("bela", bela)]
        }
        for name, page, second_page in [("anna", anna, "bela"), ("bela", bela, "anna")]:
            ids = pd.read_csv(tmp_path / f"{name}-list.csv")["customerID"]
            assert len(ids) and ids.str.startswith(f"{name}-").all()
            content = page.content()
            assert f"{name}-" in content
            assert f"{second_page}-" not in content and f"{second_page}.csv" not in content
        folders = {
            name: re.search(r"file=(.*)/([0-9a-f]{64})/send_list.csv$", url) for name, url in addresses.items()
        }
        assert folders["anna"] and folders["bela"]
        assert folders["anna"][2] != folders["bela"][2]
    # The folder of all files, another file's name in it, files of the machine and of the app.
    cache = folders["anna"][1]
    for guess in (cache, f"{cache}/", f"{cache}/{'0' * 64}/send_list.csv", f"{cache}/../passwd", "/etc/passwd",
                  "app.py", "README.md", str(tmp_path / "anna.csv")):  # fmt: skip
        assert httpx2.get(f"{address}/gradio_api/file={guess}").status_code in {403, 404}, guess
