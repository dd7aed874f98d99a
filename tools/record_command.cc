#include "tools/record_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "format/abi/call_hints.h"
#include "format/abi/syscall_set.h"
#include "recorder/redact/rule_file.h"
#include "recorder/target.h"
#include "tools/argv.h"
#include "tools/filter_options.h"

namespace sysreel::tools {
namespace {

using Apply = Result<void> (*)(RecordCommand&, const std::string& value);

// One option: how it is spelled, what it takes, what --help says, and what it does.
struct Row {
  char letter;
  const char* name;
  const char* value;  // nullptr: takes none
  const char* help;
  Apply apply;
};

template <typename T, typename U>
Result<void> assign(U& to, Result<T> value) {
  if (!value) return value.error();
  to = std::move(*value);
  return {};
}

Result<void> add_targets(RecordCommand& command, const std::string& value) {
  const auto pids = parse_pids(value);
  if (!pids) return pids.error();
  for (const Pid pid : *pids) {
    if (std::find(command.targets.begin(), command.targets.end(), pid) == command.targets.end()) command.targets.push_back(pid);
  }
  return {};
}

Result<void> set_filter(RecordCommand& command, const std::string& value) {
  std::string expression = value;
  if (const std::size_t equals = value.find('='); equals != std::string::npos) {
    const std::string key = value.substr(0, equals);
    if (key != "trace" && key != "t") {
      return Error{ErrorKind::usage, fmt::format("-e {}= is an option of the readers; trace-record knows -e trace=SET", key)};
    }
    expression = value.substr(equals + 1);
  }
  auto set = abi::parse_syscall_set(expression);
  if (!set) return Error{ErrorKind::usage, set.error().message + abi::hint_for_unknown_call(expression)};
  command.record.wanted = std::move(*set);
  command.filter = expression;
  if (std::string note = abi::note_on_set(expression); !note.empty()) command.notes.push_back(std::move(note));
  return {};
}

Result<void> set_string_limit(RecordCommand& command, const std::string& value) {
  std::uint32_t limit = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), limit);
  constexpr std::uint32_t largest = 1u << 20;
  if (error != std::errc{} || end != value.data() + value.size() || limit > largest) {
    return Error{ErrorKind::usage, fmt::format("-s {}: not a number of bytes from 0 to {}", value, largest)};
  }
  command.record.string_limit = limit;
  if (limit == 0) command.record.without_payload = abi::SyscallSet::all();
  return {};
}

// 0, which every limit understands as none, is spelled out.
template <typename T>
Result<T> or_unlimited(const std::string& value, Result<T> (*parse)(std::string_view)) {
  if (value == "unlimited") return T{};
  return parse(value);
}

Result<void> set_rotation(RecordCommand& command, const std::string& value) {
  const std::size_t comma = value.find(',');
  RotateOption rotate;
  if (auto bytes = assign(rotate.bytes, parse_size(value.substr(0, comma))); !bytes) return bytes;
  if (comma != std::string::npos) {
    if (auto keep = assign(rotate.keep, parse_count(value.substr(comma + 1))); !keep) return keep;
  }
  if (rotate.keep < 2) return Error{ErrorKind::usage, "--rotate keeps two reels at least: the one in work and the one before"};
  command.rotate = rotate;
  return {};
}

Result<void> add_rules(RecordCommand& command, const std::string& path) {
  auto rules = read_rules(path);
  if (!rules) return rules.error();
  std::move(rules->begin(), rules->end(), std::back_inserter(command.redaction));
  return {};
}

// An option of the filter, as a row applies it.
template <Result<void> (*add)(ExitFilter&, const std::string&)>
Result<void> through(RecordCommand& command, const std::string& value) {
  return add(command.record.filter, value);
}

