"""The menus of the header in a narrow window."""


def choose_language(page, *, now, wanted):
    """Open the menu that shows the language of the page, and choose another one."""
    header = page.get_by_role("banner")
    header.get_by_text(now).locator("visible=true").first.click()
    # On a page with the form of the EOI, the languages are buttons of the form.
    link = header.get_by_role("link", name=wanted, exact=True)
    link.or_(header.get_by_role("button", name=wanted, exact=True)).click()
