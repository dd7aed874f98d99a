// One function a group of options, as strace_options.def groups them.
#include "tools/option_effects.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

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
constexpr int highest_limit = (1 << 30) - 1;  // of -s and of frames, as strace has it

// What became of an option; nothing: it belongs to another group.
using Applied = std::optional<Result<void>>;

Applied done() { return Result<void>{}; }
Applied die(std::string message) { return Error{ErrorKind::unsupported, std::move(message)}; }
Applied die_with_hint(std::string message) { return Error{ErrorKind::usage, std::move(message)}; }
Applied invalid(const GivenOption& given) {
  return die_with_hint(fmt::format("invalid {} argument: '{}'", given.spelling, given.value.value_or("")));
}
Applied done_if(bool valid, const GivenOption& given) { return valid ? done() : invalid(given); }

// The value of an option that is one of `names`, or `missing` where the option came without a value.
std::optional<unsigned> named(const GivenOption& given, std::span<const NamedValue> names, unsigned missing) {
  return given.value ? value_of_name(names, *given.value) : missing;
}

// A number of at least `least` into `to`.
template <typename Number>
Applied set_number(Number& to, const GivenOption& given, int least, int most) {
  const auto number = parse_int(given.value.value_or(""));
  if (!number || *number < least || *number > most) return invalid(given);
  to = static_cast<Number>(*number);
  return done();
}

Applied set_precision(const GivenOption& given, bool& flag, text::Precision& precision) {
  flag = true;
  const auto parsed = given.value ? parse_precision(*given.value) : text::Precision::micro;
  if (!parsed) return invalid(given);
  precision = *parsed;
  return done();
}

Applied add_processes(StraceOptions& options, std::string_view list) {
  constexpr std::string_view separators = ", \n\t";
  while (!list.empty()) {
    const std::string_view word = list.substr(0, list.find_first_of(separators));
    list.remove_prefix(std::min(list.size(), word.size() + 1));
    const auto pid = parse_int(word);
    if (!pid || *pid == 0) return die(fmt::format("Invalid process id: '{}'", word));
    if (*pid == getpid()) return die("I'm sorry, I can't let you do that, Dave.");
    if (std::find(options.attach.begin(), options.attach.end(), *pid) == options.attach.end()) options.attach.push_back(*pid);
  }
  return done();
}

Applied apply_target(GivenOptions& to, const GivenOption& given) {
  StraceOptions& options = to.options;
  const std::string value = given.value.value_or("");
  switch (given.option) {
    case Option::environment: options.environment.push_back(value); return done();
    case Option::attach:      return add_processes(options, value);
    case Option::user:        to.user = value; return done();
    case Option::argv0:       options.argv0 = value; return done();
    case Option::debug:       options.debug = true; return done();
    case Option::help:        options.help = true; return done();
    case Option::version:     ++options.version; return done();
    case Option::tips:
      to.tips = true;
      return done_if(is_tips_format(value), given);
    default: return {};
  }
}

Applied apply_tracing(GivenOptions& to, const GivenOption& given) {
  StraceOptions& options = to.options;
  const std::string value = given.value.value_or("");
  switch (given.option) {
    case Option::detach_on:
      if (value != "execve") return die(fmt::format("Syscall '{}' for -b isn't supported", value));
      options.detach_on_execve = true;
      return done();
    case Option::daemonize_short: ++to.daemonize_short; return done();
    case Option::daemonize: {
      const auto how = named(given, daemonize_names, 1);
      to.daemonize_long = how.value_or(0);
      return done_if(how.has_value(), given);
    }
    case Option::engine:
      options.engine = value;
      return done_if(value == "ptrace" || value == "ebpf" || value == "auto", given);
    case Option::follow_short:      ++to.follow_short; return done();
    case Option::follow_forks:      options.follow_forks = true; return done();
    case Option::deprecated_follow: to.deprecated_follow = true; return done();
    case Option::interruptible: {
      const auto when = named(given, interruptible_names, 0);
      if (!when) return invalid(given);
      options.interruptible = static_cast<Interruptible>(*when);
      to.interruptible = true;
      return done();
    }
    case Option::kill_on_exit:  options.kill_on_exit = true; return done();
    case Option::redact:        options.redact = true; return done();
    case Option::seccomp_bpf:   options.seccomp_bpf = true; return done();
    case Option::syscall_limit: return set_number(options.text.syscall_limit, given, 1, INT32_MAX);
    default: return {};
  }
}

Applied apply_filter(GivenOptions& to, const GivenOption& given) {
  const std::string value = given.value.value_or("");
  switch (given.option) {
    case Option::qualifier: return apply_expression(to, value);
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
    case Option::fault:      return apply_qualifier(to, given.option, value);
    case Option::quiet:      return apply_qualifier(to, given.option, given.value.value_or("attach,personality"));
    case Option::decode_fds: return apply_qualifier(to, given.option, given.value.value_or("path"));
    case Option::secontext:  return apply_qualifier(to, given.option, given.value.value_or("none"));
    case Option::trace_path: to.paths.push_back(value); return done();
    case Option::successful_only:
    case Option::failed_only:
      to.options.text.status = given.option == Option::failed_only ? text::status_failed : text::status_successful;
      ++to.status_flags;
      return done();
    default: return {};
  }
}

