"""Settings: everything that is wrong is said at once."""

from __future__ import annotations

import pytest

from app.core.config import Config, ConfigError, env_example

GOOD = {
    "FIELDGRID_APP_DATABASE_URL": "postgresql+psycopg2://fieldgrid_app@127.0.0.1/fieldgrid",
    "FIELDGRID_SECRET_KEY": "s" * 32,
    "FIELDGRID_DATA_KEY": "d" * 32,
}


def test_defaults_work():
    config = Config.from_env(GOOD)
    assert (config.city_tz, config.pool_size, config.trusted_proxies) == ("Asia/Shanghai", 16, 0)


def test_an_empty_setting_is_an_unset_one():
    assert Config.from_env(GOOD | {"FIELDGRID_POOL_SIZE": ""}).pool_size == 16


def test_everything_missing_is_named_at_once():
    with pytest.raises(ConfigError) as caught:
        Config.from_env({})
    for name in GOOD:
        assert name in str(caught.value)


def test_everything_wrong_is_named_at_once():
    wrong = {
        "FIELDGRID_SECRET_KEY": "short",
        "FIELDGRID_DATA_KEY": "short",
        "FIELDGRID_POOL_SIZE": "many",
        "FIELDGRID_TRUSTED_PROXIES": "-1",
        "FIELDGRID_CITY_TZ": "Asia/Peking",
        "FIELDGRID_LOG_LEVEL": "LOUD",
        "FIELDGRID_APP_DATABASE_URL": "postgresql://x@127.0.0.1/y",
        "FIELDGRID_PUBLIC_URL": "fieldgrid.example",
    }
    with pytest.raises(ConfigError) as caught:
        Config.from_env(wrong)
    told = str(caught.value)
    assert [name for name in wrong if name not in told] == []
    assert "short" not in told, "a key is not repeated"


def test_the_example_names_every_setting_with_its_meaning():
    text = env_example()
    assert text.count("\n# ") >= text.count("=")
    for name in GOOD:
        assert f"\n{name}=\n" in text


def test_settings_know_how_much_each_may_send():
    config = Config.from_env(GOOD)
    assert config.intake_limit("staff") is None
    assert (config.intake_limit("citizen"), config.intake_limit("anonymous")) == (300, 5000)
