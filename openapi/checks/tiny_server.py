"""Serves a model of random weights by llama.cpp's own server, on 127.0.0.1, until it is ended.

usage: tiny_server.py PORT FILE

The model is written to FILE. What it says has no sense; that it says it is llama.cpp's work, in llama.cpp's own form.
"""

import sys
import threading

import gguf
import numpy
import xllamacpp

EMBEDDING, HEADS, FORWARD, CONTEXT = 64, 4, 128, 2048


def main(port, path):
    write(path)
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.model_alias = ["tiny"]
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.n_predict = 64
    params.warmup = False
    params.chat_template = "chatml"
    server = xllamacpp.Server(params)
    print(f"serving at {server.listening_address}", flush=True)
    threading.Event().wait()


def write(path):
    """A llama of one layer, whose tokens are the bytes."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(EMBEDDING)
    writer.add_feed_forward_length(FORWARD)
    writer.add_block_count(1)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(EMBEDDING // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    kinds = gguf.TokenType
    tokens = [(b"<unk>", kinds.UNKNOWN), (b"<s>", kinds.CONTROL), (b"</s>", kinds.CONTROL)]
    tokens += [(f"<0x{byte:02X}>".encode(), kinds.BYTE) for byte in range(256)]
    # Words, since bytes at random are seldom UTF-8.
    tokens += [(f"\u2581word{number}".encode(), kinds.NORMAL) for number in range(61)]
    writer.add_tokenizer_model("llama")
    writer.add_token_list([token for token, _ in tokens])
    writer.add_token_scores([0.0 if 3 <= index < 259 else -float(index) for index in range(len(tokens))])
    writer.add_token_types([kind for _, kind in tokens])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    random = numpy.random.default_rng(7)
    vocabulary = len(tokens)
    square = (EMBEDDING, EMBEDDING)
    output = random.normal(0, 0.05, (vocabulary, EMBEDDING))
    output[:259] = 0  # it says words, not bytes
    shapes = {
        "token_embd": (vocabulary, EMBEDDING),
        "blk.0.attn_q": square,
        "blk.0.attn_k": square,
        "blk.0.attn_v": square,
        "blk.0.attn_output": square,
        "blk.0.ffn_gate": (FORWARD, EMBEDDING),
        "blk.0.ffn_up": (FORWARD, EMBEDDING),
        "blk.0.ffn_down": (EMBEDDING, FORWARD),
    }
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", random.normal(0, 0.5, shape).astype(numpy.float32))
    for name in ("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"):
        writer.add_tensor(f"{name}.weight", numpy.ones(EMBEDDING, numpy.float32))
    writer.add_tensor("output.weight", (output * 20).astype(numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
