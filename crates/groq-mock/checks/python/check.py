"""The official client over every method that it has, and over what goes wrong.

Every answer is read again by the client's own types, strictly: by itself it takes whatever comes.
"""

import asyncio
import base64
import io
import json
import sys
import time

import groq
from groq import AsyncGroq, Groq
from groq.types import (
    BatchCancelResponse,
    BatchCreateResponse,
    BatchListResponse,
    BatchRetrieveResponse,
    CreateEmbeddingResponse,
    FileCreateResponse,
    FileDeleteResponse,
    FileInfoResponse,
    FileListResponse,
    Model,
    ModelListResponse,
)
from groq.types.audio import Transcription, Translation
from groq.types.chat import ChatCompletion, ChatCompletionChunk

CHAT = "openai/gpt-oss-20b"
PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}},
            "required": ["city", "unit"],
            "additionalProperties": False,
        },
    },
}
PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


def strict(model, raw):
    """The parsed answer of a raw response, after its bytes have been read strictly."""
    model.model_validate_json(raw.read(), strict=True)
    assert raw.headers["x-request-id"].startswith("req_"), raw.headers
    return raw.parse()


def user(content):
    return [{"role": "user", "content": content}]


def chat(client):
    create = client.chat.completions.with_raw_response.create
    raw = create(model=CHAT, messages=user("Say hello in one sentence."), temperature=0.2, seed=7)
    for name in ("requests", "tokens"):
        assert int(raw.headers[f"x-ratelimit-limit-{name}"]) >= int(raw.headers[f"x-ratelimit-remaining-{name}"])
        assert raw.headers[f"x-ratelimit-reset-{name}"]
    answer = strict(ChatCompletion, raw)
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.x_groq.id == raw.headers["x-request-id"]
    usage = answer.usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert usage.total_time > 0 and usage.queue_time > 0

    again = create(model=CHAT, messages=user("Say hello in one sentence."), temperature=0.2, seed=7).parse()
    assert again.choices[0].message.content == answer.choices[0].message.content

    cut = strict(ChatCompletion, create(model=CHAT, messages=user("200 words, please"), max_completion_tokens=12))
    assert cut.choices[0].finish_reason == "length" and cut.usage.completion_tokens == 12


def tools(client):
    create = client.chat.completions.with_raw_response.create
    messages = user("What is the weather in Paris? city=Paris")
    first = strict(ChatCompletion, create(model=CHAT, messages=messages, tools=[WEATHER], tool_choice="required"))
    choice = first.choices[0]
    assert choice.finish_reason == "tool_calls" and choice.message.content is None
    call = choice.message.tool_calls[0]
    arguments = json.loads(call.function.arguments)
    assert arguments["city"] == "Paris" and arguments["unit"] in ("C", "F")
    messages += [
        {"role": "assistant", "tool_calls": [call.to_dict()]},
        {"role": "tool", "tool_call_id": call.id, "content": '{"degrees": 21}'},
    ]
    last = strict(ChatCompletion, create(model=CHAT, messages=messages, tools=[WEATHER]))
    assert last.choices[0].finish_reason == "stop" and "21" in last.choices[0].message.content
    named = {"type": "function", "function": {"name": "get_weather"}}
    forced = strict(ChatCompletion, create(model=CHAT, messages=user("Hi"), tools=[WEATHER], tool_choice=named))
    assert forced.choices[0].message.tool_calls[0].function.name == "get_weather"


def structured(client):
    create = client.chat.completions.with_raw_response.create
    wanted = {"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": PERSON}}
    answer = strict(ChatCompletion, create(model=CHAT, messages=user("name=Ada age=36"), response_format=wanted))
    assert json.loads(answer.choices[0].message.content) == {"name": "Ada", "age": 36}
    loose = create(model=CHAT, messages=user("Some JSON, please"), response_format={"type": "json_object"})
    assert isinstance(json.loads(strict(ChatCompletion, loose).choices[0].message.content), dict)


