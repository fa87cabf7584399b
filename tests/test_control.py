"""The control socket: a real client in a thread, a real server on the loop."""

from __future__ import annotations

import asyncio
import json
import socket
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingestor import control
from ingestor.control import Request
from ingestor.errors import IngestorError, LockedError, UsageError


async def echo(request: Request) -> Mapping[str, object]:
    if request.command != "echo":
        raise UsageError(f"the daemon does not know {request.command!r}")
    return request.arguments


async def raw(database: Path, data: bytes) -> dict[str, object]:
    reader, writer = await asyncio.open_unix_connection(control.socket_path(database))
    writer.write(data)
    writer.write_eof()
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    answer: dict[str, object] = json.loads(line)
    return answer


async def test_a_request_is_answered(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    async with control.serve(database, echo):
        answers = await asyncio.gather(
            *(asyncio.to_thread(control.ask, database, "echo", n=n, t="é\n") for n in range(20))
        )
    assert answers == [{"n": n, "t": "é\n"} for n in range(20)]


async def test_an_error_reaches_the_client_with_its_exit_status(tmp_path: Path) -> None:
    async with control.serve(tmp_path / "news.db", echo):
        with pytest.raises(IngestorError, match="does not know 'dance'") as caught:
            await asyncio.to_thread(control.ask, tmp_path / "news.db", "dance")
    assert caught.value.exit_status == UsageError.exit_status


async def test_the_socket_is_for_its_owner_and_goes_with_the_server(tmp_path: Path) -> None:
    path = control.socket_path(tmp_path / "news.db")
    async with control.serve(tmp_path / "news.db", echo):
        assert stat.filemode(path.stat().st_mode) == "srw-------"
    assert not path.exists()


async def test_a_socket_left_by_a_killed_process_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(control.socket_path(tmp_path / "news.db")))
    async with control.serve(tmp_path / "news.db", echo):
        assert await asyncio.to_thread(control.ask, tmp_path / "news.db", "echo") == {}


async def test_a_path_longer_than_a_socket_address_works(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    async with control.serve(deep / "news.db", echo):
        assert await asyncio.to_thread(control.ask, deep / "news.db", "echo", a=1) == {"a": 1}


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "did not arrive"),
        (b'{"command": "echo"', "did not arrive"),
        (b"hello\n", "not JSON"),
        (b"\xff\xfe\n", "not JSON"),
        (b"[" * 100_000 + b"\n", "not JSON"),
        (b"[]\n", "names no command"),
        (b'{"command": 1, "arguments": {}}\n', "names no command"),
        (b'{"command": "echo", "arguments": []}\n', "names no command"),
        (b"x" * (control.MAX_LINE + 10) + b"\n", "longer than"),
    ],
    ids=["empty", "cut", "words", "bytes", "deep", "list", "number", "arguments", "long"],
)
async def test_what_is_no_request_is_refused(tmp_path: Path, data: bytes, error: str) -> None:
    async with control.serve(tmp_path / "news.db", echo):
        answer = await raw(tmp_path / "news.db", data)
        assert error in str(answer["error"])
        assert answer["exit_status"] == UsageError.exit_status


def test_without_a_daemon_the_client_says_so(tmp_path: Path) -> None:
    with pytest.raises(LockedError, match=r"news\.db\.sock: the daemon cannot be asked: No such"):
        control.ask(tmp_path / "news.db", "echo")
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(control.socket_path(tmp_path / "news.db")))
    with pytest.raises(LockedError, match="refused"):
        control.ask(tmp_path / "news.db", "echo")


async def test_a_request_under_way_ends_with_the_server(tmp_path: Path) -> None:
    begun = asyncio.Event()

    async def never(_: Request) -> Mapping[str, object]:
        begun.set()
        await asyncio.Event().wait()
        return {}

    async with control.serve(tmp_path / "news.db", never):
        call = asyncio.create_task(asyncio.to_thread(control.ask, tmp_path / "news.db", "wait"))
        await begun.wait()
    with pytest.raises(LockedError, match="hung up"):
        await call


async def test_a_daemon_is_found_by_a_link_to_its_database(tmp_path: Path) -> None:
    database, link = tmp_path / "news.db", tmp_path / "link.db"
    link.symlink_to(database)

    async def answer(request: control.Request) -> Mapping[str, object]:
        return {"heard": request.command}

    async with control.serve(database, answer):
        assert control.is_served(link)
        assert await control.call(link, "ping") == {"heard": "ping"}
