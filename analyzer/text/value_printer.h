// What a printer of values has at hand: the call, the tracee's memory, the options, the history, and where to write.
//
// There is one function a Kind (format/abi/kinds.def), called print_NAME, in the file of its subject:
//     void print_fd(CallPrinter& p, const abi::Type& type, std::uint64_t value);
// It prints exactly the value, no separator; printing nothing means that the argument is absent. How to add one: GUIDE.md.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>

#include "analyzer/model/model.h"
#include "analyzer/text/memory_image.h"
#include "analyzer/text/out.h"
#include "analyzer/text/text_options.h"
#include "format/abi/abi.h"
#include "format/abi/layout.h"
#include "format/event.h"

namespace sysreel::text {

// The part of a call that is being printed. Arguments that need the exit (flow out or inout) and all behind them
// belong to the exit half, as do results.
enum class Half : std::uint8_t { entry, exit };

// The context in which one call prints. Lives while the call's line (or its half, before "<unfinished ...>") is written.
class CallPrinter {
 public:
  CallPrinter(const Call& call, const abi::SyscallRow& row, const TextOptions& options, const Model& model, Out& out,
              Out& comment, Half half)
      : call(call), row(row), options(options), model(model), out(out), comment(comment), memory(call.blocks), half(half),
        abbreviated_(options.abbrev.has(call.abi, call.nr)), verbose_(options.verbose.has(call.abi, call.nr)),
        raw_(options.raw.has(call.abi, call.nr)) {}

  const Call& call;
  const abi::SyscallRow& row;  // the variant that holds
  const TextOptions& options;
  const Model& model;
  Out& out;
  Out& comment;  // text in parentheses behind the result: poll's "Timeout", fcntl's "flags O_RDWR"; see remarks.def
  bool remarked = false;  // the parentheses print even if nothing is in them
  const MemoryImage memory;
  const Half half;

  // The structure whose field is being printed, nullptr for an argument: what Count::field() refers to.
  struct Frame {
    const abi::Struct* layout = nullptr;
    ByteSpan bytes;
    std::uint64_t address = 0;
    bool asked = false;  // what was there at entry is being shown, though the call has returned
  };
  Frame frame;
  // How much of the result earlier elements of the array have used up.
  std::uint64_t result_taken = 0;

  // The call returned an error, or nothing at all. Always false in the entry half.
  bool failed() const { return half == Half::exit && !frame.asked && (is_error(call.result) || call.has(call_no_result) || call.has(call_in_flight)); }
  // Structures and arrays may be cut short: not -v (see -e abbrev=).
  bool abbreviated() const { return abbreviated_; }
  // Pointers are followed (see -e verbose=).
  bool verbose() const { return verbose_; }
  // Arguments and result are plain numbers (see -e raw=).
  bool raw() const { return raw_; }
  unsigned word() const { return word_size(call.abi); }
  // The errno of a failed call, 0 of one that did not fail.
  int error() const { return failed() && is_error(call.result) ? static_cast<int>(-call.result) : 0; }

  // `length` bytes at `address`, as they were when memory flowed in `flow`'s direction. Nothing if not wholly there.
  std::optional<ByteSpan> fetch(abi::Flow flow, std::uint64_t address, std::size_t length) const;
  MemoryImage::Run fetch_run(abi::Flow flow, std::uint64_t address, std::size_t length) const;

  // A trivially copyable object in the tracee's memory.
  template <typename T>
  std::optional<T> fetch(abi::Flow flow, std::uint64_t address) const { return as<T>(fetch(flow, address, sizeof(T))); }
  template <typename T>
  std::optional<T> input(std::uint64_t address) const { return as<T>(memory.input(address, sizeof(T))); }
  template <typename T>
  std::optional<T> output(std::uint64_t address) const { return as<T>(memory.output(address, sizeof(T))); }
  // A long or pointer of the call's ABI.
  std::optional<std::uint64_t> fetch_word(abi::Flow flow, std::uint64_t address) const;

  // Number of elements at `address` by the type's count and its second bound. Elements of an array of structures that
  // share the result (readv) take their part of it.
  std::uint64_t elements(const abi::Type& type, std::uint64_t address);
  // Resolves a Count of the row (or of the structure in `frame`) for a pointer to `address`.
  std::uint64_t count(const abi::Count& count, std::uint64_t address) const;
  // Value of a field of the structure in `frame`, extended to 64 bits by its sign.
  std::uint64_t field_value(unsigned index) const;

 private:
  template <typename T>
  static std::optional<T> as(std::optional<ByteSpan> bytes) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!bytes) return std::nullopt;
    T object;
    std::memcpy(&object, bytes->data(), sizeof object);
    return object;
  }

  const bool abbreviated_;
  const bool verbose_;
  const bool raw_;
};

// The number in `bytes` (the first eight of them), extended to 64 bits by its sign.
std::uint64_t load_number(ByteSpan bytes, abi::CType type);

