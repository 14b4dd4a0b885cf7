"""Photos: what is admitted, what is refused, and that nothing but clean pictures is stored."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from shopper.errors import BadInput, NotFound, TooLarge
from shopper.products.images import MediaFolder, RemoteImage, read_photo


def picture(
    format: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: object
) -> bytes:
    buffer = BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else None).save(buffer, format, **options)
    return buffer.getvalue()


def huge_png(side: int) -> bytes:
    """A PNG whose header claims `side` × `side` pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    return tmp_path


@pytest.fixture
def media(tmp_path: Path) -> MediaFolder:
    return MediaFolder(tmp_path / "media")


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_every_allowed_format_is_stored_as_webp(format: str, shop: Path, media: MediaFolder) -> None:
    (shop / "a.img").write_bytes(picture(format))

    name = media.admit("a.img", images_dir=shop)

    assert media.path(name).suffix == ".webp"
    assert name.startswith(name.partition("/")[2][:2] + "/")
    assert media.open(name).size == (40, 30)
    assert media.open(name).mode == "RGB"


def test_a_large_photo_is_stored_small_and_without_metadata(shop: Path, media: MediaFolder) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Ann"
    (shop / "a.jpg").write_bytes(picture(size=(3000, 1500), exif=exif))

    name = media.admit("a.jpg", images_dir=shop)

    assert media.open(name).size == (1200, 600)
    assert b"Camera of Ann" not in media.path(name).read_bytes()


def test_a_photo_taken_sideways_is_stored_upright(shop: Path, media: MediaFolder) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    (shop / "a.jpg").write_bytes(picture(exif=exif))

    assert media.open(media.admit("a.jpg", images_dir=shop)).size == (30, 40)


def test_transparent_parts_become_white(shop: Path, media: MediaFolder) -> None:
    (shop / "a.png").write_bytes(picture("PNG", mode="RGBA"))

    assert media.open(media.admit("a.png", images_dir=shop)).getpixel((5, 5)) == (255, 255, 255)


def test_an_unchanged_source_is_not_written_again(shop: Path, media: MediaFolder) -> None:
    (shop / "a.jpg").write_bytes(picture())
    name = media.admit("a.jpg", images_dir=shop)
    written = media.path(name).stat().st_mtime_ns

    assert media.admit("a.jpg", images_dir=shop) == name
    assert media.path(name).stat().st_mtime_ns == written


def test_a_check_without_keeping_writes_nothing(shop: Path, media: MediaFolder) -> None:
    (shop / "a.jpg").write_bytes(picture())

    media.admit("a.jpg", images_dir=shop, keep=False)

    assert not media.root.exists()


@pytest.mark.parametrize("reference", ["/m/h/a.jpg", "a.jpg", "photos/a.jpg", "https://cdn.shop/x/a.jpg?v=1"])
def test_a_photo_is_found_by_its_file_name(reference: str, shop: Path, media: MediaFolder) -> None:
    (shop / "images" / "a.jpg").write_bytes(picture())

    assert media.path(media.admit(reference, images_dir=shop)).is_file()


@pytest.mark.parametrize("reference", ["../secret.jpg", "images/../../secret.jpg", "..\\secret.jpg"])
def test_a_path_out_of_the_folder_is_refused(reference: str, shop: Path, media: MediaFolder) -> None:
    (shop / "secret.jpg").write_bytes(picture())

    with pytest.raises(BadInput, match="outside"):
        media.admit(reference, images_dir=shop / "images")


def test_a_link_out_of_the_folder_is_refused(shop: Path, media: MediaFolder) -> None:
    (shop / "secret.jpg").write_bytes(picture())
    (shop / "images" / "a.jpg").symlink_to(shop / "secret.jpg")

    with pytest.raises(BadInput, match="outside"):
        media.admit("a.jpg", images_dir=shop / "images")


@pytest.mark.parametrize(
    "reference",
    ["file:///etc/passwd", "data:image/png;base64,AAAA", "/etc/passwd", "absent.jpg", "a\0b", "x" * 5000],
)
def test_what_is_no_file_of_the_folder_is_refused(reference: str, shop: Path, media: MediaFolder) -> None:
    with pytest.raises(BadInput):
        media.admit(reference, images_dir=shop)


def test_a_web_address_is_not_fetched(shop: Path, media: MediaFolder) -> None:
    with pytest.raises(RemoteImage):
        media.admit("http://127.0.0.1:1/private.jpg", images_dir=shop)


@pytest.mark.parametrize(
    "data",
    [b"", b"not a photo", b"<svg onload=alert(1)></svg>", picture()[:200], picture("BMP"), picture("TIFF")],
)
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match="not a photo"):
        read_photo(data, max_pixels=10**7, max_bytes=10**6)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [8_000, 12_000, 30_000])
def test_a_photo_of_too_many_pixels_is_refused_by_its_header(side: int) -> None:
    with pytest.raises(TooLarge, match="million pixels"):
        read_photo(huge_png(side), max_pixels=50_000_000, max_bytes=10**7)


def test_a_photo_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(TooLarge, match="MB"):
        read_photo(picture() + b"\0" * 2_000_000, max_pixels=10**7, max_bytes=10**6)


def test_a_shoppers_photo_comes_back_as_a_small_jpeg() -> None:
    image, data = read_photo(picture("PNG", size=(2048, 1024)), max_pixels=10**7, max_bytes=10**7)

    assert image.size == (1024, 512)
    assert Image.open(BytesIO(data)).format == "JPEG"


def test_a_sixteen_bit_photo_keeps_its_tones() -> None:
    buffer = BytesIO()
    Image.new("I;16", (8, 8), 32768).save(buffer, "PNG")

    image, _ = read_photo(buffer.getvalue(), max_pixels=100, max_bytes=10_000)

    assert 120 <= image.getpixel((4, 4))[0] <= 136


@pytest.mark.parametrize(
    "name", ["../shopper.db", "ab/../../x.webp", "/etc/passwd", "", "zz/zz.webp", "ab/" + "0" * 64 + ".webp"]
)
def test_only_stored_names_can_be_opened(name: str, media: MediaFolder) -> None:
    with pytest.raises(NotFound):
        media.path(name)
