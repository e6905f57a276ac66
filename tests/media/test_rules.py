"""Containers, pixels, EXIF, likeness, evidence and addresses, without a database."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from app.media import errors
from app.media.rules import cargo, evidence, likeness, links
from app.media.rules.apart import ask, serve
from app.media.rules.containers import MAX_SCANS, open_container
from app.media.rules.exif import read_exif, read_exif_orientation
from app.media.rules.kinds import Kind, check_pixels, sniff
from app.media.rules.pixels import PUBLIC_CELLS, derive, public_copy
from tests.factories.media import Shot, encoded, exif_of, heic, jpeg, motion_photo, picture

SHANGHAI = ZoneInfo("Asia/Shanghai")
PLACE = (121.4737, 31.2304)


def made(data: bytes, name: str | None = None):
    return derive(open_container(data, name))


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<script>alert(1)</script>")
    return out.getvalue()


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


# Which files are taken


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (jpeg(), Kind.JPEG),
        (encoded("PNG"), Kind.PNG),
        (encoded("WebP"), Kind.WEBP),
        (encoded("WebP", lossless=True), Kind.WEBP),
        (heic(), Kind.HEIC),
    ],
)
def test_kind_is_told_by_content_and_size_is_read(data, kind):
    result = made(data, None)
    assert sniff(data) is kind
    assert (result.width, result.height) == ((320, 240) if kind is Kind.HEIC else (1200, 900))
    assert opened(result.display).format == "JPEG"
    assert max(opened(result.thumb).size) == 320


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"GIF89a" + bytes(100),
        b"<html>" + jpeg(),
        b"\n" + jpeg(),
        zipped(),
        b"%PDF-1.7\n" + jpeg(),
        b"\x00\x00\x00\x20ftypavif\x00\x00\x00\x00avifmif1" + bytes(64),
        b"BM" + bytes(100),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_other_files_are_refused_by_type(data):
    with pytest.raises(errors.PhotoType):
        open_container(data, "photo.jpg")


@pytest.mark.parametrize(
    "name", ["a.jpg", "a.JPEG", "IMG.MP.jpg", "blob", None, "", "2026.03.10", "照片.jpg", "a.php.jpg", "x/y.jfif"]
)
def test_names_that_fit_a_jpeg(name):
    assert open_container(jpeg(), name).kind is Kind.JPEG


@pytest.mark.parametrize("name", ["a.png", "a.php", "a.jpg.exe", "a.html", "IMG_1.HEIC", "a.svg"])
def test_names_that_claim_another_type_are_refused_with_both_types_named(name):
    with pytest.raises(errors.PhotoType, match="image/jpeg"):
        open_container(jpeg(), name)


@pytest.mark.parametrize("data", [jpeg(), jpeg(progressive=True), encoded("PNG"), encoded("WebP")])
def test_a_file_cut_anywhere_is_refused(data):
    rng = random.Random(7)
    for cut in [len(data) - 1, len(data) - 12, *(rng.randrange(16, len(data)) for _ in range(30))]:
        with pytest.raises((errors.PhotoUnreadable, errors.PhotoType)):
            made(data[:cut])


@pytest.mark.parametrize(
    "data",
    [jpeg(Shot(size=(120, 90))), encoded("PNG", Shot(size=(120, 90))), encoded("WebP", Shot(size=(120, 90)))],
)
def test_damaged_bytes_are_read_or_refused_and_nothing_else(data):
    rng = random.Random(11)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(rng.randrange(1, 8)):
            damaged[rng.randrange(12, len(data))] = rng.randrange(256)
        try:
            made(bytes(damaged))
        except (errors.PhotoUnreadable, errors.PhotoType, errors.PhotoTooLarge, errors.PhotoCarriesCargo):
            continue


def test_pixels_are_limited_before_anything_is_decoded():
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", b"") + png_chunk(b"IEND", b"")
    with pytest.raises(errors.PhotoTooLarge) as caught:
        open_container(bomb, None)
    assert caught.value.facts == {"width": 50_000, "height": 50_000}


def test_a_jpeg_that_claims_a_huge_size_is_refused():
    data = bytearray(jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = b"\xff\xff\xff\xff"
    with pytest.raises(errors.PhotoTooLarge):
        open_container(bytes(data), None)


def test_a_progressive_jpeg_may_not_be_as_large_as_one_that_is_decoded_row_by_row():
    data = bytearray(jpeg(progressive=True))
    at = data.index(b"\xff\xc2")
    data[at + 5 : at + 9] = struct.pack(">HH", 8000, 8000)
    with pytest.raises(errors.PhotoTooLarge):
        open_container(bytes(data), None)


@pytest.mark.parametrize(("kind", "most"), [(Kind.JPEG, 110_000_000), (Kind.PNG, 50_000_000)])
def test_the_pixel_limit_is_inclusive(kind, most):
    check_pixels(kind, most, 1)
    with pytest.raises(errors.PhotoTooLarge):
        check_pixels(kind, most + 1, 1)


def test_no_pixels_at_all():
    with pytest.raises(errors.PhotoUnreadable):
        check_pixels(Kind.PNG, 0, 10)


def test_thousands_of_scans_are_refused():
    data = jpeg(Shot(size=(64, 64)), progressive=True)
    at = data.rindex(b"\xff\xda")
    scan = data[at:-2]
    with pytest.raises(errors.PhotoUnreadable):
        open_container(data[:-2] + scan * MAX_SCANS + b"\xff\xd9", None)


def test_thousands_of_chunks_are_refused():
    data = encoded("PNG")
    with pytest.raises(errors.PhotoUnreadable):
        open_container(data[:33] + png_chunk(b"tEXt", b"") * 20_001 + data[33:], None)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01" + bytes(20),
        b"RIFF\x04\x00\x00\x00WEBP",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + bytes(20),
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00heicmif1" + struct.pack(">I4sQ", 1, b"meta", 16),
    ],
)
def test_empty_shells_are_unreadable(data):
    with pytest.raises(errors.PhotoUnreadable):
        made(data)


def test_a_webp_without_a_picture_is_unreadable():
    with pytest.raises(errors.PhotoUnreadable):
        open_container(b"RIFF\x10\x00\x00\x00WEBPICCP\x04\x00\x00\x00none", None)


def test_a_second_start_marker_is_passed_over():
    data = jpeg()
    assert made(data[:2] + b"\xff\xd8" + data[2:]).width == 1200


def test_memory_that_runs_out_is_not_the_photos_fault(monkeypatch):
    def greedy(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("app.media.rules.pixels._derive", greedy)
    with pytest.raises(MemoryError):
        made(jpeg())


def test_a_photo_is_decoded_over_the_streams_as_it_would_be_here():
    container, out = open_container(heic(), None), io.BytesIO()
    serve(io.BytesIO(len(container.picture).to_bytes(8, "big") + container.picture), out)
    assert ask(container.picture, io.BytesIO(), io.BytesIO(out.getvalue())) == derive(container)


def test_a_jpeg_of_headers_only_is_unreadable():
    with pytest.raises(errors.PhotoUnreadable):
        open_container(jpeg()[:20], None)


def test_a_last_box_without_a_size_goes_to_the_end():
    data = bytearray(heic())
    at = data.index(b"mdat") - 4
    data[at : at + 4] = bytes(4)
    assert made(bytes(data)).width == 320


def test_a_damaged_photo_is_refused_over_the_streams_too():
    out = io.BytesIO()
    serve(io.BytesIO((5).to_bytes(8, "big") + b"hello"), out)
    with pytest.raises(errors.PhotoUnreadable):
        ask(b"hello", io.BytesIO(), io.BytesIO(out.getvalue()))


# What may travel behind a photo


@pytest.mark.parametrize("data", [jpeg(), encoded("PNG"), encoded("WebP"), heic()])
@pytest.mark.parametrize(
    "trailer",
    [
        zipped(),
        b"\n<html><body>hello</body></html>",
        b"\x00\x00<ScRiPt>alert(1)</script>",
        b"<?php system($_GET[0]); __HALT_COMPILER();",
        b"\x7fELF\x02\x01\x01" + bytes(60),
        b"MZ\x90\x00" + bytes(60),
        b"%PDF-1.4\n%%EOF",
        b"Rar!\x1a\x07\x01\x00",
        b"7z\xbc\xaf\x27\x1c" + bytes(26),
        b"#!/bin/sh\nrm -rf /",
    ],
)
def test_programs_archives_documents_and_markup_behind_a_photo_are_refused(data, trailer):
    with pytest.raises(errors.PhotoCarriesCargo):
        open_container(data + trailer, None)


def test_a_video_does_not_hide_an_archive():
    with pytest.raises(errors.PhotoCarriesCargo):
        open_container(motion_photo() + zipped(), None)


def test_an_archive_inside_a_comment_is_found():
    archive = zipped()
    small = Image.new("RGB", (8, 8))
    out = io.BytesIO()
    small.save(out, "JPEG")
    data = out.getvalue()
    end_record = archive[:-2] + struct.pack("<H", len(data) - 2)
    with pytest.raises(errors.PhotoCarriesCargo):
        open_container(data[:2] + b"\xff\xfe" + struct.pack(">H", len(end_record) + 2) + end_record + data[2:], None)


@pytest.mark.parametrize(
    "data",
    [
        motion_photo(),
        jpeg() + bytes(4096),
        jpeg() + jpeg(Shot(seed=2)),
        jpeg() + b"SEFH" + bytes(40) + b"SEFT",
        encoded("PNG") + b"\x00\x00",
        heic() + b"SEFT",
    ],
)
def test_what_phones_append_is_taken_and_never_shown(data):
    result = made(data)
    assert b"ftyp" not in result.display
    assert b"SEFT" not in result.display


def test_what_only_looks_like_the_end_of_an_archive_is_taken():
    assert open_container(jpeg() + b"PK\x05\x06" + b"\x01" * 30, None).kind is Kind.JPEG


def test_trailer_of_nothing():
    assert cargo.cargo(b"") is None


# How a photo is shown


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WebP"])
def test_every_orientation_is_shown_upright(orientation, form):
    lying = picture(Shot(size=(400, 300)))
    turn = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # the inverse transposition of each
    if orientation > 1:
        lying = lying.transpose(Image.Transpose(turn[orientation]))
    out = io.BytesIO()
    lying.save(out, form, exif=exif_of(Shot(orientation=orientation)))
    result = made(out.getvalue())
    display = opened(result.display)
    assert (result.width, result.height) == display.size == (400, 300)
    red, green, blue = display.getpixel((10, 10))
    assert red > 150 > max(green, blue)


def test_heic_is_turned_once():
    result = made(heic("turned"), "IMG_0001.HEIC")
    assert (result.width, result.height) == opened(result.display).size == (240, 320)
    red, green, blue = opened(result.display).getpixel((230, 5))
    assert red > 150 > max(green, blue)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_jpeg_colours(mode):
    image = opened(made(jpeg(Shot(mode=mode))).display)
    assert image.mode == ("L" if mode == "L" else "RGB")
    if mode == "CMYK":
        red, green, blue = image.getpixel((10, 10))
        assert red > 150 > max(green, blue)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_png_colours(mode):
    image = opened(made(encoded("PNG", Shot(mode=mode))).display)
    assert image.mode == ("L" if mode in {"1", "L"} else "RGB")


def test_sixteen_bits_keep_their_brightness():
    out = io.BytesIO()
    Image.new("I;16", (20, 10), 40_000).save(out, "PNG")
    assert opened(made(out.getvalue()).display).getpixel((5, 5)) == pytest.approx(40_000 / 257, abs=2)


@pytest.mark.parametrize("form", ["PNG", "WebP"])
@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(form, mode):
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 32, 64))
    out = io.BytesIO()
    if form == "WebP" and mode != "RGBA":
        image.save(out, form, lossless=True)
    else:
        image.convert(mode).save(out, form)
    display = opened(made(out.getvalue()).display).convert("L")
    assert display.getpixel((60, 32)) > 250
    assert display.getpixel((8, 32)) < 140


@pytest.mark.parametrize("form", ["PNG", "WebP"])
def test_the_first_frame_of_an_animation(form):
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green", "blue")]
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=100)
    red, green, _ = opened(made(out.getvalue()).display).getpixel((30, 20))
    assert red > 200 > green


def display_p3() -> bytes:
    """A matrix profile with the primaries of Display P3 and a gamma of 2.2 (ICC.1:2010 §8.3)."""

    def fixed(*values: float) -> bytes:
        return b"".join(struct.pack(">i", round(value * 65536)) for value in values)

    def xyz(*values: float) -> bytes:
        return b"XYZ \x00\x00\x00\x00" + fixed(*values)

    gamma = b"curv\x00\x00\x00\x00" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\x00\x00"
    name = b"desc\x00\x00\x00\x00" + struct.pack(">I", 11) + b"Display P3\x00" + bytes(78 + 3)
    tags = {
        b"desc": name,
        b"cprt": b"text\x00\x00\x00\x00none\x00\x00\x00\x00",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.5151, 0.2412, -0.0011),
        b"gXYZ": xyz(0.2920, 0.6922, 0.0419),
        b"bXYZ": xyz(0.1571, 0.0666, 0.7841),
        b"rTRC": gamma,
        b"gTRC": gamma,
        b"bTRC": gamma,
    }
    table, body, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for tag, value in tags.items():
        table += tag + struct.pack(">II", at + len(body), len(value))
        body += value
    head = struct.pack(">I4sI", at + len(body), b"none", 0x02100000) + b"mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
    return (head + fixed(0.9642, 1.0, 0.8249)).ljust(128, b"\x00") + table + body


def test_display_p3_is_converted_to_srgb():
    out = io.BytesIO()
    Image.new("RGB", (50, 50), (200, 60, 60)).save(out, "PNG", icc_profile=display_p3())
    red, green, blue = opened(made(out.getvalue()).display).getpixel((25, 25))
    assert red > 210
    assert max(green, blue) < 55


def test_profiles_that_are_broken_or_of_other_colours_are_ignored():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for block in (lab, b"not a profile", display_p3()[:200]):
        out = io.BytesIO()
        Image.new("RGB", (50, 50), (128, 128, 128)).save(out, "PNG", icc_profile=block)
        display = opened(made(out.getvalue()).display)
        assert display.getpixel((25, 25)) == pytest.approx((128, 128, 128), abs=3)
        assert "icc_profile" not in display.info


def test_copies_carry_no_metadata():
    shot = Shot(size=(2600, 1300), position=PLACE, taken=datetime(2026, 3, 10, 9, 58), orientation=3)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    result = made(jpeg(shot, comment=b"my name", icc_profile=srgb, xmp=b"<x:xmpmeta/>"))
    assert result.exif is not None
    for copy in (result.display, result.thumb, public_copy(result.display)):
        found = [word for word in (b"Exif", b"ICC_PROFILE", b"my name", b"xmpmeta") if word in copy]
        assert found == []
        assert set(opened(copy).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert opened(result.display).size == (2000, 1000)
    assert opened(result.thumb).size == (320, 160)


@pytest.mark.parametrize("size", [(1, 1), (5000, 1), (1, 3000), (4032, 3024), (2001, 7), (321, 320)])
def test_odd_sizes(size):
    result = made(jpeg(Shot(size=size)))
    assert (result.width, result.height) == size
    assert max(opened(result.display).size) == min(2000, max(size))
    assert max(opened(result.thumb).size) == min(320, max(size))
    assert opened(public_copy(result.display)).size >= (1, 1)


def test_the_public_copy_has_no_detail_finer_than_its_cells():
    stripes = Image.new("L", (640, 640), 0)
    for column in range(0, 640, 4):
        stripes.paste(255, (column, 0, column + 2, 640))
    out = io.BytesIO()
    stripes.save(out, "JPEG", quality=95)
    low, high = opened(public_copy(made(out.getvalue()).display)).convert("L").getextrema()
    assert high - low < 40
    assert PUBLIC_CELLS == 48


def test_a_damaged_display_copy_is_said_to_be_damaged():
    with pytest.raises(errors.PhotoUnreadable):
        public_copy(b"\xff\xd8\xff")


# What the camera says


def test_position_time_and_orientation_are_read():
    shot = Shot(position=(-70.65, -33.45), taken=datetime(2026, 3, 10, 9, 58, 1), offset="-03:00", orientation=6)
    exif = read_exif(open_container(jpeg(shot), None).exif, SHANGHAI)
    assert exif.position == pytest.approx((-70.65, -33.45), abs=1e-6)
    assert exif.taken_at == datetime(2026, 3, 10, 12, 58, 1, tzinfo=UTC)
    assert exif.orientation == read_exif_orientation(exif_bytes(shot)) == 6


def exif_bytes(shot: Shot) -> bytes:
    return exif_of(shot).tobytes().removeprefix(b"Exif\x00\x00")


@pytest.mark.parametrize("offset", [None, "", "+25:00", "8", "   :  ", "+08:99"])
def test_without_a_sound_offset_the_time_is_the_citys(offset):
    shot = Shot(taken=datetime(2026, 3, 10, 10, 0), offset=offset)
    assert read_exif(exif_bytes(shot), SHANGHAI).taken_at == datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def test_a_digitized_time_stands_in():
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9004] = "2026:03:10 10:00:00"
    block = exif.tobytes().removeprefix(b"Exif\x00\x00")
    assert read_exif(block, SHANGHAI).taken_at == datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2026:13:45 10:00:00", "1970:01:01 00:00:00", "x"]
)
def test_a_time_that_is_none(text):
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = text
    assert read_exif(exif.tobytes().removeprefix(b"Exif\x00\x00"), SHANGHAI).taken_at is None


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (31.0, 14.0, 0.0)},
        {2: (31.0, 14.0, 0.0), 4: (121.0, 0.0, 0.0)},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (91.0, 0.0, 0.0), 3: "E", 4: (121.0, 0.0, 0.0)},
        {1: "X", 2: (31.0, 0.0, 0.0), 3: "E", 4: (121.0, 0.0, 0.0)},
        {1: "N", 2: (31.0, 0.0, 0.0, 0.0), 3: "E", 4: (121.0, 0.0, 0.0)},
    ],
)
def test_a_position_that_is_none(gps):
    exif = Image.Exif()
    exif.get_ifd(0x8825).update(gps)
    assert read_exif(exif.tobytes().removeprefix(b"Exif\x00\x00"), SHANGHAI).position is None


def test_division_by_zero_in_a_position_is_no_position():
    block = bytearray(exif_bytes(Shot(position=PLACE)))
    for at in range(len(block) - 24, len(block)):
        block[at] = 0
    assert read_exif(bytes(block), SHANGHAI).position is None


def test_nonsense_orientation_is_upright():
    assert read_exif_orientation(exif_bytes(Shot(orientation=99))) == 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_both_byte_orders(order):
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, 8, 0)
    assert read_exif_orientation(mark + struct.pack(order + "IH", 8, 1) + entry + bytes(4)) == 8


@given(st.binary(max_size=300), st.sampled_from([b"II*\x00", b"MM\x00*", b""]))
@settings(max_examples=300, deadline=None)
def test_no_exif_block_raises(tail, head):
    read_exif(head + tail, SHANGHAI)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=12))
@settings(max_examples=300, deadline=None)
def test_no_damaged_exif_block_raises(changes):
    block = bytearray(
        exif_bytes(Shot(position=PLACE, taken=datetime(2026, 3, 10, 10, 0), offset="+08:00", orientation=6))
    )
    for at, value in changes:
        block[at % len(block)] = value
    read_exif(bytes(block), SHANGHAI)


def test_a_broken_exif_block_never_fails_the_photo():
    data = jpeg(Shot(position=PLACE, orientation=6))
    at = data.index(b"Exif") + 6
    result = made(data[:at] + b"\xff\x01garbage" + data[at + 9 :])
    assert read_exif(result.exif, SHANGHAI).position is None


# Evidence, likeness, addresses


NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("position", "taken", "flags"),
    [
        (PLACE, NOON, []),
        (None, None, []),
        ((121.4737, 31.2393), NOON, []),
        ((121.4737, 31.2395), NOON, ["exif-position-differs"]),
        (PLACE, NOON - timedelta(hours=12), []),
        (PLACE, NOON - timedelta(hours=12, seconds=1), ["exif-time-differs"]),
        (PLACE, NOON + timedelta(minutes=10), []),
        (PLACE, NOON + timedelta(minutes=11), ["exif-time-differs"]),
        ((-70.65, -33.45), NOON - timedelta(days=400), ["exif-position-differs", "exif-time-differs"]),
    ],
)
def test_the_camera_against_the_reporter(position, taken, flags):
    assert evidence.compare_exif(position, taken, PLACE, NOON) == flags


def test_what_the_reporter_does_not_say_is_not_compared():
    assert evidence.compare_exif(PLACE, NOON, None, None) == []


def test_opposite_points_are_half_a_circumference_apart():
    assert evidence.distance_m((0, 0), (180, 0)) == pytest.approx(20_015_115, rel=1e-6)


def test_copies_of_a_photo_are_alike_and_other_photos_are_not():
    first = made(jpeg(Shot(size=(1600, 1200)))).dhash
    smaller = made(jpeg(Shot(size=(700, 525)))).dhash
    other = made(jpeg(Shot(size=(1600, 1200), seed=4))).dhash
    assert likeness.alike(first, smaller)
    assert likeness.similar(first, other) > 0
    assert -(2**63) <= first < 2**63


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_likeness_is_symmetric_and_bounded(one, other):
    assert likeness.similar(one, other) == likeness.similar(other, one) <= 64
    assert likeness.similar(one, one) == 0


@given(st.lists(st.integers(0, 255), min_size=72, max_size=72))
def test_hashes_fit_a_bigint(brightness):
    assert -(2**63) <= likeness.dhash(brightness) < 2**63


PHOTO = UUID("0195792f-0000-7000-8000-000000000001")


def test_an_address_is_valid_for_fifteen_minutes_and_for_one_variant():
    path = links.signed_path("key", PHOTO, links.Variant.THUMB, NOON)
    query = dict(part.split("=") for part in path.split("?")[1].split("&"))
    expires, given_signature = int(query["expires"]), query["signature"]

    def valid(*, key="key", photo=PHOTO, variant=links.Variant.THUMB, until=expires, at=NOON):
        return links.is_valid(key, photo, variant, until, given_signature, at)

    assert path.startswith(f"/api/v1/photos/{PHOTO}/thumb?")
    assert valid()
    assert valid(at=NOON + timedelta(minutes=15))
    assert not valid(at=NOON + timedelta(minutes=15, seconds=1))
    assert not valid(key="other")
    assert not valid(photo=UUID(int=1))
    assert not valid(variant=links.Variant.DISPLAY)
    assert not valid(until=expires + 60)
    assert not links.is_valid("key", PHOTO, links.Variant.THUMB, expires, "é", NOON)


def test_an_address_of_a_caller_is_not_stored_as_it_is():
    key = links.owner_key("address:192.0.2.7", "secret")
    assert "192.0.2.7" not in key
    assert key == links.owner_key("address:192.0.2.7", "secret") != links.owner_key("address:192.0.2.8", "secret")
    assert links.owner_key(f"user:{PHOTO}", "secret") == f"user:{PHOTO}"
