"""Takes the README's pictures from the running app: ``python -m tests.browser.pictures``."""

from io import BytesIO
from pathlib import Path

from PIL import Image
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
            with Image.open(BytesIO(page.screenshot())) as picture:
                # 256 colours tell this screen as well as 16 million, in half the bytes, if the rare ones are kept.
                few = picture.convert("RGB").quantize(
                    256, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
                )
                few.save(FOLDER / f"profit-{theme}.png", optimize=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
