#include "tests/format/sample_reel.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>

#include "format/declared_arguments.h"
#include "format/event_columns.h"

namespace sysreel::test {
namespace {

// Draws values of all sizes, so that short and long varints come up.
class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}

  std::uint64_t number() { return random_() >> (random_() % 64); }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }
  Nanos later(Nanos from) { return from + Nanos{static_cast<std::int64_t>(number() >> 24)}; }

  std::string text(std::size_t longest) {
    std::string text(below(longest + 1), '\0');
    for (char& c : text) c = static_cast<char>(below(chance(10) ? 256 : 4) + 'a');
    return text;
  }
  std::vector<std::uint64_t> words(std::size_t most) {
    std::vector<std::uint64_t> words(below(most + 1));
    for (std::uint64_t& word : words) word = number();
    return words;
  }

 private:
  std::mt19937_64 random_;
};

// Sets every field of an event that event_columns.h describes.
class Randomise {
 public:
  explicit Randomise(Draw& draw) : draw_(&draw) {}
  void task(const char*, Pid& pid, Tid& tid) {
    pid = Pid{static_cast<std::int32_t>(draw_->below(5) + 100)};
    tid = Tid{raw(pid) + static_cast<std::int32_t>(draw_->below(3))};
  }
  void time(const char*, Nanos& time) { time = {static_cast<std::int64_t>(draw_->number())}; }
  void time_by_call(const char* name, Nanos& value) { time(name, value); }
  template <typename Choice>
  void choice(const char*, Choice& choice, Choice last) {
    choice = static_cast<Choice>(draw_->below(static_cast<std::uint64_t>(last) + 1));
  }
  template <typename Number>
  void number(const char*, Number& value) { value = static_cast<Number>(draw_->number()); }
  void number(const char*, bool& value) { value = draw_->chance(50); }
  void number(const char*, const std::int64_t&) {}
  void text(const char*, ByteSpan& bytes) { bytes = std::as_bytes(std::span(keep())); }
  void text(const char*, std::string_view& text) { text = keep(); }
  void words(const char*, std::span<const std::uint64_t>& words) { words = words_ = draw_->words(5); }

 private:
  const std::string& keep() {
    texts_.push_back(draw_->text(20));
    return texts_.back();
  }
  Draw* draw_;
  std::deque<std::string> texts_;
  std::vector<std::uint64_t> words_;
};

