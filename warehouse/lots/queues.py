"""Queues of pieces in the order of a method: a run for what comes in order, a pairing heap for the rest.

Lots mostly come in order of time, and joining either end of the run costs one comparison; what fits neither end goes
into the heap. The front of the queue is the lower of the two fronts. Entries of pieces that were emptied in another
queue stay until they are at the front.

Belongs here: the data structure. Does not belong here: which key a method gives a lot.
"""

from warehouse.lots.memory import CHILD, ENTRY, HEAD, KEY, NEXT, PARCEL_OF, PIECE, PIECE_OF, QUEUE, ROOT, TAIL
from warehouse.lots.wide import Ints, Wides, get


def goes_before(entry: int, other: int, entries: Ints, pieces: Ints, extents: Wides) -> bool:
    """Whether `entry` comes first: by key, within one lot by parcel, within a parcel by where its units begin."""
    key, other_key = entries[ENTRY * entry + KEY], entries[ENTRY * other + KEY]
    if key != other_key:
        return key < other_key
    piece, other_piece = entries[ENTRY * entry + PIECE_OF], entries[ENTRY * other + PIECE_OF]
    parcel, other_parcel = pieces[PIECE * piece + PARCEL_OF], pieces[PIECE * other_piece + PARCEL_OF]
    if parcel != other_parcel:
        return parcel < other_parcel
    return get(extents, 2 * piece) < get(extents, 2 * other_piece)


def meld(entry: int, other: int, entries: Ints, pieces: Ints, extents: Wides) -> int:
    """One heap of two; either may be none (-1)."""
    if entry < 0:
        return other
    if other < 0:
        return entry
    if goes_before(other, entry, entries, pieces, extents):
        entry, other = other, entry
    entries[ENTRY * other + NEXT] = entries[ENTRY * entry + CHILD]
    entries[ENTRY * entry + CHILD] = other
    return entry


def without_root(root: int, entries: Ints, pieces: Ints, extents: Wides) -> int:
    """The heap that is left when its root goes: its children melded in pairs, then all pairs."""
    pairs = -1
    entry = entries[ENTRY * root + CHILD]
    while entry >= 0:
        second = entries[ENTRY * entry + NEXT]
        following = -1
        if second >= 0:
            following = entries[ENTRY * second + NEXT]
        entry = meld(entry, second, entries, pieces, extents)
        entries[ENTRY * entry + NEXT] = pairs
        pairs = entry
        entry = following
    heap = -1
    while pairs >= 0:
        following = entries[ENTRY * pairs + NEXT]
        heap = meld(pairs, heap, entries, pieces, extents)
        pairs = following
    return heap


def push(queue: int, entry: int, queues: Ints, entries: Ints, pieces: Ints, extents: Wides) -> None:
    """Put `entry`, whose piece and key are set, into `queue`."""
    entries[ENTRY * entry + CHILD] = -1
    entries[ENTRY * entry + NEXT] = -1
    head, tail = queues[QUEUE * queue + HEAD], queues[QUEUE * queue + TAIL]
    if head < 0:
        queues[QUEUE * queue + HEAD] = entry
        queues[QUEUE * queue + TAIL] = entry
    elif not goes_before(entry, tail, entries, pieces, extents):
        entries[ENTRY * tail + NEXT] = entry
        queues[QUEUE * queue + TAIL] = entry
    elif goes_before(entry, head, entries, pieces, extents):
        entries[ENTRY * entry + NEXT] = head
        queues[QUEUE * queue + HEAD] = entry
    else:
        queues[QUEUE * queue + ROOT] = meld(queues[QUEUE * queue + ROOT], entry, entries, pieces, extents)


def front(queue: int, queues: Ints, entries: Ints, pieces: Ints, extents: Wides) -> int:
    """The entry that goes first, -1 for none."""
    head, root = queues[QUEUE * queue + HEAD], queues[QUEUE * queue + ROOT]
    if root < 0 or (head >= 0 and not goes_before(root, head, entries, pieces, extents)):
        return head
    return root


def pop(queue: int, entry: int, queues: Ints, entries: Ints, pieces: Ints, extents: Wides) -> None:
    """Take `entry`, which is the front, out."""
    if entry == queues[QUEUE * queue + HEAD]:
        queues[QUEUE * queue + HEAD] = entries[ENTRY * entry + NEXT]
    else:
        queues[QUEUE * queue + ROOT] = without_root(entry, entries, pieces, extents)


def live_front(queue: int, queues: Ints, entries: Ints, pieces: Ints, extents: Wides) -> int:
    """The first entry whose piece still has units, -1 for none; the empty ones before it go."""
    while True:
        entry = front(queue, queues, entries, pieces, extents)
        if entry < 0:
            return entry
        piece = entries[ENTRY * entry + PIECE_OF]
        if get(extents, 2 * piece) < get(extents, 2 * piece + 1):
            return entry
        pop(queue, entry, queues, entries, pieces, extents)
