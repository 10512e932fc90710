#!/bin/sh
# A role and a database for the lake, and others for Prefect: what the lake's role may read, `writethru sql` may read.
set -eu
for name in writethru prefect; do
  psql -v ON_ERROR_STOP=1 -v name="$name" -v password="$(cat "${SECRETS:-/run/secrets}/$name")" --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
SQL
done
