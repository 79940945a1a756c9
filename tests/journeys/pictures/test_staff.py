"""The pictures of the chapter on staff."""


def test_invite(desk, take, words):
    page = desk("manager", viewport={"width": 900, "height": 800})
    page.goto("/admin/accounts/user/staff/invite/")
    page.get_by_label(words("Name"), exact=True).fill("Lina Moreau")
    page.get_by_label(words("Email address")).fill("lina.moreau@p2c.example")
    page.get_by_role("radio", name=words("Focus area coordinator")).check()
    page.get_by_role("checkbox").nth(1).check()

    take(page, "staff-invite", page.locator("#content"))


def test_second_factor(desk, take):
    page = desk("officer", viewport={"width": 900, "height": 800})
    page.goto("/accounts/second-factor/")

    take(page, "staff-second-factor", page.locator("main"))
