"""Accessibility rules, run in an open page without loading it again."""

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*WCAG, "best-practice"]
# The rules for colours, which take the most time.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
NO_COLOUR_RULES = {rule: {"enabled": False} for rule in COLOUR_RULES}
# Passed rules are not collected, because that takes most of the time on a page with many rows.
# Frames with e-mails do not answer, because they forbid scripts.
OPTIONS = {"resultTypes": ["violations"], "preload": False, "iframes": False}
# The rules that depend only on the width.
WIDTH_RULES = ["target-size", "scrollable-region-focusable"]
# The width of a desktop window with text at twice the size, and that of a phone.
NARROW = (640, 320)

# What people click on, without the honeypot for robots.
CLICKED_ON = "a[href], button, input:not([type=hidden], [tabindex='-1']), select, textarea, summary"
# Expands collapsed parts, but no menus, and returns each element whose centre is covered by another
# one, which would get the click.
COVERED = """wanted => {
  // A dialog is over the rest on purpose.
  const shown = document.querySelector("dialog:modal") ?? document;
  const folded = [...shown.querySelectorAll("details:not([open], .drop)")];
  folded.forEach(details => { details.open = true; });
  const [left, top] = [scrollX, scrollY];
  const covered = [...shown.querySelectorAll(wanted)].filter(element => {
    element.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
    const box = [...element.getClientRects()].find(({width, height}) => width > 1 && height > 1);
    if (!box || !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) {
      return false;
    }
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    const own = [element, ...(element.labels ?? [])];
    return hit && !hit.contains(element) && !own.some(each => each.contains(hit));
  });
  folded.forEach(details => { details.open = false; });
  scrollTo({left, top, behavior: "instant"});
  return covered.map(element => element.outerHTML.slice(0, 200));
}"""

# The kinds of visible elements: tag, role, type, state and classes.
KINDS = """() => [...new Set([...document.querySelectorAll("body *")]
  .filter(element => element.checkVisibility())
  .map(element => [
    element.tagName,
    ...["role", "type", "open", "aria-invalid"].map(name => element.getAttribute(name)),
    ...element.classList,
  ].join(" ")))]"""


class Rules:
    """Finds violations in an open page, also in the dark theme and in narrow windows if requested.

    In a narrow window, it can run only some of the rules.
    """

    def __init__(self, console):
        from axe_playwright_python.base import AXE_SCRIPT  # noqa: PLC0415 # Not installed everywhere.

        self.script, self.console = AXE_SCRIPT, console

    def look_at(self, page, *, is_mail=False, colours=True, also_dark=False, also_narrow=False):
        """Return each violation, each covered element, and each width that is too small."""
        # Before its styles have loaded, a page looks different from what people see.
        page.wait_for_load_state()
        # The content security policy blocks the script of the rules.
        self.console.is_listening = False
        if not page.evaluate("'axe' in window"):
            page.evaluate(self.script)
        # An e-mail needs no landmarks.
        rules = WCAG if is_mail else RULES
        left_out = {} if colours else NO_COLOUR_RULES
        found = self.broken(page, runOnly=rules, rules=left_out) + self.covered(page)
        if also_dark:
            found += self.broken_in_the_dark(page)
        if also_narrow:
            found += self.broken_where_narrow(page, rules if also_narrow is True else also_narrow)
        self.console.is_listening = True
        return found

    def broken(self, page, **options):
        results = page.evaluate("options => axe.run(options)", {**OPTIONS, **options})
        return [
            f"{page.url}: {violation['id']}: {node['html']}"
            for violation in results["violations"]
            for node in violation["nodes"]
        ]

    def covered(self, page):
        """Return the clickable elements that another element covers."""
        covered = page.evaluate(COVERED, CLICKED_ON)
        return [f"{page.url}: {html} cannot be clicked" for html in covered]

    def broken_in_the_dark(self, page):
        """Check only the colours in the dark theme, because nothing else differs."""
        page.emulate_media(color_scheme="dark")
        found = [f"In the dark: {each}" for each in self.broken(page, runOnly=COLOUR_RULES)]
        page.emulate_media(color_scheme="light")
        return found

    def broken_where_narrow(self, page, rules):
        """Check the width, and what is shown, hidden or moved in a narrow window."""
        found, as_it_was = [], page.viewport_size
        for width in NARROW:
            page.set_viewport_size({**as_it_was, "width": width})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{page.url} is wider than {width}")
            found += [f"At {width}: {each}" for each in self.covered(page)]
        narrow = self.broken(page, runOnly=rules, rules=NO_COLOUR_RULES)
        found += [f"Narrow: {each}" for each in narrow]
        page.set_viewport_size(as_it_was)
        return found
