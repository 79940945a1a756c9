import math

import pytest
from django.utils.translation import override

from p2c_portal.drawing import CENTRES, MAX_DOTS, draw_members


def test_drawing_has_a_dot_for_each_member_and_is_the_same_each_time():
    drawing = draw_members({1: 81, 2: 55, 3: 60, 4: 44})

    assert [len(hub.dots) for hub in drawing.hubs] == [81, 55, 60, 44]
    assert (drawing.members, drawing.members_per_dot) == (240, 1)
    assert draw_members({1: 81, 2: 55, 3: 60, 4: 44}) == drawing
    assert drawing.caption == (
        "Each dot is one of 240 listed members, beside its focus area: Connecting People "
        "Everywhere (81), Empowering Communities (55), Building Digital Ecosystems (60), "
        "Incentivizing Investments (44)."
    )


@pytest.mark.parametrize(
    ("members", "members_per_dot", "dots"),
    [
        ({1: MAX_DOTS}, 1, [300, 0, 0, 0]),
        ({1: MAX_DOTS, 2: 1}, 2, [150, 1, 0, 0]),
        ({1: 100_000, 2: 1}, 334, [300, 1, 0, 0]),
    ],
)
def test_dot_stands_for_several_members_where_there_are_many(members, members_per_dot, dots):
    drawing = draw_members(members)

    assert drawing.members_per_dot == members_per_dot
    assert [len(hub.dots) for hub in drawing.hubs] == dots


def test_caption_says_for_how_many_members_a_dot_stands():
    drawing = draw_members({1: 100_000, 2: 1})

    assert drawing.caption.startswith("Each dot is up to 334 of 100001 listed members, beside ")
    assert draw_members({1: 1}).caption.startswith("The dot is the first listed member, ")


def test_drawing_without_members_has_the_areas_alone_and_says_so():
    drawing = draw_members({})

    assert [(hub.dots, hub.spokes) for hub in drawing.hubs] == [([], "")] * 4
    assert drawing.caption == "No members yet. Each member will be a dot beside its focus area."
    assert drawing.links.count("M") == 6


def test_dots_of_two_areas_never_overlap_and_none_leaves_the_drawing():
    hubs = draw_members(dict.fromkeys(CENTRES, 75)).hubs
    alone = draw_members({3: MAX_DOTS}).hubs[2]

    for hub in [*hubs, alone]:
        assert all(0 <= dot.x <= 509 and 0 <= dot.y <= 469 for dot in hub.dots)
        assert len(set(hub.dots)) == len(hub.dots)
        assert all(math.dist(dot, hub.centre) > 28 for dot in hub.dots)
    everyone = [dot for hub in hubs for dot in hub.dots]
    assert len(set(everyone)) == 300


def test_caption_is_in_the_readers_language():
    with override("fr"):
        assert "Connecter" in draw_members({1: 1}).caption
