"""Frames are cut from any pieces of bytes, and nonsense is noticed."""

from __future__ import annotations

import json

import pytest

from zipper.node.frames import Frame, FrameReader, write_frame


def frame(kind, payload=b"", **more):
    """Return a frame's bytes as the function's process sends them."""
    return json.dumps({"kind": kind, **more, "size": len(payload)}).encode() + b"\n" + payload


def read(data, *, step, payload_bytes_max=100):
    """Feed `data` in pieces of `step` bytes and return all frames and the reader."""
    reader = FrameReader(payload_bytes_max=payload_bytes_max)
    frames = []
    for start in range(0, len(data), step):
        frames += reader.feed(data[start : start + step])
    return frames, reader


@pytest.mark.parametrize("step", [1, 2, 7, 10_000])
def test_frames_from_pieces(step):
    """However the bytes arrive, the frames are the same."""
    data = frame("started", version="22.1.0") + frame("response", b'{"a":"\n"}') + frame("next")

    frames, reader = read(data, step=step)

    assert [
        Frame("started", "22.1.0", b"", 0),
        Frame("response", "", b'{"a":"\n"}', 9),
        Frame("next", "", b"", 0),
    ] == frames
    assert not reader.is_broken


@pytest.mark.parametrize("step", [1, 13, 10_000])
def test_large_payload_is_counted_not_kept(step):
    """A payload beyond the limit is cut, its size told, and the next frame found."""
    frames, _ = read(frame("response", b"x" * 5000) + frame("next"), step=step)

    assert [("response", 100, 5000), ("next", 0, 0)] == [
        (one.kind, len(one.payload), one.size) for one in frames
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"no json\n",
        b"[]\n",
        b'{"kind": "next"}\n',
        b'{"kind": "next", "size": -1}\n',
        b'{"kind": "next", "size": true}\n',
        b'{"kind": "next", "size": "1"}\n',
        b'{"kind": 1, "size": 1}\n',
        b'{"kind": "stream", "contentType": {}, "size": 0, "version": [1]}\n',
        b"[" * 60_000 + b"\n",
        b"x" * 70_000,
    ],
)
def test_nonsense_breaks_the_reader(data):
    """What is no frame ends the conversation; later frames are ignored."""
    frames, reader = read(data + frame("next"), step=1000)

    assert ([], True) == (frames, reader.is_broken)


def test_written_frame_is_read_back():
    """What zipper writes has a header with the payload's size in bytes."""
    header, _, payload = write_frame({"requestId": "r"}, "ü".encode()).partition(b"\n")

    assert ({"requestId": "r", "size": 2}, "ü") == (json.loads(header), payload.decode())
