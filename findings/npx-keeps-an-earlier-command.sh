#!/usr/bin/env bash
# npm 11.19.1: npx runs a package's own command in its checkout, once while `bin` names old.js, once after it names new.js, which is executable.
# Expected: npx runs what `bin` names now, as `npm install` would link it.
# Seen: the first run links the command into npx's cache, by the checkout's path; every later one runs the file of that link, old.js, and
# ends with "Permission denied" once a build leaves it without its x, in a fresh clone at the same path too. Nothing names the cache.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
mkdir npm && (cd npm && npm init -y >/dev/null && npm install --silent --no-audit --no-fund npm@11.19.1 >/dev/null)
export npm_config_cache=$folder/cache
npx() { npm_config_loglevel=error node "$folder/npm/node_modules/npm/bin/npx-cli.js" "$@"; }
checkout() {
  rm -rf checkout; mkdir checkout; cd checkout
  for name in old new; do printf '#!/usr/bin/env node\nconsole.log("%s");\n' "$name" >"$name.js"; done
  chmod +x "$1.js"
  printf '{ "name": "letters", "version": "1.0.0", "bin": { "letters": "%s.js" } }\n' "$1" >package.json
  npx letters 2>&1 | sed 's/^sh: [0-9]*: //' || true
  cd ..
}
seen=$(checkout old; checkout new)
expected='old
letters: Permission denied'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
