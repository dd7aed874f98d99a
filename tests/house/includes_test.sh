#!/usr/bin/env bash
# Checks that the house is built as ARCHITECTURE.md draws it: who may include whom, and which library appears where.
#   tests/house/includes_test.sh [ROOT]
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"
failures=0

# format/capnp_guard.h is the codec's own: it catches Cap'n Proto's exceptions where they begin.
# forbid FOLDER-PATTERN INCLUDE-PATTERN REASON: no file whose path matches may have an #include that matches.
forbid() {
  local found
  found=$(find format recorder analyzer tools bench -type f | grep -E "$1" | grep -E '\.(h|cc|cpp|c|def)$' | grep -v '^format/capnp_guard\.h$' | xargs -r grep -nHE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" || true)
  if [ -n "$found" ]; then
    printf '%s\n%s\n\n' "$3:" "$found"
    failures=$((failures + 1))
  fi
}

forbid '^format/'   '(recorder|analyzer|tools)/'          'format/ is the contract and knows neither side'
forbid '^recorder/' '(analyzer|tools)/'                   'recorder/ must not know the readers or the tools'
forbid '^analyzer/' '(recorder|tools)/'                   'analyzer/ must not know the recorder or the tools'
forbid '^(format|analyzer|tools|bench)/'      'bpf/'      'libbpf belongs to recorder/ebpf'
forbid '^recorder/([^/]*$|ptrace/)'           'bpf/(libbpf|bpf|btf|bpf_helpers)' 'libbpf belongs to recorder/ebpf'
forbid '^(format|tools|bench)/'               'elfutils/' 'elfutils belongs to recorder/dwarf and analyzer/symbols'
forbid '^recorder/([^/]*$|ptrace/|ebpf/)'     'elfutils/' 'the static recorder does without elfutils'
forbid '^analyzer/([^/]*$|(text|model|stats|errors|diagnosis|overview|export|stacks)/)' '(elfutils/|g?elf|libelf)' 'elfutils belongs to analyzer/symbols'
forbid '^(format|recorder|analyzer|bench)/'   'CLI/'      'CLI11 belongs to tools/'
forbid '^(recorder|analyzer|tools)/'          '(capnp|kj)/' 'Cap'"'"'n Proto belongs to format/'
forbid '^(format|analyzer|tools|bench)/'      're2/' 'RE2 belongs to recorder/redact'
forbid '^recorder/([^/]*$|ptrace/|ebpf/)'      're2/' 'RE2 belongs to recorder/redact'
forbid '^format/.*\.h$'                       '(capnp|kj)/' 'Cap'"'"'n Proto stays out of public headers'

[ "$failures" -eq 0 ] && echo "includes: the house stands as drawn"
exit "$((failures > 0))"
