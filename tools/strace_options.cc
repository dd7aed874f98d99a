// Applies the options of a command line in order, then checks what contradicts or outdoes what, in strace's order and words.
#include "tools/strace_options.h"

#include <fmt/format.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "tools/argv.h"
#include "tools/option_values.h"
#include "tools/qualifiers.h"

namespace sysreel::tools {
namespace {

constexpr NamedValue daemonize_names[] = {{"grandchild", 1}, {"pgroup", 2}, {"pgrp", 2}, {"session", 3}};
constexpr NamedValue hex_names[] = {{"none", 0}, {"non-ascii-chars", 1}, {"non-ascii", 2}, {"all", 3}};
constexpr NamedValue interruptible_names[] = {{"1", 1}, {"anywhere", 1}, {"always", 1}, {"2", 2},         {"waiting", 2},
                                              {"3", 3}, {"never", 3},    {"4", 4},      {"never_tstp", 4}};
constexpr NamedValue style_names[] = {{"abbrev", 0}, {"raw", 1}, {"verbose", 2}};
constexpr NamedValue color_names[] = {{"auto", 0}, {"always", 1}, {"never", 2}};

Error die(std::string message) { return {ErrorKind::unsupported, std::move(message)}; }
Error die_with_hint(std::string message) { return {ErrorKind::usage, std::move(message)}; }
Error invalid(const GivenOption& given) {
  return die_with_hint(fmt::format("invalid {} argument: '{}'", given.spelling, given.value.value_or("")));
}

// Turns the options given into StraceOptions. Used once.
class Interpreter {
 public:
  explicit Interpreter(std::vector<std::string>& notes) : notes_(notes), qualified_{options_.text} {}

  Result<StraceOptions> run(NormalArgv argv);

 private:
  Result<void> apply(const GivenOption& given);
  Result<void> apply_process_list(std::string_view list);
  bool apply_timestamps(std::string_view format);
  bool apply_tips(std::string_view text);
  bool apply_precision(const GivenOption& given, bool& flag, text::Precision& precision);

  Result<void> settle_short_forms();
  Result<void> settle_seccomp();
  Result<void> settle_summary();
  void note_without_effect();
  void resolve_paths();
  Result<void> settle_user();
  Result<void> settle_output();

  void note(std::string text) { notes_.push_back(std::move(text)); }

  std::vector<std::string>& notes_;
  StraceOptions options_;
  Qualified qualified_;

  // short forms are counted, and exclude their long forms
  unsigned daemonize_short_ = 0, daemonize_long_ = 0, follow_short_ = 0, quiet_short_ = 0, time_short_ = 0, hex_short_ = 0, fds_short_ = 0;
  bool deprecated_follow_ = false, time_long_ = false, columns_given_ = false, sort_given_ = false, frame_limit_given_ = false, tips_ = false;
  bool interruptible_given_ = false, always_show_pid_ = false;
  unsigned status_flags_ = 0;
  std::optional<unsigned> hex_long_;
  std::optional<std::string> user_;
  std::vector<std::string> paths_;
};

Result<StraceOptions> Interpreter::run(NormalArgv argv) {
  for (const GivenOption& given : argv.options) {
    if (auto applied = apply(given); !applied) return applied.error();
    if (options_.help) return std::move(options_);
  }
  if (!argv.mistake.empty()) return die_with_hint(std::move(argv.mistake));
  if (options_.version > 0) return std::move(options_);
  options_.command = std::move(argv.operands);
  if (options_.command.empty() && options_.attach.empty()) {
    options_.only_tips = tips_;
    if (tips_) return std::move(options_);
    return die_with_hint("must have PROG [ARGS] or -p PID");
  }
  if (auto settled = settle_short_forms(); !settled) return settled.error();
  if (auto settled = settle_seccomp(); !settled) return settled.error();
  if (auto settled = settle_summary(); !settled) return settled.error();
  note_without_effect();
  resolve_paths();
  if (auto settled = settle_user(); !settled) return settled.error();
  if (auto settled = settle_output(); !settled) return settled.error();
  return std::move(options_);
}

Result<void> Interpreter::apply_process_list(std::string_view list) {
  constexpr std::string_view separators = ", \n\t";
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find_first_of(separators));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    if (word.empty()) continue;
    const auto pid = parse_int(word);
    if (!pid || *pid == 0) return die(fmt::format("Invalid process id: '{}'", word));
    if (*pid == getpid()) return die("I'm sorry, I can't let you do that, Dave.");
    if (std::find(options_.attach.begin(), options_.attach.end(), *pid) == options_.attach.end()) options_.attach.push_back(*pid);
  }
  return {};
}

