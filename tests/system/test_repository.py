"""What the repository holds, and what it must not."""

from __future__ import annotations

import re

from app.core.config import env_example
from tests.system.sources import ROOT, tracked

LARGE = ("grid_data/",)
# Written apart, so that this file is not what it looks for.
PLACES = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/[a-z]", "/Us" + "ers/[a-z]")
HOSTS = ("pypi" + r"\.(org|python)", "python" + "hosted", "npm" + "js", "deb" + r"\.debian\.org", "mirr" + r"ors?\.")
TEXTS = {
    ".py",
    ".md",
    ".sh",
    ".cfg",
    ".toml",
    ".yaml",
    ".yml",
    ".txt",
    ".in",
    ".ts",
    ".tsx",
    ".json",
    ".html",
    ".css",
    "",
}


def test_the_example_of_settings_is_current():
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example(), (
        "run ./fieldgrid env-example > .env.example"
    )


def test_nothing_large_is_kept():
    large = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.stat().st_size > 1_000_000 and not str(path.relative_to(ROOT)).startswith(LARGE)
    ]
    assert large == []


def test_no_machine_and_no_registry_is_named():
    pattern = re.compile(
        "|".join(f"(?<![A-Za-z0-9.])({one})" if one.startswith("/") else one for one in PLACES + HOSTS)
    )
    named = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in tracked()
        if path.suffix in TEXTS and (found := pattern.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert named == []


def test_locked_requirements_have_hashes_and_no_index():
    for name in ("app", "dev"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        pinned = re.findall(r"^[A-Za-z0-9_.\[\],-]+==\S+", text, re.MULTILINE)
        blocks = re.split(r"^(?=[A-Za-z0-9_.\[\],-]+==)", text, flags=re.MULTILINE)[1:]
        assert len(pinned) == len(blocks) > 10
        assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []
        assert not re.search(r"--(extra-)?index-url|--trusted-host|--find-links|https?://", text)


def test_whatever_is_wanted_is_locked():
    """Each line of app.in and dev.in has its pinned release."""
    for name in ("app", "dev"):
        wanted = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
        names = {re.split(r"[\[<>=~ ;#]", line)[0] for line in wanted if line and not line.startswith(("#", "-"))}
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        locked = {_normal(found) for found in re.findall(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)}
        assert {_normal(one) for one in names} - locked == set(), "run ./fieldgrid lock"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
