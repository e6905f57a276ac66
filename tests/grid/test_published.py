"""A published boundary file as it is: the countries of Natural Earth (public domain), which come with pyogrio."""

import io
import zipfile
from pathlib import Path

import pyogrio
import pytest

from app.grid.rules.checking import check
from app.grid.rules.repairing import repair
from app.grid.service.reading import Wanted, read_boundaries

FOLDER = Path(pyogrio.__file__).parent / "tests" / "fixtures" / "naturalearth_lowres"


@pytest.fixture
def countries():
    """The countries as districts of two cities, because codes have six digits."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(FOLDER.iterdir()):
            archive.write(part, part.name)
    found = read_boundaries(packed.getvalue(), Wanted("district", fields={"code": "iso_a3", "name": "name"}))
    assert found.faults == []
    return [f._replace(code=f"{3100 + row // 100}{row % 100:02}") for row, f in enumerate(found.features)]


def faults_of(features):
    """Without the cities themselves, which the file does not have."""
    return [fault for fault in check(features, [], frozenset()).faults if fault.kind != "wrong-parent"]


def test_its_faults_are_found_and_mended(countries):
    faults = faults_of(countries)
    names = {country.code: country.name for country in countries}
    crossing = [fault for fault in faults if fault.kind == "invalid-geometry"]
    assert [names[fault.code] for fault in crossing] == ["Sudan"]
    assert (crossing[0].place.x, crossing[0].place.y) == pytest.approx((33.963, 9.464), abs=1e-3)
    # Where South Sudan meets its neighbours, one side knows a corner that the other does not: micrometre slivers.
    assert {fault.kind for fault in faults} == {"invalid-geometry", "overlap"}
    mended = repair(countries, tolerance_m=500)
    assert len(mended.features) == 177
    assert faults_of(mended.features) == []
