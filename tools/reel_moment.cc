#include "tools/reel_moment.h"

#include <fmt/format.h>

#include "analyzer/text/moment.h"
#include "format/reel_reader.h"
#include "tools/reel_problems.h"

namespace sysreel::tools {

Result<void> print_moment(const std::string& file, std::uint64_t event, const text::TextOptions& options,
                          text::TextSink& sink, const ProgramName& name) {
  Result<ReelReader> reader = ReelReader::open(file);
  if (!reader) return reader.error();
  text::Moment moment(event, options, sink);
  moment.begin(reader->header());
  const Result<void> read = reader->replay(moment);
  say_problems(*reader, file, name);
  if (!read) return read.error();
  if (!moment.found()) return Error{ErrorKind::usage, fmt::format("--at {}: '{}' has fewer events", event, file)};
  return {};
}

}  // namespace sysreel::tools
