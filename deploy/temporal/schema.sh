#!/bin/sh
# Makes Temporal's databases, or brings them up to the server's version. The password is in SQL_PASSWORD; where they are, and where
# the schema is, in POSTGRES_SEEDS, DB_PORT and SCHEMA.
set -eu

schema=${SCHEMA:-/etc/temporal/schema}/postgresql/v12

sql() {
  database=$1
  shift
  temporal-sql-tool --plugin postgres12 --ep "${POSTGRES_SEEDS:-postgres}" -u temporal -p "${DB_PORT:-5432}" --db "$database" "$@"
}

for database in temporal temporal_visibility; do
  sql "$database" create
  sql "$database" setup-schema -v 0.0
done
sql temporal update-schema -d "$schema/temporal/versioned"
sql temporal_visibility update-schema -d "$schema/visibility/versioned"