constexpr Row rows[] = {
    {'p', "attach", "PID[,PID]...", "record these running processes, all their threads; may be repeated", add_targets},
    {0, "container", "ID", "record the processes of this container; may be repeated",
     [](RecordCommand& c, const std::string& v) -> Result<void> {
       if (auto checked = check_container_id(v); !checked) return checked;
       c.query.containers.push_back(v);
       return {};
     }},
    {0, "comm", "NAME", "record processes of this name, also those to come; with -p or a command: only its threads of this name",
     [](RecordCommand& c, const std::string& v) -> Result<void> { c.query.comms.push_back(v); return {}; }},
    {0, "cgroup", "PATH", "record the processes of this control group and below; with -p or a command: only what runs in it",
     [](RecordCommand& c, const std::string& v) -> Result<void> { c.query.cgroups.push_back(v); return {}; }},
    {'a', "all", nullptr, "record the whole machine but the recorder itself",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.query.all = true; return {}; }},
    {'o', "output", "FILE", "write the reel there; - is standard output (the command's own goes to stderr then)",
     [](RecordCommand& c, const std::string& v) -> Result<void> {
       if (v.empty()) return Error{ErrorKind::usage, "-o needs a file name"};
       c.output = v;
       return {};
     }},
    {'f', "follow-forks", nullptr, "also record the processes that a target creates",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.follow_forks = true; return {}; }},
    {'e', "trace", "[trace=]SET", "record only these calls: names, %class, /regex, !set", set_filter},
    {'s', "string-limit", "N", "bytes kept of each string and buffer (32)", set_string_limit},
    {0, "no-payload", "SET", "keep no byte of user data of these calls; paths are kept",
     [](RecordCommand& c, const std::string& v) { return assign(c.record.without_payload, abi::parse_syscall_set(v)); }},
    {0, "redact", "FILE", "overwrite also what the rules in FILE find: 'id keyword[,keyword]... expression' a line", add_rules},
    {0, "no-redact", nullptr, "keep passwords, keys and tokens in the reel as they are",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.redact = false; return {}; }},
    {'Z', "failed-only", nullptr, "record only calls that fail",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.failed_only = true; return {}; }},
    {0, "slower-than", "TIME", "record only calls that took at least TIME: 10ms, 500us; this and the next seven are decided in the kernel", through<filter_slower_than>},
    {0, "errno", "NAME[,NAME]...", "record only calls that fail with one of these errors", through<filter_errno>},
    {0, "path", "PREFIX", "record only calls that name a path that begins so, as the program spells it; up to four times", through<filter_path>},
    {0, "fd", "N[,N]...", "record only calls that take one of these descriptors", through<filter_fd>},
    {0, "uid", "USER", "record only what runs under this real user id, a number or a name", through<filter_uid>},
    {0, "sample", "N", "record one in N calls of each kind", through<filter_sample>},
    {0, "strict-filter", nullptr, "also drop calls outside the set that change descriptors, mappings or tasks",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.strict_filter = true; return {}; }},
    {0, "engine", "auto|ebpf|ptrace", "how to record (auto)",
     [](RecordCommand& c, const std::string& v) { return assign(c.engine, parse_engine(v)); }},
    {0, "duration", "TIME", "stop after TIME: 10s, 500ms, 2m, 1h, unlimited (attached: 1h)",
     [](RecordCommand& c, const std::string& v) { return assign(c.duration, or_unlimited(v, parse_duration)); }},
    {0, "max-size", "SIZE", "the reel gets no longer: 64K, 16M, 2G, unlimited (the smaller of 4G and half of what is free)",
     [](RecordCommand& c, const std::string& v) { return assign(c.max_size, or_unlimited(v, parse_size)); }},
    {0, "max-events", "N", "stop after N events",
     [](RecordCommand& c, const std::string& v) { return assign(c.limits.events, parse_count(v)); }},
    {0, "rotate", "SIZE[,KEEP]", "begin a new reel at SIZE, each readable on its own; keep the newest KEEP (10)", set_rotation},
    {0, "keep-free", "SIZE", "stop when less is left on the file system; 0: never (the smaller of 5 % and 512M)",
     [](RecordCommand& c, const std::string& v) { return assign(c.keep_free, v == "0" ? Result<std::uint64_t>(std::uint64_t{0}) : parse_size(v)); }},
    {0, "max-memory", "SIZE", "stop when the recorder uses more memory; unlimited (1G and the rings)",
     [](RecordCommand& c, const std::string& v) { return assign(c.max_memory, or_unlimited(v, parse_size)); }},
    {0, "flight", "SIZE|TIME", "keep the last so much in memory (64M, 30s) and write it when triggered: by SIGUSR2, --dump, --on, a target's death",
     [](RecordCommand& c, const std::string& v) { return assign(c.flight, parse_flight_span(v)); }},
    {0, "on", "CONDITION", "with --flight: write it when errno=NAME appears, or at slower=SET:TIME; may be repeated",
     [](RecordCommand& c, const std::string& v) { return add_trigger(c.triggers, v); }},
    {0, "dump", nullptr, "tell flight recorders to write what they have: those behind the option (their PID, or one they record), or with this -o, or yours",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.dump = true; return {}; }},
    {0, "buffer", "SIZE", "memory for the eBPF engine's rings, all together",
     [](RecordCommand& c, const std::string& v) { return assign(c.record.buffer_bytes, parse_size(v)); }},
    {0, "count", nullptr, "only count calls, errors and times, in the kernel, for trace-stats; of short calls one in 16 is timed (--exact: all)",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.counts_only = true; c.record.strict_filter = true; return {}; }},
    {0, "check", nullptr, "record nothing; tell which engines can run here (with -p: on that process), and what would help",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.check = true; return {}; }},
    {0, "json", nullptr, "with --check: as JSON",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.json = true; return {}; }},
    {'k', "stack-trace", nullptr, "record the user stack of every call",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.stacks = true; return {}; }},
    {0, "crash-stack", nullptr, "also keep up to 16 KiB of stack memory of a thread that crashes (it may hold secrets)",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.crash_stack = true; return {}; }},
    {'v', "verbose", nullptr, "keep environments and long arrays whole",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.verbose = true; return {}; }},
    {0, "exact", nullptr, "copy every input when the call begins",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.exact = true; return {}; }},
    {0, "no-duration", nullptr, "do not take the time at which calls begin",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.durations = false; return {}; }},
    {0, "seccomp-bpf", nullptr, "ptrace engine: spare filtered calls the stop (they fail if the recorder dies)",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.record.seccomp_bpf = true; return {}; }},
    {'E', "env", "NAME[=VALUE]", "set or remove a variable of the command's environment",
     [](RecordCommand& c, const std::string& v) -> Result<void> { c.environment_changes.push_back(v); return {}; }},
    {'u', "user", "USER", "run the command as this user",
     [](RecordCommand& c, const std::string& v) -> Result<void> { c.user = v; return {}; }},
    {0, "argv0", "NAME", "what the command sees as its own name",
     [](RecordCommand& c, const std::string& v) -> Result<void> { c.argv0 = v; return {}; }},
    {0, "force", nullptr, "replace an existing reel",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.force = true; return {}; }},
    {'q', "quiet", nullptr, "say nothing but errors",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.quiet = true; return {}; }},
    {'h', "help", nullptr, "print this help", [](RecordCommand& c, const std::string&) -> Result<void> { c.help = true; return {}; }},
    {'V', "version", nullptr, "print the version",
     [](RecordCommand& c, const std::string&) -> Result<void> { c.version = true; return {}; }},
};

