// trace-stats: counts, errors and times of the calls in one or more reels.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/stats/diff_table.h"
#include "analyzer/stats/histogram_chart.h"
#include "analyzer/stats/stats_table.h"
#include "analyzer/stats/timeline_table.h"
#include "tools/exit_status.h"
#include "tools/option_values.h"
#include "tools/program_name.h"
#include "tools/reel_files.h"
#include "tools/reel_stats.h"
#include "tools/reel_summary.h"
#include "tools/sandbox.h"
#include "tools/window_option.h"

namespace sysreel {
namespace {

constexpr std::string_view automatic = "auto";  // the interval of --timeline that fits a screen

struct Arguments {
  std::vector<std::string> files;
  std::string by = "syscall";
  std::string sort = "time";
  std::string columns;
  std::string window;
  std::string timeline;
  std::string diff;
  std::size_t top = 0;
  bool histogram = false;
  bool json = false;
  bool csv = false;
};

struct Wish {
  tools::StatsRequest request;
  StatsTableOptions table;
};

// Checks what the command line alone can tell.
Result<Wish> understand(const Arguments& arguments) {
  Wish wish;
  wish.request.by = grouping_of(arguments.by).value_or(Grouping::syscall);
  if (!arguments.window.empty()) {
    const auto window = tools::WindowOption::parse(arguments.window);
    if (!window) return window.error();
    wish.request.window = *window;
  }
  wish.request.timeline = !arguments.timeline.empty();
  if (wish.request.timeline && arguments.timeline != automatic) {
    const auto interval = tools::parse_duration(arguments.timeline);
    if (!interval || interval->value <= 0) {
      return Error{ErrorKind::usage, fmt::format("--timeline={}: an interval is wanted, such as 100ms or 1s", arguments.timeline)};
    }
    wish.request.interval = *interval;
  }
  wish.table = {.group = arguments.by, .sort = arguments.sort, .top = arguments.top};
  wish.table.style = arguments.json ? TableStyle::json : arguments.csv ? TableStyle::csv : TableStyle::text;
  for (std::size_t begin = 0; begin < arguments.columns.size();) {
    const std::size_t end = std::min(arguments.columns.find(',', begin), arguments.columns.size());
    const std::string key = arguments.columns.substr(begin, end - begin);
    for (const FigureColumn& column : figure_columns()) {
      if (key == "all" || key == column.key) wish.table.columns.push_back(&column);
    }
    if (key != "all" && figure_column(key) == nullptr) return Error{ErrorKind::usage, fmt::format("--columns: there is no figure '{}'", key)};
    begin = end + 1;
  }
  return wish;
}

// Adds up all reels; one that cannot be read is said, and the others are still counted. Returns an exit status.
int add_all(const std::vector<std::string>& files, tools::ReelStats& stats, const tools::ProgramName& name) {
  int status = 0;
  for (const std::string& file : files) {
    if (const auto added = stats.add(file, name); !added) status = tools::say_error(name, added.error());
  }
  return status;
}

std::string view_of(const Arguments& arguments, const StatsTableOptions& table, const tools::ReelStats& stats) {
  if (!arguments.timeline.empty()) return timeline_table(stats.timeline(), table.style, stats.lost());
  if (arguments.histogram && table.style != TableStyle::json) return histogram_chart(stats.rows(), table, stats.lost());
  return stats_table(stats.rows(), table, stats.lost());
}

int run(const Arguments& arguments, const tools::ProgramName& name) {
  const Result<Wish> wish = understand(arguments);
  if (!wish) return tools::say_error(name, wish.error());
  std::string note;
  const auto files = tools::choose_reels(arguments.files, note);
  if (!note.empty()) name.say(note);
  if (!files) return tools::say_error(name, files.error());

  tools::SandboxNeeds needs{.reads = *files, .symbols = wish->request.by == Grouping::stack};
  if (!arguments.diff.empty()) needs.reads.push_back(arguments.diff);
  tools::enter_sandbox(needs);

  tools::ReelStats stats(wish->request);
  int status = add_all(*files, stats, name);
  if (status != 0 && stats.rows().empty()) return status;
  std::string text;
  std::uint64_t lost = stats.lost();
  if (arguments.diff.empty()) {
    text = view_of(arguments, wish->table, stats);
  } else {
    tools::ReelStats before(wish->request);
    status = std::max(status, add_all({arguments.diff}, before, name));
    text = diff_table({before.rows(), before.lost()}, {stats.rows(), stats.lost()}, wish->table);
    lost += before.lost();
  }
  if (wish->table.style == TableStyle::csv && lost != 0) name.say(fmt::format("{} calls happened and were lost", lost));
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return tools::say_error(name, Error::from_errno("standard output", errno));
  }
  return status;
}

void add_options(CLI::App& app, Arguments& arguments) {
  app.add_option("FILE", arguments.files, "reels; '-' reads a pipe; default: standard input if it is a pipe, else the newest *.reel here");
  std::vector<std::string> groupings(grouping_names().begin(), grouping_names().end());
  app.add_option("--by", arguments.by, "what a row stands for")->check(CLI::IsMember(groupings))->capture_default_str();
  std::vector<std::string> keys = {"name"};
  for (const FigureColumn& column : figure_columns()) keys.emplace_back(column.key);
  app.add_option("--sort,-S", arguments.sort, "what rows are sorted by, the highest first")->check(CLI::IsMember(keys))->capture_default_str();
  app.add_option("--top", arguments.top, "show only so many rows");
  app.add_option("--columns", arguments.columns, "figures shown, such as calls,p50,p999; all");
  app.add_option("--window", arguments.window, "FROM..TO: only calls that ended then; seconds from the beginning (2..3.5), or a time of the day");
  auto* const timeline = app.add_option("--timeline", arguments.timeline, "rate, latency and errors over time, by INTERVAL (1s) or as fits a screen")
                             ->option_text("[=INTERVAL]");
  auto* const histogram = app.add_flag("--histogram", arguments.histogram, "how many calls took how long, as bars");
  auto* const diff = app.add_option("--diff", arguments.diff, "compare with this reel of before: what got slower");
  timeline->excludes(histogram)->excludes(diff);
  histogram->excludes(diff);
  auto* const csv = app.add_flag("--csv", arguments.csv, "for spreadsheets; times in nanoseconds");
  app.add_flag("--json", arguments.json, "for programs; times in nanoseconds")->excludes(csv);
  app.footer("-c, -C, -S, -U, -w and -O count and print as strace does; with one of -c and -C all of strace's options hold.\n"
             "Times are wall-clock time from entry to exit; cpu is what of it was spent on a CPU, wait the rest.");
}

}  // namespace
}  // namespace sysreel

int main(int argc, char** argv) {
  using namespace sysreel;
  const tools::ProgramName name(argc, argv);
  const std::vector<const char*> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (tools::asks_for_summary(words)) return tools::summarise(words, name);
  Arguments arguments;
  CLI::App app{"Counts, errors and times of the system calls in reels.", "trace-stats"};
  add_options(app, arguments);
  // CLI11 would take the word behind for the interval that need not be there.
  std::vector<std::string> normal(words.rbegin(), words.rend());
  std::replace(normal.begin(), normal.end(), std::string("--timeline"), fmt::format("--timeline={}", automatic));
  try {
    app.parse(std::move(normal));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : tools::exit_status(ErrorKind::usage);
  }
  return run(arguments, name);
}
