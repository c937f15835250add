FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA=/data AXE_BROWSER=/usr/bin/chromium
WORKDIR /app

# pg_dump and pg_restore, for manage.py backup and restore; not older than the server.
# chromium, in which axe looks at the pages of a release.
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium fonts-noto-cjk postgresql-client \
    && rm -rf /var/lib/apt/lists/*

COPY requirements.lock .
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

COPY . .
RUN pybabel -q compile -D django -d locale \
    && useradd --system --home-dir /app yell \
    && install -d -o yell -g yell /data

USER yell
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--no-ws", "config.wsgi:application"]
