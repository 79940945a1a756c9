"""The pictures of the chapter on staff."""


def test_invite(desk, take, words):
    page = desk("manager", viewport={"width": 900, "height": 800})
    page.goto("/admin/accounts/user/staff/invite/")
    page.get_by_label(words("Name"), exact=True).fill("Lina Moreau")
    page.get_by_label(words("Email address")).fill("lina.moreau@p2c.example")
    page.get_by_role("radio", name=words("Focus area coordinator")).check()
    page.get_by_role("checkbox").nth(1).check()

    heading = page.get_by_role("heading", level=1)
    take(page, "staff-invite", [heading, page.locator("#content-main")])


def test_second_factor(desk, take, words):
    page = desk("officer", viewport={"width": 900, "height": 800})
    page.goto("/accounts/second-factor/")

    heading = page.get_by_role("heading", level=1)
    codes = page.get_by_role("region", name=words("Recovery codes"))
    take(page, "staff-second-factor", [heading, codes])
