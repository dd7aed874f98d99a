// Any text through redaction: every span lies inside, and the second half of a stream follows the first.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "recorder/redact/arguments.h"
#include "recorder/redact/stream_memory.h"

namespace {

void check(const std::vector<sysreel::SecretSpan>& spans, std::size_t size) {
  for (const sysreel::SecretSpan& span : spans) {
    if (span.at > size || span.length > size - span.at) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sysreel;
  static const RedactionRules rules;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<SecretSpan> spans;
  rules.find(text, spans);
  check(spans, size);
  spans.clear();
  rules.find_cut(text, spans);
  check(spans, size);
  StreamMemory stream(rules);
  for (const std::string_view piece : {text.substr(0, size / 2), text.substr(size / 2)}) {
    spans.clear();
    stream.next({}, piece, false, spans);
    check(spans, piece.size());
  }
  std::string words(text);
  redact_command_line(rules, words);
  if (words.size() != size) std::abort();
  return 0;
}
