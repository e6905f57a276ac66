"""Tables of media: photos, who looked at an original, resumable uploads under way."""

import geoalchemy2
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_media"
down_revision = "0003_catalog"
branch_labels = None
depends_on = None


def text(name: str, *, nullable: bool = False, comment: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def integer(name: str, comment: str | None = None) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False, comment=comment)


def instant(name: str, *, nullable: bool = False, comment: str | None = None) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def upgrade() -> None:
    create_photos()
    create_original_reads()
    create_uploads()


def create_photos() -> None:
    position = geoalchemy2.Geometry("POINT", 4326, spatial_index=False)
    op.create_table(
        "photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True, comment="null: sent without a sign-in"),
        text("owner_key", comment="user:<id>, or address:<keyed digest of the caller's address>"),
        text("sha256", comment="of the original's bytes, hexadecimal"),
        text("mime"),
        integer("bytes", "size of the original"),
        integer("width", "pixels, upright"),
        integer("height", "pixels, upright"),
        instant("taken_at", nullable=True, comment="as the camera says"),
        sa.Column("exif_position", position, nullable=True, comment="as the camera says"),
        sa.Column("dhash", sa.BigInteger(), nullable=False, comment="64-bit difference hash"),
        text("original_key"),
        text("display_key"),
        text("thumb_key"),
        text("public_key", nullable=True),
        instant("privacy_at", nullable=True, comment="public only from then on: the privacy copy exists"),
        instant("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_photos_owner_id_users"),
        sa.UniqueConstraint("owner_key", "sha256", name="uq_photos_owner_key_sha256"),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("ck_photos_sha256")),
        sa.CheckConstraint(
            "mime IN ('image/jpeg', 'image/png', 'image/webp', 'image/heic')", name=op.f("ck_photos_mime")
        ),
        sa.CheckConstraint("bytes > 0 AND width > 0 AND height > 0", name=op.f("ck_photos_size")),
        sa.CheckConstraint("(privacy_at IS NULL) = (public_key IS NULL)", name=op.f("ck_photos_public")),
    )
    op.create_index("ix_photos_sha256", "photos", ["sha256"])
    op.create_index("ix_photos_owner_key_created_at", "photos", ["owner_key", "created_at"])
    op.create_index("ix_photos_owner_id", "photos", ["owner_id"])


def create_original_reads() -> None:
    op.create_table(
        "photo_original_reads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        instant("read_at"),
        sa.PrimaryKeyConstraint("id", name="pk_photo_original_reads"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_photo_original_reads_photo_id_photos"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_photo_original_reads_user_id_users"),
    )
    op.create_index("ix_photo_original_reads_photo_id", "photo_original_reads", ["photo_id"])
    op.create_index("ix_photo_original_reads_user_id", "photo_original_reads", ["user_id"])
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON photo_original_reads FROM fieldgrid_app")


def create_uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Uuid(), nullable=False),
        text("owner_key", comment="as of the photo"),
        integer("length", "bytes of the whole file"),
        integer("received", "bytes that are stored: the Upload-Offset"),
        text("filename", nullable=True),
        sa.Column("parts", postgresql.ARRAY(sa.Text()), nullable=False, comment="storage keys in their order"),
        sa.Column("photo_id", sa.Uuid(), nullable=True, comment="once complete"),
        instant("created_at"),
        instant("expires_at"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name="fk_uploads_photo_id_photos"),
        sa.CheckConstraint("length > 0 AND received >= 0 AND received <= length", name=op.f("ck_uploads_received")),
    )
    op.create_index("ix_uploads_expires_at", "uploads", ["expires_at"])
    op.create_index("ix_uploads_owner_key_created_at", "uploads", ["owner_key", "created_at"])


def downgrade() -> None:
    op.drop_table("uploads")
    op.drop_table("photo_original_reads")
    op.drop_table("photos")
