import pytest

from benchmarks.decision import Forms

PAGE = """
<form><input type="hidden" name="token" value="other"><button>Sign out</button></form>
<form method="post">
  <input type="hidden" name="token" value="t">
  <input name="name" value="Ministry">
  <input name="website">
  <input type="radio" name="role" value="lead">
  <input type="radio" name="role" value="observer" checked>
  <input type="checkbox" name="newsletter"><input type="checkbox" name="seen" checked>
  <select name="area"><option value="1">One</option><option value="2" selected>Two</option></select>
  <textarea name="body">
Dear &amp; colleague
</textarea>
  <button name="decide" value="1">Admit</button>
</form>
"""


def test_form_is_sent_as_it_stands():
    assert Forms(PAGE).with_button("decide") == {
        "token": "t",
        "name": "Ministry",
        "website": "",
        "role": "observer",
        "seen": "on",
        "area": "2",
        "body": "Dear & colleague\n",
    }


def test_form_without_the_button_is_not_there():
    with pytest.raises(StopIteration):
        Forms(PAGE).with_button("decline")
