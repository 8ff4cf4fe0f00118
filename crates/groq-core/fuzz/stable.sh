#!/bin/bash
# libFuzzer with a stable compiler and without cargo-fuzz: `./stable.sh sse -max_total_time=60`. For x86-64 Linux, with a C++ compiler.
set -eu
cd "$(dirname "$0")"

# The host's own target is named, so that build scripts are built without all this.
target=x86_64-unknown-linux-gnu
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"

export RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 -Cdebug-assertions -Coverflow-checks $coverage"
cargo build --quiet --release --target $target --bin "$1"
mkdir -p "corpus/$1"
exec "target/$target/release/$1" "corpus/$1" "${@:2}"
