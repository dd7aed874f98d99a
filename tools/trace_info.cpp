// trace-info: what a reel is, whether it is whole, what it lost, and why it ended; makes a sound reel of a damaged one.
#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "format/abi/abi.h"
#include "format/recover.h"
#include "format/reel_facts.h"
#include "format/reel_reader.h"
#include "tools/exit_status.h"
#include "tools/program_name.h"
#include "tools/reel_files.h"
#include "tools/sandbox.h"
#include "tools/secret_scan.h"

namespace sysreel {
namespace {

struct Arguments {
  std::string file;
  std::string recover_to;
  std::string rules;
  bool chunks = false;
  bool scan = false;
  bool verify = false;
};

void print(const char* title, const std::string& text) {
  if (!text.empty()) fmt::print("{:<12}{}\n", title, text);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string status_in_words(std::int32_t status) {
  if (status == -1) return "";
  if (WIFSIGNALED(status)) return fmt::format("; the command was killed by signal {}", WTERMSIG(status));
  return fmt::format("; the command exited with {}", WEXITSTATUS(status));
}

void print_header(const Header& header) {
  const std::time_t started = header.started_realtime.value / 1'000'000'000;
  print("recorded", fmt::format("{:%Y-%m-%d %H:%M:%S} UTC on {} (Linux {}, {})", fmt::gmtime(started), header.host,
                                header.kernel, abi::name_of(header.native_abi)));
  print("by", fmt::format("Sysreel {}, {} engine", header.recorder_version, header.engine));
  print("options", joined(header.options));
  print("command", joined(header.command));
  if (!header.targets.empty()) print("attached to", fmt::format("{}", fmt::join(header.targets, " ")));
  print("filter", header.filter);
  std::string kept = fmt::format("strings of {} bytes", header.string_limit);
  if (header.follow_forks) kept += ", children";
  if (header.strict_filter) kept += ", strictly the filter";
  if (header.failed_only) kept += ", failed calls only";
  if (!header.durations) kept += ", no durations";
  if (header.stacks) kept += ", stacks";
  if (header.counts_only) kept += ", calls counted and not recorded";
  if (header.redacted) kept += ", redacted";
  print("kept", kept);
}

void print_facts(const ReelReader& reader, const ReelFacts& facts) {
  const ReelSummary& summary = reader.summary();
  print("content", fmt::format("{} events in {} chunks, {} bytes{}", summary.events, summary.chunks, summary.bytes,
                               summary.events == 0 ? ""
                                                   : fmt::format(", {:.2f} an event", static_cast<double>(summary.bytes) /
                                                                                          static_cast<double>(summary.events))));
  for (std::uint8_t kind = 0; kind < event_kind_count; ++kind) {
    if (facts.count(kind) == 0) continue;
    std::string more;
    if (kind == kind_of<Call>) {
      more = fmt::format(" ({} failed, {} in flight)", facts.failed_calls(), facts.in_flight_calls());
    }
    print("", fmt::format("{} {}{}", facts.count(kind), event_kind_fields[kind], more));
  }
  if (summary.unknown_events != 0) print("", fmt::format("{} of kinds that this version does not know", summary.unknown_events));
  if (facts.filtered_calls() != 0) print("left out", fmt::format("{} calls that did not pass the filter", facts.filtered_calls()));
  bool lossless = true;
  for (std::size_t i = 0; i < loss_cause_count; ++i) {
    const auto cause = static_cast<LossCause>(i);
    const auto say = [&](std::uint64_t count, const char* what) {
      if (count == 0) return;
      print("lost", fmt::format("{} {}: {}", count, what, describe(cause)));
      lossless = false;
    };
    say(facts.lost_calls(cause), cause == LossCause::damaged ? "events" : "calls");
    say(facts.lost_others(cause), "signals and task events");
  }
  if (lossless) print("lost", "nothing");
  if (!summary.closed) {
    print("ended", "not closed: the recorder was killed, or is still recording");
  } else if (facts.ending()) {
    print("ended", fmt::format("{}{}{}", describe(facts.ending()->reason), status_in_words(facts.ending()->command_status),
                               facts.ending()->message.empty() ? "" : ": " + facts.ending()->message));
  } else {
    print("ended", "not known");
  }
}

void print_chunks(const ReelReader& reader) {
  const Nanos origin = reader.header().started;
  const auto seconds = [&](Nanos time) { return static_cast<double>((time - origin).value) * 1e-9; };
  fmt::print("{:>8} {:>12} {:>14} {:>14} {:>9} {:>9} {:>6} {:>6} {:>6}\n", "chunk", "offset", "from", "to", "events", "lost", "tasks",
             "calls", "errors");
  std::size_t number = 0;
  for (const IndexEntry& entry : reader.index()) {
    fmt::print("{:>8} {:>12} {:>14.6f} {:>14.6f} {:>9} {:>9} {:>6} {:>6} {:>6}{}\n", number++, entry.offset, seconds(entry.first_time),
               seconds(entry.last_time), entry.events, entry.lost, entry.tids.size(), entry.calls.size(), entry.errors.size(),
               entry.checkpoint ? " checkpoint" : "");
  }
}

int recover_to(const std::string& path, ReelReader& reader, const tools::ProgramName& name) {
  UniqueFd out(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!out) return tools::say_error(name, Error::from_errno(path, errno));
  tools::enter_sandbox({});
  const Result<Recovered> recovered = recover(reader, std::move(out));
  if (!recovered) return tools::say_error(name, {recovered.error().kind, path + ": " + recovered.error().message});
  for (const Problem& problem : reader.problems()) name.say(problem.message);
  fmt::print("{}: {} events recovered, {} known to be lost\n", path, recovered->events, recovered->lost);
  if (recovered->unknown != 0) fmt::print("{} events of kinds that this version does not know were left out\n", recovered->unknown);
  return 0;
}

int scan(ReelReader& reader, const Arguments& arguments, const tools::ProgramName& name) {
  auto found = tools::scan_for_secrets(reader, arguments.rules, [](const std::string& line) { fmt::print("{}\n", line); });
  if (!found) return tools::say_error(name, found.error());
  for (const Problem& problem : reader.problems()) name.say(problem.message);
  fmt::print("{}: {}\n", arguments.file, *found == 0 ? "no secret found" : fmt::format("{} secrets found", *found));
  return *found == 0 ? 0 : 1;
}

int run(const Arguments& arguments, const tools::ProgramName& name) {
  Result<ReelReader> reader = ReelReader::open(arguments.file);
  if (!reader) return tools::say_error(name, reader.error());
  if (!arguments.recover_to.empty()) return recover_to(arguments.recover_to, *reader, name);
  tools::enter_sandbox({.reads = {arguments.file, arguments.rules}});
  if (arguments.scan) return scan(*reader, arguments, name);
  ReelFacts facts;
  if (const Result<void> read = reader->replay(facts); !read) return tools::say_error(name, read.error());
  if (!arguments.verify) {
    print_header(reader->header());
    print_facts(*reader, facts);
    if (arguments.chunks) print_chunks(*reader);
  }
  for (const Problem& problem : reader->problems()) name.say(problem.message);
  if (!arguments.verify) return 0;
  const bool sound = reader->problems().empty() && reader->summary().closed;
  if (!reader->summary().closed) name.say(fmt::format("{}: not closed", arguments.file));
  if (sound) fmt::print("{}: sound, {} events in {} chunks\n", arguments.file, reader->summary().events, reader->summary().chunks);
  return sound ? 0 : tools::exit_status(ErrorKind::damaged);
}

}  // namespace
}  // namespace sysreel

int main(int argc, char** argv) {
  using namespace sysreel;
  Arguments arguments;
  CLI::App app{"What a reel is, whether it is whole, what it lost, and why it ended.", "trace-info"};
  app.add_option("FILE", arguments.file, "a reel; '-' reads standard input; without it the newest *.reel here");
  app.add_flag("--chunks", arguments.chunks, "list the chunks, as the index has them");
  auto* const verify = app.add_flag("--verify", arguments.verify, "only check every byte; exit status 6 if the reel is not sound");
  app.add_option("--recover", arguments.recover_to, "write what can be read to a new, closed reel")->type_name("OUT")->excludes(verify);
  auto* const scan = app.add_flag("--scan", arguments.scan, "search it for secrets; exit status 1 if there are any")->excludes(verify);
  app.add_option("--rules", arguments.rules, "with --scan: also what the rules in this file find")->type_name("FILE")->needs(scan);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : tools::exit_status(ErrorKind::usage);
  }
  const tools::ProgramName name(argc, argv);
  std::string note;
  const auto files = tools::choose_reels(arguments.file.empty() ? std::vector<std::string>{} : std::vector{arguments.file}, note);
  if (!files) return tools::say_error(name, files.error());
  if (!note.empty()) name.say(note);
  arguments.file = files->front();
  return run(arguments, name);
}
