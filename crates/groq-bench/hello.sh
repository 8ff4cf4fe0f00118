#!/bin/bash
# What a program with one question needs: its crates, and the CPU seconds of a clean release build. From anywhere:
# `crates/groq-bench/hello.sh`
set -eu
cd "$(dirname "$0")/hello"

# All crates, build dependencies and the program itself included.
crates() {
    cargo tree --manifest-path "$1/Cargo.toml" --edges normal,build --prefix none |
        sed 's/ (\*)$//; s/ (proc-macro)$//' | sort -u | wc -l
}

# User and system seconds of everything that the build starts.
seconds() {
    local target
    target=$(mktemp -d)
    (TIMEFORMAT='%U %S'; time CARGO_TARGET_DIR=$target cargo build --quiet --release --manifest-path "$1/Cargo.toml") 2>&1 |
        tail -1 | awk '{ printf "%.1f", $1 + $2 }'
    rm -rf "$target"
}

for hello in groq-core async-openai; do
    cargo fetch --quiet --manifest-path "$hello/Cargo.toml"
    echo "$hello: $(crates "$hello") crates, $(seconds "$hello") s"
done
