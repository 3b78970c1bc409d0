# Two stages: the first installs, the second holds only Python, the libraries and the product.
# The processes and their health checks are named in docker-compose.yml.

FROM python:3.11-slim AS build
ENV UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir "uv>=0.9,<1"
WORKDIR /srv/otklik
COPY requirements/runtime.txt requirements/runtime.txt
# every library is one of the locked files, and none is compiled here
RUN uv venv /opt/otklik \
 && uv pip install --python /opt/otklik --only-binary :all: --require-hashes --no-deps \
    -r requirements/runtime.txt
COPY LICENSE README.md pyproject.toml ./
COPY app app
COPY cli cli
COPY indexers indexers
COPY workers workers
COPY mappings mappings
COPY templates templates
# editable: mappings/ and templates/ are read from beside app/
RUN uv pip install --python /opt/otklik --no-deps --editable . \
 && /opt/otklik/bin/python -m compileall -q app cli indexers workers \
 && /opt/otklik/bin/python -m app.meaning.ensure

FROM python:3.11-slim
ENV PATH=/opt/otklik/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OTKLIK_DATA_DIR=/data
RUN groupadd --gid 10001 otklik \
 && useradd --uid 10001 --gid otklik --no-create-home --home-dir /srv/otklik otklik \
 && install --directory --owner=otklik --group=otklik /data
COPY --from=build /opt/otklik /opt/otklik
COPY --from=build /srv/otklik /srv/otklik
WORKDIR /srv/otklik
USER 10001:10001
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["otklik"]
CMD ["--help"]
