"""The product as it runs: API and worker as processes of their own, on a database of the test's."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from app.core.config import Config

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Programs:
    """API and worker as their own process groups, so that one signal ends all of each."""

    settings: Config
    threads: int = 16
    port: int = field(default_factory=free_port)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        env = {
            **os.environ,
            "FIELDGRID_APP_DATABASE_URL": self.settings.database_url,
            "FIELDGRID_SECRET_KEY": self.settings.secret_key,
            "FIELDGRID_DATA_KEY": self.settings.data_key,
            "FIELDGRID_STORAGE_URL": self.settings.storage_url,
            "FIELDGRID_PUBLIC_URL": self.base,
            "FIELDGRID_LOG_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
        }
        granian = Path(sys.executable).parent / "granian"
        serve = [str(granian), "--interface", "wsgi", "--factory", "--port", str(self.port), "--workers", "2"]
        commands = (
            [*serve, "--blocking-threads", str(self.threads), "--no-ws", "app.factory:serve"],
            [sys.executable, "-m", "app.worker"],
        )
        self.running = [
            subprocess.Popen(
                command, cwd=ROOT, env=env, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            for command in commands
        ]
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if httpx.get(f"{self.base}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError("the API did not become ready")

    def kill(self) -> None:
        for program in self.running:
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()
        self.running = []
