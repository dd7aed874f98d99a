#include "tests/analyzer/render.h"

#include <gtest/gtest.h>

namespace sysreel::testing {

CallBuilder::CallBuilder(std::string_view name, std::vector<std::uint64_t> args, Abi abi) {
  const auto number = abi::number_of(abi, name);
  EXPECT_TRUE(number.has_value()) << "no call is named " << name;
  call_.pid = Pid{100};
  call_.tid = Tid{100};
  call_.abi = abi;
  call_.nr = number.value_or(SyscallNr{-1});
  for (std::size_t i = 0; i < args.size() && i < call_.args.size(); ++i) call_.args[i] = args[i];
}

CallBuilder& CallBuilder::add(Phase phase, std::uint64_t address, std::string_view bytes, BlockEnd end) {
  memory_.emplace_back(bytes);
  const std::string& kept = memory_.back();
  blocks_.push_back({address, {reinterpret_cast<const std::byte*>(kept.data()), kept.size()},
                     static_cast<std::uint32_t>(kept.size()), phase, end});
  return *this;
}

CallBuilder& CallBuilder::in(std::uint64_t address, std::string_view bytes, BlockEnd end) {
  return add(Phase::entry, address, bytes, end);
}
CallBuilder& CallBuilder::out(std::uint64_t address, std::string_view bytes, BlockEnd end) {
  return add(Phase::exit, address, bytes, end);
}
CallBuilder& CallBuilder::in_string(std::uint64_t address, std::string_view text) {
  return in(address, std::string(text) + '\0');
}

const Call& CallBuilder::event() {
  // A copied builder has its own strings: point the blocks at them.
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    blocks_[i].data = {reinterpret_cast<const std::byte*>(memory_[i].data()), memory_[i].size()};
  }
  call_.blocks = blocks_;
  return call_;
}

std::string CallBuilder::entry_half() {
  text::Out out, comment;
  text::CallPrinter p(event(), text::row_for(call_), options, model, out, comment, text::Half::entry);
  text::print_call_name(out, call_, p.row);
  out.put('(');
  text::print_entry_half(p);
  return std::string(out.view());
}

std::string CallBuilder::exit_half() {
  text::Out out, comment;
  text::CallPrinter p(event(), text::row_for(call_), options, model, out, comment, text::Half::exit);
  text::print_exit_half(p);
  out.put(") = ");
  text::print_result(p);
  return std::string(out.view());
}

std::string CallBuilder::text() { return entry_half() + exit_half(); }

}  // namespace sysreel::testing
