"""Crops a picture of a page to some elements, and compares its size with a stored one."""

import io
from collections import Counter

from PIL import Image

# The part of width or height by which a page may differ from its picture: waiting times and dates
# change each day, and fonts differ between machines.
TOLERANCE = 0.15
# Fonts and images, except those that are loaded only when a person scrolls to them.
LOADED = """() => Promise.all([
  document.fonts.ready,
  ...[...document.images].filter((each) => each.loading !== "lazy").map((each) => each.decode()),
]).then(() => true)"""


def cropped(page, locators, *, margin=8, max_height=None):
    """Return the part of a page with the elements, and with a margin in CSS pixels."""
    # Only where the browser tests are installed.
    from playwright.sync_api import expect  # noqa: PLC0415

    for locator in locators:
        expect(locator).to_be_visible()
    page.wait_for_load_state()
    page.evaluate(LOADED)
    page.evaluate("scrollTo(0, 0)")
    boxes = [locator.bounding_box() for locator in locators]
    left = max(0, min(box["x"] for box in boxes) - margin)
    top = max(0, min(box["y"] for box in boxes) - margin)
    right = min(page.viewport_size["width"], max(box["x"] + box["width"] for box in boxes) + margin)
    bottom = max(box["y"] + box["height"] for box in boxes) + margin
    height = min(bottom - top, max_height or bottom)
    screenshot = page.screenshot(
        full_page=True,
        clip={"x": left, "y": top, "width": right - left, "height": height},
        animations="disabled",
    )
    return Image.open(io.BytesIO(screenshot)).convert("RGB")


def with_few_colours(picture):
    """Reduce a picture to 64 colours: the most frequent ones, and those of small signs.

    Pillow's own methods change the colours of flat areas, or lose those of small signs.
    """
    pixels = picture.get_flattened_data()
    signs = picture.quantize(24, Image.Quantize.MAXCOVERAGE).convert("RGB").getcolors()
    palette = [colour for colour, _count in Counter(pixels).most_common(40)]
    palette += [colour for _count, colour in signs]
    nearest = {pixel: nearest_of(palette, pixel) for pixel in set(pixels)}
    reduced = Image.new("P", picture.size)
    reduced.putpalette([value for colour in palette for value in colour])
    reduced.putdata([nearest[pixel] for pixel in pixels])
    return reduced


def nearest_of(palette, pixel):
    """Return the index of the colour that looks most like a pixel."""
    red, green, blue = pixel
    distances = [(r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2 for r, g, b in palette]
    return distances.index(min(distances))


def assert_same_size(picture, file):
    """Fail if there is no stored picture, or if it has another size."""
    assert file.exists(), f"{file} is missing. Take it with `make pictures`."
    with Image.open(file) as stored:
        for now, then in zip(picture.size, stored.size, strict=True):
            is_alike = abs(now - then) <= TOLERANCE * then
            assert is_alike, (
                f"{file.name} has {stored.size} pixels, its page {picture.size}. "
                "Take it again with `make pictures`, and look at it."
            )