def vision(client):
    parts = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    raw = client.chat.completions.with_raw_response.create(model="qwen/qwen3.8-27b", messages=user(parts))
    assert strict(ChatCompletion, raw).choices[0].message.content


def check_chunks(chunks):
    for chunk in chunks:
        ChatCompletionChunk.model_validate_json(json.dumps(chunk.to_dict()), strict=True)
    first, last = chunks[0], chunks[-1]
    assert first.choices[0].delta.role == "assistant" and first.x_groq.id.startswith("req_")
    assert last.choices[0].finish_reason and last.x_groq.usage.total_tokens > 0
    return [chunk.choices[0] for chunk in chunks if chunk.choices]


def streams(client):
    create = client.chat.completions.create
    messages = user("Three sentences, please.")
    whole = create(model=CHAT, messages=messages, seed=1)
    choices = check_chunks(list(create(model=CHAT, messages=messages, seed=1, stream=True)))
    text = "".join(choice.delta.content or "" for choice in choices)
    assert text == whole.choices[0].message.content
    thought = "".join(choice.delta.reasoning or "" for choice in choices)
    assert thought == whole.choices[0].message.reasoning
    choices = check_chunks(
        list(create(model=CHAT, messages=user("Paris?"), tools=[WEATHER], tool_choice="required", stream=True))
    )
    calls = [call for choice in choices for call in choice.delta.tool_calls or []]
    assert json.loads(calls[0].function.arguments)["unit"] in ("C", "F")
    with client.chat.completions.with_streaming_response.create(
        model=CHAT, messages=messages, stream=True
    ) as response:
        lines = [line for line in response.iter_lines() if line]
    assert response.headers["content-type"].startswith("text/event-stream")
    assert lines[-1] == "data: [DONE]" and all(line.startswith("data: ") for line in lines)
    used = create(model=CHAT, messages=messages, stream=True, extra_body={"stream_options": {"include_usage": True}})
    last = list(used)[-1]
    assert last.choices == [] and last.usage.total_tokens > 0


def audio(client):
    speech = client.audio.speech.create(
        model="canopylabs/orpheus-v1-english", voice="hannah", input="Good day to you.", response_format="wav",
        sample_rate=16000,
    )
    sound = speech.read()
    assert sound.startswith(b"RIFF")
    with client.audio.speech.with_streaming_response.create(
        model="canopylabs/orpheus-v1-english", voice="troy", input="Good day.", response_format="wav"
    ) as streamed:
        assert b"".join(streamed.iter_bytes()).startswith(b"RIFF")
    transcribe = client.audio.transcriptions.with_raw_response.create
    file = ("talk.wav", sound)
    plain = strict(Transcription, transcribe(model="whisper-large-v3", file=file))
    assert plain.text.strip() == "Good day to you."
    raw = transcribe(
        model="whisper-large-v3-turbo", file=file, response_format="verbose_json", language="en", prompt="Hello",
        temperature=0, timestamp_granularities=["word", "segment"],
    )
    verbose = strict(Transcription, raw).to_dict()
    assert [word["word"] for word in verbose["words"]] == ["Good", "day", "to", "you."]
    assert verbose["segments"][0]["start"] < verbose["segments"][0]["end"] <= verbose["duration"]
    text = transcribe(model="whisper-large-v3", file=file, response_format="text")
    assert text.text().strip() == "Good day to you."
    url = transcribe(model="whisper-large-v3", url="data:audio/wav;base64," + base64.b64encode(sound).decode())
    assert strict(Transcription, url).text == plain.text
    translated = client.audio.translations.with_raw_response.create(model="whisper-large-v3", file=file)
    assert strict(Translation, translated).text == plain.text


