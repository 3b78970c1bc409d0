"""`docker-compose.yml` and `Dockerfile` against the code: no engine is needed, nothing is started.

What only a run would show (the image builds, the containers reach each other) is not tested here;
`docs/operations.md` says so.
"""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from app.main import create_app
from app.settings import ROOT, Settings
from cli.main import group

SECRETS = ("OTKLIK_ES_PASSWORD", "OTKLIK_REDIS_PASSWORD", "OTKLIK_SECRET_KEY")
COMPOSE_ONLY = {"OTKLIK_REDIS_PASSWORD", "OTKLIK_PORT"}
"""Variables that compose itself reads; the application never sees them."""
OWN = {"setup", "web", "worker", "scheduler"}
COMPOSE_FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETTINGS = {f"OTKLIK_{name.upper()}" for name in Settings.model_fields}


def instructions(name: str) -> list[str]:
    found = [line.split(maxsplit=1) for line in DOCKERFILE.splitlines() if line.strip()]
    return [parts[1] for parts in found if parts[0] == name]


def compose_command() -> list[str] | None:
    if path := shutil.which("docker-compose"):
        return [path]
    if docker := shutil.which("docker"):
        asked = subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
        return [docker, "compose"] if asked.returncode == 0 else None
    return None


def compose_config(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """`docker-compose config` with only the given OTKLIK_ variables set and no `.env` read."""
    command = compose_command()
    if command is None:
        if os.environ.get("CI"):
            pytest.fail("docker-compose is missing: apt-get install docker-compose")
        pytest.skip("docker-compose is not installed")
    nothing = folder / "empty.env"
    nothing.touch()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OTKLIK_")}
    return subprocess.run(
        [*command, "--env-file", nothing, "-f", COMPOSE_FILE, "config"],
        env={**clean, **variables, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_compose_accepts_the_file(tmp_path: Path) -> None:
    result = compose_config(tmp_path, **dict.fromkeys(SECRETS, "x"))
    assert result.returncode == 0, result.stderr
    assert set(yaml.safe_load(result.stdout)["services"]) == set(SERVICES)


@pytest.mark.parametrize("missing", SECRETS)
@pytest.mark.parametrize("how", ["unset", "empty"])
def test_a_missing_secret_stops_the_start(missing: str, how: str, tmp_path: Path) -> None:
    given = dict.fromkeys(SECRETS, "x")
    if how == "empty":
        given[missing] = ""
    else:
        del given[missing]
    result = compose_config(tmp_path, **given)
    assert result.returncode != 0
    sentences = re.findall(rf"{missing}:\?([^}}]+)}}", COMPOSE_FILE.read_text(encoding="utf-8"))
    assert sentences
    assert all(sentence.startswith("задайте ") for sentence in sentences)
    assert sentences[0] in result.stderr


def test_no_secret_has_a_default() -> None:
    used = re.findall(r"\$\{(OTKLIK_\w+)([^}]*)\}", COMPOSE_FILE.read_text(encoding="utf-8"))
    for name, rest in used:
        if name in SECRETS or re.search("PASSWORD|SECRET|KEY|TOKEN", name):
            assert rest.startswith(":?"), name
        assert name in SETTINGS | COMPOSE_ONLY
    assert set(SECRETS) <= {name for name, _ in used}


def test_the_services_are_the_production_shape() -> None:
    assert set(SERVICES) == OWN | {"elasticsearch", "redis", "proxy"}
    for name in ("web", "worker"):
        assert SERVICES[name]["deploy"]["replicas"] >= 2
        assert "container_name" not in SERVICES[name]
        assert "ports" not in SERVICES[name]
    assert "deploy" not in SERVICES["scheduler"]
    assert SERVICES["setup"]["restart"] == "no"


@pytest.mark.parametrize("name", sorted(OWN))
def test_a_command_is_a_command_of_otklik(name: str) -> None:
    assert instructions("ENTRYPOINT") == ['["otklik"]']
    assert PYPROJECT["project"]["scripts"]["otklik"] == "cli.main:main"
    arguments = [str(part) for part in SERVICES[name]["command"]]
    context = click.Context(group)
    command = group.get_command(context, arguments[0])
    assert command is not None, arguments
    command.make_context(arguments[0], arguments[1:], parent=context)


@pytest.mark.parametrize("name", sorted(OWN))
def test_variables_are_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {key: str(value) for key, value in SERVICES[name]["environment"].items()}
    assert set(environment) <= SETTINGS
    needed = {"OTKLIK_ES_URL", "OTKLIK_REDIS_URL", "OTKLIK_SECRET_KEY", "OTKLIK_DATA_DIR"}
    assert needed <= set(environment)
    for key, value in environment.items():
        filled = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
        monkeypatch.setenv(key, re.sub(r"\$\{\w+:\?[^}]*\}", "f" * 48, filled))
    settings = Settings()  # type: ignore[call-arg]
    assert settings.es_url == "http://elasticsearch:9200"
    assert settings.trust_network is (name == "web")
    assert settings.host == ("0.0.0.0" if name == "web" else "127.0.0.1")  # noqa: S104
    if name == "web":
        create_app(settings)  # refuses settings that would make an unsafe site


def test_hosts_in_addresses_are_services_of_a_shared_network() -> None:
    for name in OWN:
        for value in SERVICES[name]["environment"].values():
            for host in re.findall(r"(?:http://|@)([a-z]+):\d+", str(value)):
                assert set(SERVICES[name]["networks"]) & set(SERVICES[host]["networks"])
    assert set(SERVICES["proxy"]["networks"]) & set(SERVICES["web"]["networks"])


def test_only_this_computer_is_let_in() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"proxy": ["127.0.0.1:${OTKLIK_PORT:-8000}:8080"]}
    for name, service in SERVICES.items():
        inner = all(COMPOSE["networks"][network].get("internal") for network in service["networks"])
        assert inner is (name != "proxy")


def test_ports_agree() -> None:
    command = SERVICES["web"]["command"]
    port = command[command.index("--port") + 1]
    assert instructions("EXPOSE") == [port]
    proxy = SERVICES["proxy"]["command"]
    assert proxy[proxy.index("--to") + 1] == f"web:{port}"
    assert proxy[proxy.index("--from") + 1] == "http://:8080"
    assert f"127.0.0.1:{port}/" in " ".join(SERVICES["web"]["healthcheck"]["test"])


def test_health_addresses_are_routes() -> None:
    settings = Settings(secret_key="s" * 40)  # type: ignore[call-arg, arg-type]
    routes = {route.path for route in create_app(settings).routes}
    for name in ("web", "proxy"):
        test = " ".join(SERVICES[name]["healthcheck"]["test"])
        addresses = re.findall(r"http://[^/\s]+(/[\w/]+)", test)
        assert addresses
        assert set(addresses) <= routes


def test_the_otklik_checks_are_commands() -> None:
    checks = [
        service["healthcheck"]["test"]
        for service in SERVICES.values()
        if "otklik" in service.get("healthcheck", {}).get("test", [])
    ]
    assert len(checks) == 2
    for _, program, name in checks:
        assert instructions("ENTRYPOINT") == [json.dumps([program])]
        assert name in group.list_commands(click.Context(group))


def test_the_python_check_is_python() -> None:
    for service in SERVICES.values():
        test = service.get("healthcheck", {}).get("test", [])
        if "python" in test:
            compile(test[-1], "healthcheck", "exec")


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_bounded_and_hardened(name: str) -> None:
    service = SERVICES[name]
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["restart"] in {"unless-stopped", "no"}
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].split(":")[0]) > 0
    assert service.get("read_only") is (None if name == "elasticsearch" else True)
    assert service["logging"]["options"]["max-size"]
    assert ("healthcheck" in service) is (name != "setup")


