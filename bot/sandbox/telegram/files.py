"""Files of the sandbox: uploads, their paths, and the size of a picture read from its bytes."""

from __future__ import annotations

import hashlib
import struct
import zlib

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.model import Json, StoredFile

MAX_UPLOAD = 50 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_SIDES = 10_000
MAX_RATIO = 20
_SIZES = (("s", 90), ("m", 320), ("x", 800), ("y", 1280))
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class FileStore:
    """Every file by file_id; the ids are stable for one content in one store."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add_photo(self, content: bytes) -> StoredFile:
        """A picture. Raises ApiError 400 for what is no picture or has sides Telegram refuses."""
        if len(content) > MAX_PHOTO:
            raise bad_request(
                f"file of size {len(content)} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes"
            )
        width, height, kind = picture_size(content)
        if width + height > MAX_SIDES or max(width, height) > MAX_RATIO * min(width, height):
            raise bad_request("PHOTO_INVALID_DIMENSIONS")
        return self._add(content, "photos", f"photo.{kind}", f"image/{kind}", width, height)

    def add_document(self, content: bytes, name: str, mime: str) -> StoredFile:
        """Any other file; must not be empty."""
        if not content:
            raise bad_request("file must be non-empty")
        return self._add(content, "documents", name or "file", mime or "application/octet-stream", 0, 0)

    def find(self, file_id: str) -> StoredFile | None:
        """The file behind any file_id, also of one size of a photo."""
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        """The file behind a file_path."""
        return self._by_path.get(path)

    def by_unique_id(self, unique_id: str) -> StoredFile | None:
        """For the chat page's links."""
        return next((file for file in self._by_path.values() if file.unique_id == unique_id), None)

    def _add(self, content: bytes, folder: str, name: str, mime: str, width: int, height: int) -> StoredFile:
        number = len(self._by_path)
        digest = hashlib.sha256(content + name.encode("utf-8", "replace")).hexdigest()
        suffix = "." + name.rsplit(".", 1)[-1] if "." in name else ""
        file = StoredFile(
            file_id=f"SANDBOX{number:04d}{digest[:40]}",
            unique_id=f"U{number:04d}{digest[:12]}",
            path=f"{folder}/file_{number}{suffix}",
            content=content,
            name=name,
            mime=mime,
            width=width,
            height=height,
        )
        self._by_path[file.path] = file
        for size in photo_sizes(file) if width else [{"file_id": file.file_id}]:
            self._by_id[size["file_id"]] = file
        return file


def photo_sizes(file: StoredFile) -> list[Json]:
    """The Bot API's array of PhotoSize, smallest first; each size downloads as the original."""
    sizes = []
    for letter, side in _SIZES:
        scale = min(1.0, side / max(file.width, file.height))
        sizes.append(
            {
                "file_id": file.file_id + letter,
                "file_unique_id": file.unique_id + letter,
                "width": max(1, round(file.width * scale)),
                "height": max(1, round(file.height * scale)),
                "file_size": len(file.content),
            }
        )
        if scale == 1.0:
            break
    return sizes


def document_json(file: StoredFile) -> Json:
    """The Bot API's Document."""
    return {
        "file_name": file.name,
        "mime_type": file.mime,
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.content),
    }


def picture_size(content: bytes) -> tuple[int, int, str]:
    """Width, height and kind (png or jpeg) of a picture; ApiError 400 IMAGE_PROCESS_FAILED for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) > 24:
        width, height = struct.unpack(">II", content[16:24])
        if width and height:
            return width, height, "png"
    if content.startswith(b"\xff\xd8"):
        found = _jpeg_size(content)
        if found:
            return (*found, "jpeg")
    raise bad_request("IMAGE_PROCESS_FAILED")


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return (width, height) if width and height else None
        place += 2 + length
    return None


def sample_picture(width: int = 320, height: int = 200) -> bytes:
    """A small PNG with a quiet gradient, made here: what a person "photographs" in the sandbox."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            rows += bytes((40 + 120 * x // width, 90 + 100 * y // height, 170))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