def models(client):
    listed = strict(ModelListResponse, client.models.with_raw_response.list())
    assert any(model.id == CHAT for model in listed.data)
    one = strict(Model, client.models.with_raw_response.retrieve(CHAT))
    assert one.id == CHAT and one.to_dict()["context_window"] > 0
    refused(lambda: client.models.delete(CHAT), (403, 404))
    refused(lambda: client.models.retrieve("no/such-model"), 404, "model_not_found")


def files_and_batches(client):
    lines = [
        {"custom_id": f"item-{number}", "method": "POST", "url": "/v1/chat/completions",
         "body": {"model": CHAT, "messages": user(f"Say {number}")}}
        for number in range(3)
    ]
    lines[1]["body"]["temperature"] = 9
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    create = client.files.with_raw_response.create
    file = strict(FileCreateResponse, create(file=("items.jsonl", io.BytesIO(content)), purpose="batch"))
    assert (file.bytes, file.filename, file.purpose) == (len(content), "items.jsonl", "batch")
    listed = strict(FileListResponse, client.files.with_raw_response.list())
    assert file.id in [known.id for known in listed.data]
    assert strict(FileInfoResponse, client.files.with_raw_response.info(file.id)).id == file.id
    assert client.files.content(file.id).read() == content

    raw = client.batches.with_raw_response
    make = lambda: strict(  # noqa: E731
        BatchCreateResponse,
        raw.create(
            completion_window="24h", endpoint="/v1/chat/completions", input_file_id=file.id, metadata={"a": "b"}
        ),
    )
    batch, states = make(), []
    while batch.status not in ("completed", "failed", "expired", "cancelled"):
        states.append(batch.status)
        batch = strict(BatchRetrieveResponse, raw.retrieve(batch.id))
    assert batch.status == "completed" and "validating" in states and "in_progress" in states, states
    assert (batch.request_counts.completed, batch.request_counts.failed) == (2, 1)
    results = [json.loads(line) for line in client.files.content(batch.output_file_id).text().splitlines()]
    for result in results:
        ChatCompletion.model_validate_json(json.dumps(result["response"]["body"]), strict=True)
    assert {result["custom_id"] for result in results} == {"item-0", "item-2"}
    failures = [json.loads(line) for line in client.files.content(batch.error_file_id).text().splitlines()]
    assert [failure["response"]["status_code"] for failure in failures] == [400]
    assert batch.id in [known.id for known in strict(BatchListResponse, raw.list()).data]

    stopped = strict(BatchCancelResponse, raw.cancel(make().id))
    assert stopped.status == "cancelling"
    while stopped.status == "cancelling":
        stopped = strict(BatchRetrieveResponse, raw.retrieve(stopped.id))
    assert stopped.status == "cancelled"
    assert strict(FileDeleteResponse, client.files.with_raw_response.delete(file.id)).deleted
    refused(lambda: client.files.info(file.id), 404)
    refused(lambda: client.batches.retrieve("batch_none"), 404)


def embeddings(client):
    raw = client.embeddings.with_raw_response.create(model="nomic-embed-text-v1_5", input=["a cat", "a dog"])
    answer = strict(CreateEmbeddingResponse, raw)
    assert len(answer.data) == 2
    for item in answer.data:
        assert abs(sum(x * x for x in item.embedding) - 1) < 1e-3
    coded = client.embeddings.create(model="nomic-embed-text-v1_5", input="a cat", encoding_format="base64")
    assert len(base64.b64decode(coded.data[0].embedding)) == 4 * len(answer.data[0].embedding)


STATUSES = {
    400: groq.BadRequestError,
    401: groq.AuthenticationError,
    403: groq.PermissionDeniedError,
    404: groq.NotFoundError,
    409: groq.ConflictError,
    413: groq.APIStatusError,
    422: groq.UnprocessableEntityError,
    424: groq.APIStatusError,
    429: groq.RateLimitError,
    498: groq.APIStatusError,
    500: groq.InternalServerError,
    502: groq.InternalServerError,
    503: groq.InternalServerError,
}


