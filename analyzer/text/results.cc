#include "analyzer/text/results.h"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "analyzer/text/call_text.h"
#include "analyzer/text/files/print_descriptor.h"
#include "analyzer/text/processes/print_ids.h"

namespace sysreel::text {
namespace {

// What the kernel returns to itself so that a call is restarted: linux/errno.h. Programs never see these.
struct Restart {
  int error;
  std::string_view text;
};
constexpr Restart restarts[] = {{512, "? ERESTARTSYS (To be restarted if SA_RESTART is set)"},
                                {513, "? ERESTARTNOINTR (To be restarted)"},
                                {514, "? ERESTARTNOHAND (To be restarted if no handler)"},
                                {516, "? ERESTART_RESTARTBLOCK (Interrupted by signal)"}};

// "-1 ENOENT (No such file or directory)", nothing for an error without a name.
std::string_view text_of_error(int error) {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> all(4096);  // as many as the kernel has room for: linux/err.h
    for (int i = 0; i < static_cast<int>(all.size()); ++i) {
      if (const char* name = abi::errno_name(i)) all[static_cast<std::size_t>(i)] = fmt::format("-1 {} ({})", name, abi::errno_text(i));
    }
    return all;
  }();
  return error >= 0 && static_cast<std::size_t>(error) < texts.size() ? std::string_view(texts[static_cast<std::size_t>(error)]) : "";
}

void print_error(CallPrinter& p, int error) {
  Out& out = p.out;
  for (const Restart& restart : restarts) {
    if (restart.error == error) return out.put(restart.text);
  }
  if (const auto text = text_of_error(error); !text.empty()) return out.put(text);
  out.put("-1 (errno ");
  out.decimal(static_cast<unsigned>(error));
  out.put(')');
}

std::uint64_t word_of(const CallPrinter& p, std::int64_t result) {
  return p.word() == 4 ? static_cast<std::uint32_t>(result) : static_cast<std::uint64_t>(result);
}

void print_success(CallPrinter& p) {
  switch (p.row.result) {
#define RESULT(name) case abi::ResultKind::name: return print_result_##name(p, p.call.result);
#include "format/abi/results.def"
#undef RESULT
  }
}

}  // namespace

void print_result_decimal(CallPrinter& p, std::int64_t result) {
  p.out.signed_decimal(p.word() == 4 ? static_cast<std::int32_t>(result) : result);
}
void print_result_wide_decimal(CallPrinter& p, std::int64_t result) { p.out.signed_decimal(result); }
void print_result_hex(CallPrinter& p, std::int64_t result) { p.out.hex(word_of(p, result)); }
void print_result_octal(CallPrinter& p, std::int64_t result) {
  // As printf's %#03lo: a mode has at least three characters.
  if (result >= 0 && result < 010) p.out.put(result == 0 ? "00" : "0");
  p.out.octal(word_of(p, result));
}
void print_result_fd(CallPrinter& p, std::int64_t result) { print_descriptor(p, static_cast<int>(result)); }
void print_result_pid(CallPrinter& p, std::int64_t result) { print_process_id(p, static_cast<int>(result)); }
void print_result_none(CallPrinter& p, std::int64_t) { p.out.put('?'); }

void print_result(CallPrinter& p) {
  if (p.call.has(call_no_result) || p.call.has(call_in_flight)) {
    p.out.put('?');
  } else if (is_error(p.call.result) || (p.call.result <= -512 && p.call.result >= -516)) {
    print_error(p, static_cast<int>(-p.call.result));
  } else if (p.raw()) {
    p.out.hex(word_of(p, p.call.result));
  } else {
    print_success(p);
  }
  if (p.comment.empty() && !p.remarked) return;
  p.out.put(" (");
  p.out.put(p.comment.view());
  p.out.put(')');
}

}  // namespace sysreel::text
