# Sourced by the checks: starts the mock and puts its address into `address`; it stops when the script ends.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
tools=$root/target/client-checks
mkdir -p "$tools"

serve() {
  cargo build --quiet --manifest-path "$root/Cargo.toml" -p groq-mock --example serve
  # The mock stops when its input ends, which it does with this script.
  coproc MOCK { exec "$root/target/debug/examples/serve" --key gsk_check; }
  read -r address <&"${MOCK[0]}"
}

venv() {
  if [ ! -x "$tools/venv/bin/python" ]; then
    python3 -m venv "$tools/venv"
  fi
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check "$@"
}
