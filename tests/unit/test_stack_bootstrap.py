"""What `dev/bootstrap.sh` says and runs on machines that lack something.

The machine is a PATH of its own: a few real tools, and scripts that record their calls.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.settings import ROOT

_TOOLS = ("bash", "sh", "cat", "sha256sum", "cut", "mktemp", "dirname", "rm", "tail")


class Machine:
    """A bare machine with a copy of the script and a `.venv` that is already filled."""

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.path = folder / "bin"
        self.path.mkdir()
        for tool in _TOOLS:
            found = shutil.which(tool)
            assert found, tool
            (self.path / tool).symlink_to(found)
        (self.project / "dev").mkdir(parents=True)
        shutil.copy(ROOT / "dev" / "bootstrap.sh", self.project / "dev")
        self._fill_venv()

    def _fill_venv(self) -> None:
        (self.project / "requirements").mkdir()
        (self.project / "requirements" / "dev.txt").write_bytes(b"lock\n")
        (self.project / "pyproject.toml").write_bytes(b"project\n")
        (self.project / ".venv" / "bin").mkdir(parents=True)
        self.script(self.project / ".venv" / "bin" / "python", "exit 0")
        stamp = hashlib.sha256(b"lock\nproject\n").hexdigest()
        (self.project / ".venv" / ".filled-from").write_text(stamp)
        self.encoder = self.project / "var" / "encoder" / "encoder.json"
        self.encoder.parent.mkdir(parents=True)
        self.encoder.write_bytes(b"{}\n")

    def has(self, name: str, body: str = "exit 0") -> None:
        self.script(self.path / name, body)

    def without_jdk(self) -> None:
        python = self.project / ".venv" / "bin" / "python"
        self.script(python, 'case "$*" in "-m dev.engine jdk") exit 1;; esac')

    def run(
        self, *parts: str, user: int = 1000, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        self.has("id", f"echo {user}")
        return subprocess.run(
            ["bash", str(self.project / "dev" / "bootstrap.sh"), *parts],
            env={"PATH": str(self.path)} | (env or {}),
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self) -> list[str]:
        log = self.path / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def script(self, file: Path, body: str) -> None:
        text = f'#!{self.path}/sh\necho "{file.name} $*" >> {self.path}/calls\n{body}\n'
        file.write_text(text)
        file.chmod(0o755)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_missing_is_silent(machine: Machine) -> None:
    for name in ("mvn", "chromium", "apt-get"):
        machine.has(name)
    done = machine.run("--engine", "--browser")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not any(call.startswith("apt-get") for call in machine.calls())


def test_the_model_of_meaning_is_made_once(machine: Machine) -> None:
    machine.encoder.unlink()
    made = "python -W ignore -m app.meaning.ensure"
    assert machine.run().stderr == "Готовлю модель смысла…\n"
    assert made in machine.calls()
    machine.encoder.write_bytes(b"{}\n")
    assert machine.run().stderr == ""
    assert machine.run(env={"OTKLIK_ENCODER_DIR": ""}).stderr == ""
    assert machine.calls().count(made) == 1


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("--engine", "Не найдено: Maven. Установите: sudo apt-get install -y maven\n"),
        (
            "--browser",
            (
                "Не найдено: Chromium для проверок в браузере. "
                "Установите: sudo apt-get install -y chromium fonts-dejavu-core\n"
            ),
        ),
    ],
)
def test_ordinary_user_is_told_the_command(machine: Machine, part: str, sentence: str) -> None:
    machine.has("apt-get")
    done = machine.run(part)
    assert (done.returncode, done.stderr) == (1, sentence)


@pytest.mark.parametrize(
    ("known", "package"),
    [
        ("*17*", "openjdk-17-jdk-headless"),
        ("*21*", "openjdk-21-jdk-headless"),
        ("none", "default-jdk-headless"),
    ],
)
def test_jdk_is_named_as_this_debian_has_it(machine: Machine, known: str, package: str) -> None:
    machine.without_jdk()
    machine.has("apt-get")
    machine.has("apt-cache", f'case "$*" in {known}) exit 0;; esac; exit 1')
    done = machine.run("--engine")
    assert done.returncode == 1
    assert f"sudo apt-get install -y {package}\n" in done.stderr


def test_root_on_debian_installs(machine: Machine) -> None:
    machine.has("apt-get")
    done = machine.run("--engine", user=0)
    assert done.returncode == 0, done.stderr
    assert [call for call in machine.calls() if call.startswith("apt-get")] == [
        "apt-get update -qq",
        "apt-get install -y -qq --no-install-recommends maven",
    ]


def test_root_whose_apt_fails_is_told(machine: Machine) -> None:
    machine.has("apt-get", 'echo "no network"; exit 100')
    done = machine.run("--engine", user=0)
    assert done.returncode == 1
    assert "no network" in done.stderr
    assert "Не удалось установить: apt-get install maven" in done.stderr


def test_another_system_is_told_the_package(machine: Machine) -> None:
    done = machine.run("--engine")
    assert (done.returncode, done.stderr) == (
        1,
        "Не найдено: Maven. Установите (в Debian это пакеты: maven)\n",
    )


@pytest.mark.parametrize("env", [{"OTKLIK_ES_URL": "http://x:1"}, {"OTKLIK_ENGINE": "docker"}])
def test_engine_elsewhere_needs_no_java(machine: Machine, env: dict[str, str]) -> None:
    assert machine.run("--engine", env=env).returncode == 0


def test_docker_that_answers_needs_no_java(machine: Machine) -> None:
    machine.has("docker")
    assert machine.run("--engine").returncode == 0
    machine.has("docker", "exit 1")
    assert machine.run("--engine").returncode == 1


def test_chosen_chromium_must_exist(machine: Machine) -> None:
    done = machine.run("--browser", env={"CHROMIUM": "/nope/chromium"})
    assert done.returncode == 1
    assert "CHROMIUM" in done.stderr
    assert "/nope/chromium" in done.stderr


def test_fonts_without_russian_are_missing(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("fc-list", "exit 0")
    assert "fonts-dejavu-core" in machine.run("--browser").stderr
    machine.has("fc-list", "echo DejaVu")
    assert machine.run("--browser").returncode == 0


def test_compose_is_installed_by_root_and_not_asked_of_others(machine: Machine) -> None:
    machine.has("apt-get")
    assert machine.run("--compose").returncode == 0
    assert not any(call.startswith("apt-get") for call in machine.calls())
    machine.run("--compose", user=0)
    assert machine.calls()[-1].endswith("install -y -qq --no-install-recommends docker-compose")


def test_unknown_part_is_refused(machine: Machine) -> None:
    assert "Неизвестная часть: --all" in machine.run("--all").stderr


def test_old_python_is_told(machine: Machine) -> None:
    shutil.rmtree(machine.project / ".venv")
    machine.has("python3", "exit 1")
    machine.has("apt-get")
    done = machine.run()
    assert done.returncode == 1
    assert "Не найдено: Python 3.11 или новее" in done.stderr


def test_changed_lock_fills_the_venv_again(machine: Machine) -> None:
    (machine.project / "requirements" / "dev.txt").write_text("other\n")
    uv = machine.project / ".venv" / "bin" / "uv"
    machine.script(uv, "exit 0")
    assert machine.run().returncode == 0
    filled = [call for call in machine.calls() if call.startswith("uv ")]
    assert len(filled) == 2
    assert "--require-hashes -r requirements/dev.txt" in filled[0]
    assert filled[1].endswith("--no-deps --no-build-isolation -e .")
    assert machine.run().returncode == 0
    assert len([call for call in machine.calls() if call.startswith("uv ")]) == 2


def test_script_is_executable() -> None:
    for script in ("dev/bootstrap.sh", ".ci/run"):
        assert os.access(ROOT / script, os.X_OK)