def test_services_wait_for_what_they_need() -> None:
    for name in OWN - {"setup"}:
        assert {need: how["condition"] for need, how in SERVICES[name]["depends_on"].items()} == {
            "elasticsearch": "service_healthy",
            "redis": "service_healthy",
            "setup": "service_completed_successfully",
        }
    for service in SERVICES.values():
        for need, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[need]


def test_volumes_are_declared_and_used() -> None:
    volumes = [name for service in SERVICES.values() for name in service.get("volumes", [])]
    used = {volume.split(":")[0] for volume in volumes}
    assert used == set(COMPOSE["volumes"])
    for name in ("web", "worker"):
        folder = SERVICES[name]["environment"]["OTKLIK_DATA_DIR"]
        assert SERVICES[name]["volumes"] == [f"uploads:{folder}"]
    assert instructions("VOLUME") == ["/data"]


def test_a_worker_has_room_for_the_files_it_reads() -> None:
    work = group.get_command(click.Context(group), "work")
    assert work is not None
    defaults = {option.name: option.default for option in work.params}
    readers = int(str(defaults["processes"])) * int(str(defaults["threads"]))
    reading = readers * int(SERVICES["worker"]["environment"]["OTKLIK_IMPORT_READ_MEMORY_MB"])
    assert int(SERVICES["worker"]["mem_limit"].removesuffix("m")) >= reading + 512


