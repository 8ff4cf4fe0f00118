#!/bin/sh
# Instructions per decode, by callgrind: `crates/groq-bench/instructions.sh`, from the root of the workspace.
set -eu

binary=$(cargo bench -p groq-bench --bench instructions --no-run --message-format json 2>/dev/null |
    sed -n 's/.*"name":"instructions".*"executable":"\([^"]*\)".*/\1/p')

instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$binary" "$@" 2>&1 |
        sed -n 's/.*Collected : //p'
}

per_decode() {
    echo $((($(instructions "$1" "$2" 1100) - $(instructions "$1" "$2" 100)) / 1000))
}

for payload in chunk tool_chunk last_chunk completion; do
    groq=$(per_decode groq "$payload")
    plain=$(per_decode plain "$payload")
    echo "$payload: groq $groq, plain $plain, ratio $(echo "scale=3; $groq / $plain" | bc)"
done

for kind in alike odd; do
    echo "stream of text, chunks $kind: $(per_decode stream "$kind")"
done