bool Interpreter::apply_timestamps(std::string_view format) {
  text::TextOptions& text = options_.text;
  if (text.absolute == text::ClockFormat::none) text.absolute = text::ClockFormat::time;
  while (!format.empty()) {
    std::string_view token = format.substr(0, format.find(','));
    format.remove_prefix(std::min(format.size(), token.size() + 1));
    const bool only_format = token.starts_with("format:"), only_precision = token.starts_with("precision:");
    if (only_format || only_precision) token.remove_prefix(token.find(':') + 1);
    const auto precision = only_format ? std::nullopt : parse_precision(token);
    if (precision) {
      text.absolute_precision = *precision;
    } else if (!only_precision && token == "none") {
      text.absolute = text::ClockFormat::none;
    } else if (!only_precision && token == "time") {
      text.absolute = text::ClockFormat::time;
    } else if (!only_precision && token == "unix") {
      text.absolute = text::ClockFormat::unix;
    } else if (!token.empty() || only_format || only_precision) {
      return false;
    }
  }
  return true;
}

// Checks the syntax; there are no tips to show.
bool Interpreter::apply_tips(std::string_view text) {
  tips_ = true;
  while (!text.empty()) {
    std::string_view token = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), token.size() + 1));
    const bool only_id = token.starts_with("id:"), only_format = token.starts_with("format:");
    if (only_id || only_format) token.remove_prefix(token.find(':') + 1);
    const bool is_id = token == "random" || parse_int(token).has_value();
    const bool is_format = token == "none" || token == "compact" || token == "full";
    if (!(is_id && !only_format) && !(is_format && !only_id) && !(token.empty() && !only_id && !only_format)) return false;
  }
  return true;
}

bool Interpreter::apply_precision(const GivenOption& given, bool& flag, text::Precision& precision) {
  flag = true;
  precision = text::Precision::micro;
  if (!given.value) return true;
  const auto parsed = parse_precision(*given.value);
  if (parsed) precision = *parsed;
  return parsed.has_value();
}

