"""What a program does with the official Python SDK: the same checks as in typescript.mjs."""

import asyncio
import json
import os
import socket
from urllib.parse import urlparse

import anthropic
import pydantic
from anthropic import Anthropic, AsyncAnthropic, beta_tool

from checks import main

base_url, api_key, mark = (os.environ[name] for name in ("BASE_URL", "API_KEY", "MARK"))
model = "claude-sonnet-5-5"
large_bytes, images, idle_connections = 24_000_000, 4, 1_000
client = Anthropic(base_url=base_url, api_key=api_key, max_retries=0)

add = {
    "name": "add",
    "description": "Adds two numbers.",
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
        "required": ["a", "b"],
        "additionalProperties": False,
    },
}


def ask(prompt, **more):
    return {"model": model, "max_tokens": 200, "messages": [{"role": "user", "content": f"{prompt} ({mark})"}], **more}


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


def failure_of(call):
    try:
        call()
    except anthropic.AnthropicError as error:
        return error
    raise AssertionError("It should have failed.")


def message():
    answer = client.messages.create(**ask("What is the rent? The rent is 900 euros."))
    assert answer.stop_reason == "end_turn" and "900 euros" in text_of(answer) and answer.usage.output_tokens > 0
    # Fills the prompt cache, and answers nothing.
    assert client.messages.create(**ask("Warm up.", max_tokens=0)).content == []


def stream_helper():
    with client.messages.stream(**ask("Name the rent. The rent is 900 euros. It is due in May.")) as stream:
        text = "".join(stream.text_stream)
        assert text == text_of(stream.get_final_message()) == stream.get_final_text() and text != ""


def stream_events():
    types = [event.type for event in client.messages.create(**ask("The rent is 800 euros."), stream=True)]
    assert [types[0], types[-2], types[-1]] == ["message_start", "message_delta", "message_stop"]
    assert "content_block_delta" in types


def tools():
    asked = ask("Call add with a 1 and b 2.", tools=[add])
    answer = client.messages.create(**asked)
    call = next(block for block in answer.content if block.type == "tool_use")
    assert answer.stop_reason == "tool_use" and call.name == "add"
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "3"}]
    turns = [*asked["messages"], {"role": "assistant", "content": answer.content}, {"role": "user", "content": results}]
    assert client.messages.create(**{**asked, "messages": turns}).stop_reason == "end_turn"
    with client.messages.stream(**asked) as stream:
        streamed = stream.get_final_message()
    assert next(block for block in streamed.content if block.type == "tool_use").input == call.input


def tool_runner():
    for streamed in (False, True):
        given = []

        @beta_tool
        def add_up(a: float, b: float) -> str:
            """Adds two numbers.

            Args:
                a: one
                b: the other
            """
            given.append((a, b))
            return str(a + b)

        asked = ask(f"Call add_up with a 1 and b 2, streamed {streamed}.", tools=[add_up], max_iterations=3)
        last = None
        for turn in client.beta.messages.tool_runner(**asked, stream=streamed):
            last = turn.get_final_message() if streamed else turn
        assert len(given) == 1 and last.stop_reason == "end_turn", (given, last)


def structured_output():
    class Rent(pydantic.BaseModel):
        due: str
        euros: float

    parsed = client.messages.parse(**ask("The rent is 900 euros, due in May."), output_format=Rent).parsed_output
    assert isinstance(parsed, Rent)


def count_tokens():
    assert client.messages.count_tokens(model=model, messages=ask("How long is this?")["messages"]).input_tokens > 0


def batches():
    requests = [{"custom_id": name, "params": ask(f"Answer {name}.")} for name in ("one", "two")]
    batch = client.messages.batches.create(requests=requests)
    while client.messages.batches.retrieve(batch.id).processing_status != "ended":
        pass
    results = sorted((each.custom_id, each.result.type) for each in client.messages.batches.results(batch.id))
    assert results == [("one", "succeeded"), ("two", "succeeded")]
    assert batch.id in [each.id for each in client.messages.batches.list(limit=1)]


