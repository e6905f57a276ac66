"""All settings, read from the environment once. Nothing else in the product reads ``os.environ``."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class ConfigError(RuntimeError):
    """Settings are missing or wrong; the message lists every one of them."""


def _setting(name: str, default: str | None, about: str) -> Any:
    return field(metadata={"name": name, "default": default, "about": about})


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one process. The names of the environment variables stand beside each."""

    database_url: str = _setting(
        "FIELDGRID_APP_DATABASE_URL",
        None,
        "Where API and worker connect, as the role fieldgrid_app: postgresql+psycopg2://…",
    )
    owner_database_url: str = _setting(
        "DATABASE_URL", "", "Where migrations connect, as the role that owns the tables; the API never needs it"
    )
    secret_key: str = _setting("FIELDGRID_SECRET_KEY", None, "Signs tokens and photo addresses; at least 32 characters")
    data_key: str = _setting(
        "FIELDGRID_DATA_KEY", None, "Derives tracking codes and look-up hashes; never change it, at least 32 characters"
    )
    storage_url: str = _setting(
        "FIELDGRID_STORAGE_URL", "file://.local/photos", "Where photo bytes lie: any fsspec URL (file://…, s3://…)"
    )
    public_url: str = _setting("FIELDGRID_PUBLIC_URL", "http://127.0.0.1:8000", "The address people see, no slash")
    city_tz: str = _setting("FIELDGRID_CITY_TZ", "Asia/Shanghai", "The city's time zone (IANA name)")
    trusted_proxies: int = _setting("FIELDGRID_TRUSTED_PROXIES", "0", "How many proxies stand before the API")
    pool_size: int = _setting("FIELDGRID_POOL_SIZE", "16", "Database connections of one process")
    message_url: str = _setting(
        "FIELDGRID_MESSAGE_URL",
        "",
        "Where text messages go as JSON {id, channel, recipient, text, subject?}; without it they stay in the outbox",
    )
    message_token: str = _setting("FIELDGRID_MESSAGE_TOKEN", "", "Sent there as Authorization: Bearer …")
    sms_url: str = _setting(
        "FIELDGRID_SMS_URL", "", "Where messages to phones go, where that is not FIELDGRID_MESSAGE_URL"
    )
    sms_token: str = _setting("FIELDGRID_SMS_TOKEN", "", "Sent to FIELDGRID_SMS_URL as Authorization: Bearer …")
    wechat_work_url: str = _setting(
        "FIELDGRID_WECHAT_WORK_URL", "", "Where messages to WeChat Work go, where that is not FIELDGRID_MESSAGE_URL"
    )
    wechat_work_token: str = _setting(
        "FIELDGRID_WECHAT_WORK_TOKEN", "", "Sent to FIELDGRID_WECHAT_WORK_URL as Authorization: Bearer …"
    )
    smtp_url: str = _setting(
        "FIELDGRID_SMTP_URL",
        "",
        "Who sends mails: smtp://host:587 or smtps://user:password@host:465; without it they stay in the outbox",
    )
    smtp_sender: str = _setting("FIELDGRID_SMTP_SENDER", "fieldgrid@localhost", "Whom mails come from")
    streams: int = _setting(
        "FIELDGRID_STREAMS", "96", "Live streams of one API process; each takes a thread, so stay below its threads"
    )
    streams_per_user: int = _setting(
        "FIELDGRID_STREAMS_PER_USER", "6", "Live streams of one API process that one user may have at a time"
    )
    webhook_networks: str = _setting(
        "FIELDGRID_WEBHOOK_NETWORKS",
        "",
        "Networks beside the public internet that webhooks may reach, such as 10.1.0.0/16, with commas between them",
    )
    log_level: str = _setting("FIELDGRID_LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR")
    citizen_intake: int = _setting(
        "FIELDGRID_CITIZEN_INTAKE_PER_HOUR", "300", "Reports, and photos, that one citizen may send in an hour"
    )
    anonymous_intake: int = _setting(
        "FIELDGRID_ANONYMOUS_INTAKE_PER_HOUR",
        "5000",
        "The same for one address without a sign-in; phones of a whole quarter may share one",
    )
    basemap_url: str = _setting(
        "FIELDGRID_BASEMAP_URL",
        "",
        "Tiles under the maps, such as https://t{0-7}.tianditu.gov.cn/…{z}…{x}…{y}; without it maps show what is here",
    )
    basemap_crs: str = _setting(
        "FIELDGRID_BASEMAP_CRS", "wgs84", "What those tiles are drawn in: wgs84 (Tianditu) or gcj02 (AMap, Tencent)"
    )
    basemap_attribution: str = _setting("FIELDGRID_BASEMAP_ATTRIBUTION", "", "Whose tiles they are, shown on the map")
    basemap_max_zoom: int = _setting("FIELDGRID_BASEMAP_MAX_ZOOM", "18", "The last zoom there are tiles for")

    def message_gateway(self, channel: str) -> tuple[str, str]:
        """Address and token of the gateway for messages of this channel; no address: there is none."""
        own = {"sms": (self.sms_url, self.sms_token), "wechat_work": (self.wechat_work_url, self.wechat_work_token)}
        url, token = own.get(channel, ("", ""))
        return (url, token) if url else (self.message_url, self.message_token)

    def intake_limit(self, kind: str) -> int | None:
        """How many reports, and how many photos, a principal of this kind may send in an hour; None: any number."""
        return {"citizen": self.citizen_intake, "anonymous": self.anonymous_intake}.get(kind)

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Config:
        """Read every setting; fail with all that is wrong at once.

        Raises: ConfigError.
        """
        values: dict[str, Any] = {}
        wrong: list[str] = []
        for spec in fields(cls):
            name, default = spec.metadata["name"], spec.metadata["default"]
            text = env.get(name) or default
            if text is None:
                wrong.append(f"{name} is not set ({spec.metadata['about']})")
                continue
            if spec.type in {int, "int"} and not re.fullmatch(r"[0-9]{1,9}", text):
                wrong.append(f"{name} must be a whole number, 0 or more, not {text!r}")
                continue
            values[spec.name] = int(text) if spec.type in {int, "int"} else text
            if (holds := CHECKS.get(spec.name)) and not holds[0](text):
                wrong.append(f"{name} {holds[1]}")
        if wrong:
            raise ConfigError("FieldGrid cannot start:\n  " + "\n  ".join(wrong))
        return cls(**values)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return False
    return True


