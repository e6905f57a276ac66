"""Outlines of areas for a map on paper, in metres from the middle of the city."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bulletins.rules.facts import Outline
from app.evaluation.rules.indicators import Subject

LEVELS = {Subject.DISTRICT: 1, Subject.STREET: 2, Subject.COMMUNITY: 3}
FINENESS = 1_500
"""What is finer than this part of the city's extent is not seen on a page."""

# ST_AsSVG turns y downwards by itself. Areas that have retired since are shown too: they were there in the period.
_OUTLINES = text("""
    WITH wanted AS (SELECT code, geom FROM areas WHERE level = :level AND code = ANY (CAST(:codes AS text[]))),
         middle AS (SELECT ST_X(ST_Centroid(ST_Extent(geom))) AS lon, ST_Y(ST_Centroid(ST_Extent(geom))) AS lat
                      FROM wanted),
         local AS (
             SELECT code, ST_Affine(geom, 111320 * cos(radians(lat)), 0, 0, 111320,
                                    -111320 * cos(radians(lat)) * lon, -111320 * lat) AS geom
               FROM wanted, middle),
         sized AS (SELECT greatest(ST_XMax(ST_Extent(geom)) - ST_XMin(ST_Extent(geom)),
                                   ST_YMax(ST_Extent(geom)) - ST_YMin(ST_Extent(geom))) AS extent FROM local),
         simple AS (SELECT code, ST_SimplifyPreserveTopology(geom, extent / :fineness) AS geom FROM local, sized),
         placed AS (SELECT simple.*, ST_MaximumInscribedCircle(geom) AS circle FROM simple)
    SELECT code, ST_AsSVG(geom, 0, 0) AS path, ST_X((circle).center) AS x, -ST_Y((circle).center) AS y,
           (circle).radius AS room,
           ST_XMin(geom) AS west, -ST_YMax(geom) AS north, ST_XMax(geom) AS east, -ST_YMin(geom) AS south
      FROM placed ORDER BY code""")


def outlines(session: Session, subject: Subject, codes: list[str]) -> list[Outline]:
    """The outlines of these areas, in the order of their codes; one statement."""
    given = {"level": LEVELS[subject], "codes": codes, "fineness": FINENESS}
    return [Outline(*row) for row in session.connection().execute(_OUTLINES, given)]
