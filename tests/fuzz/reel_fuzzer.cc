// Any bytes as a reel: opened, verified, decoded and printed. Covers the container, the codec and rendering.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "analyzer/text/text_renderer.h"
#include "format/reel_reader.h"

namespace {

class Nowhere final : public sysreel::text::TextSink {
 public:
  void write(sysreel::Tid, std::string_view) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sysreel;
  UniqueFd file(::memfd_create("reel", MFD_CLOEXEC));
  if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  ::lseek(file.get(), 0, SEEK_SET);
  auto reader = ReelReader::open(std::move(file), "fuzzed");
  if (!reader) return 0;
  Nowhere nowhere;
  text::TextOptions options;
  text::TextRenderer renderer(options, nowhere, false);
  renderer.begin(reader->header());
  static_cast<void>(reader->replay(renderer));
  renderer.finish();
  return 0;
}
