#!/usr/bin/env bash
# Node.js 20.20.2: vm.Script with importModuleDynamically: USE_MAIN_CONTEXT_DEFAULT_LOADER and cachedData that another process has made.
# Expected: import() in the script works as without cachedData, which is not rejected and changes nothing but the time to compile.
# Seen: import() fails with ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING, although the option is given. In the process that made the data it works.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat >run.cjs <<'JS'
const { readFileSync, writeFileSync } = require('node:fs');
const { constants, Script } = require('node:vm');
const source = "(() => import('node:path'))";
const options = { filename: __filename, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
const says = (script) => script.runInThisContext()().then(() => 'imports', (error) => error.code);
const kept = process.argv[2] === 'kept';
const script = new Script(source, { ...options, ...(kept && { cachedData: readFileSync('code') }) });
if (!kept) writeFileSync('code', script.createCachedData());
says(script).then((said) => console.log(kept, script.cachedDataRejected === true, said));
JS
seen=$(node --no-warnings run.cjs made; node --no-warnings run.cjs kept)
echo "$(node --version): $seen"
[ "$seen" = "false false imports
true false ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING" ]
