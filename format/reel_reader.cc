#include "format/reel_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <thread>

#include "format/chunk_stream.h"
#include "format/frame_io.h"

namespace sysreel {

struct ReelReader::State {
  State(UniqueFd in, std::string name) : stream(std::move(in), std::move(name)) {}

  Result<void> start();
  void finish();
  void note(const Problem& problem) { problems.push_back(problem); }

  ChunkStream stream;
  Header header;
  std::vector<Problem> problems;
  ReelSummary summary;
  bool started = false;
};

Result<void> ReelReader::State::start() {
  if (started) {
    if (Result<void> rewound = stream.rewind(); !rewound) return rewound;
    problems.clear();
    summary = {};
  }
  started = true;
  return {};
}

void ReelReader::State::finish() {
  summary.closed = stream.closed();
  summary.skipped_chunks = stream.skipped();
  summary.bytes = stream.offset();
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) { return a.offset < b.offset; });
}

namespace {

// One thread's tools for turning a raw chunk into a view.
class Unpacker {
 public:
  Result<void> unpack(const RawChunk& raw, ChunkView& view) {
    const std::size_t size = static_cast<std::size_t>(raw.header.content_bytes);
    // Left uninitialised: pages that a lying size asks for are never touched.
    auto words = std::make_unique_for_overwrite<std::uint64_t[]>(size / sizeof(std::uint64_t));
    const std::span<std::byte> content(reinterpret_cast<std::byte*>(words.get()), size);
    if (Result<void> done = decompressor_.decompress(raw.frame, content); !done) return done;
    return view.load(std::move(words), raw.header);
  }

 private:
  Decompressor decompressor_;
};

}  // namespace

ReelReader::ReelReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
ReelReader::ReelReader(ReelReader&&) noexcept = default;
ReelReader& ReelReader::operator=(ReelReader&&) noexcept = default;
ReelReader::~ReelReader() = default;

Result<ReelReader> ReelReader::open(const std::string& path) {
  if (path == "-") {
    UniqueFd in(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!in) return Error::from_errno("standard input", errno);
    return open(std::move(in), "standard input");
  }
  UniqueFd in(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return Error::from_errno(path, errno);
  return open(std::move(in), path);
}

Result<ReelReader> ReelReader::open(UniqueFd in, std::string name) {
  auto state = std::make_unique<State>(std::move(in), std::move(name));
  Result<Header> header = state->stream.open();
  if (!header) return header.error();
  state->header = std::move(*header);
  return ReelReader(std::move(state));
}

const Header& ReelReader::header() const { return state_->header; }
const std::vector<Problem>& ReelReader::problems() const { return state_->problems; }
const ReelSummary& ReelReader::summary() const { return state_->summary; }
const std::vector<IndexEntry>& ReelReader::index() const { return state_->stream.index(); }

Result<void> ReelReader::replay(EventSink& sink, const ChunkFilter& filter) {
  State& state = *state_;
  if (Result<void> started = state.start(); !started) return started;
  RawChunk raw;
  ChunkView view;
  Unpacker unpacker;
  const auto lose = [&](const Problem& problem, Nanos from, Nanos to) {
    state.note(problem);
    if (problem.events != 0) sink.on(Loss{from, to, LossCause::damaged, problem.events, false});
  };
  for (;;) {
    const Result<ChunkStream::Item> item = state.stream.next(filter, raw);
    if (!item) return item.error();
    if (item->is_gap) lose(item->gap.problem, item->gap.from, item->gap.to);
    if (item->is_chunk) {
      Result<void> done = unpacker.unpack(raw, view);
      std::uint64_t delivered = 0;
      if (done) {
        done = view.replay(sink);
        delivered = view.delivered();
        state.summary.unknown_events += view.unknown_events();
      }
      ++state.summary.chunks;
      state.summary.events += delivered;
      if (!done) {
        lose(state.stream.problem(raw.header.sequence, raw.offset, raw.header.events - delivered, done.error().message),
             raw.header.first_time, raw.header.last_time);
      }
    }
    if (!item->is_chunk && !item->is_gap) break;
  }
  state.finish();
  return {};
}

Result<void> ReelReader::scan(unsigned threads, const ChunkFilter& filter, const Visit& visit) {
  State& state = *state_;
  if (Result<void> started = state.start(); !started) return started;
  std::mutex mutex;  // over the stream, the problems and the summary
  Result<void> outcome;
  bool ended = false;

  const auto work = [&](unsigned worker) {
    RawChunk raw;
    ChunkView view;
    Unpacker unpacker;
    for (;;) {
      {
        const std::lock_guard lock(mutex);
        if (ended) return;
        const Result<ChunkStream::Item> item = state.stream.next(filter, raw);
        if (!item) outcome = item.error();
        ended = !item || (!item->is_chunk && !item->is_gap);
        if (ended) return;
        if (item->is_gap) state.note(item->gap.problem);
        if (!item->is_chunk) continue;
      }
      Result<void> done = unpacker.unpack(raw, view);
      if (done) done = visit(view, worker);
      const std::lock_guard lock(mutex);
      ++state.summary.chunks;
      if (done) {
        state.summary.events += view.events();
        state.summary.unknown_events += view.unknown_events();
      } else {
        state.note(state.stream.problem(raw.header.sequence, raw.offset, raw.header.events, done.error().message));
      }
    }
  };

  std::vector<std::thread> helpers;
  for (unsigned worker = 1; worker < threads; ++worker) helpers.emplace_back(work, worker);
  work(0);
  for (std::thread& helper : helpers) helper.join();
  state.finish();
  return outcome;
}

}  // namespace sysreel
