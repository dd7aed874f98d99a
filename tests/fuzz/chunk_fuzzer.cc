// Any bytes as a decompressed chunk, which checksums keep the reel fuzzer away from: four bytes of its header's number of events, then
// the message. Covers every column of the codec, as columns and as events.
#include <cstdint>
#include <cstring>
#include <memory>

#include "format/chunk_view.h"
#include "format/event.h"

namespace {

// Looks at every byte of what it is given, so that a sanitizer sees where that lies.
class Reader final : public sysreel::EventSink {
 public:
  using EventSink::on;
  void on(const sysreel::Call& call) override {
    for (const sysreel::Block& block : call.blocks) {
      for (const std::byte byte : block.data) sum_ += static_cast<unsigned>(byte);
    }
    for (const std::uint64_t address : call.stack) sum_ += address;
  }
  std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sysreel;
  std::uint32_t events = 0;
  if (size < sizeof events + sizeof(std::uint64_t)) return 0;
  std::memcpy(&events, data, sizeof events);
  const std::size_t words = (size - sizeof events) / sizeof(std::uint64_t);
  auto message = std::make_unique<std::uint64_t[]>(words);
  std::memcpy(message.get(), data + sizeof events, words * sizeof(std::uint64_t));
  ChunkHeader header;
  header.events = events;
  header.content_bytes = words * sizeof(std::uint64_t);
  ChunkView chunk;
  if (!chunk.load(std::move(message), header)) return 0;
  static_cast<void>(chunk.decode(Columns::result | Columns::start | Columns::flags));
  Reader reader;
  static_cast<void>(chunk.replay(reader));
  volatile std::uint64_t seen = reader.sum();
  static_cast<void>(seen);
  return 0;
}