Applied apply_line(GivenOptions& to, const GivenOption& given) {
  text::TextOptions& text = to.options.text;
  switch (given.option) {
    case Option::quiet_short:         ++to.quiet_short; return done();
    case Option::always_show_pid:     to.always_show_pid = true; return done();
    case Option::instruction_pointer: text.instruction_pointer = true; return done();
    case Option::syscall_number:      text.syscall_number = true; return done();
    case Option::time_short:          ++to.time_short; return done();
    case Option::absolute_timestamps:
      to.time_long = true;
      return done_if(parse_timestamps(given.value.value_or("format:time"), text.absolute, text.absolute_precision), given);
    case Option::relative_timestamps: return set_precision(given, text.relative, text.relative_precision);
    case Option::syscall_times:       return set_precision(given, text.times, text.times_precision);
    case Option::columns:             return set_number(text.column, given, 0, INT32_MAX);
    case Option::stack_short:
      if (text.stack_source) return die("Too many -k options");
      text.stack_source = text.stack;
      text.stack = true;
      return done();
    case Option::stack_trace:
      text.stack = true;
      text.stack_source = given.value == "source";
      return done_if(!given.value || given.value == "symbol" || given.value == "source", given);
    case Option::stack_frame_limit:
      to.frame_limit = true;
      return set_number(text.stack_frames, given, 1, highest_limit);
    default: return {};
  }
}

Applied apply_arguments(GivenOptions& to, const GivenOption& given) {
  text::TextOptions& text = to.options.text;
  switch (given.option) {
    case Option::argument_names: text.argument_names = true; return done();
    case Option::string_limit:   return set_number(text.string_limit, given, 0, highest_limit);
    case Option::no_abbrev:      text.abbrev = abi::SyscallSet::none(); return done();
    case Option::hex_short:      ++to.hex_short; return done();
    case Option::strings_in_hex:
      to.hex_long = named(given, hex_names, 3);
      return done_if(to.hex_long.has_value(), given);
    case Option::constant_style: {
      const auto style = named(given, style_names, 0);
      text.constants = static_cast<text::ConstantStyle>(style.value_or(0));
      return done_if(style.has_value(), given);
    }
    case Option::fds_short:         ++to.fds_short; return done();
    case Option::comm_short:        text.decode_pids = text::decode_comm; return done();
    case Option::pidns_translation: text.decode_pids = text::decode_pidns; return done();
    default: return {};
  }
}

Applied apply_output(GivenOptions& to, const GivenOption& given) {
  StraceOptions& options = to.options;
  switch (given.option) {
    case Option::output:            options.output = given.value; return done();
    case Option::append:            options.append = true; return done();
    case Option::output_separately: options.output_separately = true; return done();
    case Option::color: {
      const auto when = named(given, color_names, 1);
      options.color = static_cast<ColorMode>(when.value_or(0));
      return done_if(when.has_value(), given);
    }
    default: return {};
  }
}

Applied apply_summary(GivenOptions& to, const GivenOption& given) {
  StraceOptions& options = to.options;
  const std::string value = given.value.value_or("");
  switch (given.option) {
    case Option::summary_only:
    case Option::summary: {
      const Summary wanted = given.option == Option::summary ? Summary::with_text : Summary::only;
      if (options.summary != Summary::none && options.summary != wanted) {
        return die_with_hint("-c/--summary-only and -C/--summary are mutually exclusive");
      }
      options.summary = wanted;
      return done();
    }
    case Option::overhead: {
      const auto overhead = parse_duration(value);
      options.summary_options.overhead = overhead.value_or(Nanos{});
      return done_if(overhead.has_value(), given);
    }
    case Option::sort_by: {
      const auto column = stats::parse_sort(value);
      if (!column) return column.error();
      options.summary_options.sort = *column;
      to.sort = true;
      return done();
    }
    case Option::summary_columns: {
      auto columns = stats::parse_columns(value);
      if (!columns) return columns.error();
      options.summary_options.columns = *std::move(columns);
      to.columns = true;
      return done();
    }
    case Option::wall_clock: options.summary_options.wall_clock = true; return done();
    default: return {};
  }
}

}  // namespace

Result<void> apply_option(GivenOptions& to, const GivenOption& given) {
  for (const auto apply : {apply_target, apply_tracing, apply_filter, apply_line, apply_arguments, apply_output, apply_summary}) {
    if (Applied applied = apply(to, given)) return *std::move(applied);
  }
  return Error{ErrorKind::usage, fmt::format("option '{}' has no effect", given.spelling)};
}

}  // namespace sysreel::tools