// The rows as the normaliser of command lines wants them; an option's id is its index.
std::vector<OptionRow> option_rows_of_record() {
  std::vector<OptionRow> table;
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    table.push_back({static_cast<Option>(i), rows[i].letter, rows[i].name, rows[i].value ? Takes::value : Takes::nothing});
  }
  return table;
}

// Which ways of writing go together.
Result<void> check_output(const RecordCommand& command) {
  if (command.flight && command.rotate) return Error{ErrorKind::usage, "--flight and --rotate exclude each other"};
  if ((command.flight || command.rotate) && command.output == "-") {
    return Error{ErrorKind::usage, "--flight and --rotate write several files; standard output is one"};
  }
  if ((command.flight || command.rotate) && command.max_size) {
    return Error{ErrorKind::usage, "--max-size is for one reel; --flight and --rotate have a size of their own"};
  }
  const bool rules = !command.triggers.errors.empty() || !command.triggers.slower.empty();
  if (rules && !command.flight) return Error{ErrorKind::usage, "--on says when a flight recorder writes; give --flight, too"};
  return {};
}

// Names and control groups say what to record; where that is said already, what to keep of it.
Result<void> settle_query(RecordCommand& command) {
  TargetQuery& query = command.query;
  const bool has_target = !command.targets.empty() || !command.command.empty() || !query.containers.empty() || query.all;
  if (has_target) {
    for (const std::string& name : query.comms) {
      if (auto added = filter_comm(command.record.filter, name); !added) return added;
    }
    for (const std::string& path : query.cgroups) {
      if (auto added = filter_cgroup(command.record.filter, path); !added) return added;
    }
    query.comms.clear();
    query.cgroups.clear();
    return {};
  }
  constexpr std::size_t longest_name = 15;  // the kernel keeps no more of it
  for (std::string& name : query.comms) name.resize(std::min(name.size(), longest_name));
  for (std::string& path : query.cgroups) {
    if (auto folder = assign(path, cgroup_folder(path)); !folder) return folder;
  }
  return {};
}

// What follows from what was given.
void settle(RecordCommand& command) {
  constexpr Nanos hour{3'600'000'000'000};
  const bool attaches = command.command.empty();
  command.limits.duration = command.duration.value_or(attaches && !command.flight ? hour : Nanos{});
  // Children of what is in a control group are in it, too; where everything is recorded, so are they.
  if (command.query.all || !command.query.cgroups.empty() || !command.query.containers.empty()) command.record.follow_forks = true;
}

// Behind --dump stand pids where a command would.
Result<void> settle_dump(RecordCommand& command) {
  if (!command.dump) return {};
  for (const std::string& word : command.command) {
    const auto pids = parse_pids(word);
    if (!pids) return pids.error();
    command.dump_pids.insert(command.dump_pids.end(), pids->begin(), pids->end());
  }
  command.command.clear();
  return {};
}

