"""Draws the images that other sites and devices show for the portal: previews and icons.

    python -m tools.static_images

It needs Chromium and the settings of the portal, and writes into `static`. The files are committed.
Run it again when the mark, the colours or the name of a focus area change.
"""

import io
import os
import shutil

import django
from django.conf import settings
from django.template import Context, Engine
from PIL import Image
from playwright.sync_api import Page, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "p2c_portal.settings")
django.setup()
# The models cannot be imported before this point.
from focus_areas.models import FOCUS_AREA_NAMES  # noqa: E402

STATIC = settings.BASE_DIR / "static"
IMAGES = STATIC / "images"
ENGINE = Engine(dirs=[str(settings.BASE_DIR / folder) for folder in ("tools", "templates")])
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# The size that all large sites recommend for a preview.
PREVIEW = (1200, 630)
# The edge of each square icon in pixels. The system cuts the corners of these icons itself.
ICONS = {"apple-touch-icon.png": 180, "icon-192.png": 192, "icon-512.png": 512}
# The sizes in one file for programs that know only /favicon.ico.
FAVICON = (16, 32, 48)


def main() -> None:
    """Draw all images."""
    (IMAGES / "social").mkdir(exist_ok=True)
    tokens = (STATIC / "css" / "tokens.css").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS)), None),
            args=["--no-sandbox"],
        )
        page = browser.new_page()
        for number, name in {0: "", **FOCUS_AREA_NAMES}.items():
            file = f"area-{number}.png" if number else "home.png"
            facts = {"tokens": tokens, "number": number, "area": name}
            draw(page, "social_picture.html", facts, PREVIEW).save(
                IMAGES / "social" / file, optimize=True
            )
        for file, edge in ICONS.items():
            draw(page, "icon.html", {"tokens": tokens}, (edge, edge)).save(
                IMAGES / file, optimize=True
            )
        facts = {"tokens": tokens, "is_small": True}
        small = [draw(page, "icon.html", facts, (edge, edge)).convert("RGBA") for edge in FAVICON]
        small[-1].save(
            IMAGES / "favicon.ico", sizes=[each.size for each in small], append_images=small[:-1]
        )
        browser.close()


def draw(page: Page, template: str, facts: dict[str, object], size: tuple[int, int]) -> Image.Image:
    """Return a picture of a page, with as few colours as its flat areas need."""
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(ENGINE.get_template(template).render(Context(facts)))
    picture = Image.open(io.BytesIO(page.screenshot(omit_background=True)))
    return picture.quantize(128, method=Image.Quantize.FASTOCTREE)


if __name__ == "__main__":
    main()