Result<void> Interpreter::apply(const GivenOption& given) {
  text::TextOptions& text = options_.text;
  const std::string value = given.value.value_or("");
  const auto number = parse_int(value);
  constexpr int highest_limit = (1 << 30) - 1;  // of -s and of frames, as strace has it
  switch (given.option) {
    case Option::qualifier:   return apply_expression(qualified_, value);
    case Option::environment: options_.environment.push_back(value); break;
    case Option::attach:      return apply_process_list(value);
    case Option::user:        user_ = value; break;
    case Option::argv0:       options_.argv0 = value; break;

    case Option::detach_on:
      if (value != "execve") return die(fmt::format("Syscall '{}' for -b isn't supported", value));
      options_.detach_on_execve = true;
      break;
    case Option::daemonize_short: ++daemonize_short_; break;
    case Option::daemonize: {
      const auto how = given.value ? value_of_name(daemonize_names, value) : 1u;
      if (!how) return invalid(given);
      daemonize_long_ = *how;
      break;
    }
    case Option::engine:
      if (value != "ptrace" && value != "ebpf" && value != "auto") return invalid(given);
      options_.engine = value;
      break;
    case Option::follow_short:      ++follow_short_; break;
    case Option::follow_forks:      options_.follow_forks = true; break;
    case Option::deprecated_follow: deprecated_follow_ = true; break;
    case Option::interruptible: {
      const auto when = value_of_name(interruptible_names, value);
      if (!when) return invalid(given);
      options_.interruptible = static_cast<Interruptible>(*when);
      interruptible_given_ = true;
      break;
    }
    case Option::kill_on_exit: options_.kill_on_exit = true; break;
    case Option::seccomp_bpf:  options_.seccomp_bpf = true; break;
    case Option::syscall_limit:
      if (!number || *number == 0) return invalid(given);
      text.syscall_limit = *number;
      break;

    case Option::trace:
    case Option::trace_fds:
    case Option::signal:
    case Option::status:
    case Option::abbrev:
    case Option::verbose:
    case Option::raw:
    case Option::read:
    case Option::write:
    case Option::kvm:
    case Option::decode_pids:
    case Option::namespaces:
    case Option::inject:
    case Option::fault:      return apply_qualifier(qualified_, given.option, value);
    case Option::quiet:      return apply_qualifier(qualified_, given.option, given.value.value_or("attach,personality"));
    case Option::decode_fds: return apply_qualifier(qualified_, given.option, given.value.value_or("path"));
    case Option::secontext:  return apply_qualifier(qualified_, given.option, given.value.value_or("none"));
    case Option::trace_path: paths_.push_back(value); break;
    case Option::successful_only:
    case Option::failed_only:
      text.status = given.option == Option::failed_only ? text::status_failed : text::status_successful;
      ++status_flags_;
      break;

    case Option::columns:
      if (!number) return invalid(given);
      text.column = *number;
      break;
    case Option::quiet_short:         ++quiet_short_; break;
    case Option::always_show_pid:     always_show_pid_ = true; break;
    case Option::instruction_pointer: text.instruction_pointer = true; break;
    case Option::stack_short:
      if (text.stack_source) return die("Too many -k options");
      text.stack_source = text.stack;
      text.stack = true;
      break;
    case Option::stack_trace:
      if (given.value && value != "symbol" && value != "source") return invalid(given);
      text.stack = true;
      text.stack_source = value == "source";
      break;
    case Option::stack_frame_limit:
      if (!number || *number == 0 || *number > highest_limit) return invalid(given);
      options_.stack_frame_limit = *number;
      frame_limit_given_ = true;
      break;
    case Option::syscall_number:    text.syscall_number = true; break;
    case Option::argument_names:    text.argument_names = true; break;
    case Option::output:            options_.output = value; break;
    case Option::append:            options_.append = true; break;
    case Option::output_separately: options_.output_separately = true; break;
    case Option::relative_timestamps:
      if (!apply_precision(given, text.relative, text.relative_precision)) return invalid(given);
      break;
    case Option::syscall_times:
      if (!apply_precision(given, text.times, text.times_precision)) return invalid(given);
      break;
    case Option::string_limit:
      if (!number || *number > highest_limit) return invalid(given);
      text.string_limit = static_cast<std::uint32_t>(*number);
      break;
    case Option::time_short: ++time_short_; break;
    case Option::absolute_timestamps:
      time_long_ = true;
      if (!apply_timestamps(given.value.value_or("format:time"))) return invalid(given);
      break;
    case Option::no_abbrev: text.abbrev = abi::SyscallSet::none(); break;
    case Option::hex_short: ++hex_short_; break;
    case Option::strings_in_hex:
      hex_long_ = given.value ? value_of_name(hex_names, value) : 3u;
      if (!hex_long_) return invalid(given);
      break;
    case Option::constant_style: {
      const auto style = value_of_name(style_names, value);
      if (!style) return invalid(given);
      text.constants = static_cast<text::ConstantStyle>(*style);
      break;
    }
    case Option::fds_short:         ++fds_short_; break;
    case Option::comm_short:        text.decode_pids = text::decode_comm; break;
    case Option::pidns_translation: text.decode_pids = text::decode_pidns; break;
    case Option::color: {
      const auto when = given.value ? value_of_name(color_names, value) : 1u;
      if (!when) return invalid(given);
      options_.color = static_cast<ColorMode>(*when);
      break;
    }

    case Option::summary_only:
    case Option::summary: {
      const Summary wanted = given.option == Option::summary ? Summary::with_text : Summary::only;
      if (options_.summary != Summary::none && options_.summary != wanted) {
        return die_with_hint("-c/--summary-only and -C/--summary are mutually exclusive");
      }
      options_.summary = wanted;
      break;
    }
    case Option::overhead: {
      const auto overhead = parse_duration(value);
      if (!overhead) return invalid(given);
      options_.summary_options.overhead = *overhead;
      break;
    }
    case Option::sort_by: {
      const auto column = stats::parse_sort(value);
      if (!column) return column.error();
      options_.summary_options.sort = *column;
      sort_given_ = true;
      break;
    }
    case Option::summary_columns: {
      auto columns = stats::parse_columns(value);
      if (!columns) return columns.error();
      options_.summary_options.columns = *std::move(columns);
      columns_given_ = true;
      break;
    }
    case Option::wall_clock: options_.summary_options.wall_clock = true; break;

    case Option::debug: options_.debug = true; break;
    case Option::help:  options_.help = true; break;
    case Option::tips:
      if (!apply_tips(value)) return invalid(given);
      break;
    case Option::version: ++options_.version; break;
  }
  return {};
}