def test_elasticsearch_is_secured_and_of_the_pinned_version() -> None:
    service = SERVICES["elasticsearch"]
    pom = (ROOT / "dev/engine/pom.xml").read_text(encoding="utf-8")
    pinned = re.search(r"<elasticsearch\.version>([\d.]+)<", pom)
    assert pinned
    assert service["image"] == f"elasticsearch:{pinned[1]}"
    assert service["environment"]["xpack.security.enabled"] == "true"
    assert service["environment"]["ELASTIC_PASSWORD"].startswith("${OTKLIK_ES_PASSWORD:?")
    heap = re.findall(r"-Xm[sx](\d)g", service["environment"]["ES_JAVA_OPTS"])
    assert [2 * int(size) for size in heap] == [int(service["mem_limit"].removesuffix("g"))] * 2


def test_redis_keeps_the_queue() -> None:
    service = SERVICES["redis"]
    assert service["image"] == "redis:7"
    script = service["command"][-1].replace("$$", "$")
    words = shlex.split(script)
    for name, value in {"--appendonly": "yes", "--maxmemory-policy": "noeviction"}.items():
        assert words[words.index(name) + 1] == value
    assert words[words.index("--dir") + 1] == service["volumes"][0].split(":")[1]
    assert "requirepass" in script


def test_the_image_is_built_from_what_exists() -> None:
    copied = [line for line in instructions("COPY") if not line.startswith("--from")]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    for line in copied:
        *sources, _ = line.split()
        for source in sources:
            assert (ROOT / source).exists(), source
            assert f"!{source}" in ignored, source
    for package in ("app", "cli", "indexers", "workers", "mappings", "templates"):
        assert f"{package} {package}" in copied
    for line in ignored:
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line


def test_the_image_is_lean_and_not_root() -> None:
    bases = instructions("FROM")
    minimum = PYPROJECT["project"]["requires-python"].removeprefix(">=")
    assert [base.split()[0] for base in bases] == [f"python:{minimum}-slim"] * 2
    install = next(line for line in instructions("RUN") if "-r requirements/runtime.txt" in line)
    for option in ("--require-hashes", "--no-deps", "--only-binary :all:"):
        assert option in install
    last = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert not re.search(r"\b(apt-get|pip|uv|gcc)\b", last)
    user = instructions("USER")[-1]
    assert all(SERVICES[name]["user"] == user for name in OWN)
    version = PYPROJECT["project"]["version"]
    assert all(SERVICES[name]["image"] == f"otklik:{version}" for name in OWN)


def imported(package: str) -> set[str]:
    """Top-level names of what `package` imports, also inside functions."""
    names = set[str]()
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", ["app", "cli", "indexers", "workers"])
def test_every_library_is_in_the_image(package: str) -> None:
    ours = {"app", "cli", "dev", "indexers", "workers"}
    lock = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    distributions = packages_distributions()
    missing = {
        name
        for name in imported(package) - ours - sys.stdlib_module_names
        if not locked & {re.sub(r"[-_.]+", "-", one).lower() for one in distributions[name]}
    }
    assert not missing, "not in requirements/runtime.txt"


def test_the_image_needs_no_developer_tools() -> None:
    """Every command loads, and helps, without `dev`, which the image leaves out."""
    code = (
        "import sys; sys.modules['dev'] = None\n"
        "import click; from cli.main import group\n"
        "context = click.Context(group)\n"
        "for name in group.list_commands(context):\n"
        "    group.get_command(context, name).main(['--help'], standalone_mode=False)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
