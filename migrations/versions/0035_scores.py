"""Scores: what the city decides about them, as versions that stay. Defaults: domain.md §7."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035_scores"
down_revision = "0034_figures"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def share(indicator: str, weight: float, zero: int = 0, full: int = 1) -> dict[str, object]:
    return {"indicator": indicator, "weight": weight, "mapping": {"kind": "linear", "zero": zero, "full": full}}


def few(indicator: str, weight: float) -> dict[str, object]:
    return share(indicator, weight, zero=1, full=0)


def volume(indicator: str, weight: float, bands: tuple[int, ...]) -> dict[str, object]:
    points = (40, 60, 80, 100)
    steps = [{"at_least": least, "points": each} for least, each in zip(bands, points, strict=True)]
    return {"indicator": indicator, "weight": weight, "mapping": {"kind": "steps", "steps": steps}}


AREA = [
    share("on_time_handled_rate", 0.35),
    share("closed_rate", 0.25),
    few("rework_rate", 0.15),
    few("repeat_rate", 0.1),
    share("satisfaction_share", 0.15),
]
DESK = [
    share("on_time_filing_rate", 0.25),
    share("accurate_filing_rate", 0.4),
    share("on_time_close_rate", 0.35),
]
PARTS: dict[str, list[dict[str, object]]] = {
    **dict.fromkeys(("city", "district", "street", "community", "cell"), AREA),
    "unit": [
        volume("dispatched", 0.1, (0, 10, 50, 100)),
        share("closed_rate", 0.3),
        share("on_time_handled_rate", 0.3),
        few("rework_rate", 0.3),
    ],
    "inspector": [
        share("valid_report_rate", 0.4),
        few("missed_rate", 0.2),
        share("on_time_verify_rate", 0.2),
        share("on_time_check_rate", 0.2),
    ],
    "operator": DESK,
    "shift_leader": DESK,
    "dispatcher": [
        volume("dispatched", 0.2, (0, 50, 200, 500)),
        share("on_time_dispatch_rate", 0.4),
        share("accurate_dispatch_rate", 0.4),
    ],
}
GRADES = [
    {"code": code, "colour": colour, "at_least": least}
    for code, colour, least in (
        ("A", "green", 90),
        ("B", "blue", 75),
        ("C", "yellow", 60),
        ("D", "red", 40),
        ("E", "black", 0),
    )
]
DEFAULTS: dict[str, dict[str, object]] = {
    **{f"scores.{subject}": {"parts": parts, "minimum_sample": 10} for subject, parts in PARTS.items()},
    "grades": {"grades": GRADES},
    "peers": {"groups": []},
    "publishing": {"earliest_days": 3},
}


def upgrade() -> None:
    definitions = op.create_table(
        "evaluation_definitions",
        sa.Column("name", sa.Text(), nullable=False, comment="scores.<subject>, grades, peers, publishing"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False, comment="the highest is in force"),
        sa.Column("content", postgresql.JSONB(), nullable=False, comment="as the API shows it"),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", sa.Uuid(), comment="null: it came with the product"),
        sa.PrimaryKeyConstraint("name", "version", name="pk_evaluation_definitions"),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name="fk_evaluation_definitions_made_by_users"),
        sa.CheckConstraint(
            "name ~ '^(scores[.][a-z_]+|grades|peers|publishing)$'", name=op.f("ck_evaluation_definitions_name")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_evaluation_definitions_version")),
    )
    for name, content in DEFAULTS.items():
        op.execute(definitions.insert().values(name=name, version=1, content=content, made_at=sa.func.now()))
    # A published score names the version it was made by: no version is changed or removed, whoever tries.
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON evaluation_definitions FROM fieldgrid_app")
    op.execute("""
        CREATE FUNCTION evaluation_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END $$""")
    op.execute("""
        CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON evaluation_definitions
        FOR EACH STATEMENT EXECUTE FUNCTION evaluation_is_append_only()""")


def downgrade() -> None:
    op.drop_table("evaluation_definitions")
    op.execute("DROP FUNCTION evaluation_is_append_only()")