Result<void> Interpreter::settle_short_forms() {
  text::TextOptions& text = options_.text;
  if (options_.command.empty() && options_.argv0) return die_with_hint("PROG [ARGS] must be specified with --argv0");
  if (daemonize_long_ != 0 && daemonize_short_ != 0) return die("-D and --daemonize cannot be provided simultaneously");
  const unsigned daemonize = daemonize_long_ + daemonize_short_;
  if (options_.command.empty() && daemonize != 0) return die_with_hint("PROG [ARGS] must be specified with -D/--daemonize");
  if (daemonize > 3) return die_with_hint(fmt::format("Too many -D's ({}), maximum supported -D count is 3", daemonize));
  options_.daemonize = static_cast<Daemonize>(daemonize);

  if (time_short_ != 0) {
    if (time_long_) return die("-t and --absolute-timestamps cannot be provided simultaneously");
    text.absolute = time_short_ > 2 ? text::ClockFormat::unix : text::ClockFormat::time;
    text.absolute_precision = time_short_ > 1 ? text::Precision::micro : text::Precision::seconds;
  }
  if (hex_long_ && hex_short_ != 0) return die("-x and --strings-in-hex cannot be provided simultaneously");
  // -x is "non-ascii", -xx is "all".
  if (hex_short_ != 0) hex_long_ = hex_short_ > 1 ? 3u : 2u;
  text.hex_strings = static_cast<text::HexStrings>(hex_long_.value_or(0));
  if (fds_short_ != 0) {
    if (qualified_.decode_fds_given) return die("-y and --decode-fds cannot be provided simultaneously");
    text.decode_fds = fds_short_ > 1 ? text::decode_fds_all : text::decode_path;
  }
  if (follow_short_ != 0) {
    if (options_.follow_forks) return die("-f and --follow-forks cannot be provided simultaneously");
    if (follow_short_ > 1 && options_.output_separately) return die("-ff and --output-separately cannot be provided simultaneously");
    options_.follow_forks = true;
    options_.output_separately = options_.output_separately || follow_short_ > 1;
  }
  return {};
}

Result<void> Interpreter::settle_seccomp() {
  const auto disable = [this](std::string why) {
    note(std::move(why));
    options_.seccomp_bpf = false;
  };
  if (options_.seccomp_bpf && !options_.follow_forks) disable("--seccomp-bpf cannot be used without -f/--follow-forks, disabling");
  if (options_.seccomp_bpf && options_.detach_on_execve) disable("--seccomp-bpf is not enabled because it is not compatible with -b");
  if (options_.seccomp_bpf && options_.text.syscall_limit) {
    disable("--seccomp-bpf is not enabled because it is not compatible with --syscall-limit");
  }
  if (options_.seccomp_bpf && !options_.attach.empty()) {
    const bool has_command = !options_.command.empty();
    disable("--seccomp-bpf is not enabled for processes attached with -p");
    options_.seccomp_bpf = has_command;
  }
  if (deprecated_follow_) {
    note(options_.follow_forks ? "deprecated option -F ignored" : "option -F is deprecated, please use -f/--follow-forks instead");
    options_.follow_forks = true;
  }
  return {};
}

Result<void> Interpreter::settle_summary() {
  const bool counting = options_.summary != Summary::none;
  constexpr std::string_view summary_options = "(-c/--summary-only or -C/--summary)";
  if (options_.output_separately && counting) {
    return die_with_hint(fmt::format("{} and -ff/--output-separately are mutually exclusive", summary_options));
  }
  if (options_.summary_options.wall_clock && !counting) {
    return die_with_hint(fmt::format("-w/--summary-wall-clock must be given with {}", summary_options));
  }
  if (columns_given_ && !counting) return die_with_hint(fmt::format("-U/--summary-columns must be given with {}", summary_options));
  if (sort_given_ && !counting) note(fmt::format("-S/--summary-sort-by has no effect without {}", summary_options));
  return {};
}

