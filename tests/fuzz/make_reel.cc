// Writes a small reel and its first chunk, as the chunk fuzzer wants it, for fuzzers to begin with: make_reel REEL CHUNK. Made, not
// recorded: it speaks of no machine.
#include <fcntl.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "format/frame_io.h"
#include "format/reel_writer.h"

namespace {

using namespace sysreel;

Call call_of(int tid, int number, std::int64_t start, std::int64_t result, std::array<std::uint64_t, 6> args) {
  Call call;
  call.pid = Pid{10};
  call.tid = Tid{tid};
  call.nr = SyscallNr{number};
  call.start = {start};
  call.duration = {50};
  call.result = result;
  call.args = args;
  call.ip = 0x401000;
  return call;
}

// A file is opened, read and looked at by two threads: something of every column.
void write_events(ReelWriter& writer) {
  writer.on(TaskNew{.pid = Pid{10}, .tid = Tid{10}, .time = {1}, .origin = TaskOrigin::launched, .comm = "cat"});
  const std::string path("file", 5), text = "hello\n";
  Call open = call_of(10, 257, 100, 3, {0xffffff9c, 0x1000, 0});
  const Block name{0x1000, std::as_bytes(std::span(path)), 4096, Phase::entry, BlockEnd::whole};
  open.blocks = {&name, 1};
  const std::array<std::uint64_t, 2> stack = {0x401000, 0x402000};
  open.stack = stack;
  writer.on(open);
  Call read = call_of(10, 0, 200, 6, {3, 0x2000, 4096});
  const Block data{0x2000, std::as_bytes(std::span(text)), 6, Phase::exit, BlockEnd::whole};
  read.blocks = {&data, 1};
  writer.on(read);
  const std::array<std::uint64_t, 2> vector = {0x2000, 6};
  Call written = call_of(10, 20, 300, 6, {1, 0x3000, 1});
  const std::array<Block, 2> blocks = {Block{0x3000, std::as_bytes(std::span(vector)), 16, Phase::entry, BlockEnd::whole}, data};
  written.blocks = blocks;
  writer.on(written);
  for (std::uint64_t i = 0; i < 20; ++i) {
    std::array<std::uint64_t, 18> status{1, i * i * 977, 1, 2, 3, i * 31, 4096};
    Call stat = call_of(i % 3 == 0 ? 11 : 10, 5, 400 + 100 * static_cast<std::int64_t>(i), i % 7 == 6 ? -9 : 0, {i % 4, 0x4000 + 64 * (i % 4)});
    const Block block{stat.args[1], std::as_bytes(std::span(status)), 144, Phase::exit, BlockEnd::whole};
    if (stat.result == 0) stat.blocks = {&block, 1};
    writer.on(stat);
  }
  writer.on(Signal{.pid = Pid{10}, .tid = Tid{10}, .time = {3000}, .signo = 15});
  writer.on(TaskExit{Pid{10}, Tid{10}, {4000}, 15, true});
}

// The number of events and the message of the first chunk of a reel.
bool write_chunk(const char* reel_path, const char* chunk_path) {
  std::ifstream file(reel_path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::size_t magic = bytes.find("SRCHUNK\n");
  if (magic == std::string::npos || magic < frame_prefix_bytes) return false;
  const ByteSpan found = std::as_bytes(std::span(bytes)).subspan(magic - frame_prefix_bytes);
  const auto header = read_chunk_header(found);
  if (!header) return false;
  std::vector<std::byte> content(header->content_bytes);
  if (!Decompressor().decompress(found.subspan(chunk_header_bytes, header->frame_bytes), content)) return false;
  const auto events = static_cast<std::uint32_t>(header->events);
  std::ofstream chunk(chunk_path, std::ios::binary);
  chunk.write(reinterpret_cast<const char*>(&events), sizeof events);
  chunk.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  return chunk.good();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  UniqueFd file(::open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  Header header;
  header.host = "host";
  header.command = {"cat", "file"};
  auto writer = ReelWriter::open(std::move(file), header);
  if (!writer) return 1;
  write_events(*writer);
  if (!writer->close({{5000}, EndReason::target_ended, 15, {}})) return 1;
  return write_chunk(argv[1], argv[2]) ? 0 : 1;
}
