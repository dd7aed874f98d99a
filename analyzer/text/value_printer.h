// What a printer of values has at hand: the call, the tracee's memory, the options, the history, and where to write.
//
// There is one function a Kind (format/abi/kinds.def), called print_NAME, in the file of its subject:
//     void print_fd(CallPrinter& p, const abi::Type& type, std::uint64_t value);
// It prints exactly the value, no separator. Generic structures (abi::Struct) print themselves from their rows; a
// structure that strace prints in its own way gets a Kind and a function of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "analyzer/model/model.h"
#include "analyzer/text/memory_image.h"
#include "analyzer/text/out.h"
#include "analyzer/text/text_options.h"
#include "format/abi/abi.h"
#include "format/abi/layout.h"
#include "format/event.h"

namespace sysreel::text {

// The context in which one call prints. Lives while the call's line (or its half, before "<unfinished ...>") is written.
class CallPrinter {
 public:
  CallPrinter(const Call& call, const abi::SyscallRow& row, const TextOptions& options, const Model& model, Out& out)
      : call(call), row(row), options(options), model(model), out(out), memory(call.blocks) {}

  const Call& call;
  const abi::SyscallRow& row;  // the variant that holds
  const TextOptions& options;
  const Model& model;
  Out& out;
  const MemoryImage memory;

  // The structure whose field is being printed, nullptr for an argument: what Count::field() refers to.
  const abi::Struct* structure = nullptr;
  ByteSpan structure_bytes;

  bool failed() const;         // the call returned an error, or nothing at all
  bool abbreviated() const;    // not -v (for this call, see -e abbrev=)
  unsigned word() const { return word_size(call.abi); }

  // Bytes the kernel read (input) or wrote (output), chosen by the type's flow.
  std::optional<ByteSpan> fetch(const abi::Type& type, std::uint64_t address, std::size_t length) const;

  // A trivially copyable object in the tracee's memory.
  template <typename T>
  std::optional<T> input(std::uint64_t address) const {
    return as<T>(memory.input(address, sizeof(T)));
  }
  template <typename T>
  std::optional<T> output(std::uint64_t address) const {
    return as<T>(memory.output(address, sizeof(T)));
  }

  // Resolves a Count of the row or the structure to a number of elements.
  std::uint64_t count(const abi::Count& count) const;

  // Text in parentheses behind the result: poll's "(Timeout)", open's "(flags O_RDWR)". The last one set wins.
  std::string_view comment;

 private:
  template <typename T>
  static std::optional<T> as(std::optional<ByteSpan> bytes) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!bytes) return std::nullopt;
    T object;
    std::memcpy(&object, bytes->data(), sizeof object);
    return object;
  }
};

// Prints one value by the function of its kind.
void print(CallPrinter& p, const abi::Type& type, std::uint64_t value);

// Building blocks that several kinds share.
void print_address(Out& out, std::uint64_t address);                                  // 0x7ffe…, NULL
void print_flags(CallPrinter& p, const abi::Names& names, std::uint64_t value);       // A|B|0x40, 0x40 /* A_??? */
void print_one_of(CallPrinter& p, const abi::Names& names, std::uint64_t value);      // A, 0x40 /* A_??? */
void print_quoted(CallPrinter& p, ByteSpan bytes, bool more);                         // "abc\n"...
void print_struct(CallPrinter& p, const abi::Struct& layout, ByteSpan bytes);         // {field=value, …}

}  // namespace sysreel::text
