// What error and signal numbers are called.
#include <array>

#include "format/abi/abi.h"

namespace sysreel::abi {
namespace {

struct ErrnoRow {
  const char* name = nullptr;
  const char* text = nullptr;
};

constexpr unsigned errno_table_size = 532;

constexpr std::array<ErrnoRow, errno_table_size> errno_rows = [] {
  std::array<ErrnoRow, errno_table_size> rows{};
#define ERRNO(number, name, text) rows[number] = {#name, text};
#include "format/abi/errno.def"
#undef ERRNO
  return rows;
}();

constexpr std::array<const char*, 32> signal_rows = [] {
  std::array<const char*, 32> rows{};
#define SIGNAL(number, name) rows[number] = #name;
#include "format/abi/signals.def"
#undef SIGNAL
  return rows;
}();

const ErrnoRow& errno_row(int error) {
  static constexpr ErrnoRow none;
  return error > 0 && error < static_cast<int>(errno_table_size) ? errno_rows[static_cast<unsigned>(error)] : none;
}

}  // namespace

const char* errno_name(int error) { return errno_row(error).name; }

const char* errno_text(int error) { return errno_row(error).text; }

// Every ABI of the tables has the same numbers (alpha, mips, sparc and parisc would not).
const char* signal_name(Abi, int signo) {
  return signo > 0 && signo < static_cast<int>(signal_rows.size()) ? signal_rows[static_cast<unsigned>(signo)] : nullptr;
}

}  // namespace sysreel::abi
