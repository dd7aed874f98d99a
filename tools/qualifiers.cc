// Which names each qualifier has, which values it takes, and which option of the text it sets.
#include "tools/qualifiers.h"

#include <string>

#include "tools/option_values.h"

namespace sysreel::tools {
namespace {

struct QualifierName {
  std::string_view name;
  Option qualifier;
};

constexpr QualifierName qualifier_names[] = {
    {"trace", Option::trace},           {"t", Option::trace},
    {"abbrev", Option::abbrev},         {"a", Option::abbrev},
    {"verbose", Option::verbose},       {"v", Option::verbose},
    {"raw", Option::raw},               {"x", Option::raw},
    {"signal", Option::signal},         {"signals", Option::signal},       {"s", Option::signal},
    {"status", Option::status},
    {"read", Option::read},             {"reads", Option::read},           {"r", Option::read},
    {"write", Option::write},           {"writes", Option::write},         {"w", Option::write},
    {"trace-fds", Option::trace_fds},   {"trace-fd", Option::trace_fds},   {"fd", Option::trace_fds},  {"fds", Option::trace_fds},
    {"quiet", Option::quiet},           {"silent", Option::quiet},         {"silence", Option::quiet}, {"q", Option::quiet},
    {"decode-fds", Option::decode_fds}, {"decode-fd", Option::decode_fds},
    {"decode-pids", Option::decode_pids}, {"decode-pid", Option::decode_pids},
    {"fault", Option::fault},           {"inject", Option::inject},
    {"kvm", Option::kvm},               {"secontext", Option::secontext},  {"namespace", Option::namespaces},
};

constexpr NamedValue status_names[] = {
    {"successful", text::status_successful}, {"failed", text::status_failed}, {"unfinished", text::status_unfinished},
    {"unavailable", text::status_unavailable}, {"detached", text::status_detached},
};
constexpr NamedValue quiet_names[] = {
    {"attach", text::quiet_attach}, {"exit", text::quiet_exit}, {"exits", text::quiet_exit},
    {"path-resolution", text::quiet_path_resolution}, {"personality", text::quiet_personality},
    {"superseded", text::quiet_thread_execve}, {"thread-execve", text::quiet_thread_execve},
};
constexpr NamedValue decode_fds_names[] = {
    {"path", text::decode_path}, {"socket", text::decode_socket}, {"dev", text::decode_dev},
    {"pidfd", text::decode_pidfd}, {"eventfd", text::decode_eventfd}, {"signalfd", text::decode_signalfd},
};
constexpr NamedValue decode_pids_names[] = {{"comm", text::decode_comm}, {"pidns", text::decode_pidns}};
constexpr NamedValue secontext_names[] = {{"full", 1}, {"mismatch", 2}};

Result<void> set_calls(abi::SyscallSet& calls, std::string_view expression) {
  Result<abi::SyscallSet> parsed = abi::parse_syscall_set(expression);
  if (!parsed) return parsed.error();
  calls = *std::move(parsed);
  return {};
}

template <typename Number>
Result<void> set_bits(Number& bits, std::string_view set, std::span<const NamedValue> names, std::string_view what) {
  const Result<unsigned> parsed = parse_bits(set, names, what);
  if (!parsed) return parsed.error();
  bits = static_cast<Number>(*parsed);
  return {};
}

template <typename Choice>
Result<void> set_numbers(Choice& numbers, std::string_view set, std::string_view what, std::optional<int> (*parse)(std::string_view)) {
  Result<text::NumberChoice> parsed = parse_numbers(set, what, parse);
  if (!parsed) return parsed.error();
  numbers = *std::move(parsed);
  return {};
}

// Nothing here changes what a traced program does. Its calls are still checked, so that a mistyped name is told first.
Result<void> refuse_injection(std::string_view expression, std::string_view what) {
  if (const auto calls = abi::parse_syscall_set(expression.substr(0, expression.find(':'))); !calls) return calls.error();
  return Error{ErrorKind::unsupported, "invalid " + std::string(what) + " argument '" + std::string(expression) +
                                           "': fault injection is not supported, a recording never alters the program"};
}

}  // namespace

Result<void> apply_qualifier(GivenOptions& to, Option qualifier, std::string_view set) {
  text::TextOptions& text = to.options.text;
  switch (qualifier) {
    case Option::trace:     return set_calls(text.trace, set);
    case Option::abbrev:    return set_calls(text.abbrev, set);
    case Option::verbose:   return set_calls(text.verbose, set);
    case Option::raw:       return set_calls(text.raw, set);
    case Option::signal:    return set_numbers(text.signals, set, "signal", parse_signal);
    case Option::read:      return set_numbers(text.dump_read, set, "descriptor", parse_int);
    case Option::write:     return set_numbers(text.dump_write, set, "descriptor", parse_int);
    case Option::trace_fds: return set_numbers(text.trace_fds, set, "descriptor", parse_int);
    case Option::status:    return set_bits(text.status, set, status_names, "status");
    case Option::quiet:
      to.quiet_long = true;
      return set_bits(text.quiet, set, quiet_names, "quiet");
    case Option::decode_fds:
      to.fds_long = true;
      return set_bits(text.decode_fds, set, decode_fds_names, "decode-fds");
    case Option::decode_pids: return set_bits(text.decode_pids, set, decode_pids_names, "decode-pids");
    case Option::secontext: {
      unsigned ignored = 0;
      return set_bits(ignored, set, secontext_names, "secontext");
    }
    case Option::kvm:
      if (set != "vcpu" && set != "vcpu+") return Error{ErrorKind::unsupported, "invalid -e kvm= argument: '" + std::string(set) + "'"};
      return {};
    case Option::namespaces:
      if (set != "new") return Error{ErrorKind::unsupported, "invalid namespace '" + std::string(set) + "'"};
      return {};
    case Option::inject: return refuse_injection(set, "inject");
    case Option::fault:  return refuse_injection(set, "fault");
    default:             return Error{ErrorKind::unsupported, "not a qualifier"};
  }
}

Result<void> apply_expression(GivenOptions& to, std::string_view expression) {
  const std::size_t equals = expression.find('=');
  if (equals != std::string_view::npos) {
    for (const QualifierName& known : qualifier_names) {
      if (known.name == expression.substr(0, equals)) return apply_qualifier(to, known.qualifier, expression.substr(equals + 1));
    }
  }
  if (expression == "secontext") return {};
  return apply_qualifier(to, Option::trace, expression);
}

}  // namespace sysreel::tools
