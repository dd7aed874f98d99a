// Writes a small reel for the reel fuzzer to begin with: make_reel FILE. Made, not recorded: it speaks of no machine.
#include <fcntl.h>

#include <string>

#include "format/reel_writer.h"

int main(int argc, char** argv) {
  using namespace sysreel;
  if (argc != 2) return 2;
  UniqueFd file(::open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  Header header;
  header.host = "host";
  header.command = {"cat", "file"};
  auto writer = ReelWriter::open(std::move(file), header);
  if (!writer) return 1;
  writer->on(TaskNew{.pid = Pid{10}, .tid = Tid{10}, .time = {1}, .origin = TaskOrigin::launched, .comm = "cat"});
  const std::string path("file", 5), text = "hello\n";
  Call call;
  call.pid = Pid{10};
  call.tid = Tid{10};
  call.start = {100};
  call.duration = {50};
  call.nr = SyscallNr{257};
  call.args = {0xffffff9c, 0x1000, 0};
  call.result = 3;
  const Block name{0x1000, std::as_bytes(std::span(path)), 4096, Phase::entry, BlockEnd::whole};
  call.blocks = {&name, 1};
  writer->on(call);
  const Block data{0x2000, std::as_bytes(std::span(text)), 6, Phase::exit, BlockEnd::whole};
  call.nr = SyscallNr{0};
  call.args = {3, 0x2000, 4096};
  call.result = 6;
  call.start = {200};
  call.blocks = {&data, 1};
  writer->on(call);
  writer->on(Signal{.pid = Pid{10}, .tid = Tid{10}, .time = {300}, .signo = 15});
  writer->on(TaskExit{Pid{10}, Tid{10}, {400}, 15, true});
  return writer->close({{500}, EndReason::target_ended, 15, {}}) ? 0 : 1;
}
