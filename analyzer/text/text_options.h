// How text is to look: every reading option of strace, as values. tools/ fills it in, analyzer/text obeys it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/abi/syscall_set.h"

namespace sysreel::text {

// Numbers to which an option applies: signals of -e signal=, descriptors of -e read=, -e write=, -e trace-fds=.
struct NumberChoice {
  bool everything = false;
  bool inverted = false;  // all but `numbers`
  std::vector<int> numbers;

  bool has(int number) const {
    if (everything) return true;
    for (int candidate : numbers) {
      if (candidate == number) return !inverted;
    }
    return inverted;
  }
};

enum class Precision : std::uint8_t { seconds, milli, micro, nano };

// -X: constants as names, as numbers, or as both.
enum class ConstantStyle : std::uint8_t { abbrev, raw, verbose };

// -x, -xx, --strings-in-hex.
enum class HexStrings : std::uint8_t {
  none,
  non_ascii_chars,  // the unprintable characters as \xNN
  non_ascii,        // the whole string, if one character is not ASCII (-x)
  all               // every string (-xx)
};

// --absolute-timestamps, -t: none; of the day; or since the epoch.
enum class ClockFormat : std::uint8_t { none, time, unix };

// What -y and -yy add to descriptors (--decode-fds). A set of bits.
enum DecodeFds : std::uint8_t {
  decode_path = 1,
  decode_socket = 2,
  decode_dev = 4,
  decode_pidfd = 8,
  decode_eventfd = 16,
  decode_signalfd = 32,
  decode_fds_all = 63
};

// What -Y adds to process ids (--decode-pids). A set of bits.
enum DecodePids : std::uint8_t { decode_comm = 1, decode_pidns = 2 };

// What -q leaves out (--quiet). A set of bits.
enum Quiet : std::uint8_t {
  quiet_attach = 1,
  quiet_exit = 2,              // +++ exited with N +++
  quiet_path_resolution = 4,
  quiet_personality = 8,
  quiet_thread_execve = 16,    // +++ superseded by execve in pid N +++
};

// Which calls print by their outcome (-z, -Z, -e status=). A set of bits.
enum Status : std::uint8_t {
  status_successful = 1,
  status_failed = 2,
  status_unfinished = 4,
  status_unavailable = 8,
  status_detached = 16,
  status_all = 31
};

class PidLookup;

struct TextOptions {
  // what prints
  abi::SyscallSet trace = abi::SyscallSet::all();      // -e trace=
  NumberChoice signals{.everything = true, .inverted = false, .numbers = {}};  // -e signal=
  std::uint8_t status = status_all;          // -e status=, -z, -Z
  std::uint8_t quiet = 0;                    // -q, -e quiet=
  std::vector<std::string> paths;            // -P: only calls that touch one of these
  std::optional<NumberChoice> trace_fds;     // -e trace-fds=
  std::optional<std::uint64_t> syscall_limit;  // --syscall-limit: stop after so many printed calls
  NumberChoice dump_read;                    // -e read=: hexdump of what was read
  NumberChoice dump_write;                   // -e write=
  bool stack = false;                        // -k
  bool stack_source = false;                 // -kk: with source lines
  std::uint32_t stack_frames = 256;          // --stack-trace-frame-limit
  std::vector<int> pids;                     // only these processes or threads (empty: all)

  // how calls print
  int column = 40;                           // -a
  std::uint32_t string_limit = 32;           // -s: bytes of strings and elements of arrays
  abi::SyscallSet abbrev = abi::SyscallSet::all();     // -e abbrev=; -v is none()
  abi::SyscallSet raw = abi::SyscallSet::none();       // -e raw=
  abi::SyscallSet verbose = abi::SyscallSet::all();    // -e verbose=; calls outside print pointers
  ConstantStyle constants = ConstantStyle::abbrev;  // -X
  HexStrings hex_strings = HexStrings::none;        // -x
  std::uint8_t decode_fds = 0;               // DecodeFds
  std::uint8_t decode_pids = 0;              // DecodePids
  bool color = false;                        // --color

  // the line's beginning
  ClockFormat absolute = ClockFormat::none;  // -t, -tt, -ttt
  Precision absolute_precision = Precision::seconds;
  bool relative = false;                     // -r
  Precision relative_precision = Precision::micro;
  bool instruction_pointer = false;          // -i
  bool syscall_number = false;               // -n
  bool argument_names = false;               // -N
  enum class PidPrefix : std::uint8_t {
    never,
    file,          // -o with -f: "%-5u "
    when_several,  // on a terminal: "[pid %5u] " once there is more than one task
    always         // --always-show-pid: "[pid %5u] " always
  };
  PidPrefix pid_prefix = PidPrefix::never;
  bool split_by_task = false;                // -ff with -o: every task has a file, so no line is ever interrupted

  // the line's end
  bool times = false;                        // -T
  Precision times_precision = Precision::micro;

  PidLookup* pid_lookup = nullptr;           // for -Y and --decode-pids while recording; borrowed

  std::string zone;                          // time zone of -t: a TZ value; empty: the reader's own
};

}  // namespace sysreel::text
