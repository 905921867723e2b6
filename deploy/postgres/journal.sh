#!/bin/sh
# Makes the journal's database and a user of its own, who sees no other database: whoever has the worker's password has no more than
# the journal. What is there already is left, or given to that user. Where the server is, and who may do that, is in PGHOST, PGPORT,
# PGUSER and PGPASSWORD; the journal's password in JOURNAL_PASSWORD.
set -eu
: "${JOURNAL_PASSWORD:?set JOURNAL_PASSWORD}"

# The password comes by the environment: arguments can be read by others.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname postgres <<'SQL'
\getenv password JOURNAL_PASSWORD
SELECT 'CREATE ROLE fanfold' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fanfold') \gexec
ALTER ROLE fanfold LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
SELECT 'CREATE DATABASE fanfold OWNER fanfold' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'fanfold') \gexec
ALTER DATABASE fanfold OWNER TO fanfold;
SELECT format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', datname) FROM pg_database \gexec
SQL

# A journal of earlier versions belongs to the superuser.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname fanfold <<'SQL'
SELECT format('ALTER TABLE %I.%I OWNER TO fanfold', schemaname, tablename) FROM pg_tables
  WHERE tablename LIKE 'fanfold\_journal\_%' AND tableowner <> 'fanfold' \gexec
SQL