// Prints one value by the function of its kind. Where the type points to memory and the kind is a plain value, prints
// the elements there: [1, 2].
void print(CallPrinter& p, const abi::Type& type, std::uint64_t value);

// Whether the kind's function takes an address and reads what is there (KIND(name, follows)).
bool takes_address(abi::Kind kind);

// One function a kind.
#define KIND(name, ...) void print_##name(CallPrinter& p, const abi::Type& type, std::uint64_t value);
#include "format/abi/kinds.def"
#undef KIND

// --- building blocks that several kinds share ------------------------------------------------------------------------------

// 0x7ffe…, NULL
void print_address(Out& out, std::uint64_t address);

// Whether the type is an output that was never written, because the call failed.
bool is_lost(const CallPrinter& p, const abi::Type& type);

// True if the memory at `address` is to be shown. Else prints the address and returns false: NULL, an output of a call
// that failed, or a call outside -e verbose=.
bool follow(CallPrinter& p, const abi::Type& type, std::uint64_t address);

// A|B|0x40, 0x40 /* A_??? */; obeys -X. Zero prints its name if there is one, else 0.
void print_flags(CallPrinter& p, const abi::Names& names, std::uint64_t value);
// A, 0x40 /* A_??? */; obeys -X.
void print_one_of(CallPrinter& p, const abi::Names& names, std::uint64_t value);
// The same with numbers in decimal.
void print_one_of_decimal(CallPrinter& p, const abi::Names& names, std::int64_t value);
// Name of a value, nullptr if it has none.
const char* name_of(const abi::Names& names, std::uint64_t value);
// `number` in the style of -X: the text alone, `number` alone, or `number /* text */`. For values named by code.
void print_constant(CallPrinter& p, std::uint64_t number, std::string_view text);
// Writes " /* text */".
void print_note(CallPrinter& p, std::string_view text);

// "abc\n"… escaped as -x asks; `more` adds "...".
void print_quoted(CallPrinter& p, ByteSpan bytes, bool more);
// Whether -x shows this string in hexadecimal as a whole.
bool prints_in_hex(const CallPrinter& p, ByteSpan bytes);
// abc, escaped as -x asks; `special` are characters to be escaped besides.
void put_escaped(Out& out, HexStrings style, std::string_view text, std::string_view special);
// <abc>, without quotes and with < and > escaped, too: what stands between angle brackets.
void print_in_angle_brackets(Out& out, const TextOptions& options, std::string_view text);
// The same for a NUL-terminated string in a field of `bytes.size()` bytes: up to the NUL; "..." if there is none.
void print_quoted_field(CallPrinter& p, ByteSpan bytes);
// 01234567-89ab-cdef-fedc-ba9876543210
void print_uuid(CallPrinter& p, ByteSpan bytes);
// A NUL-terminated string in the tracee's memory, at most `limit` characters of it.
void print_string_at(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::size_t limit);
// `length` bytes of user data in the tracee's memory, cut by -s; an address if they are not readable.
void print_bytes_at(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length);

// {field=value, …}: `bytes` are a copy of the structure at `address`.
void print_struct(CallPrinter& p, const abi::Struct& layout, abi::Flow flow, std::uint64_t address, ByteSpan bytes);
// The same for fields [first, last), without braces and with a leading separator if `first` is not 0.
void print_fields(CallPrinter& p, const abi::Struct& layout, abi::Flow flow, std::uint64_t address, ByteSpan bytes,
                  unsigned first, unsigned last);
// Reads the structure at `address` and prints it, or the address.
void print_struct_at(CallPrinter& p, const abi::Struct& layout, abi::Flow flow, std::uint64_t address);

// What stands for the elements that are not there: "..." if they were not recorded, "... /* 0x7ffe… */" if the memory
// ended at `address`.
void print_array_end(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::size_t size);

// [element, element, ...] of `count` elements of `size` bytes at `address`: `element(address, bytes)` prints one.
// Stops at -s elements with "..." if abbreviated, at `most` in any case, at unreadable memory with "... /* 0x7ffe… */".
template <typename PrintElement>
void print_array(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t count, unsigned size,
                 PrintElement element, std::uint64_t most = ~0ull) {
  if (address == 0) return print_address(p.out, address);
  if (count == 0) return p.out.put("[]");
  if (count > (~address) / size) return print_address(p.out, address);
  const std::uint64_t shown = std::min({p.abbreviated() ? std::uint64_t{p.options.string_limit} : count, most, count});
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = address + i * size;
    const auto bytes = p.fetch(flow, at, size);
    if (!bytes && i == 0) return print_address(p.out, address);
    p.out.put(i == 0 ? "[" : ", ");
    if (!bytes) {
      print_array_end(p, flow, at, size);
      break;
    }
    if (i == shown) {
      p.out.put("...");
      break;
    }
    element(at, *bytes);
  }
  p.out.put(']');
}

// " (text)" behind the result; a later remark replaces an earlier one.
inline void set_comment(CallPrinter& p, std::string_view text) {
  p.comment.clear();
  p.comment.put(text);
}

}  // namespace sysreel::text
