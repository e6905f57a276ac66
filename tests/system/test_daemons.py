"""What outlives the command that started it keeps nothing of it open: whoever read its output would wait forever."""

from collections import Counter
from pathlib import Path

from sqlalchemy import text


def test_the_database_keeps_nothing_of_its_starter_open(admin):
    with admin.connect() as connection:
        data = Path(connection.scalar(text("SELECT setting FROM pg_settings WHERE name = 'data_directory'")))
    pid = (data / "postmaster.pid").read_text().split()[0]
    held = [str(one.readlink()) for one in Path("/proc", pid, "fd").iterdir()]
    ends = Counter(held)
    own = {"/dev/null", f"{data}.log"}
    foreign = [
        one
        for one in held
        if one not in own
        and not one.startswith(("socket:", "anon_inode:", f"{data}/"))
        and not (one.startswith("pipe:") and ends[one] == 2)
    ]
    assert foreign == [], f"{pid} holds {foreign}"
