"""Takes the README's pictures from the running app: ``python -m tests.browser.pictures``."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import installed
from tests.browser.server import FLAGS, running

FOLDER = Path(__file__).parents[2] / "assets" / "screenshots"


def main() -> None:
    """Photograph the profit screen on the example, light and dark."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed(), args=FLAGS)
        for theme in ("light", "dark"):
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            page.goto(f"{address}?__theme={theme}")
            page.wait_for_selector("#cards .headline", timeout=120_000)
            page.wait_for_selector("#profit-curve .js-plotly-plot .legend")
            page.screenshot(path=FOLDER / f"profit-{theme}.png")
        browser.close()


if __name__ == "__main__":
    main()