def refused(call, status, code=None):
    """The error that a call ends in, with this status and in Groq's shape."""
    try:
        call()
    except groq.APIStatusError as error:
        statuses = status if isinstance(status, tuple) else (status,)
        assert error.status_code in statuses, error
        body = error.body["error"]
        assert body["message"] and body["type"], body
        assert code is None or body["code"] == code, body
        assert error.response.headers["x-request-id"].startswith("req_")
        return error
    raise AssertionError(f"{status} was expected")


def errors(client, address):
    def ask(model=CHAT, **more):
        return client.chat.completions.create(**{"model": model, "messages": user("Hi"), **more})

    for status, kind in STATUSES.items():
        error = refused(lambda: ask(extra_headers={"x-fault": f"status={status}"}), status)
        assert isinstance(error, kind), type(error)
    refused(lambda: ask(model="no-such-model"), 404, "model_not_found")
    refused(lambda: ask(temperature=3), 400)
    refused(lambda: ask(messages=[]), 400)
    refused(lambda: ask(extra_body={"unheard_of": 1}), 400)
    refused(lambda: ask(model="whisper-large-v3"), 400)
    refused(lambda: Groq(base_url=address, api_key="gsk_wrong").models.list(), 401, "invalid_api_key")
    refused(lambda: client.audio.transcriptions.create(model="whisper-large-v3", file=("a.txt", b"x")), 400)
    refused(lambda: client.audio.transcriptions.create(model="whisper-large-v3", file=("a.wav", b"x" * (26 << 20))), 413)
    refused(lambda: client.files.create(file=("a.txt", b"x"), purpose="batch"), 400)
    refused(lambda: client.embeddings.create(model="nomic-embed-text-v1_5", input=[]), 400)
    refused(lambda: client.get("/openai/v1/nothing", cast_to=object), 404, "unknown_url")


def retries(address):
    client = Groq(base_url=address, api_key="gsk_check", max_retries=2)
    for status in (429, 500, 503):
        answer = client.chat.completions.create(
            model=CHAT, messages=user("Hi"), extra_headers={"x-fault": f"first={status}"}
        )
        assert answer.choices[0].message.content
    began = time.monotonic()
    refused(lambda: client.models.list(extra_headers={"x-fault": "first=498"}), 498)
    assert time.monotonic() - began < 2, "498 is not retried"


def broken_streams(client):
    def stream(fault):
        return client.chat.completions.create(
            model=CHAT, messages=user("Three sentences"), stream=True, extra_headers={"x-fault": fault}
        )

    for fault in ("cut=4", "error=4"):
        got = 0
        try:
            for _ in stream(fault):
                got += 1
        except Exception as error:  # noqa: BLE001: the client lets its transport's errors through
            assert fault.startswith("cut") or isinstance(error, groq.APIError), repr(error)
            assert got == 4, (fault, got)
        else:
            raise AssertionError(f"{fault} was not noticed")


async def asynchronous(address):
    async with AsyncGroq(base_url=address, api_key="gsk_check", max_retries=0) as client:
        async def one(number):
            parts = []
            stream = await client.chat.completions.create(model=CHAT, messages=user(f"Say {number}"), stream=True)
            async for chunk in stream:
                parts.append(chunk.choices[0].delta.content or "")
            return "".join(parts)

        answers = await asyncio.gather(*(one(number) for number in range(20)))
        assert all(answers)
        assert (await client.models.list()).data


def main():
    address = sys.argv[1]
    client = Groq(base_url=address, api_key="gsk_check", max_retries=0)
    checks = [chat, tools, structured, vision, streams, audio, models, files_and_batches, embeddings, broken_streams]
    for check in checks:
        check(client)
        print("ok", check.__name__)
    errors(client, address)
    retries(address)
    asyncio.run(asynchronous(address))
    print("ok errors, retries, asynchronous")


main()
