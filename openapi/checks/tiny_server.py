"""Serves a model of random weights by llama.cpp's own server, on 127.0.0.1, until it is ended.

usage: tiny_server.py PORT FILE

The model is written to FILE. What it says has no sense; that it says it is llama.cpp's work, in llama.cpp's own form.
"""

import sys
import threading

import gguf
import numpy
import xllamacpp

EMBEDDING, HEADS, FORWARD, CONTEXT = 64, 4, 128, 8192


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


def vocabulary():
    """The tokens, and how likely each is besides what chance says: bytes are never said, and what closes something often."""
    kinds = gguf.TokenType
    tokens = [(b"<unk>", kinds.UNKNOWN, -30), (b"<s>", kinds.CONTROL, -30), (b"</s>", kinds.CONTROL, -30)]
    tokens += [(f"<0x{byte:02X}>".encode(), kinds.BYTE, -30) for byte in range(256)]
    # A grammar goes by characters; bytes at random are seldom any.
    for character in map(chr, range(0x20, 0x7F)):
        likely = {"{": -9, "n": 4, '"': 4, "}": 4, "]": 4, " ": -4, "\\": -9}.get(character, 0)
        tokens.append((character.replace(" ", "\u2581").encode(), kinds.NORMAL, likely))
    tokens += [(f"\u2581word{number}".encode(), kinds.NORMAL, 0) for number in range(61)]
    return tokens


def write(path):
    """A llama of one layer. Its first dimension is the same for all tokens, which makes some likelier than others."""
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
    tokens = vocabulary()
    writer.add_tokenizer_model("llama")
    writer.add_token_list([token for token, _, _ in tokens])
    writer.add_token_scores([0.0 if 3 <= index < 259 else -float(index) for index in range(len(tokens))])
    writer.add_token_types([kind for _, kind, _ in tokens])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    random = numpy.random.default_rng(7)
    square = (EMBEDDING, EMBEDDING)
    output = random.normal(0, 0.3, (len(tokens), EMBEDDING))
    output[:, 0] = [likely / 6 for _, _, likely in tokens]
    shapes = {
        "token_embd": (len(tokens), EMBEDDING),
        "blk.0.attn_q": square,
        "blk.0.attn_k": square,
        "blk.0.attn_v": square,
        "blk.0.attn_output": square,
        "blk.0.ffn_gate": (FORWARD, EMBEDDING),
        "blk.0.ffn_up": (FORWARD, EMBEDDING),
        "blk.0.ffn_down": (EMBEDDING, FORWARD),
    }
    for name, shape in shapes.items():
        weights = random.normal(0, 0.2, shape)
        if name == "token_embd":
            weights = random.normal(0, 0.5, shape)
            weights[:, 0] = 8
        elif name in ("blk.0.attn_output", "blk.0.ffn_down"):
            weights[0] = 0
        writer.add_tensor(f"{name}.weight", weights.astype(numpy.float32))
    for name in ("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"):
        writer.add_tensor(f"{name}.weight", numpy.ones(EMBEDDING, numpy.float32))
    writer.add_tensor("output.weight", output.astype(numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
