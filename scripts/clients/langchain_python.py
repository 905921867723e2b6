"""What a program does with LangChain's package for Anthropic, in Python."""

import os

import anthropic
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from pydantic import BaseModel

from checks import main

base_url, api_key, mark = (os.environ[name] for name in ("BASE_URL", "API_KEY", "MARK"))


def chat(**more):
    settings = {"model": "claude-sonnet-5-5", "max_tokens": 200, "max_retries": 0, **more}
    return ChatAnthropic(base_url=base_url, api_key=api_key, **settings)


def say(prompt):
    return [HumanMessage(f"{prompt} ({mark})")]


@tool
def add(a: float, b: float) -> str:
    """Adds two numbers."""
    return str(a + b)


class Rent(BaseModel):
    """A rent."""

    due: str
    euros: float


def message():
    answer = chat().invoke(say("What is the rent? The rent is 900 euros."))
    assert "900 euros" in answer.text and answer.usage_metadata["output_tokens"] > 0


def stream_helper():
    text = "".join(chunk.text for chunk in chat().stream(say("Name the rent. The rent is 900 euros. It is due in May.")))
    assert "900 euros" in text


def tools():
    asked, bound = say("Call add with a 1 and b 2."), chat().bind_tools([add])
    answer = bound.invoke(asked)
    call = answer.tool_calls[0]
    assert call["name"] == "add"
    last = bound.invoke([*asked, answer, ToolMessage("3", tool_call_id=call["id"])])
    assert last.response_metadata["stop_reason"] == "end_turn"


def structured_output():
    assert isinstance(chat().with_structured_output(Rent).invoke(say("The rent is 900 euros, due in May.")), Rent)


def count_tokens():
    assert chat().get_num_tokens_from_messages(say("How long is this?")) > 0


def typed_errors():
    try:
        chat(model="claude-haiku-5-5").invoke(say("Please limit me always."))
    except anthropic.RateLimitError:
        return
    raise AssertionError("It should have failed.")


def retries():
    assert chat(max_retries=2).invoke(say("Please limit me once.")).text != ""


main(
    {
        "message": message,
        "stream helper": stream_helper,
        "tools": tools,
        "structured output": structured_output,
        "count tokens": count_tokens,
        "typed errors": typed_errors,
        "retries": retries,
    }
)
