"""Small real files of the kinds that are attached to cases."""

import io
import zipfile


def pdf() -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def png() -> bytes:
    """One grey point."""
    return bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
        "3a7e9b550000000a49444154789c636000000002000148afa4710000000049454e44ae426082"
    )


def docx(*, macro: bool = False) -> bytes:
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<w/>")
        if macro:
            package.writestr("word/vbaProject.bin", "x")
    return octets.getvalue()
