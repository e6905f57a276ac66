"""Making the demo city from a seed."""

from pathlib import Path
from random import Random

from app.cli.demo_city.areas import City, name_areas
from app.cli.demo_city.base_layers import BaseLayers, base_layers
from app.cli.demo_city.coverage import ground_field, noded, placed
from app.cli.demo_city.files import write_areas, write_base, write_checksums, write_table
from app.cli.demo_city.layout import draw
from app.cli.demo_city.parcels import subdivide
from app.cli.demo_city.size import DEMO, Size
from app.cli.demo_city.staff import organizations, people, rules
from app.cli.demo_city.zones import draw_zones

SEED = 7


def plan_city(seed: int, size: Size = DEMO) -> tuple[City, BaseLayers]:
    """The areas and base layers of the demo city.

    The same seed gives the same city on every machine.

    Raises: NotSeamless, CannotCut when a seed draws something that cannot be made seamless.
    """
    rng = Random(seed)  # noqa: S311 - a drawing, not a secret
    layout = draw(rng)
    parcels = subdivide(layout, rng, size)
    polygons = noded([parcel.polygon for parcel in parcels.parcels])
    field = ground_field(polygons, rng, size.area_m2)
    city = name_areas(layout, parcels, placed(polygons, field), rng)
    return city, base_layers(layout, parcels, polygons, field, rng)


def _write_tables(out: Path, city: City, size: Size) -> list[Path]:
    zones = draw_zones(city, size.inspectors)
    tables: dict[str, tuple[tuple[str, ...], list[tuple[str, ...]]]] = {
        "organizations": (("code", "name", "kind", "parent"), organizations(city)),
        "people": (("username", "phone", "name", "organization", "grants"), list(people(size))),
        "duty_zones": (
            ("code", "name", "inspectors", "cells"),
            [(z.code, z.name, " ".join(f"inspector{i}" for i in z.inspectors), " ".join(z.cells)) for z in zones],
        ),
        "routing_rules": (
            ("scheme", "kind", "class", "type", "area", "duty_zone", "lead", "helpers"),
            [rule.row() for rule in rules(city, [zone.code for zone in zones])],
        ),
    }
    for stem, (header, rows) in tables.items():
        write_table(out / f"{stem}.csv", header, rows)
    return [out / f"{stem}.csv" for stem in tables]


def make_demo(out: Path, seed: int = SEED, size: Size = DEMO) -> list[Path]:
    """Write the demo city into a folder and return the files written.

    Raises: NotSeamless, CannotCut, OSError.
    """
    city, base = plan_city(seed, size)
    (out / "base").mkdir(parents=True, exist_ok=True)
    written = []
    levels = {"city": [city.city], "districts": city.districts, "streets": city.streets}
    for stem, areas in (*levels.items(), ("communities", city.communities), ("cells", city.cells)):
        written.append(out / f"{stem}.geojson")
        write_areas(written[-1], areas)
    layers = {"roads": base.roads, "water": base.water, "green": base.green, "buildings": base.buildings}
    for stem, items in layers.items():
        written.append(out / "base" / f"{stem}.geojson")
        write_base(written[-1], items)
    written += _write_tables(out, city, size)
    write_checksums(out, written)
    return written