class Print {
 public:
  void task(const char*, Pid pid, Tid tid) { text_ += fmt::format(" {}/{}", raw(pid), raw(tid)); }
  void time(const char* name, Nanos time) { text_ += fmt::format(" {}={}", name, time.value); }
  void time_by_call(const char* name, Nanos value) { time(name, value); }
  template <typename Choice>
  void choice(const char* name, Choice choice, Choice) { text_ += fmt::format(" {}={}", name, static_cast<int>(choice)); }
  template <typename Number>
  void number(const char* name, Number value) {
    if constexpr (std::is_enum_v<Number>) {
      text_ += fmt::format(" {}={}", name, raw(value));
    } else {
      text_ += fmt::format(" {}={}", name, value);
    }
  }
  void text(const char* name, ByteSpan bytes) {
    text_ += fmt::format(" {}=", name);
    for (const std::byte byte : bytes) text_ += fmt::format("{:02x}", static_cast<int>(byte));
  }
  void text(const char* name, std::string_view content) { text(name, std::as_bytes(std::span(content))); }
  void words(const char* name, std::span<const std::uint64_t> words) {
    text_ += fmt::format(" {}={:x}", name, fmt::join(words, ","));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

template <typename Event>
std::string print(const Event& event) {
  Print printer;
  describe(printer, event);
  return printer.take();
}

std::string print(const Call& call) {
  std::string text = fmt::format(" {}/{} start={} duration={} on_cpu={} abi={} flags={:x} nr={} args={:x} result={} ip={:x} stack={:x}",
                                 raw(call.pid), raw(call.tid), call.start.value, call.duration.value, call.on_cpu.value,
                                 static_cast<int>(call.abi), call.flags, raw(call.nr), fmt::join(call.args, ","), call.result,
                                 call.ip, fmt::join(call.stack, ","));
  for (const Block& block : call.blocks) {
    text += fmt::format(" [{:x} wanted={} phase={} end={}", block.address, block.wanted, static_cast<int>(block.phase),
                        static_cast<int>(block.end));
    Print bytes;
    bytes.text("data", block.data);
    text += bytes.take() + "]";
  }
  return text;
}

void add_call(OwnedEvents& events, Draw& draw) {
  static constexpr std::int32_t numbers[] = {0, 1, 3, 59, 257, -1, 70000};
  Call call;
  call.pid = Pid{static_cast<std::int32_t>(draw.below(3) + 100)};
  call.tid = Tid{raw(call.pid) + static_cast<std::int32_t>(draw.below(3))};
  call.start = {static_cast<std::int64_t>(draw.number())};
  call.duration = {static_cast<std::int64_t>(draw.number())};
  if (draw.chance(50)) call.on_cpu = {static_cast<std::int64_t>(draw.number() >> 1)};
  call.abi = draw.chance(80) ? Abi::x86_64 : static_cast<Abi>(draw.below(4));
  if (draw.chance(30)) call.flags = static_cast<std::uint16_t>(draw.number());
  call.nr = SyscallNr{numbers[draw.below(std::size(numbers))]};
  for (std::size_t slot = 0; slot < declared_arguments(call.abi, call.nr); ++slot) {
    call.args[slot] = draw.chance(50) ? draw.below(4) : draw.number();
  }
  call.result = draw.chance(50) ? -static_cast<std::int64_t>(draw.below(4096)) : static_cast<std::int64_t>(draw.number());
  if (draw.chance(50)) call.ip = draw.number();
  const std::vector<std::uint64_t> stack = draw.words(draw.chance(30) ? 6 : 0);
  call.stack = stack;

  std::deque<std::string> contents;
  std::vector<Block> blocks;
  for (std::size_t count = draw.below(draw.chance(5) ? 20 : 4); blocks.size() < count;) {
    Block block;
    contents.push_back(draw.text(draw.chance(2) ? 9000 : 24));
    block.data = std::as_bytes(std::span(contents.back()));
    block.address = draw.chance(70) ? call.args[draw.below(6)] : draw.number();
    if (!blocks.empty() && draw.chance(40)) {  // a pointer in an earlier block
      const ByteSpan holder = blocks[draw.below(blocks.size())].data;
      const std::size_t size = word_size(call.abi);
      if (holder.size() >= size) {
        block.address = 0;
        std::memcpy(&block.address, holder.data() + draw.below(holder.size() / size) * size, size);
      }
    }
    block.wanted = draw.chance(50) ? static_cast<std::uint32_t>(block.data.size()) : static_cast<std::uint32_t>(draw.number());
    block.phase = static_cast<Phase>(draw.below(2));
    block.end = static_cast<BlockEnd>(draw.below(3));
    blocks.push_back(block);
  }
  call.blocks = blocks;
  events.on(call);
}

template <typename Event>
void add_other(OwnedEvents& events, Draw& draw) {
  Event event;
  Randomise fields(draw);
  describe(fields, event);
  if constexpr (std::same_as<Event, Loss>) {
    if (event.cause == LossCause::damaged) event.cause = LossCause::writer;  // only a reader says that
  }
  if constexpr (std::same_as<Event, ClockSample>) event.realtime = {static_cast<std::int64_t>(draw.number())};
  events.on(event);
}

}  // namespace

void add_sample_events(OwnedEvents& events, unsigned seed, std::size_t count) {
  Draw draw(seed);
  for (std::size_t i = 0; i < count; ++i) {
    switch (draw.below(24)) {
      case 1: add_other<Signal>(events, draw); break;
      case 2: add_other<JobStop>(events, draw); break;
      case 3: add_other<TaskNew>(events, draw); break;
      case 4: add_other<Exec>(events, draw); break;
      case 5: add_other<TaskExit>(events, draw); break;
      case 6: add_other<TaskDetach>(events, draw); break;
      case 7: add_other<FdFact>(events, draw); break;
      case 8: add_other<Snapshot>(events, draw); break;
      case 9: add_other<ClockSample>(events, draw); break;
      case 10: add_other<Loss>(events, draw); break;
      case 11: add_other<End>(events, draw); break;
      default: add_call(events, draw); break;
    }
  }
}

std::string to_text(const AnyEvent& event) {
  return std::visit([&](const auto& one) { return fmt::format("{}{}", event.index(), print(one)); }, event);
}

std::vector<std::string> to_texts(const OwnedEvents& events) {
  std::vector<std::string> texts;
  for (const AnyEvent& event : events.events()) texts.push_back(to_text(event));
  return texts;
}

UniqueFd file_with(ByteSpan bytes) {
  UniqueFd file(::memfd_create("reel", MFD_CLOEXEC));
  if (::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

Bytes contents_of(int fd) {
  struct stat status {};
  ::fstat(fd, &status);
  Bytes bytes(static_cast<std::size_t>(status.st_size));
  if (::pread(fd, bytes.data(), bytes.size(), 0) != status.st_size) std::abort();
  return bytes;
}

Header sample_header() {
  Header header;
  header.recorder_version = "0.1";
  header.engine = "memory";
  header.host = "host";
  header.kernel = "6.18.0";
  header.machine = "x86_64";
  header.boot_id = "5d6b";
  header.native_abi = Abi::aarch64;
  header.page_size = 16384;
  header.clock_ticks = 250;
  header.started = {123456789};
  header.started_realtime = {1700000000123456789};
  header.command = {"echo", "two words", ""};
  header.targets = {17, 18};
  header.options = {"-f", "-o", "x.reel"};
  header.filter = "%file";
  header.string_limit = 4711;
  header.follow_forks = true;
  header.strict_filter = true;
  header.failed_only = true;
  header.durations = false;
  header.redacted = true;
  header.stacks = true;
  return header;
}

Bytes reel_of(const std::vector<const OwnedEvents*>& chunks, bool closed) {
  UniqueFd file(::memfd_create("reel", MFD_CLOEXEC));
  Result<ReelWriter> writer = ReelWriter::open(UniqueFd(::dup(file.get())), sample_header());
  if (!writer) std::abort();
  for (const OwnedEvents* events : chunks) {
    events->replay(*writer);
    if (!writer->cut({})) std::abort();
  }
  if (closed && !writer->close({.time = {99}, .reason = EndReason::target_ended, .command_status = 256, .message = "done"})) {
    std::abort();
  }
  return contents_of(file.get());
}

Outcome read_reel(ByteSpan reel) { return read_reel(file_with(reel)); }

Outcome read_reel(UniqueFd in) {
  Outcome outcome;
  Result<ReelReader> reader = ReelReader::open(std::move(in), "test.reel");
  if (!reader) {
    outcome.error = reader.error();
    return outcome;
  }
  outcome.opened = true;
  OwnedEvents events;
  if (Result<void> read = reader->replay(events); !read) outcome.error = read.error();
  outcome.events = to_texts(events);
  outcome.problems = reader->problems();
  outcome.summary = reader->summary();
  return outcome;
}

}  // namespace sysreel::test
