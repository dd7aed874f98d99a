// struct sigevent: how a timer or a message queue is to tell. uapi asm-generic/siginfo.h.
#include <array>

#include "analyzer/text/processes/print_ids.h"
#include "analyzer/text/processes/print_signal.h"
#include "format/abi/flags.h"

namespace sysreel::text {

void print_sigevent(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr std::uint32_t sigev_signal = 0, sigev_thread = 2, sigev_thread_id = 4;
  const unsigned word = p.word();
  const auto integer = [&](std::uint64_t offset) { return p.fetch<std::uint32_t>(type.copy.flow, value + offset); };
  const auto pointer = p.fetch_word(type.copy.flow, value);
  const auto signo = integer(word), kind = integer(word + 4), thread = integer(word + 8);
  const auto function = p.fetch_word(type.copy.flow, value + word + 8);
  const auto attributes = p.fetch_word(type.copy.flow, value + 2 * word + 8);
  if (!pointer || !signo || !kind || !function || !attributes) return print_address(p.out, value);
  p.out.put('{');
  if (*pointer != 0) {
    p.out.put("sigev_value={sival_int=");
    p.out.signed_decimal(static_cast<std::int32_t>(*pointer));
    p.out.put(", sival_ptr=");
    print_address(p.out, *pointer);
    p.out.put("}, ");
  }
  p.out.put("sigev_signo=");
  if (*kind == sigev_signal || *kind == sigev_thread || *kind == sigev_thread_id) {
    print_signal_number(p, static_cast<std::int32_t>(*signo));
  } else {
    p.out.decimal(*signo);
  }
  p.out.put(", sigev_notify=");
  print_one_of(p, abi::sigevent_kinds, *kind);
  if (*kind == sigev_thread_id) {
    p.out.put(", sigev_notify_thread_id=");
    print_process_id(p, static_cast<std::int32_t>(*thread));
  } else if (*kind == sigev_thread) {
    p.out.put(", sigev_notify_function=");
    print_address(p.out, *function);
    p.out.put(", sigev_notify_attributes=");
    print_address(p.out, *attributes);
  }
  p.out.put('}');
}

}  // namespace sysreel::text
