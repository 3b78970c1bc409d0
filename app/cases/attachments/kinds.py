"""Which files a case takes: told by their octets, not by what their name or the browser claims."""

import io
import zipfile
from pathlib import PurePath
from zipfile import BadZipFile

import puremagic

from app.errors import BadInputError

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_TEXT = ("utf-8-sig", "cp1251")
_MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<?php", b"#!")

_PACKAGES = {
    ".docx": ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".pptx": (
        "ppt/",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
}
_OPEN_DOCUMENTS = {
    ".odt": "application/vnd.oasis.opendocument.text",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".odp": "application/vnd.oasis.opendocument.presentation",
}
_OLD_OFFICE = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
_MAGIC = {
    ".pdf": "application/pdf",
    ".rtf": "application/rtf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
_PLAIN = {".txt": "text/plain", ".csv": "text/csv"}

ACCEPTED = tuple(sorted([*_PACKAGES, *_OPEN_DOCUMENTS, *_OLD_OFFICE, *_MAGIC, *_PLAIN]))
HEAD = 8192
"""Octets from the beginning that tell the kind of all but packages."""


def media_type_of(name: str, content: bytes) -> str:
    """Raises `BadInputError` where the kind is not taken or the octets say something else."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in ACCEPTED:
        raise BadInputError(
            "Файлы такого вида не прикладывают. Можно: документы и таблицы, PDF, картинки, текст. "
            "Архив распакуйте.",
            field="file",
        )
    found = _found(suffix, content)
    if found is None:
        raise BadInputError(
            f"Внутри файла не то, что обещает его имя («{suffix}»), или он повреждён. "
            "Сохраните его заново.",
            field="file",
        )
    return found


def _found(suffix: str, content: bytes) -> str | None:
    if suffix in _PACKAGES:
        folder, media_type = _PACKAGES[suffix]
        return media_type if _is_package(content, folder) else None
    if suffix in _OPEN_DOCUMENTS:
        return _OPEN_DOCUMENTS[suffix] if _is_open(content, _OPEN_DOCUMENTS[suffix]) else None
    if suffix in _OLD_OFFICE:
        return _OLD_OFFICE[suffix] if content.startswith(_OLE) else None
    if suffix in _PLAIN:
        return _PLAIN[suffix] if _is_text(content) else None
    return _MAGIC[suffix] if _MAGIC[suffix] in _sniffed(content[:HEAD], suffix) else None


def _sniffed(head: bytes, suffix: str) -> set[str]:
    """Every kind the beginning fits; an image that is also a page is not an image to us."""
    try:
        found = {one.mime_type for one in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return set()
    found |= {"application/rtf"} if suffix == ".rtf" and head.startswith(b"{\\rtf") else set()
    found |= {"image/bmp"} if suffix == ".bmp" and head.startswith(b"BM") else set()
    return found


def _names(content: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return package.namelist()
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        return []


def _is_package(content: bytes, folder: str) -> bool:
    """Without macros: a document with them has another ending and is not taken at all."""
    names = _names(content)
    whole = "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)
    return whole and not any("vbaproject" in name.lower() for name in names)


def _is_open(content: bytes, media_type: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package, package.open("mimetype") as file:
            said = file.read(len(media_type) + 1)
    except (BadZipFile, KeyError, ValueError, OSError, NotImplementedError, RuntimeError):
        return False
    macros = any(name.startswith(("Basic/", "Scripts/")) for name in _names(content))
    return said == media_type.encode() and not macros


def _is_text(content: bytes) -> bool:
    """Text people read: no control signs, not a page or a script in disguise."""
    if b"\x00" in content or content.lstrip()[:64].lower().startswith(_MARKUP):
        return False
    for encoding in _TEXT:
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
