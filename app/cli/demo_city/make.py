"""Making the demo city from a seed."""

from pathlib import Path
from random import Random

from app.cli.demo_city.areas import City, name_areas
from app.cli.demo_city.base_layers import BaseLayers, base_layers
from app.cli.demo_city.coverage import ground_field, noded, placed
from app.cli.demo_city.files import write_areas, write_base, write_checksums
from app.cli.demo_city.layout import draw
from app.cli.demo_city.parcels import subdivide

SEED = 7


def plan_city(seed: int) -> tuple[City, BaseLayers]:
    """The areas and base layers of the demo city.

    The same seed gives the same city on every machine.

    Raises: NotSeamless, CannotCut when a seed draws something that cannot be made seamless.
    """
    rng = Random(seed)  # noqa: S311 - a drawing, not a secret
    layout = draw(rng)
    parcels = subdivide(layout, rng)
    polygons = noded([parcel.polygon for parcel in parcels.parcels])
    field = ground_field(polygons, rng)
    city = name_areas(layout, parcels, placed(polygons, field), rng)
    return city, base_layers(layout, parcels, polygons, field, rng)


def make_demo(out: Path, seed: int = SEED) -> list[Path]:
    """Write the demo city into a folder and return the files written.

    Raises: NotSeamless, CannotCut, OSError.
    """
    city, base = plan_city(seed)
    (out / "base").mkdir(parents=True, exist_ok=True)
    written = []
    levels = {"city": [city.city], "districts": city.districts, "streets": city.streets}
    for stem, areas in (*levels.items(), ("communities", city.communities), ("cells", city.cells)):
        written.append(out / f"{stem}.geojson")
        write_areas(written[-1], areas)
    for stem, items, kind_name in (
        ("roads", base.roads, "class"),
        ("water", base.water, "kind"),
        ("green", base.green, "kind"),
        ("buildings", base.buildings, "kind"),
    ):
        written.append(out / "base" / f"{stem}.geojson")
        write_base(written[-1], items, kind_name)
    write_checksums(out, written)
    return written
