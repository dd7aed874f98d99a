// trace-stats: counts, errors and times of the calls in one or more reels.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "analyzer/stats/call_stats.h"
#include "analyzer/stats/stats_table.h"
#include "format/abi/abi.h"
#include "format/reel_reader.h"
#include "tools/exit_status.h"
#include "tools/program_name.h"
#include "tools/reel_files.h"
#include "tools/reel_problems.h"

namespace sysreel {
namespace {

struct Arguments {
  std::vector<std::string> files;
  std::string sort = "time";
  std::size_t top = 0;
  bool json = false;
  bool csv = false;
};

std::string name_of_call(Abi abi, SyscallNr nr) {
  const abi::SyscallRow* row = abi::row_of(abi, nr);
  std::string name = row ? row->name : fmt::format("syscall_{:#x}", static_cast<unsigned>(raw(nr)));
  return abi == Abi::x86_64 || abi == Abi::aarch64 ? name : fmt::format("{} ({})", name, abi::name_of(abi));
}

// Adds one reel to `stats`, its chunks on all CPUs. Says on stderr what could not be read.
Result<void> add_reel(const std::string& file, CallStats& stats, const tools::ProgramName& name) {
  auto reader = ReelReader::open(file);
  if (!reader) return reader.error();
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<CallStats> partial(threads);
  const auto count = [&](ChunkView& chunk, unsigned worker) -> Result<void> {
    if (auto others = chunk.replay_others(partial[worker]); !others) return others;
    return partial[worker].add(chunk);
  };
  const Result<void> scanned = reader->scan(threads, {}, count);
  for (const CallStats& part : partial) stats.merge(part);
  tools::say_problems(*reader, file, name);
  return scanned;
}

// Prints the table of all reels; one that cannot be read is said, and the others are still counted.
int run(const Arguments& arguments, const tools::ProgramName& name) {
  std::string note;
  const auto files = tools::choose_reels(arguments.files, note);
  if (!note.empty()) name.say(note);
  if (!files) return tools::say_error(name, files.error());
  CallStats stats;
  int status = 0;
  for (const std::string& file : *files) {
    if (const auto added = add_reel(file, stats, name); !added) status = tools::say_error(name, added.error());
  }
  if (status != 0 && stats.groups().empty()) return status;
  std::vector<StatsRow> rows;
  for (const auto& group : stats.groups()) rows.push_back({name_of_call(group.abi, group.nr), group.figures});
  const StatsTableOptions options{.sort = arguments.sort,
                                  .top = arguments.top,
                                  .style = arguments.json ? TableStyle::json : arguments.csv ? TableStyle::csv : TableStyle::text};
  const std::string table = stats_table(std::move(rows), options, stats.lost());
  if (std::fwrite(table.data(), 1, table.size(), stdout) != table.size() || std::fflush(stdout) != 0) {
    return tools::say_error(name, Error::from_errno("standard output", errno));
  }
  return status;
}

}  // namespace
}  // namespace sysreel

int main(int argc, char** argv) {
  using namespace sysreel;
  Arguments arguments;
  CLI::App app{"Counts, errors and times of the system calls in reels.", "trace-stats"};
  app.add_option("FILE", arguments.files, "reels; '-' reads a pipe; default: standard input if it is a pipe, else the newest *.reel here");
  std::vector<std::string> keys(sort_keys().begin(), sort_keys().end());
  app.add_option("--sort,-S", arguments.sort, "column to sort by")->check(CLI::IsMember(keys))->capture_default_str();
  app.add_option("--top", arguments.top, "show only so many rows");
  app.add_flag("--json", arguments.json, "times in nanoseconds")->excludes(app.add_flag("--csv", arguments.csv, "times in nanoseconds"));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : tools::exit_status(ErrorKind::usage);
  }
  return run(arguments, tools::ProgramName(argc, argv));
}
