"""Rules of accessibility, run in a page that is open, which is not opened anew for any of it."""

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*WCAG, "best-practice"]
# What may differ where only the colours do, and takes the most time.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
# Nothing is gathered of what passes, which on a page of many rows takes most of the time; and
# nobody answers from the frame of a mail, which forbids scripts.
OPTIONS = {"resultTypes": ["violations"], "preload": False, "iframes": False}
# What depends on the width alone.
WIDTH_RULES = ["target-size", "scrollable-region-focusable"]
# The width of a desk's window whose text is twice as large, and that of a phone.
NARROW = (640, 320)

# What a person clicks on; the trap for robots is for no person.
CLICKED_ON = "a[href], button, input:not([type=hidden], [tabindex='-1']), select, textarea, summary"
# Each of these, what is folded away unfolded, whose middle something else lies over: a click there
# goes elsewhere.
COVERED = """wanted => {
  // A dialog is over the rest on purpose.
  const shown = document.querySelector("dialog:modal") ?? document;
  const folded = [...shown.querySelectorAll("details:not([open])")];
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


class Rules:
    """Finds what is broken in a page as it is shown; told to, in the dark and narrow too.

    Narrow it may be some rules alone that are looked at.
    """

    def __init__(self, console):
        from axe_playwright_python.base import AXE_SCRIPT  # noqa: PLC0415 # Not installed everywhere.

        self.script, self.console = AXE_SCRIPT, console

    def look_at(self, page, *, is_mail=False, also_dark=False, also_narrow=False):
        """Return each element that breaks a rule or cannot be clicked, and each width that is too
        narrow for the page.
        """
        # What stands there before its styles have come is not what a person sees.
        page.wait_for_load_state()
        # The rules' own script breaks the content security policy.
        self.console.is_listening = False
        if not page.evaluate("'axe' in window"):
            page.evaluate(self.script)
        # A mail needs no landmarks.
        rules = WCAG if is_mail else RULES
        found = self.broken(page, runOnly=rules) + self.covered(page)
        if also_dark:
            found += self.broken_in_the_dark(page)
        if also_narrow:
            found += self.broken_where_narrow(page, rules if also_narrow is True else also_narrow)
        self.console.is_listening = True
        return found

    def broken(self, page, **options):
        """Run some rules."""
        results = page.evaluate("options => axe.run(options)", {**OPTIONS, **options})
        return [
            f"{page.url}: {violation['id']}: {node['html']}"
            for violation in results["violations"]
            for node in violation["nodes"]
        ]

    def covered(self, page):
        """Return what is shown to be clicked on and lies under something else."""
        covered = page.evaluate(COVERED, CLICKED_ON)
        return [f"{page.url}: {html} cannot be clicked" for html in covered]

    def broken_in_the_dark(self, page):
        """Look at the colours alone: nothing else is another there."""
        page.emulate_media(color_scheme="dark")
        found = [f"In the dark: {each}" for each in self.broken(page, runOnly=COLOUR_RULES)]
        page.emulate_media(color_scheme="light")
        return found

    def broken_where_narrow(self, page, rules):
        """Look at the width, and at what is shown, hidden or moved there."""
        found, as_it_was = [], page.viewport_size
        for width in NARROW:
            page.set_viewport_size({**as_it_was, "width": width})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{page.url} is wider than {width}")
            found += [f"At {width}: {each}" for each in self.covered(page)]
        but_colours = {rule: {"enabled": False} for rule in COLOUR_RULES}
        found += [f"Narrow: {each}" for each in self.broken(page, runOnly=rules, rules=but_colours)]
        page.set_viewport_size(as_it_was)
        return found
