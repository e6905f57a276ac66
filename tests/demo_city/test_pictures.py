"""The drawn photos are photos: decodable, different, the same for the same dice."""

import io

import pytest
from PIL import Image

from app.cli.demo_city.pictures import SUBJECTS, jpeg


@pytest.mark.parametrize("subject", SUBJECTS)
def test_before_and_after_are_two_pictures_of_one_corner(subject):
    before, after = jpeg(subject, 1, solved=False), jpeg(subject, 1, solved=True)
    assert before != after
    for data in (before, after):
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            assert image.format == "JPEG"
            assert image.size == (800, 600)


def test_the_same_dice_draw_the_same_bytes():
    assert jpeg("litter", 3, solved=False) == jpeg("litter", 3, solved=False)
    assert jpeg("litter", 3, solved=False) != jpeg("litter", 4, solved=False)
