// One call as text: its name, its arguments in two halves, and its result.
#pragma once

#include "analyzer/text/value_printer.h"

namespace sysreel::text {

// The row by which a call prints: the variant of its arguments. Calls without a row get one of six numbers.
const abi::SyscallRow& row_for(const Call& call);

// "openat", or "syscall_0x1c8" for a number without a row.
void print_call_name(Out& out, const Call& call, const abi::SyscallRow& row);

// The arguments known at entry, with a trailing separator if there are more.
void print_entry_half(CallPrinter& p);

// Whether something prints only at exit: arguments, or a remark behind the result.
bool has_exit_half(const abi::SyscallRow& row);

// The rest of the arguments, without the closing parenthesis. Fills p.comment.
void print_exit_half(CallPrinter& p);

// What stands behind "= ": "3", "-1 ENOENT (No such file or directory)", "? ERESTARTSYS (…)", the comment included.
void print_result(CallPrinter& p);

}  // namespace sysreel::text
