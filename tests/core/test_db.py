from sqlalchemy import text


def test_connects(session):
    assert session.execute(text("select current_user")).scalar() == "fieldgrid_app"
