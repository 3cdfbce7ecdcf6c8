"""
python3-websockets against the server: `python3 python_client.py asyncio|sync SHIPPED LAB` prints one outcome a line.

The sync client came with version 11; Debian 12 has version 10, which prints the one outcome that says so.
"""

import asyncio
import json
import sys
import traceback
import uuid

import websockets

SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 2**20, 2**23]
TEXTS = ["naïve", "日本語", "😀🏳️‍🌈𝄞", "\x00\x7f", "\ufeffBOM", "\uffff\U0010ffff", "e\u0301"]


def same(actual, expected):
    if actual != expected:
        raise AssertionError(f"{str(actual)[:200]} is not {str(expected)[:200]}")


def status_of(error):
    """Old versions call it status_code, new ones keep the response."""
    return getattr(error, "status_code", None) or error.response.status_code


def report(name, problem=None):
    print(json.dumps({"name": name} if problem is None else {"name": name, "problem": problem}), flush=True)


def ended(connection):
    """Close code and reason, in versions that have them on the connection."""
    return [connection.close_code, connection.close_reason]


class Asyncio:
    """The asyncio client."""

    def __init__(self, shipped, lab):
        self.shipped, self.lab = shipped, lab

    @staticmethod
    def connect(url, **options):
        return websockets.connect(url, max_size=None, **options)

    async def sizes(self):
        async with self.connect(f"{self.shipped}/echo") as ws:
            for size in SIZES:
                for message in ("x" * size, bytes(i % 251 for i in range(min(size, 70_000))).ljust(size, b"z")):
                    await ws.send(message)
                    same(await ws.recv(), message)

    async def unicode(self):
        async with self.connect(f"{self.shipped}/echo") as ws:
            for text in TEXTS:
                await ws.send(text)
                same(await ws.recv(), text)

    async def fragments(self):
        async with self.connect(f"{self.shipped}/echo") as ws:
            await ws.send(["Hel", "", "lo ", "😀"])
            same(await ws.recv(), "Hello 😀")
            await ws.send([b"\x00", b"\xff" * 70_000, b""])
            same(await ws.recv(), b"\x00" + b"\xff" * 70_000)

    async def pings(self):
        async with self.connect(f"{self.shipped}/echo", ping_interval=None) as ws:
            for payload in ("", "hello", "x" * 125):
                pong = await ws.ping(payload)
                await asyncio.wait_for(pong, 10)
            await ws.pong("unasked")
            await ws.send("still here")
            same(await ws.recv(), "still here")

    async def clock(self):
        async with self.connect(f"{self.lab}/clock", ping_interval=None) as ws:
            readings = [json.loads(await ws.recv()) for _ in range(4)]
            same(sorted(reading["time"] for reading in readings), [reading["time"] for reading in readings])

    async def closes_from_here(self):
        async with self.connect(f"{self.lab}/closes") as watcher:
            same(await watcher.recv(), "ready")
            ws = await self.connect(f"{self.lab}/lab?name=py")
            await ws.close(4001, "bye ✓")
            same(ended(ws)[0], 4001)
            told = {"name": "py", "code": 4001, "reason": "bye ✓", "wasClean": True}
            same(json.loads(await watcher.recv()), told)

    async def closes_from_there(self):
        for code, reason in ((1000, ""), (1001, "going"), (3000, "é" * 61), (4999, "x")):
            async with self.connect(f"{self.lab}/lab") as ws:
                await ws.send(f"close {code} {reason}")
                await ws.wait_closed()
                same(ended(ws), [code, reason])

    async def subprotocol(self):
        async with self.connect(f"{self.lab}/lab", subprotocols=["other", "chat"]) as ws:
            same(ws.subprotocol, "chat")
        async with self.connect(f"{self.lab}/lab", subprotocols=["other"]) as ws:
            same(ws.subprotocol, None)

    async def statuses(self):
        for url, options, status in (
            (f"{self.shipped}/nowhere", {}, 404),
            (f"{self.shipped}/echo", {"origin": "https://evil.example"}, 403),
            (f"{self.lab}/gate", {}, 401),
        ):
            try:
                async with self.connect(url, **options):
                    pass
            except websockets.exceptions.InvalidHandshake as error:
                same(status_of(error), status)
            else:
                raise AssertionError(f"{url} let us in")

    async def rooms(self):
        room = f"{self.shipped}/rooms/{uuid.uuid4().hex}"
        async with self.connect(f"{room}?name=Ann") as ann:
            same(json.loads(await ann.recv())["count"], 1)
            async with self.connect(f"{room}?name=Bob") as bob:
                await bob.send("hi")
                events = [json.loads(await ann.recv()) for _ in range(2)]
                same([(e["type"], e["from"], e["text"], e["count"]) for e in events],
                     [("join", "Bob", "", 2), ("message", "Bob", "hi", 2)])
            same(json.loads(await ann.recv())["type"], "leave")

    async def many(self):
        async def one(i):
            async with self.connect(f"{self.shipped}/echo") as ws:
                for k in range(10):
                    await ws.send(f"{i}:{k}")
                same([await ws.recv() for _ in range(10)], [f"{i}:{k}" for k in range(10)])

        await asyncio.gather(*(one(i) for i in range(50)))


