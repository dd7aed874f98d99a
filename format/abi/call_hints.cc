#include "format/abi/call_hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "format/abi/abi.h"

namespace sysreel::abi {
namespace {

constexpr Abi tables[] = {Abi::x86_64, Abi::i386, Abi::aarch64};

// Functions of C libraries that make another call than the one of their name.
struct Alias {
  std::string_view function;
  std::string_view call;
};
constexpr Alias aliases[] = {
    {"open", "openat"},       {"creat", "openat"},         {"stat", "newfstatat"},         {"lstat", "newfstatat"},
    {"fstat", "newfstatat"},  {"fork", "clone"},           {"vfork", "clone"},             {"wait", "wait4"},
    {"waitpid", "wait4"},     {"exit", "exit_group"},      {"sleep", "clock_nanosleep"},   {"nanosleep", "clock_nanosleep"},
    {"select", "pselect6"},   {"epoll_create", "epoll_create1"}, {"pread", "pread64"},     {"pwrite", "pwrite64"},
    {"sigaction", "rt_sigaction"}, {"send", "sendto"},     {"recv", "recvfrom"},           {"malloc", "brk,mmap"},
    {"pthread_create", "clone3"}, {"getrlimit", "prlimit64"}, {"setrlimit", "prlimit64"}, {"signal", "rt_sigaction"},
    {"sigprocmask", "rt_sigprocmask"}, {"fopen", "openat"}, {"printf", "write"},
};

std::string_view alias_of(std::string_view function) {
  for (const Alias& alias : aliases) {
    if (alias.function == function) return alias.call;
  }
  return {};
}

bool exists(std::string_view name) {
  return std::any_of(std::begin(tables), std::end(tables), [&](Abi abi) { return number_of(abi, name).has_value(); });
}

// The names in an expression, without "!", "?" and "@64"; classes, regular expressions and numbers are left out.
std::vector<std::string_view> names_in(std::string_view expression) {
  std::vector<std::string_view> names;
  if (expression.starts_with('!')) expression.remove_prefix(1);
  while (!expression.empty()) {
    const std::size_t comma = std::min(expression.find(','), expression.size());
    std::string_view word = expression.substr(0, comma);
    expression.remove_prefix(std::min(comma + 1, expression.size()));
    if (word.starts_with('?')) continue;
    word = word.substr(0, word.find('@'));
    if (word.empty() || word[0] == '/' || word[0] == '%' || (word[0] >= '0' && word[0] <= '9')) continue;
    names.push_back(word);
  }
  return names;
}

// Edits (insert, delete, replace, swap of neighbours counted as two) from one word to the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

// The call whose name is nearest, if it is near at all.
std::string nearest(std::string_view name) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const Abi abi : tables) {
    for (unsigned nr = 0; nr < table_size(abi); ++nr) {
      const SyscallRow* const row = row_of(abi, SyscallNr{static_cast<std::int32_t>(nr)});
      if (!row) continue;
      if (const std::size_t edits = distance(name, row->name); edits < least) {
        least = edits;
        best = row->name;
      }
    }
  }
  return best;
}

}  // namespace

std::string hint_for_unknown_call(std::string_view expression) {
  constexpr std::string_view classes[] = {"all", "none", "file", "desc", "memory", "process", "network", "signal", "ipc"};
  for (const std::string_view name : names_in(expression)) {
    if (exists(name) || std::find(std::begin(classes), std::end(classes), name) != std::end(classes)) continue;
    if (const std::string_view call = alias_of(name); !call.empty()) {
      return fmt::format("; the C library's {}() makes the call '{}'", name, call);
    }
    const std::string call = nearest(name);
    if (call.empty()) continue;
    const std::string_view real = alias_of(call);
    if (real.empty()) return fmt::format("; did you mean '{}'?", call);
    return fmt::format("; did you mean '{}', or '{}', which the C library's {}() makes?", call, real, call);
  }
  return "";
}

std::string note_on_set(std::string_view expression) {
  if (expression.starts_with('!')) return "";
  const std::vector<std::string_view> names = names_in(expression);
  for (const std::string_view name : names) {
    const std::string_view call = alias_of(name);
    if (call.empty() || std::find(names.begin(), names.end(), call) != names.end()) continue;
    return fmt::format("the C library's {}() makes the call '{}', which is not in this set", name, call);
  }
  return "";
}

}  // namespace sysreel::abi
