"""Public views that OGC API - Features answers from."""

from alembic import op

revision = "0026_ogc"
down_revision = "0025_case_tiles"
branch_labels = None
depends_on = None

AREAS = """
    CREATE VIEW ogc_areas AS
    SELECT a.code AS id, a.code, a.name,
           (ARRAY['city', 'district', 'street', 'community'])[a.level + 1] AS level,
           a.parent_code, a.area_m2, a.valid_from, a.geom
      FROM areas a
     WHERE a.valid_to IS NULL AND a.level < 4"""
CELLS = """
    CREATE VIEW ogc_cells AS
    SELECT a.code AS id, a.code, a.name, a.parent_code AS community_code, z.code AS duty_zone,
           a.land_use, a.management_grade, a.area_m2, a.valid_from, a.geom
      FROM areas a
      LEFT JOIN duty_zone_cells d ON d.cell_code = a.code AND d.valid_to IS NULL
      LEFT JOIN duty_zones z ON z.code = d.zone_code AND z.valid_to IS NULL
     WHERE a.valid_to IS NULL AND a.level = 4"""
# A case is public from its filing on: no words, no person, no place finer than the middle of its cell. `key` is not
# shown: with it pages follow the indexes of cases, which are by opened_at and id.
CASES = """
    CREATE VIEW ogc_cases AS
    SELECT c.number AS id, c.id AS key, c.number, c.state, t.scheme AS type_scheme, t.kind AS type_kind, t.code AS type_code,
           t.name AS type_name, t.class_name AS type_class, c.filed_cell AS cell_code, a.name AS cell_name,
           c.opened_at, c.filed_at, c.closed_at, ST_Centroid(a.geom) AS geom
      FROM cases c
      JOIN areas a ON a.code = c.filed_cell
      LEFT JOIN types t ON t.id = c.type_id
     WHERE c.state IN ('to_dispatch', 'handling', 'on_hold', 'to_check', 'to_close', 'closed')
       AND (c.filed_at IS NOT NULL OR c.self_handled)"""
PARTS = """
    CREATE VIEW ogc_parts AS
    SELECT p.code AS id, p.code, p.name, t.scheme AS type_scheme, t.code AS type_code, t.name AS type_name,
           t.class_name AS type_class, p.state, o.code AS owner_code, o.name AS owner_name, p.cell_code,
           p.surveyed_on, p.geom
      FROM parts p
      JOIN types t ON t.id = p.type_id
      LEFT JOIN organizations o ON o.id = p.owner_id
     WHERE p.state <> 'retired'"""
VIEWS = {"ogc_areas": AREAS, "ogc_cells": CELLS, "ogc_cases": CASES, "ogc_parts": PARTS}


def upgrade() -> None:
    for name, made in VIEWS.items():
        op.execute(made)
        op.execute(f"REVOKE ALL ON {name} FROM fieldgrid_app")
        op.execute(f"GRANT SELECT ON {name} TO fieldgrid_app")


def downgrade() -> None:
    for name in reversed(VIEWS):
        op.execute(f"DROP VIEW {name}")
