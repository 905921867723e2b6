#!/usr/bin/env bash
# litellm 1.110.2 (PyPI) with the price list that it ships: the cost of a million input tokens of models that the list does not have.
# Expected: an error for each, so that nobody takes an unknown price for a known one.
# Seen: a name that looks like one of a known family is priced at 0.0 without an error: models that were taken off the list (claude-opus-4-1),
# that are not there yet, and mistyped ones (4.5 for 4-5). Only other names raise. completion_cost does the same.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env && env/bin/pip install --quiet --no-input --disable-pip-version-check litellm==1.110.2 >/dev/null
cat >run.py <<'PY'
import litellm

def price(provider, model):
    try:
        return sum(litellm.cost_per_token(model=model, custom_llm_provider=provider, prompt_tokens=1_000_000, completion_tokens=0))
    except Exception as error:
        return type(error).__name__

def completion(provider, model):
    response = litellm.ModelResponse(model=model, usage=litellm.Usage(prompt_tokens=1_000_000, completion_tokens=0, total_tokens=1_000_000))
    try:
        return litellm.completion_cost(response, model=model, custom_llm_provider=provider)
    except Exception as error:
        return type(error).__name__

for provider, model in (("anthropic", "claude-opus-4-5"), ("anthropic", "claude-opus-4.5"), ("anthropic", "claude-opus-4-1"), ("anthropic", "claude-3-opus-20240229"), ("gemini", "gemini-3-pro-preview"), ("openai", "gpt-9"), ("openai", "my-model")):
    listed = "listed" if model in litellm.model_cost else "not listed"
    print(f"{model}: {listed}, {price(provider, model)}, completion_cost {completion(provider, model)}")
PY
seen=$(LITELLM_LOCAL_MODEL_COST_MAP=True env/bin/python run.py 2>/dev/null | grep ': \(not \)\?listed')
expected='claude-opus-4-5: listed, 5.0, completion_cost 5.0
claude-opus-4.5: not listed, 0.0, completion_cost 0.0
claude-opus-4-1: not listed, 0.0, completion_cost 0.0
claude-3-opus-20240229: not listed, ModelNotMappedError, completion_cost ModelNotMappedError
gemini-3-pro-preview: not listed, 0.0, completion_cost 0.0
gpt-9: not listed, 0.0, completion_cost 0.0
my-model: not listed, ModelNotMappedError, completion_cost ModelNotMappedError'
printf '%s\n' "$seen"
[[ $seen == "$expected" ]] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
