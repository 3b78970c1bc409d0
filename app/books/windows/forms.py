"""What the form of «Ожидание проблем» sends; whatever was typed is kept, also when it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.numbers import shown_number, whole_number
from app.problems.windows import MOST_LINES, Window, Windows


@dataclass(frozen=True)
class WindowsForm:
    default: str
    lines: list[tuple[str, str]]
    """Days, and words one in a row."""
    version: int
    """The one that was shown; -1 where none was."""
    errors: dict[str, str] = field(default_factory=dict)

    def windows(self) -> Windows:
        """What is no number becomes 0 days, which `app.problems.windows.checked` refuses."""
        lines = [Window(whole_number(days) or 0, words.splitlines()) for days, words in self.lines]
        return Windows(whole_number(self.default) or 0, lines)

    @property
    def shown_lines(self) -> list[tuple[str, str]]:
        """With an empty one to add by, where there is room."""
        return [*self.lines, ("", "")][:MOST_LINES]


def filled(windows: Windows, version: int) -> WindowsForm:
    lines = [(str(one.days), "\n".join(one.words)) for one in windows.window]
    return WindowsForm(str(windows.default), lines, version)


def read_windows(given: Mapping[str, object]) -> WindowsForm:
    """A line without words is none: so a line is taken out."""
    lines = [
        (str(given.get(f"days_{place}", "")).strip(), str(given.get(f"words_{place}", "")))
        for place in range(MOST_LINES)
    ]
    kept = [(days, words.replace("\r\n", "\n").strip()) for days, words in lines if words.strip()]
    return WindowsForm(str(given.get("default", "")).strip(), kept, read_version(given))


def read_version(given: Mapping[str, object]) -> int:
    return shown_number(str(given.get("version", "")))
