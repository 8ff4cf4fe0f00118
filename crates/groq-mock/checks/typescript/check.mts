// The official client over every method that it has, and over what goes wrong. The compiler checks the types that
// are used here; what the client does not declare is read as it came.

import assert from 'node:assert/strict';
import Groq, { toFile } from 'groq-sdk';

type Message = Groq.Chat.ChatCompletionMessageParam;

const address = process.argv[2];
const client = new Groq({ baseURL: address, apiKey: 'gsk_check', maxRetries: 0 });
const model = 'openai/gpt-oss-20b';
const weather: Groq.Chat.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { enum: ['C', 'F'] } },
      required: ['city', 'unit'],
      additionalProperties: false,
    },
  },
};
const pixel =
  'data:image/png;base64,' +
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

function user(content: string): Message[] {
  return [{ role: 'user', content }];
}

async function chat() {
  const asked = client.chat.completions.create({ model, messages: user('Say hello.'), temperature: 0.2, seed: 7 });
  const { data, response } = await asked.withResponse();
  assert.ok(data.choices[0].message.content);
  assert.equal(data.choices[0].finish_reason, 'stop');
  assert.equal(data.x_groq?.id, response.headers.get('x-request-id'));
  assert.ok(Number(response.headers.get('x-ratelimit-remaining-tokens')) > 0);
  assert.equal(data.usage!.total_tokens, data.usage!.prompt_tokens + data.usage!.completion_tokens);
  const cut = await client.chat.completions.create({ model, messages: user('200 words'), max_completion_tokens: 9 });
  assert.equal(cut.choices[0].finish_reason, 'length');
}

async function tools() {
  const messages = user('What is the weather in Paris? city=Paris');
  const first = await client.chat.completions.create({ model, messages, tools: [weather], tool_choice: 'required' });
  const call = first.choices[0].message.tool_calls![0];
  assert.equal(JSON.parse(call.function.arguments).city, 'Paris');
  messages.push({ role: 'assistant', tool_calls: [call] });
  messages.push({ role: 'tool', tool_call_id: call.id, content: '{"degrees": 21}' });
  const last = await client.chat.completions.create({ model, messages, tools: [weather] });
  assert.match(last.choices[0].message.content!, /21/);
}

async function structured() {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, age: { type: 'integer' } },
    required: ['name', 'age'],
    additionalProperties: false,
  };
  const answer = await client.chat.completions.create({
    model,
    messages: user('name=Ada age=36'),
    response_format: { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } },
  });
  assert.deepEqual(JSON.parse(answer.choices[0].message.content!), { name: 'Ada', age: 36 });
  const loose = await client.chat.completions.create({
    model,
    messages: user('Some JSON, please'),
    response_format: { type: 'json_object' },
  });
  assert.equal(typeof JSON.parse(loose.choices[0].message.content!), 'object');
}

async function vision() {
  const content: Groq.Chat.ChatCompletionContentPart[] = [
    { type: 'text', text: 'What is it?' },
    { type: 'image_url', image_url: { url: pixel } },
  ];
  const answer = await client.chat.completions.create({
    model: 'qwen/qwen3.8-27b',
    messages: [{ role: 'user', content }],
  });
  assert.ok(answer.choices[0].message.content);
}

