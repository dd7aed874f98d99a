// The checks in strace's order. Which complaint comes first is visible, so the order matters.
#include "tools/option_agreement.h"

#include <fmt/format.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string_view>

namespace sysreel::tools {
namespace {

using Notes = std::vector<std::string>;

Error die(std::string message) { return {ErrorKind::unsupported, std::move(message)}; }
Error die_with_hint(std::string message) { return {ErrorKind::usage, std::move(message)}; }

Result<void> settle_short_forms(GivenOptions& given) {
  StraceOptions& options = given.options;
  text::TextOptions& text = options.text;
  if (options.command.empty() && options.argv0) return die_with_hint("PROG [ARGS] must be specified with --argv0");
  if (given.daemonize_long != 0 && given.daemonize_short != 0) return die("-D and --daemonize cannot be provided simultaneously");
  const unsigned daemonize = given.daemonize_long + given.daemonize_short;
  if (options.command.empty() && daemonize != 0) return die_with_hint("PROG [ARGS] must be specified with -D/--daemonize");
  if (daemonize > 3) return die_with_hint(fmt::format("Too many -D's ({}), maximum supported -D count is 3", daemonize));
  options.daemonize = static_cast<Daemonize>(daemonize);

  if (given.time_short != 0) {
    if (given.time_long) return die("-t and --absolute-timestamps cannot be provided simultaneously");
    text.absolute = given.time_short > 2 ? text::ClockFormat::unix : text::ClockFormat::time;
    text.absolute_precision = given.time_short > 1 ? text::Precision::micro : text::Precision::seconds;
  }
  if (given.hex_long && given.hex_short != 0) return die("-x and --strings-in-hex cannot be provided simultaneously");
  // -x is "non-ascii", -xx is "all".
  if (given.hex_short != 0) given.hex_long = given.hex_short > 1 ? 3u : 2u;
  text.hex_strings = static_cast<text::HexStrings>(given.hex_long.value_or(0));
  if (given.fds_short != 0) {
    if (given.fds_long) return die("-y and --decode-fds cannot be provided simultaneously");
    text.decode_fds = given.fds_short > 1 ? text::decode_fds_all : text::decode_path;
  }
  if (given.follow_short != 0) {
    if (options.follow_forks) return die("-f and --follow-forks cannot be provided simultaneously");
    if (given.follow_short > 1 && options.output_separately) return die("-ff and --output-separately cannot be provided simultaneously");
    options.follow_forks = true;
    options.output_separately = options.output_separately || given.follow_short > 1;
  }
  return {};
}

void settle_seccomp(GivenOptions& given, Notes& notes) {
  StraceOptions& options = given.options;
  const auto disable = [&](std::string why) {
    notes.push_back(std::move(why));
    options.seccomp_bpf = false;
  };
  if (options.seccomp_bpf && options.detach_on_execve) disable("--seccomp-bpf is not enabled because it is not compatible with -b");
  if (options.seccomp_bpf && options.text.syscall_limit) {
    disable("--seccomp-bpf is not enabled because it is not compatible with --syscall-limit");
  }
  // With a command, too, the filter is for that alone.
  if (options.seccomp_bpf && !options.attach.empty() && (options.command.empty() || options.debug)) {
    notes.push_back("--seccomp-bpf is not enabled for processes attached with -p");
  }
  if (options.seccomp_bpf && !options.follow_forks) disable("--seccomp-bpf cannot be used without -f/--follow-forks, disabling");
  if (options.command.empty()) options.seccomp_bpf = false;
  if (given.deprecated_follow) {
    notes.push_back(options.follow_forks ? "deprecated option -F ignored" : "option -F is deprecated, please use -f/--follow-forks instead");
    options.follow_forks = true;
  }
}

// The engine that stops nothing cannot do what needs a stop.
Result<void> settle_engine(GivenOptions& given) {
  const StraceOptions& options = given.options;
  if (options.engine != "ebpf") return {};
  const auto refuse = [](std::string_view option) {
    return die(fmt::format("--engine=ebpf cannot be combined with {}, which needs the ptrace engine", option));
  };
  if (options.detach_on_execve) return refuse("-b/--detach-on");
  if (options.seccomp_bpf) return refuse("--seccomp-bpf");
  if (options.kill_on_exit) return refuse("--kill-on-exit");
  return {};
}

Result<void> settle_summary(GivenOptions& given, Notes& notes) {
  StraceOptions& options = given.options;
  const bool counting = options.summary != Summary::none;
  constexpr std::string_view summary_options = "(-c/--summary-only or -C/--summary)";
  if (options.output_separately && counting) {
    return die_with_hint(fmt::format("{} and -ff/--output-separately are mutually exclusive", summary_options));
  }
  if (options.summary_options.wall_clock && !counting) {
    return die_with_hint(fmt::format("-w/--summary-wall-clock must be given with {}", summary_options));
  }
  if (given.columns && !counting) return die_with_hint(fmt::format("-U/--summary-columns must be given with {}", summary_options));
  if (given.sort && !counting) notes.push_back(fmt::format("-S/--summary-sort-by has no effect without {}", summary_options));
  return {};
}

void note_without_effect(GivenOptions& given, Notes& notes) {
  StraceOptions& options = given.options;
  const text::TextOptions& text = options.text;
  if (options.summary == Summary::only) {
    const auto no_effect = [&](bool given, std::string_view option) {
      if (given) notes.push_back(fmt::format("{} has no effect with -c/--summary-only", option));
    };
    no_effect(text.instruction_pointer, "-i/--instruction-pointer");
    no_effect(text.stack, "-k/--stack-trace");
    no_effect(text.syscall_number, "-n/--syscall-number");
    no_effect(text.relative, "-r/--relative-timestamps");
    no_effect(text.absolute != text::ClockFormat::none, "-t/--absolute-timestamps");
    no_effect(text.times, "-T/--syscall-times");
    no_effect(text.decode_fds != 0, "-y/--decode-fds");
  }
  if (!options.output) {
    if (options.output_separately && !options.follow_forks) notes.push_back("--output-separately has no effect without -o/--output");
    if (options.append) notes.push_back("-A/--output-append-mode has no effect without -o/--output");
  }
  if (given.status_flags > 1) {
    notes.push_back("Only the last of -z/--successful-only/-Z/--failed-only options will take effect. See status qualifier for more complex filters.");
  }
  if (given.frame_limit && !text.stack) notes.push_back("--stack-trace-frame-limit has no effect without -k/--stack-trace");
}

void resolve_paths(GivenOptions& given, Notes& notes) {
  StraceOptions& options = given.options;
  text::TextOptions& text = options.text;
  for (const std::string& path : given.paths) {
    text.paths.push_back(path);
    const std::unique_ptr<char, decltype(&free)> resolved(realpath(path.c_str(), nullptr), &free);
    if (!resolved || path == resolved.get()) continue;
    if ((text.quiet & text::quiet_path_resolution) == 0) {
      notes.push_back(fmt::format("Requested path \"{}\" resolved into \"{}\"", path, resolved.get()));
    }
    text.paths.emplace_back(resolved.get());
  }
}

Result<void> settle_user(GivenOptions& given) {
  StraceOptions& options = given.options;
  if (given.user) {
    if (getuid() != 0 || geteuid() != 0) return die("You must be root to use the -u/--username option");
    Result<User> user = find_user(*given.user);
    if (!user) return user.error();
    options.user = *std::move(user);
  }
  if (options.kill_on_exit && !options.attach.empty()) return die("--kill-on-exit and -p/--attach are mutually exclusive options");
  return {};
}

Result<void> settle_output(GivenOptions& given) {
  StraceOptions& options = given.options;
  text::TextOptions& text = options.text;
  const bool has_command = !options.command.empty();
  if (options.output) {
    const bool piped = options.output->starts_with('|') || options.output->starts_with('!');
    if (piped && options.output_separately) return die_with_hint("piping the output and -ff/--output-separately are mutually exclusive");
    // Room for ".PID" behind the name.
    if (options.output_separately && options.output->size() >= PATH_MAX - sizeof(int) * 3) {
      return Error::from_errno(*options.output, ENAMETOOLONG);
    }
  } else {
    options.output_separately = false;
  }

  if (!given.interruptible) {
    if (options.daemonize != Daemonize::no) {
      options.interruptible = Interruptible::never_tstp;
    } else if (options.output && has_command) {
      options.interruptible = Interruptible::never;
    }
  }
  if (options.output && has_command && given.quiet_short == 0 && !given.quiet_long) given.quiet_short = 1;
  if (given.quiet_short != 0) {
    if (given.quiet_long) return die("-q and -e quiet/--quiet cannot be provided simultaneously");
    text.quiet = text::quiet_attach | text::quiet_personality;
    if (given.quiet_short > 1) text.quiet |= text::quiet_exit;
    if (given.quiet_short > 2) text.quiet |= text::quiet_path_resolution | text::quiet_thread_execve;
  }

  text.split_by_task = options.output_separately;
  using PidPrefix = text::TextOptions::PidPrefix;
  if (!options.output) {
    text.pid_prefix = given.always_show_pid ? PidPrefix::always : PidPrefix::when_several;
  } else if (!options.output_separately && (options.follow_forks || options.attach.size() + (has_command ? 1 : 0) > 1 || given.always_show_pid)) {
    text.pid_prefix = PidPrefix::file;
  }
  return {};
}

}  // namespace

Result<void> settle_options(GivenOptions& given, std::vector<std::string>& notes) {
  if (auto settled = settle_short_forms(given); !settled) return settled;
  settle_seccomp(given, notes);
  if (auto settled = settle_engine(given); !settled) return settled;
  if (auto settled = settle_summary(given, notes); !settled) return settled;
  note_without_effect(given, notes);
  resolve_paths(given, notes);
  if (auto settled = settle_user(given); !settled) return settled;
  return settle_output(given);
}

}  // namespace sysreel::tools
