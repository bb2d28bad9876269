"""Bodies in chunks, honest and hostile."""

import io

import pytest

from local import chunked

MOST = 1000


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (b"0\r\n\r\n", b""),
        (b"3\r\none\r\n4\r\ntwo \r\n0\r\n\r\n", b"onetwo "),
        (b"A;name=value\r\n0123456789\r\n0\r\nTrailer: dropped\r\n\r\n", b"0123456789"),
        (b"3\none\n0\n\n", b"one"),
    ],
)
def test_chunks_are_put_together(sent: bytes, body: bytes) -> None:
    assert chunked.read(io.BytesIO(sent), MOST) == body


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"3\r\non",
        b"3\r\none\r\n",
        b"3\r\none\r\n0\r\n",
        b"2\r\none\r\n0\r\n\r\n",
        b"xyz\r\none\r\n0\r\n\r\n",
        b"-3\r\none\r\n0\r\n\r\n",
        b"0x3\r\none\r\n0\r\n\r\n",
        b"\r\n",
        b"0" * 300 + b"\r\n\r\n",
    ],
)
def test_broken_chunks_are_refused(sent: bytes) -> None:
    with pytest.raises(chunked.ChunkError):
        chunked.read(io.BytesIO(sent), MOST)


@pytest.mark.parametrize("sent", [b"FFFFFFFFFFFFFFFF\r\nx", b"3E8\r\n" + b"x" * 1000 + b"\r\n1\r\nx\r\n0\r\n\r\n"])
def test_body_is_not_read_beyond_the_most(sent: bytes) -> None:
    with pytest.raises(chunked.TooLarge):
        chunked.read(io.BytesIO(sent), MOST)
