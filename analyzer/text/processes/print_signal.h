// Signals: their names, sets of them, and what comes with one (siginfo_t).
#pragma once

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// SIGINT, SIGRT_3; the number for what is no signal. Obeys -X.
void print_signal_number(CallPrinter& p, int signo);

// "INT", "RTMIN", "RT_3"; the number for what is no signal.
void put_short_signal_name(Out& out, Abi abi, unsigned signo);

// [INT TERM], ~[KILL]: `bytes` is a sigset_t of the kernel, little-endian, of any whole number of 32-bit words.
void print_signal_set(CallPrinter& p, ByteSpan bytes);

// {si_signo=SIGCHLD, si_code=CLD_EXITED, …}: `bytes` are a siginfo_t in the layout of `p.call.abi`, and may end early.
void print_siginfo_body(CallPrinter& p, ByteSpan bytes);

}  // namespace sysreel::text
