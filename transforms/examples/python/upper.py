#!/usr/bin/env python3
"""Records `id,text` in, lines `id,TEXT` out. Each record is its length (8 bytes, little-endian) and its bytes."""
import struct
import sys


def records(stream):
    while True:
        header = stream.read(8)
        if not header:
            return
        (length,) = struct.unpack("<Q", header)
        yield stream.read(length)


def main():
    # All output at the end: a transform may sort, group or look at the batch as a whole.
    rows = []
    for record in records(sys.stdin.buffer):
        number, text = record.decode("utf-8").split(",", 1)
        rows.append(f"{number},{text.upper()}\n")
    sys.stdout.buffer.write("".join(rows).encode("utf-8"))


main()
