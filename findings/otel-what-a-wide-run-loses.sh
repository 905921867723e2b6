#!/usr/bin/env bash
# @opentelemetry/sdk-trace-base 2.12.1 (npm) and opentelemetry-sdk 1.45.2 (PyPI), as they come, on the same program: a root span, 5,000 spans below it that
# end in a row while the exporter is slow; one span with 300 events and 300 attributes.
# Expected: what is beyond a limit is left out, the newest, in both languages alike, as they follow one specification; and it is said.
# Seen: half of the spans are gone. JavaScript keeps the oldest: the root, which ends last, is always among the lost, so that the trace has no
# head. Python keeps the newest. Of attributes it is the other way round as well: JavaScript has the first 128, Python the last, without those set at the
# start. Of events both have the last 128: that of the first token is gone. JavaScript says nothing of any of it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null && npm install --silent --no-audit --no-fund @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/api@1.9.1 >/dev/null
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check opentelemetry-sdk==1.45.2 >/dev/null
cat >run.mjs <<'JS'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
const got = [];
const exporter = {
  export: (spans, done) => setTimeout(() => { got.push(...spans); done({ code: 0 }); }, 100),
  forceFlush: async () => {},
  shutdown: async () => {},
};
const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
const tracer = provider.getTracer('run');
const root = tracer.startSpan('root');
for (let at = 0; at < 5000; at += 1) tracer.startSpan(`branch ${at}`).end();
root.end();
await provider.forceFlush();
const names = got.map(({ name }) => name);
console.log(`JavaScript: branch 0 ${names.includes('branch 0')}, branch 4999 ${names.includes('branch 4999')}, root ${names.includes('root')}; less than 3000 of 5001 ${got.length < 3000}`);
const full = tracer.startSpan('full');
for (let at = 0; at < 300; at += 1) full.addEvent(`token ${at}`).setAttribute(`field ${at}`, at);
full.end();
const { events, attributes } = full;
const ends = (list) => `${list.at(0)} to ${list.at(-1)}`;
console.log(`JavaScript: ${ends(events.map(({ name }) => name))}; ${ends(Object.keys(attributes))}`);
JS
cat >run.py <<'PY'
import time
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

got = []
class Slow(SpanExporter):
    def export(self, spans):
        time.sleep(2)
        got.extend(span.name for span in spans)
        return SpanExportResult.SUCCESS

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(Slow()))
tracer = provider.get_tracer("run")
root = tracer.start_span("root")
for at in range(5000):
    tracer.start_span(f"branch {at}").end()
root.end()
provider.force_flush()
print(f"Python: branch 0 {'branch 0' in got}, branch 4999 {'branch 4999' in got}, root {'root' in got}; less than 3000 of 5001 {len(got) < 3000}")
full = tracer.start_span("full")
for at in range(300):
    full.add_event(f"token {at}")
    full.set_attribute(f"field {at}", at)
full.end()
ends = lambda names: f"{names[0]} to {names[-1]}"
print(f"Python: {ends([event.name for event in full.events])}; {ends(list(full.attributes))}")
PY
seen=$(node run.mjs; env/bin/python run.py 2>python.log | sed 's/True/true/g; s/False/false/g')
expected='JavaScript: branch 0 true, branch 4999 false, root false; less than 3000 of 5001 true
JavaScript: token 172 to token 299; field 0 to field 127
Python: branch 0 true, branch 4999 true, root true; less than 3000 of 5001 true
Python: token 172 to token 299; field 172 to field 299'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
