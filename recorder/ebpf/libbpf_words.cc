#include "recorder/ebpf/libbpf_words.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <vector>

namespace sysreel {
namespace {

constexpr std::size_t most_kept = 1u << 20;  // the reason stands at the end of a log of many lines

std::string& kept() {
  static std::string words;
  return words;
}

int keep(libbpf_print_level level, const char* format, va_list values) {
  if (level == LIBBPF_DEBUG) return 0;
  va_list again;
  va_copy(again, values);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length <= 0) return 0;
  std::vector<char> line(static_cast<std::size_t>(length) + 1);
  std::vsnprintf(line.data(), line.size(), format, values);
  std::string& words = kept();
  words.append(line.data(), static_cast<std::size_t>(length));
  if (words.size() > most_kept) words.erase(0, words.size() - most_kept);
  return 0;
}

constexpr std::string_view log_begins = "-- BEGIN PROG LOAD LOG --", log_ends = "-- END PROG LOAD LOG --";

// "libbpf: prog 'on_exec': " and the like, without the first word.
std::string_view without_speaker(std::string_view line) {
  constexpr std::string_view speaker = "libbpf: ";
  return line.starts_with(speaker) ? line.substr(speaker.size()) : line;
}

std::string_view line_at(std::string_view words, std::size_t at) { return words.substr(at, words.find('\n', at) - at); }

// Behind the reason the verifier still counts what it did.
bool counts_its_work(std::string_view line) {
  return line.starts_with("processed ") || line.starts_with("verification time ") || line.starts_with("stack depth ");
}

}  // namespace

void keep_libbpf_words() {
  libbpf_set_print(keep);
  kept().clear();
}

const std::string& libbpf_words() { return kept(); }

std::string reason_in(std::string_view words) {
  const std::size_t begin = words.find(log_begins);
  if (begin == std::string_view::npos) return std::string(without_speaker(line_at(words, 0)));
  const std::size_t head = words.rfind('\n', begin) + 1;  // npos + 1 is the first line
  const std::string_view program = without_speaker(words.substr(head, begin - head));
  std::string_view log = words.substr(begin + log_begins.size());
  log = log.substr(0, log.find(log_ends));
  log = log.substr(0, log.rfind('\n'));  // without the speaker before the end
  std::string_view last;
  for (std::size_t at = 0; at < log.size();) {
    const std::string_view line = line_at(log, at);
    at += line.size() + 1;
    if (!line.empty() && !counts_its_work(line)) last = line;
  }
  return std::string(program) + std::string(last);
}

}  // namespace sysreel