def _are_networks(text: str) -> bool:
    try:
        return all(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        return False


def _is_key(text: str) -> bool:
    return len(text) >= 32


_GATEWAY = "must be an address that begins with https:// or http://"


def _is_gateway(text: str) -> bool:
    return re.fullmatch(r"(https?://\S+)?", text) is not None


def _is_basemap(text: str) -> bool:
    """Quotes, semicolons and spaces would end up in the policy that the pages' browsers get."""
    address = re.fullmatch(r"https?://[A-Za-z0-9.-]*(\{\d-\d\})?[A-Za-z0-9.-]+(:\d{1,5})?/[^\s\"';<>\\]*", text)
    return not text or (address is not None and all(part in text for part in ("{z}", "{x}", "{y}")))


# What a setting must be. The message never repeats the value: it may be a key or hold a password.
CHECKS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "database_url": (
        lambda text: text.startswith("postgresql+psycopg2://"),
        "must start with postgresql+psycopg2://",
    ),
    "secret_key": (_is_key, "needs at least 32 characters"),
    "data_key": (_is_key, "needs at least 32 characters"),
    "public_url": (
        lambda text: re.fullmatch(r"https?://[^/\s]\S*[^/\s]", text) is not None,
        "must be an address such as https://fieldgrid.example, without a slash at the end",
    ),
    "city_tz": (_is_zone, "is not a time zone of the IANA list, such as Asia/Shanghai"),
    "message_url": (_is_gateway, _GATEWAY),
    "sms_url": (_is_gateway, _GATEWAY),
    "wechat_work_url": (_is_gateway, _GATEWAY),
    "smtp_url": (
        lambda text: re.fullmatch(r"(smtps?://\S+)?", text) is not None,
        "must be an address such as smtp://mail.example:587",
    ),
    "smtp_sender": (lambda text: re.fullmatch(r"[^@\s]+@[^@\s]+", text) is not None, "must be a mail address"),
    "webhook_networks": (_are_networks, "must be networks such as 10.1.0.0/16, with commas between them"),
    "basemap_url": (_is_basemap, "must be an address with {z}, {x} and {y} in it, https:// or http:// before it"),
    "basemap_crs": (lambda text: text in {"wgs84", "gcj02"}, "must be wgs84 or gcj02"),
    "basemap_max_zoom": (lambda text: int(text) <= 24, "must be 24 or less"),
    "pool_size": (lambda text: int(text) > 0, "must be 1 or more"),
    "streams_per_user": (lambda text: int(text) > 0, "must be 1 or more"),
    "log_level": (
        lambda text: text in {"DEBUG", "INFO", "WARNING", "ERROR"},
        "must be DEBUG, INFO, WARNING or ERROR",
    ),
}


def env_example() -> str:
    """The text of ``.env.example``: every setting with its meaning and default."""
    lines = [
        "# Settings of FieldGrid. `./fieldgrid up` writes its own into .local/env; this file is for other set-ups."
    ]
    for spec in fields(Config):
        default = spec.metadata["default"]
        lines += ["", f"# {spec.metadata['about']}", f"{spec.metadata['name']}={default or ''}"]
    return "\n".join(lines) + "\n"


@cache
def config() -> Config:
    """The settings of this process."""
    return Config.from_env(os.environ)


ROOT = Path(__file__).resolve().parents[2]
