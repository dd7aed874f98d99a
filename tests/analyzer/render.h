// Renders one call for a test: rows and printers are tried without a recorder.
#pragma once

#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/text/call_text.h"

namespace sysreel::testing {

// A call under construction, with the memory it points to.
//     CallBuilder call("openat", {at_fdcwd, 0x1000, 0x80000});
//     call.in_string(0x1000, "/etc/passwd").returns(3);
//     EXPECT_EQ(call.text(), "openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3");
class CallBuilder {
 public:
  CallBuilder(std::string_view name, std::vector<std::uint64_t> args, Abi abi = Abi::x86_64);

  CallBuilder& returns(std::int64_t result) { call_.result = result; return *this; }  // -errno on failure
  CallBuilder& fails(int error) { return returns(-error); }
  CallBuilder& flags(unsigned call_flags) { call_.flags = static_cast<std::uint16_t>(call_flags); return *this; }

  // What the kernel read (in) or wrote (out) at an address. A fault ends the memory behind the bytes.
  CallBuilder& in(std::uint64_t address, std::string_view bytes, BlockEnd end = BlockEnd::whole);
  CallBuilder& out(std::uint64_t address, std::string_view bytes, BlockEnd end = BlockEnd::whole);
  CallBuilder& in_string(std::uint64_t address, std::string_view text);  // adds the NUL
  template <typename T>
  CallBuilder& in_object(std::uint64_t address, const T& object) { return in(address, bytes_of(object)); }
  template <typename T>
  CallBuilder& out_object(std::uint64_t address, const T& object) { return out(address, bytes_of(object)); }

  text::TextOptions options;
  Model model;

  // "close(3) = 0": one space before "=" (no column), no newline.
  std::string text();
  // "read(3, " and what follows "resumed>": the halves as an interruption would split them.
  std::string entry_half();
  std::string exit_half();

  // The call as an event; valid while the builder lives and is not changed.
  const Call& event();

 private:
  template <typename T>
  static std::string_view bytes_of(const T& object) { return {reinterpret_cast<const char*>(&object), sizeof object}; }
  CallBuilder& add(Phase phase, std::uint64_t address, std::string_view bytes, BlockEnd end);

  Call call_;
  std::deque<std::string> memory_;
  std::vector<Block> blocks_;
};

// The text of a call in default options.
inline std::string render(CallBuilder call) { return call.text(); }

}  // namespace sysreel::testing
