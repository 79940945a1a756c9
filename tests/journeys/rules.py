"""Accessibility rules, run in an open page without loading it again."""

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = [*WCAG, "best-practice"]
# The rules for colours.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
# Passed rules are not collected, because that takes most of the time on a page with many rows.
# Frames with e-mails do not answer, because they forbid scripts.
OPTIONS = {"resultTypes": ["violations"], "preload": False, "iframes": False}
# The rules that depend only on the width.
WIDTH_RULES = ["target-size", "scrollable-region-focusable"]
# What a narrow window cannot change, and what is checked in the whole of it.
NOT_IN_NEW_KINDS = {rule: {"enabled": False} for rule in [*COLOUR_RULES, *WIDTH_RULES]}
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

# Groups the visible elements by tag, role, type, state and classes. Keeps the groups for the next
# call, and returns their names.
KINDS = """() => {
  const kinds = window.kinds = new Map();
  for (const element of document.querySelectorAll("body *")) {
    if (!element.checkVisibility()) continue;
    const kind = [
      element.tagName,
      ...["role", "type", "open", "aria-invalid"].map(name => element.getAttribute(name)),
      ...element.classList,
    ].join(" ");
    if (!kinds.has(kind)) kinds.set(kind, []);
    kinds.get(kind).push(element);
  }
  return [...kinds.keys()];
}"""
# Groups the elements with text by all that decides their contrast: their font, the colours of them
# and of all that they are in, and whether a link is among other text. Of each group it adds the
# first, middle and last element to the groups above.
COLOUR_KINDS = """() => {
  const kinds = new Map();
  const fields = "input:not([type=hidden]), select, textarea";
  const isInText = link => {
    let block = link.parentElement;
    while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    return block.textContent.trim() !== link.textContent.trim();
  };
  const visit = (element, above) => {
    const style = getComputedStyle(element);
    if (style.display === "none") return;
    const paint = [style.color, style.backgroundColor, style.backgroundImage, style.opacity,
      style.filter, style.mixBlendMode, style.textShadow].join(" ");
    const isSame = style.opacity === "1" && above.endsWith(paint);
    const colours = isSame ? above : `${above}, ${paint}`;
    const isText = [...element.childNodes].some(
      node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if ((isText || element.matches(fields)) && element.checkVisibility()) {
      const kind = [element.tagName, ...element.classList, style.fontSize, style.fontWeight,
        style.textDecorationLine, style.borderBottom, style.visibility,
        element.matches(":disabled, :disabled *"),
        element.matches("a[href], [role=link]") && isInText(element), colours].join(" ");
      if (!kinds.has(kind)) kinds.set(kind, []);
      kinds.get(kind).push(element);
    }
    if (element.tagName !== "SELECT") [...element.children].forEach(child => visit(child, colours));
  };
  visit(document.documentElement, "");
  window.kinds ??= new Map();
  for (const [kind, all] of kinds) {
    window.kinds.set(kind, [...new Set([all[0], all[all.length >> 1], all.at(-1)])]);
  }
  return [...kinds.keys()];
}"""
# Whether the browser runs the scripts of a page.
RUNS_SCRIPTS = "matchMedia('(scripting: enabled)').matches"
# Runs rules in the page, or only in the elements of some kinds that are still there.
RUN = """async ([kinds, options]) => {
  const include = kinds?.flatMap(kind => window.kinds.get(kind)).filter(each => each.isConnected);
  if (include?.length === 0) return [];
  const {violations} = await axe.run(include ? {include} : document, options);
  return violations.flatMap(({id, nodes}) => nodes.map(({html}) => `${id}: ${html}`));
}"""


class Rules:
    """Finds violations in an open page, also in the dark theme and in narrow windows if requested.

    Elements of the same kind break the same rules, so most checks skip the kinds seen before.
    """

    def __init__(self, console, seen):
        from axe_playwright_python.base import AXE_SCRIPT  # noqa: PLC0415 # Not installed everywhere.

        self.script, self.console, self.seen = AXE_SCRIPT, console, seen

    def look_at(self, page, *, only=RULES, new=None, also_dark=False, also_narrow=False):
        """Return each violation, each covered element, and each width that is too small.

        In a page that was checked before, `new` has its new kinds of elements: only these are.
        """
        # Before its styles have loaded, a page looks different from what people see.
        page.wait_for_load_state()
        # The content security policy blocks the script of the rules.
        self.console.is_listening = False
        colours = self.new_colours(page) if only is not WIDTH_RULES else set()
        kinds = new if new is None else {*new, *colours}
        found = self.broken(page, kinds, runOnly=only) + self.covered(page)
        if also_dark:
            found += self.broken_in_the_dark(page)
        if also_narrow:
            found += self.broken_where_narrow(page, only)
        self.console.is_listening = True
        return found

    def broken(self, page, kinds=None, **options):
        if kinds is not None and not kinds:
            return []
        if not page.evaluate("'axe' in window"):
            page.evaluate(self.script)
        broken = page.evaluate(RUN, [kinds and sorted(kinds), {**OPTIONS, **options}])
        return [f"{page.url}: {each}" for each in broken]

    def new_colours(self, page):
        """Return the kinds of text, by their colours, that no page had before."""
        return self.seen.add("colours", page.evaluate(COLOUR_KINDS))

    def covered(self, page):
        """Return the clickable elements that another element covers."""
        covered = page.evaluate(COVERED, CLICKED_ON)
        return [f"{page.url}: {html} cannot be clicked" for html in covered]

    def broken_in_the_dark(self, page):
        """Check only the colours in the dark theme, because nothing else differs."""
        page.emulate_media(color_scheme="dark")
        found = self.broken(page, self.new_colours(page), runOnly=COLOUR_RULES)
        page.emulate_media(color_scheme="light")
        return [f"In the dark: {each}" for each in found]

    def broken_where_narrow(self, page, rules):
        """Check the width, what is moved, and the kinds of elements that no narrow page had."""
        found, as_it_was, wide = [], page.viewport_size, page.evaluate(KINDS)
        for width in NARROW:
            page.set_viewport_size({**as_it_was, "width": width})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found.append(f"{page.url} is wider than {width}")
            found += [f"At {width}: {each}" for each in self.covered(page)]
        here = {*page.evaluate(KINDS)}
        narrow = self.broken(page, self.seen.add("widths", here), runOnly=WIDTH_RULES)
        new = self.seen.add("narrow", here - {*wide})
        narrow += self.broken(page, new, runOnly=rules, rules=NOT_IN_NEW_KINDS)
        found += [f"Narrow: {each}" for each in narrow]
        page.set_viewport_size(as_it_was)
        return found
