"""What a city with a million cases is asked for besides: words of two letters, sources, what changed last, zones.

Trigrams do not find words of two characters, which most Chinese words are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0029_words"
down_revision = "0028_scale"
branch_labels = None
depends_on = None

# What else lists are narrowed or ordered by: name, columns, columns beside.
LISTED = (
    ("ix_cases_source_opened_at_id", ["source", sa.text("opened_at DESC"), sa.text("id DESC")], []),
    ("ix_cases_updated_at_id", ["updated_at", "id"], []),
    (
        "ix_cases_zone_code_opened_at_id",
        ["zone_code", sa.text("opened_at DESC"), sa.text("id DESC")],
        ["state", "filed_cell"],
    ),
)
# Every two letters that follow each other, in small letters. It calls nothing of ours, so that a dump is restored.
BIGRAMS = """
CREATE OR REPLACE FUNCTION bigrams(words text, beside text DEFAULT NULL) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT one || two), '{}')
    FROM (SELECT string_to_array(lower(coalesce(words, '') || coalesce(' ' || beside, '')), NULL) AS letters) AS split,
         unnest(letters[1 : cardinality(letters) - 1], letters[2 : cardinality(letters)]) AS pair (one, two)
$$
"""
WORDS = sa.text("bigrams(description, address)")
# A unit has few types of cases: without this, a type that it never has would be thought as usual there as anywhere.
STATISTICS = "CREATE STATISTICS IF NOT EXISTS st_cases_lead_id_type_id (mcv) ON lead_id, type_id FROM cases"


def upgrade() -> None:
    op.execute(BIGRAMS)
    op.execute(STATISTICS)
    op.execute("ALTER STATISTICS st_cases_lead_id_type_id SET STATISTICS 500")
    with op.get_context().autocommit_block():
        for name, columns, beside in LISTED:
            op.create_index(
                name, "cases", columns, postgresql_include=beside, postgresql_concurrently=True, if_not_exists=True
            )
        op.create_index(
            "ix_cases_words",
            "cases",
            [WORDS],
            postgresql_using="gin",
            postgresql_concurrently=True,
            if_not_exists=True,
        )
        for name in ("ix_cases_description", "ix_cases_address", "ix_cases_zone_code"):
            op.drop_index(name, "cases", postgresql_concurrently=True, if_exists=True)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.create_index("ix_cases_zone_code", "cases", ["zone_code"], postgresql_concurrently=True, if_not_exists=True)
        for column in ("description", "address"):
            op.create_index(
                f"ix_cases_{column}",
                "cases",
                [column],
                postgresql_using="gin",
                postgresql_ops={column: "gin_trgm_ops"},
                postgresql_concurrently=True,
                if_not_exists=True,
            )
        for name in ("ix_cases_words", *(name for name, _, _ in LISTED)):
            op.drop_index(name, "cases", postgresql_concurrently=True, if_exists=True)
    op.execute("DROP STATISTICS IF EXISTS st_cases_lead_id_type_id")
    op.execute("DROP FUNCTION IF EXISTS bigrams(text, text)")
