#include "tools/record_header.h"

#include "recorder/host.h"
#include "recorder/redact/arguments.h"

namespace sysreel::tools {
namespace {

// All that keeps calls of the target out of the reel.
std::string filter_in_words(const RecordCommand& command) {
  std::string words = command.filter;
  if (command.record.filter.any()) words += (words.empty() ? "" : "; ") + command.record.filter.words();
  return words;
}

// The command line stands in the header twice: as the command, and behind our own options.
void redact(const RedactionRules& rules, Header& header) {
  std::vector<std::string> own{"trace-record"};
  own.insert(own.end(), header.options.begin(), header.options.end() - static_cast<std::ptrdiff_t>(header.command.size()));
  redact_words(rules, own);
  redact_words(rules, header.command);
  header.options.assign(own.begin() + 1, own.end());
  header.options.insert(header.options.end(), header.command.begin(), header.command.end());
}

}  // namespace

Header header_for(const RecordCommand& command, std::string_view engine, std::span<const char* const> words, const RedactionRules* rules) {
  Header header = header_of_this_host();
  header.engine = engine;
  header.command = command.command;
  header.options.assign(words.begin(), words.end());
  for (const Pid pid : command.targets) header.targets.push_back(raw(pid));
  header.filter = filter_in_words(command);
  header.string_limit = command.record.string_limit;
  header.follow_forks = command.record.follow_forks;
  header.strict_filter = command.record.strict_filter;
  header.failed_only = command.record.failed_only;
  header.counts_only = command.record.counts_only;
  header.durations = command.record.durations;
  header.stacks = command.record.stacks;
  header.redacted = command.redact;
  if (rules) redact(*rules, header);
  return header;
}

}  // namespace sysreel::tools
