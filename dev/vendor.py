"""Fetches the vendored files again, the pages' and the tests', and checks them by `vendor.json`.

    python -m dev.vendor          # fetch what the list names; stops when a checksum differs
    python -m dev.vendor --accept # after a version or icon was changed in the list: write new sums

Needs `npm` (for `npm pack` only: nothing is installed or run).
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT / "app" / "web" / "static" / "vendor", ROOT / "tests" / "e2e" / "vendor")
"""What pages load, and what only the browser's tests use and no image or page carries."""

_SVG_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
_EMPTY_SQUARE = re.compile(r'<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>')


def fetch(package: str, version: str, folder: Path) -> Path:
    """The package's tarball in `folder`, as the registry that npm is set to has it."""
    target = folder / f"{package.strip('@').replace('/', '-')}-{version}.tgz"
    if not target.exists():
        subprocess.run(
            ["npm", "pack", "--silent", f"{package}@{version}"],
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return target


def member(tarball: Path, name: str) -> bytes:
    with tarfile.open(tarball) as archive:
        file = archive.extractfile(f"package/{name}")
        if file is None:
            raise click.ClickException(f"{tarball.name} has no file {name}")
        return file.read()


def sprite(tarball: Path, folder: str, names: list[str]) -> bytes:
    """One SVG with a `<symbol id="icon-NAME">` an icon; strokes are set by our stylesheet."""
    symbols = []
    for name in names:
        found = _SVG_BODY.search(member(tarball, f"{folder}/{name}.svg").decode())
        if found is None:
            raise click.ClickException(f"icon {name} is not an SVG")
        body = " ".join(_EMPTY_SQUARE.sub("", found[1]).split())
        symbols.append(f'<symbol id="icon-{name}" viewBox="0 0 24 24">{body}</symbol>')
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
    return "\n".join(lines).encode()


def content(entry: dict[str, Any], folder: Path) -> bytes:
    tarball = fetch(entry["package"], entry["version"], folder)
    if "icons" in entry:
        return sprite(tarball, entry["source"], sorted(entry["icons"]))
    return member(tarball, entry["source"])


@click.command()
@click.option("--accept", is_flag=True, help="Write the new checksums into the list.")
def main(accept: bool) -> None:
    """Fetch the vendored files named in vendor.json."""
    with tempfile.TemporaryDirectory() as temporary:
        for folder in FOLDERS:
            renew(folder, Path(temporary), accept=accept)


def renew(folder: Path, temporary: Path, *, accept: bool) -> None:
    """Writes every file of the folder's list anew."""
    listed = json.loads((folder / "vendor.json").read_text())
    for entry in listed["files"]:
        data = content(entry, temporary)
        digest = hashlib.sha256(data).hexdigest()
        if digest != entry["sha256"] and not accept:
            raise click.ClickException(f"{entry['path']}: sha256 is {digest}")
        entry["sha256"] = digest
        target = folder / entry["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        click.echo(f"{entry['path']}  {len(data):,} bytes  {digest[:12]}")
    (folder / "vendor.json").write_text(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
