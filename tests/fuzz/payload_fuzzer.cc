// Any call with any memory, as an engine might deliver it: rendered, encoded and decoded.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "analyzer/text/text_renderer.h"
#include "format/event.h"

namespace {

class Nowhere final : public sysreel::text::TextSink {
 public:
  void write(sysreel::Tid, std::string_view) override {}
};

// Takes values off the front of the input.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  template <typename T>
  T take() {
    T value{};
    const std::size_t length = std::min(sizeof value, size_);
    std::memcpy(&value, data_, length);
    data_ += length;
    size_ -= length;
    return value;
  }
  std::vector<std::byte> bytes(std::size_t wanted) {
    const std::size_t length = std::min(wanted, size_);
    std::vector<std::byte> result(length);
    std::memcpy(result.data(), data_, length);
    data_ += length;
    size_ -= length;
    return result;
  }
  bool empty() const { return size_ == 0; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sysreel;
  Input input(data, size);
  Call call;
  call.pid = Pid{1};
  call.tid = Tid{1};
  call.abi = static_cast<Abi>(input.take<std::uint8_t>() % 4);
  call.nr = SyscallNr{input.take<std::uint16_t>() % 600};
  call.flags = input.take<std::uint8_t>();
  call.result = input.take<std::int32_t>();
  for (std::uint64_t& argument : call.args) argument = input.take<std::uint32_t>();
  std::vector<std::vector<std::byte>> memory;
  std::vector<Block> blocks;
  while (!input.empty() && blocks.size() < 16) {
    const std::uint8_t where = input.take<std::uint8_t>();
    const std::uint64_t address = where < 6 ? call.args[where] : input.take<std::uint32_t>();
    const auto phase = static_cast<Phase>(input.take<std::uint8_t>() % 2);
    const auto end = static_cast<BlockEnd>(input.take<std::uint8_t>() % 3);
    memory.push_back(input.bytes(input.take<std::uint8_t>()));
    blocks.push_back({address, memory.back(), static_cast<std::uint32_t>(memory.back().size()), phase, end});
  }
  call.blocks = blocks;
  Nowhere nowhere;
  text::TextOptions options;
  text::TextRenderer renderer(options, nowhere, false);
  renderer.begin(Header{});
  renderer.on(call);
  renderer.finish();
  return 0;
}
