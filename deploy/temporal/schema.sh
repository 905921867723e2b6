#!/bin/sh
# Makes Temporal's databases, or brings them up to the server's version. The password is in SQL_PASSWORD.
set -eu

sql() {
  database=$1
  shift
  temporal-sql-tool --plugin postgres12 --ep postgres -u temporal -p 5432 --db "$database" "$@"
}

for database in temporal temporal_visibility; do
  sql "$database" create
  sql "$database" setup-schema -v 0.0
done
sql temporal update-schema -d /etc/temporal/schema/postgresql/v12/temporal/versioned
sql temporal_visibility update-schema -d /etc/temporal/schema/postgresql/v12/visibility/versioned
