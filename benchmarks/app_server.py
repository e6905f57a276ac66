"""Compare WSGI servers on what FieldGrid asks of one; see docs/adr/0007-app-server.md for results.

    pip install flask granian gunicorn        # gunicorn is not among FieldGrid's requirements
    python benchmarks/app_server.py granian --threads 64
    python benchmarks/app_server.py gunicorn --threads 64

It starts the server with two processes on a free port and prints one line of JSON per measurement:
requests per second and the server's processor time per request; the same while 100 event streams are open; while 40
slow uploads are under way; uploads of 20 MB, also chunked; what is left after the main process is killed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from flask import Flask, Response, request

PROCESSES = 2
STREAMS = 100
SLOW_UPLOADS = 40
UPLOAD = 20_000_000

app = Flask(__name__)


@app.get("/hello")
def hello() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/stream")
def stream() -> Response:
    def events() -> Iterator[str]:
        while True:
            yield "data: x\n\n"
            time.sleep(1)

    return Response(events(), content_type="text/event-stream")


@app.post("/upload")
def upload() -> dict[str, int]:
    size = 0
    while block := request.stream.read(65536):
        size += len(block)
    return {"size": size}


def command(server: str, port: int, threads: int) -> list[str]:
    tools = Path(sys.executable).parent
    if server == "granian":
        options = f"--interface wsgi --http 1 --no-ws --port {port} --workers {PROCESSES} --blocking-threads {threads}"
        return [f"{tools}/granian", *options.split(), "--log-level", "error", "app_server:app"]
    options = (
        f"-k gthread -b 127.0.0.1:{port} -w {PROCESSES} --threads {threads} --worker-connections 1000 --keep-alive 30"
    )
    return [f"{tools}/gunicorn", *options.split(), "--log-level", "error", "app_server:app"]


def processes(group: int) -> list[int]:
    """The process ids of the server's process group, zombies left out."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(int(path.parent.name))
    return found


def processor_seconds(group: int) -> float:
    ticks = 0
    for pid in processes(group):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def answer(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length")), 0)
    return head.split(b" ", 2)[1] + b" " + await reader.readexactly(length)


async def hello_traffic(port: int, group: int, connections: int, seconds: float) -> dict[str, float]:
    """Keep-alive connections, each asking again as soon as it is answered."""
    took: list[float] = []
    failed = 0
    end = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (began := time.perf_counter()) < end:
            writer.write(b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
            try:
                got = await asyncio.wait_for(answer(reader), max(5.0, seconds))
                failed += not got.startswith(b"200")
                took.append(time.perf_counter() - began)
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
                failed += 1
                break
        writer.close()

    before = processor_seconds(group)
    await asyncio.gather(*(one() for _ in range(connections)))
    spent = processor_seconds(group) - before
    took.sort()
    count = max(1, len(took))
    return {
        "requests_per_s": round(len(took) / seconds),
        "p50_ms": round(took[count // 2] * 1000, 1) if took else -1,
        "p99_ms": round(took[int(count * 0.99)] * 1000, 1) if took else -1,
        "failed": failed,
        "server_processor_us_per_request": round(spent / count * 1e6),
    }


async def with_streams(port: int, group: int) -> dict[str, float]:
    """Ordinary traffic while STREAMS clients listen; `first_events`: how many of them got anything within 5 s."""
    got = 0
    sockets = []

    async def listen() -> None:
        nonlocal got
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        sockets.append(writer)
        writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"data: x")
        got += 1

    waiting = [asyncio.create_task(listen()) for _ in range(STREAMS)]
    await asyncio.wait(waiting, timeout=5)
    result = await hello_traffic(port, group, 8, 5)
    for task in waiting:
        task.cancel()
    for writer in sockets:
        writer.close()
    return {"first_events": got, **result}


async def with_slow_uploads(port: int, group: int) -> dict[str, float]:
    """Ordinary traffic while SLOW_UPLOADS phones send their photo at 10 kB/s."""
    sockets = []

    async def drip() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        sockets.append(writer)
        writer.write(b"POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            writer.write(b"x" * 1000)
            await asyncio.sleep(0.1)

    waiting = [asyncio.create_task(drip()) for _ in range(SLOW_UPLOADS)]
    await asyncio.sleep(1)
    result = await hello_traffic(port, group, 8, 5)
    for task in waiting:
        task.cancel()
    for writer in sockets:
        writer.close()
    return result


async def big_upload(port: int, *, chunked: bool) -> dict[str, object]:
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % UPLOAD
    writer.write(b"POST /upload HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n\r\n")
    block = b"x" * 50_000
    for _ in range(UPLOAD // len(block)):
        writer.write(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)
        await writer.drain()
    if chunked:
        writer.write(b"0\r\n\r\n")
    got = await asyncio.wait_for(answer(reader), 30)
    writer.close()
    return {"answer": got.decode().strip(), "seconds": round(time.perf_counter() - began, 2)}


def killed(main: int, port: int) -> dict[str, object]:
    """What is left 3 s after kill -9 of the main process: workers, and whether the port can be bound again."""
    os.kill(main, signal.SIGKILL)
    time.sleep(3)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            free = True
        except OSError:
            free = False
    return {"processes_left": len(processes(main)), "port_free": free}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    sys.exit("the server does not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", choices=["granian", "gunicorn"])
    parser.add_argument("--threads", type=int, default=16)
    arguments = parser.parse_args()
    port = free_port()
    server = subprocess.Popen(
        command(arguments.server, port, arguments.threads), cwd=Path(__file__).parent, start_new_session=True
    )
    group = server.pid
    measurements: dict[str, Callable[[], Awaitable[object]]] = {
        "hello, 32 connections": lambda: hello_traffic(port, group, 32, 5),
        f"hello beside {STREAMS} open streams": lambda: with_streams(port, group),
        f"hello beside {SLOW_UPLOADS} slow uploads": lambda: with_slow_uploads(port, group),
        "upload 20 MB": lambda: big_upload(port, chunked=False),
        "upload 20 MB chunked": lambda: big_upload(port, chunked=True),
    }
    try:
        wait_for(port)
        for name, measure in measurements.items():
            try:
                result = asyncio.run(measure())
            except (OSError, EOFError, TimeoutError) as error:
                result = {"error": repr(error)}
            print(
                json.dumps({"server": arguments.server, "threads": arguments.threads, "what": name, "result": result})
            )
            time.sleep(2)
        print(
            json.dumps(
                {"server": arguments.server, "what": "kill -9 of the main process", "result": killed(group, port)}
            )
        )
    finally:
        for pid in processes(group):
            os.kill(pid, signal.SIGKILL)
        server.wait()


if __name__ == "__main__":
    main()
