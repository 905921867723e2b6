"""What a program does with LiteLLM's library."""

import asyncio
import os

import litellm

from checks import main

base_url, api_key, mark = (os.environ[name] for name in ("BASE_URL", "API_KEY", "MARK"))
litellm.suppress_debug_info = True


def ask(prompt, model="claude-sonnet-5-5", **more):
    messages = [{"role": "user", "content": f"{prompt} ({mark})"}]
    settings = {"api_base": base_url, "api_key": api_key, "max_tokens": 200, "num_retries": 0, "max_retries": 0, **more}
    return {"model": f"anthropic/{model}", "messages": messages, **settings}


def message():
    answer = litellm.completion(**ask("What is the rent? The rent is 900 euros."))
    assert "900 euros" in answer.choices[0].message.content and answer.usage.completion_tokens > 0


def stream_helper():
    chunks = litellm.completion(**ask("Name the rent. The rent is 900 euros. It is due in May."), stream=True)
    assert "900 euros" in "".join(chunk.choices[0].delta.content or "" for chunk in chunks)


def tools():
    parameters = {
        "type": "object",
        "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
        "required": ["a", "b"],
    }
    add = {"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": parameters}}
    asked = ask("Call add with a 1 and b 2.", tools=[add])
    answer = litellm.completion(**asked).choices[0]
    call = answer.message.tool_calls[0]
    assert answer.finish_reason == "tool_calls" and call.function.name == "add"
    result = {"role": "tool", "tool_call_id": call.id, "content": "3"}
    turns = [*asked["messages"], answer.message.model_dump(), result]
    assert litellm.completion(**{**asked, "messages": turns}).choices[0].finish_reason == "stop"


def typed_errors():
    try:
        litellm.completion(**ask("Please limit me always.", model="claude-haiku-5-5"))
    except litellm.RateLimitError:
        return
    raise AssertionError("It should have failed.")


def retries():
    answer = litellm.completion(**ask("Please limit me once.", num_retries=2))
    assert answer.choices[0].finish_reason == "stop"


def cancellation():
    async def cancel():
        task = asyncio.create_task(litellm.acompletion(**ask("Please be slow, to be cancelled.")))
        await asyncio.sleep(0.2)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            pass
        return await litellm.acompletion(**ask("And then?"))

    assert asyncio.run(cancel()).choices[0].finish_reason == "stop"


main(
    {
        "message": message,
        "stream helper": stream_helper,
        "tools": tools,
        "typed errors": typed_errors,
        "retries": retries,
        "cancellation": cancellation,
    }
)