def models():
    assert model in [each.id for each in client.models.list(limit=2)]
    assert client.models.retrieve(model).id == model


def typed_errors():
    limited = failure_of(lambda: client.messages.create(**ask("Please limit me always.", model="claude-haiku-5-5")))
    assert isinstance(limited, anthropic.RateLimitError) and limited.response.headers["retry-after"] == "7"
    overloaded = failure_of(lambda: client.messages.create(**ask("Please be overloaded.", model="claude-opus-5-5")))
    assert overloaded.status_code == 529 and overloaded.body["error"]["type"] == "overloaded_error"

    def broken():
        with client.messages.stream(**ask("Please break off.")) as stream:
            stream.get_final_message()

    error = failure_of(broken)
    assert isinstance(error, anthropic.APIError) and error.body["error"]["type"] == "overloaded_error", error.body
    unknown = failure_of(lambda: client.messages.create(**ask("?", model="no-such-model")))
    assert isinstance(unknown, anthropic.NotFoundError)
    assert isinstance(failure_of(lambda: client.messages.create(**ask("?", max_tokens=-1))), anthropic.BadRequestError)


def retries():
    patient = client.with_options(max_retries=2)
    assert patient.messages.create(**ask("Please limit me once.")).stop_reason == "end_turn"


def timeout():
    asked = ask("Please be slow, for a timeout.", timeout=0.2)
    assert isinstance(failure_of(lambda: client.messages.create(**asked)), anthropic.APITimeoutError)


def cancellation():
    async def cancel():
        async with AsyncAnthropic(base_url=base_url, api_key=api_key, max_retries=0) as other:
            task = asyncio.create_task(other.messages.create(**ask("Please be slow, to be cancelled.")))
            await asyncio.sleep(0.1)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError:
                pass
            async with other.messages.stream(**ask("The rent is 700 euros. It is due in June.")) as stream:
                async for _ in stream:
                    break
            return await other.messages.create(**ask("And then?"))

    assert asyncio.run(cancel()).stop_reason == "end_turn"


def body_of_24_mb():
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
    data = dot + "A" * (large_bytes // images - len(dot))
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    content = [*[image] * images, {"type": "text", "text": f"What is in them? ({mark})"}]
    answer = client.messages.create(**{**ask(""), "messages": [{"role": "user", "content": content}]})
    assert answer.stop_reason == "end_turn"


def idle_connections_slow_reader():
    url = urlparse(base_url)
    place = (url.hostname, url.port)
    idle = [socket.create_connection(place) for _ in range(idle_connections)]
    slow = socket.create_connection(place)
    body = json.dumps({**ask("The rent is 900 euros, and is read slowly."), "stream": True}).encode()
    head = f"POST /v1/messages HTTP/1.1\r\nhost: {url.netloc}\r\nx-api-key: {api_key}\r\nanthropic-version: 2023-06-01\r\n"
    slow.sendall(f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)

    async def meanwhile():
        async with AsyncAnthropic(base_url=base_url, api_key=api_key, max_retries=0) as other:
            asked = [other.messages.create(**ask(f"Meanwhile, question {at}.")) for at in range(20)]
            return await asyncio.gather(*asked)

    assert all(answer.stop_reason == "end_turn" for answer in asyncio.run(meanwhile()))
    for each in (*idle, slow):
        each.close()


checks = {
    "message": message,
    "stream helper": stream_helper,
    "stream events": stream_events,
    "tools": tools,
    "tool runner": tool_runner,
    "structured output": structured_output,
    "count tokens": count_tokens,
    "batches": batches,
    "models": models,
    "typed errors": typed_errors,
    "retries": retries,
    "timeout": timeout,
    "cancellation": cancellation,
    "body of 24 MB": body_of_24_mb,
    "idle connections, slow reader": idle_connections_slow_reader,
}

main(checks)