async function streams() {
  const messages = user('Three sentences, please.');
  const whole = await client.chat.completions.create({ model, messages, seed: 1 });
  let [text, finish, total] = ['', '', 0];
  for await (const chunk of await client.chat.completions.create({ model, messages, seed: 1, stream: true })) {
    assert.equal(chunk.object, 'chat.completion.chunk');
    text += chunk.choices[0]?.delta.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    total = chunk.x_groq?.usage?.total_tokens ?? total;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(finish, 'stop');
  assert.ok(total > 0);
  const stopped = await client.chat.completions.create({ model, messages, stream: true });
  for await (const _ of stopped) break;
}

async function audio() {
  const voice = 'canopylabs/orpheus-v1-english';
  const speech = await client.audio.speech.create({
    model: voice,
    voice: 'hannah',
    input: 'Good day to you.',
    response_format: 'wav',
    sample_rate: 16000,
  });
  const sound = Buffer.from(await speech.arrayBuffer());
  assert.equal(sound.subarray(0, 4).toString(), 'RIFF');
  const file = await toFile(sound, 'talk.wav');
  const plain = await client.audio.transcriptions.create({ model: 'whisper-large-v3', file });
  assert.equal(plain.text.trim(), 'Good day to you.');
  const verbose: any = await client.audio.transcriptions.create({
    model: 'whisper-large-v3-turbo',
    file: await toFile(sound, 'talk.wav'),
    response_format: 'verbose_json',
    language: 'en',
    temperature: 0,
    timestamp_granularities: ['word', 'segment'],
  });
  assert.deepEqual(verbose.words.map((word: any) => word.word), ['Good', 'day', 'to', 'you.']);
  assert.ok(verbose.segments[0].end <= verbose.duration);
  const english = await client.audio.translations.create({
    model: 'whisper-large-v3',
    file: await toFile(sound, 'talk.wav'),
  });
  assert.equal(english.text, plain.text);
}

async function models() {
  const listed = await client.models.list();
  assert.ok(listed.data.some((known) => known.id === model));
  assert.equal((await client.models.retrieve(model)).id, model);
  await refused(() => client.models.delete(model), 403, 404);
  await refused(() => client.models.retrieve('no/such-model'), 404);
}

async function filesAndBatches() {
  const line = (number: number, more: object) =>
    JSON.stringify({
      custom_id: `item-${number}`,
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model, messages: user(`Say ${number}`), ...more },
    });
  const content = [line(0, {}), line(1, { temperature: 9 }), line(2, {})].join('\n') + '\n';
  const file = await client.files.create({ file: await toFile(Buffer.from(content), 'items.jsonl'), purpose: 'batch' });
  assert.equal(file.bytes, content.length);
  assert.ok((await client.files.list()).data.some((known) => known.id === file.id));
  assert.equal((await client.files.info(file.id!)).filename, 'items.jsonl');
  assert.equal(await (await client.files.content(file.id!)).text(), content);
  const make = () =>
    client.batches.create({ completion_window: '24h', endpoint: '/v1/chat/completions', input_file_id: file.id! });
  let batch: Groq.BatchRetrieveResponse = await make();
  assert.equal(batch.status, 'validating');
  while (!['completed', 'failed', 'expired'].includes(batch.status)) batch = await client.batches.retrieve(batch.id);
  assert.deepEqual(batch.request_counts, { total: 3, completed: 2, failed: 1 });
  const results = await (await client.files.content(batch.output_file_id!)).text();
  for (const result of results.trim().split('\n')) assert.equal(JSON.parse(result).response.status_code, 200);
  assert.ok((await client.batches.list()).data.some((known) => known.id === batch.id));
  assert.equal((await client.batches.cancel((await make()).id)).status, 'cancelling');
  assert.ok((await client.files.delete(file.id!)).deleted);
  await refused(() => client.files.info(file.id!), 404);
}

async function embeddings() {
  const asked = { model: 'nomic-embed-text-v1_5', input: ['a cat', 'a dog'] };
  const answer = await client.embeddings.create(asked);
  const lengths = answer.data.map((one) => Math.hypot(...(one.embedding as number[])));
  assert.ok(lengths.every((length) => Math.abs(length - 1) < 1e-3));
}

/** The error that a call ends in, with one of these statuses and in Groq's shape. */
async function refused(call: () => Promise<unknown>, ...statuses: number[]) {
  const error = await call().then(
    () => assert.fail(`${statuses} was expected`),
    (error: unknown) => error,
  );
  assert.ok(error instanceof Groq.APIError, String(error));
  assert.ok(statuses.includes(error.status!), String(error));
  const body: any = error.error;
  assert.ok(body.error.message && body.error.type, JSON.stringify(body));
  return error;
}

async function errors() {
  const kinds: [number, Function][] = [
    [400, Groq.BadRequestError],
    [401, Groq.AuthenticationError],
    [403, Groq.PermissionDeniedError],
    [404, Groq.NotFoundError],
    [409, Groq.ConflictError],
    [413, Groq.APIError],
    [422, Groq.UnprocessableEntityError],
    [429, Groq.RateLimitError],
    [498, Groq.APIError],
    [500, Groq.InternalServerError],
    [503, Groq.InternalServerError],
  ];
  const ask = (more: object, headers?: Record<string, string>) =>
    client.chat.completions.create({ model, messages: user('Hi'), ...more }, { headers });
  for (const [status, kind] of kinds) {
    const error = await refused(() => ask({}, { 'x-fault': `status=${status}` }), status);
    assert.ok(error instanceof kind, error.constructor.name);
  }
  await refused(() => ask({ model: 'no-such-model' }), 404);
  await refused(() => ask({ temperature: 3 }), 400);
  await refused(() => ask({ unheard_of: 1 }), 400);
  const patient = new Groq({ baseURL: address, apiKey: 'gsk_check', maxRetries: 2 });
  const stranger = new Groq({ baseURL: address, apiKey: 'gsk_wrong', maxRetries: 0 });
  await refused(() => stranger.models.list(), 401);
  for (const status of [429, 500]) {
    const answer = await patient.chat.completions.create(
      { model, messages: user('Hi') },
      { headers: { 'x-fault': `first=${status}` } },
    );
    assert.ok(answer.choices[0].message.content);
  }
  for (const fault of ['cut=4', 'error=4']) {
    let got = 0;
    await assert.rejects(async () => {
      const stream = await client.chat.completions.create(
        { model, messages: user('Three sentences'), stream: true },
        { headers: { 'x-fault': fault } },
      );
      for await (const _ of stream) got += 1;
    });
    assert.equal(got, 4, fault);
  }
}

for (const check of [chat, tools, structured, vision, streams, audio, models, filesAndBatches, embeddings, errors]) {
  await check();
  console.log('ok', check.name);
}
