"""A binary heap of whole numbers, ordered by (key, tie); ``place`` says where each stands. Part of the kernel."""

from typing import Any


def before(a: int, b: int, key: Any, tie: Any) -> bool:
    """Tell whether ``a`` comes before ``b``."""
    return bool(key[a] < key[b] or (key[a] == key[b] and tie[a] < tie[b]))


def sift_up(heap: Any, place: Any, item: int, key: Any, tie: Any) -> None:
    """Move an item towards the root until its parent comes before it."""
    at = place[item]
    while at > 0:
        parent = heap[(at - 1) >> 1]
        if before(parent, item, key, tie):
            break
        heap[at] = parent
        place[parent] = at
        at = (at - 1) >> 1
    heap[at] = item
    place[item] = at


def sift_down(heap: Any, size: int, place: Any, item: int, key: Any, tie: Any) -> None:
    """Move an item away from the root until it comes before both its children."""
    at = place[item]
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and before(heap[below + 1], heap[below], key, tie):
            below += 1
        child = heap[below]
        if before(item, child, key, tie):
            break
        heap[at] = child
        place[child] = at
        at = below
    heap[at] = item
    place[item] = at


def make_heap(heap: Any, size: int, place: Any, key: Any, tie: Any) -> None:
    """Put the first ``size`` items of a list in heap order."""
    for at in range(size):
        place[heap[at]] = at
    for at in range(size // 2 - 1, -1, -1):
        sift_down(heap, size, place, heap[at], key, tie)


def take_first(heap: Any, size: int, place: Any, key: Any, tie: Any) -> None:
    """Take the first item out of a heap of ``size``."""
    last = heap[size - 1]
    place[last] = 0
    sift_down(heap, size - 1, place, last, key, tie)