void Interpreter::note_without_effect() {
  const text::TextOptions& text = options_.text;
  if (options_.summary == Summary::only) {
    const auto no_effect = [this](bool given, std::string_view option) {
      if (given) note(fmt::format("{} has no effect with -c/--summary-only", option));
    };
    no_effect(text.instruction_pointer, "-i/--instruction-pointer");
    no_effect(text.stack, "-k/--stack-trace");
    no_effect(text.syscall_number, "-n/--syscall-number");
    no_effect(text.relative, "-r/--relative-timestamps");
    no_effect(text.absolute != text::ClockFormat::none, "-t/--absolute-timestamps");
    no_effect(text.times, "-T/--syscall-times");
    no_effect(text.decode_fds != 0, "-y/--decode-fds");
  }
  if (!options_.output) {
    if (options_.output_separately && !options_.follow_forks) note("--output-separately has no effect without -o/--output");
    if (options_.append) note("-A/--output-append-mode has no effect without -o/--output");
  }
  if (status_flags_ > 1) {
    note("Only the last of -z/--successful-only/-Z/--failed-only options will take effect. See status qualifier for more complex filters.");
  }
  if (frame_limit_given_ && !text.stack) note("--stack-trace-frame-limit has no effect without -k/--stack-trace");
}

void Interpreter::resolve_paths() {
  text::TextOptions& text = options_.text;
  for (const std::string& path : paths_) {
    text.paths.push_back(path);
    const std::unique_ptr<char, decltype(&free)> resolved(realpath(path.c_str(), nullptr), &free);
    if (!resolved || path == resolved.get()) continue;
    if ((text.quiet & text::quiet_path_resolution) == 0) {
      note(fmt::format("Requested path \"{}\" resolved into \"{}\"", path, resolved.get()));
    }
    text.paths.emplace_back(resolved.get());
  }
}

Result<void> Interpreter::settle_user() {
  if (user_) {
    if (getuid() != 0 || geteuid() != 0) return die("You must be root to use the -u/--username option");
    Result<User> user = find_user(*user_);
    if (!user) return user.error();
    options_.user = *std::move(user);
  }
  if (options_.kill_on_exit && !options_.attach.empty()) return die("--kill-on-exit and -p/--attach are mutually exclusive options");
  return {};
}

Result<void> Interpreter::settle_output() {
  text::TextOptions& text = options_.text;
  const bool has_command = !options_.command.empty();
  if (options_.output) {
    const bool piped = options_.output->starts_with('|') || options_.output->starts_with('!');
    if (piped && options_.output_separately) return die_with_hint("piping the output and -ff/--output-separately are mutually exclusive");
    // Room for ".PID" behind the name.
    if (options_.output_separately && options_.output->size() >= PATH_MAX - sizeof(int) * 3) {
      return Error::from_errno(*options_.output, ENAMETOOLONG);
    }
  } else {
    options_.output_separately = false;
  }

  if (!interruptible_given_) {
    if (options_.daemonize != Daemonize::no) {
      options_.interruptible = Interruptible::never_tstp;
    } else if (options_.output && has_command) {
      options_.interruptible = Interruptible::never;
    }
  }
  if (options_.output && has_command && quiet_short_ == 0 && !qualified_.quiet_given) quiet_short_ = 1;
  if (quiet_short_ != 0) {
    if (qualified_.quiet_given) return die("-q and -e quiet/--quiet cannot be provided simultaneously");
    text.quiet = text::quiet_attach | text::quiet_personality;
    if (quiet_short_ > 1) text.quiet |= text::quiet_exit;
    if (quiet_short_ > 2) text.quiet |= text::quiet_path_resolution | text::quiet_thread_execve;
  }

  text.split_by_task = options_.output_separately;
  using PidPrefix = text::TextOptions::PidPrefix;
  if (!options_.output) {
    text.pid_prefix = always_show_pid_ ? PidPrefix::always : PidPrefix::when_several;
  } else if (!options_.output_separately && (options_.follow_forks || options_.attach.size() + (has_command ? 1 : 0) > 1 || always_show_pid_)) {
    text.pid_prefix = PidPrefix::file;
  }
  return {};
}

}  // namespace

Result<StraceOptions> parse_strace_options(std::span<const char* const> words, std::vector<std::string>& notes) {
  return Interpreter(notes).run(normalise_argv(words, option_rows()));
}

}  // namespace sysreel::tools
