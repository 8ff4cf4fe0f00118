"""Holds openapi/groq.yaml against a server that is made from it.

usage: check.py ORIGIN

The server (Stoplight Prism) must accept every request of accepted.yaml, refuse every one of refused.yaml, and know every
operation. Exits with 1, and a line for each surprise, where it does not.
"""

import json
import pathlib
import sys
import urllib.error
import urllib.request

import yaml

HERE = pathlib.Path(__file__).parent
BOUNDARY = "boundary-of-the-check"

# Operations without a body: any success will do.
PLAIN = [
    ("GET", "/openai/v1/models"),
    ("GET", "/openai/v1/models/openai%2Fgpt-oss-20b"),
    ("DELETE", "/openai/v1/models/m"),
    ("GET", "/openai/v1/files"),
    ("GET", "/openai/v1/files/f"),
    ("DELETE", "/openai/v1/files/f"),
    ("GET", "/openai/v1/files/f/content"),
    ("GET", "/openai/v1/batches"),
    ("GET", "/openai/v1/batches/b"),
    ("POST", "/openai/v1/batches/b/cancel"),
    ("GET", "/v1/fine_tunings"),
    ("GET", "/v1/fine_tunings/x"),
    ("DELETE", "/v1/fine_tunings/x"),
]

TRANSCRIPTIONS = "/openai/v1/audio/transcriptions"
TRANSLATIONS = "/openai/v1/audio/translations"
FILES = "/openai/v1/files"
GRANULARITY = "timestamp_granularities[]"

# Path, fields, whether there is a file, whether it must be accepted. An unknown part is not among the refusals: Prism drops
# the parts that it does not know before it validates.
MULTIPART = [
    (TRANSCRIPTIONS, {"model": "whisper-large-v3"}, True, True),
    (TRANSCRIPTIONS, {"model": "whisper-large-v3", "url": "https://a.example/b.mp3"}, False, True),
    (TRANSCRIPTIONS, {"model": "w", "response_format": "verbose_json", GRANULARITY: "word"}, True, True),
    (TRANSCRIPTIONS, {"language": "en"}, True, False),
    (TRANSCRIPTIONS, {"model": "w", "response_format": "srt"}, True, False),
    (TRANSCRIPTIONS, {"model": "w", "temperature": "2"}, True, False),
    (TRANSLATIONS, {"model": "whisper-large-v3"}, True, True),
    (TRANSLATIONS, {"language": "en"}, True, False),
    (FILES, {"purpose": "batch"}, True, True),
    (FILES, {"purpose": "dance"}, True, False),
    (FILES, {}, True, False),
]


def main(origin):
    checks = Checks(origin)
    for accepted, name in [(True, "accepted.yaml"), (False, "refused.yaml")]:
        for case in yaml.safe_load((HERE / name).read_text()):
            checks.json(case["path"], case["body"], accepted)
    function = {"type": "function", "function": {"name": "f"}}
    crowded = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [function] * 129}
    checks.json("/openai/v1/chat/completions", crowded, False)
    for path, fields, file, accepted in MULTIPART:
        checks.multipart(path, fields, file, accepted)
    for method, path in PLAIN:
        checks.expect(f"{method} {path}", checks.send(method, path), True)
    checks.expect("no key", checks.send("GET", "/openai/v1/models", key=None), False)
    print(f"{checks.passed} passed, {checks.failed} failed")
    return checks.failed == 0


class Checks:
    def __init__(self, origin):
        self.origin = origin
        self.passed = 0
        self.failed = 0

    def json(self, path, body, accepted):
        text = json.dumps(body)
        status = self.send("POST", path, text.encode(), "application/json")
        self.expect(f"POST {path} {text[:160]}", status, accepted)

    def multipart(self, path, fields, file, accepted):
        status = self.send("POST", path, form(path, fields, file), f"multipart/form-data; boundary={BOUNDARY}")
        self.expect(f"POST {path} {fields}", status, accepted)

    def send(self, method, path, body=None, content_type=None, key="any"):
        request = urllib.request.Request(self.origin + path, data=body, method=method)
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        if content_type:
            request.add_header("Content-Type", content_type)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def expect(self, what, status, accepted):
        if status < 400 if accepted else status in (400, 401, 422):
            self.passed += 1
            return
        self.failed += 1
        print(f"{what}: expected {'an answer' if accepted else 'a refusal'}, got {status}")


def form(path, fields, file):
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    if file:
        name, kind = ("a.jsonl", "application/jsonl") if path == FILES else ("a.wav", "audio/wav")
        head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}'
        parts.append(f"{head}\r\n\r\n{{}}")
    body = "".join(f"--{BOUNDARY}\r\n{part}\r\n" for part in parts)
    return f"{body}--{BOUNDARY}--\r\n".encode()


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1]) else 1)
