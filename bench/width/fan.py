# The fan-outs of the original idea in Python, over the same API: asyncio.gather, and a ThreadPoolExecutor.
import asyncio
import json
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from anthropic import Anthropic, AsyncAnthropic

url, count, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
settings = {"api_key": "bench", "base_url": url, "max_retries": 0, "timeout": 120}


def request(index):
    content = f"Summarise: the supplier of annex {index} owes the customer notice."
    return {"model": "claude-sonnet-5-5", "max_tokens": 512, "messages": [{"role": "user", "content": content}]}


async def gather():
    client = AsyncAnthropic(**settings)
    return await asyncio.gather(*(client.messages.create(**request(index)) for index in range(count)))


def threads():
    client = Anthropic(**settings)
    with ThreadPoolExecutor(max_workers=count) as pool:
        return list(pool.map(lambda index: client.messages.create(**request(index)), range(count)))


started = time.monotonic()
answers = asyncio.run(gather()) if how == "asyncio" else threads()
assert len(answers) == count
usage = resource.getrusage(resource.RUSAGE_SELF)
print(
    json.dumps(
        {
            "ms": (time.monotonic() - started) * 1000,
            "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
            "peakMb": usage.ru_maxrss / 1024,
        }
    )
)