class Sync:
    """The threaded client."""

    def __init__(self, shipped, lab):
        from websockets.sync.client import connect

        self.shipped, self.lab = shipped, lab
        self.connect = lambda url, **options: connect(url, max_size=None, **options)

    def sizes(self):
        with self.connect(f"{self.shipped}/echo") as ws:
            for size in SIZES:
                for message in ("x" * size, b"z" * size):
                    ws.send(message)
                    same(ws.recv(), message)

    def unicode(self):
        with self.connect(f"{self.shipped}/echo") as ws:
            for text in TEXTS:
                ws.send(text)
                same(ws.recv(), text)

    def fragments(self):
        with self.connect(f"{self.shipped}/echo") as ws:
            ws.send(["Hel", "", "lo ", "😀"])
            same(ws.recv(), "Hello 😀")
            ws.send([b"\x00", b"\xff" * 70_000])
            same(b"".join(ws.recv_streaming()), b"\x00" + b"\xff" * 70_000)

    def pings(self):
        with self.connect(f"{self.shipped}/echo") as ws:
            for payload in ("", "hello", "x" * 125):
                same(ws.ping(payload).wait(10), True)

    def clock(self):
        with self.connect(f"{self.lab}/clock") as ws:
            same(len([ws.recv() for _ in range(4)]), 4)

    def closes_from_here(self):
        with self.connect(f"{self.lab}/closes") as watcher:
            same(watcher.recv(), "ready")
            with self.connect(f"{self.lab}/lab?name=py") as ws:
                ws.close(4001, "bye ✓")
            told = {"name": "py", "code": 4001, "reason": "bye ✓", "wasClean": True}
            same(json.loads(watcher.recv()), told)

    def closes_from_there(self):
        for code, reason in ((1000, ""), (1001, "going"), (3000, "é" * 61), (4999, "x")):
            with self.connect(f"{self.lab}/lab") as ws:
                ws.send(f"close {code} {reason}")
                try:
                    ws.recv()
                except websockets.exceptions.ConnectionClosed as closed:
                    same([closed.rcvd.code, closed.rcvd.reason], [code, reason])

    def subprotocol(self):
        with self.connect(f"{self.lab}/lab", subprotocols=["other", "chat"]) as ws:
            same(ws.subprotocol, "chat")

    def statuses(self):
        for url, status in ((f"{self.shipped}/nowhere", 404), (f"{self.lab}/gate", 401)):
            try:
                self.connect(url).close()
            except websockets.exceptions.InvalidHandshake as error:
                same(status_of(error), status)
            else:
                raise AssertionError(f"{url} let us in")


CASES = {
    "sizes": "messages of every length form come back verbatim",
    "unicode": "any Unicode text comes back as it is",
    "fragments": "fragmented messages come back whole",
    "pings": "pings are answered with their payload",
    "clock": "/clock pushes, to a client that only answers pings",
    "closes_from_here": "the server sees the client's close code and reason",
    "closes_from_there": "the client sees the server's close code and reason",
    "subprotocol": "a subprotocol is agreed on",
    "statuses": "refusals have their status",
    "rooms": "/rooms tells everybody in a room",
    "many": "50 connections at once each get their own",
}


def run(client):
    for method, name in CASES.items():
        if not hasattr(client, method):
            continue
        try:
            answer = getattr(client, method)()
            if asyncio.iscoroutine(answer):
                asyncio.run(asyncio.wait_for(answer, 60))
            report(name)
        except Exception:
            report(name, traceback.format_exc())


if __name__ == "__main__":
    _, kind, *addresses = sys.argv
    run({"asyncio": Asyncio, "sync": Sync}[kind](*addresses))
