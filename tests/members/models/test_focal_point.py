import pytest

from members.models import FocalPoint


@pytest.mark.parametrize(
    ("given", "family", "full"),
    [
        ("Ada", "Lovelace", "Ada Lovelace"),
        ("", "Raman", "Raman"),
        ("小明", "王", "王小明"),
        ("伟", "欧阳", "欧阳伟"),
        ("さくら", "山田", "山田さくら"),
        ("민수", "김", "김민수"),
        ("Xiaoming", "王", "Xiaoming 王"),
        ("マリ", "キュリー", "マリ キュリー"),
        ("مريم", "بن صالح", "مريم بن صالح"),
    ],
)
def test_focal_point_is_called_in_the_order_of_their_script(given, family, full):
    person = FocalPoint(given_name=given, family_name=family)

    assert person.full_name == full
