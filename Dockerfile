# The hub with everything of the server profile. Runs as an ordinary user on a read-only root:
# `docker run --read-only --tmpfs /tmp …`, data in the volume /data.
FROM python:3.13.1-slim-bookworm AS build
WORKDIR /src
COPY requirements.server.lock ./
RUN python -m venv /kehu && /kehu/bin/pip install --no-cache-dir --require-hashes -r requirements.server.lock
COPY . .
RUN /kehu/bin/pip install --no-cache-dir --no-deps . && /kehu/bin/pip uninstall --yes pip

FROM python:3.13.1-slim-bookworm
RUN groupadd --gid 10001 kehu && useradd --uid 10001 --gid kehu --no-create-home --home-dir /data kehu \
 && mkdir /data && chown kehu:kehu /data
COPY --from=build /kehu /kehu
ENV PATH=/kehu/bin:$PATH PYTHONDONTWRITEBYTECODE=1 KEHU_DATA_DIR=/data KEHU_HOST=0.0.0.0
USER kehu
WORKDIR /data
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["kehu"]
CMD ["serve"]
