"""`python -m wayfare.models.worker SOCKET ROOM`: a process that trains for another one, which has started it.

It reads lines of JSON from the socket: how many bytes of an errand are in the room. The answer is a line too: how many
bytes of results are there now, or what went wrong. When the socket closes, it ends at once, in the middle of whatever
it does: so no worker outlives the process that it works for.
"""

import json
import os
import queue
import socket
import sys
import threading
from typing import BinaryIO

from .allocation import keep_freed_memory
from .errand import carry_out
from .room import Room
from .trainer import run_on_one_thread


def main(connection: int, descriptor: int) -> None:
    """Carry out errands until the socket closes."""
    run_on_one_thread()
    keep_freed_memory()
    room, asked = Room(descriptor), queue.SimpleQueue[bytes]()
    with socket.socket(fileno=connection) as line, line.makefile("rb") as reader:
        threading.Thread(target=_listen, args=(reader, asked), daemon=True).start()
        line.sendall(b"{}\n")
        while True:
            line.sendall(json.dumps(_answer(room, json.loads(asked.get())["size"])).encode() + b"\n")


def _listen(reader: BinaryIO, asked: "queue.SimpleQueue[bytes]") -> None:
    for text in reader:
        asked.put(text)
    os._exit(0)


def _answer(room: Room, size_bytes: int) -> dict[str, int | str]:
    try:
        return {"size": room.put(carry_out(room.get(size_bytes)))}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