Result<void> check(const RecordCommand& command) {
  if (command.help || command.version || command.dump || command.check) return {};
  if (command.json) return Error{ErrorKind::usage, "--json goes with --check"};
  const bool attaches = !command.targets.empty() || !command.query.empty();
  if (!attaches && command.command.empty()) {
    return Error{ErrorKind::usage, "nothing to record: give a command, -p PID, --comm, --cgroup, --container or -a"};
  }
  if (attaches && !command.command.empty()) {
    return Error{ErrorKind::usage, fmt::format("-p and a command ('{}') exclude each other", command.command.front())};
  }
  const std::string needed = needs_kernel(command.record);
  if (!needed.empty() && command.engine == EngineChoice::ptrace) {
    return Error{ErrorKind::usage, fmt::format("the ptrace engine cannot {}: that is done in the kernel", needed)};
  }
  if (command.record.counts_only && (command.record.filter.any() || command.record.failed_only || command.record.stacks)) {
    return Error{ErrorKind::usage, "--count counts every call of the set: -Z, -k and the filters by what a call does are for recordings"};
  }
  if (command.record.filter.slower_than.value > 0 && !command.record.durations) {
    return Error{ErrorKind::usage, "--slower-than and --no-duration exclude each other"};
  }
  if (auto checked = check_output(command); !checked) return checked;
  if (!command.redact && !command.redaction.empty()) {
    return Error{ErrorKind::usage, "--redact and --no-redact exclude each other"};
  }
  if (command.record.seccomp_bpf && command.engine == EngineChoice::ebpf) {
    return Error{ErrorKind::usage, "--seccomp-bpf is a way of the ptrace engine; the eBPF engine stops no call at all"};
  }
  if (command.record.seccomp_bpf && !command.record.follow_forks) {
    return Error{ErrorKind::usage, "--seccomp-bpf needs -f: children inherit the filter and would fail untraced"};
  }
  if (command.record.seccomp_bpf && !command.targets.empty()) {
    return Error{ErrorKind::usage, "--seccomp-bpf cannot be used with -p: a filter cannot be given to a running process"};
  }
  return {};
}

}  // namespace

Result<RecordCommand> parse_record_command(std::span<const char* const> words) {
  const std::vector<OptionRow> table = option_rows_of_record();
  NormalArgv argv = normalise_argv(words, table);
  RecordCommand command;
  for (const GivenOption& given : argv.options) {
    const Row& row = rows[static_cast<std::size_t>(given.option)];
    if (auto applied = row.apply(command, given.value.value_or("")); !applied) return applied.error();
  }
  if (!argv.mistake.empty()) return Error{ErrorKind::usage, argv.mistake};
  command.command = std::move(argv.operands);
  if (auto settled = settle_dump(command); !settled) return settled.error();
  if (auto settled = settle_query(command); !settled) return settled.error();
  if (auto checked = check(command); !checked) return checked.error();
  settle(command);
  return command;
}

RecordGlance glance_at_record_command(std::span<const char* const> words) {
  RecordGlance glance;
  for (const GivenOption& given : normalise_argv(words, option_rows_of_record()).options) {
    const Row& row = rows[static_cast<std::size_t>(given.option)];
    glance.flight |= row.name == std::string_view("flight");
    glance.follow_forks |= row.letter == 'f';
    if (row.letter == 'o') glance.output = given.value.value_or("");
    if (row.letter != 'p') continue;
    if (const auto pids = parse_pids(given.value.value_or(""))) glance.targets.insert(glance.targets.end(), pids->begin(), pids->end());
  }
  return glance;
}

std::string record_help() {
  std::string text =
      "Usage: trace-record [OPTION]... [--] COMMAND [ARG]...\n"
      "       trace-record [OPTION]... -p PID[,PID]...\n"
      "       trace-record --check [-p PID] | --dump [-o FILE] [PID[,PID]...]\n"
      "Records the system calls of a command or of running processes into a reel.\n\n";
  for (const Row& row : rows) {
    const std::string letter = row.letter ? fmt::format("-{},", row.letter) : "";
    const std::string name = row.value ? fmt::format("--{}={}", row.name, row.value) : fmt::format("--{}", row.name);
    text += fmt::format("  {:3} {:28} {}\n", letter, name, row.help);
  }
  text +=
      "\nExit status: that of the command, or death by its signal. With -p 0. Otherwise 2 wrong command line, 3 no such process,\n"
      "4 no permission, 5 input or output failed, 7 not possible here, 125 recording a command failed, 126 it cannot be executed,\n"
      "127 it was not found.\n";
  return text;
}

}  // namespace sysreel::tools
