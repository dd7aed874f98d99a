#include "format/reel_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "format/checksum.h"
#include "format/chunk_encoder.h"
#include "format/frame_io.h"
#include "format/limits.h"
#include "format/messages.h"

namespace sysreel {
namespace {

Result<void> write_all(int fd, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return Error::from_errno("writing the reel", errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

// What the sets of an index entry cost to collect is paid once a chunk, not once an event.
IndexEntry index_entry(const ChunkEncoder& chunk) {
  const ChunkFacts& facts = chunk.facts();
  IndexEntry entry;
  entry.first_time = facts.first_time;
  entry.first_end = facts.first_end;
  entry.last_time = facts.last_time;
  entry.events = static_cast<std::uint32_t>(facts.events);
  entry.lost = facts.lost_calls + facts.lost_others;
  entry.others = facts.events != chunk.calls().count();
  for (const TaskKey& task : chunk.tasks()) entry.tids.push_back(task.tid);
  std::sort(entry.tids.begin(), entry.tids.end());
  entry.tids.erase(std::unique(entry.tids.begin(), entry.tids.end()), entry.tids.end());
  entry.calls.assign(chunk.calls().keys().begin(), chunk.calls().keys().end());
  std::sort(entry.calls.begin(), entry.calls.end(), [](const CallKey& a, const CallKey& b) {
    if (a.abi != b.abi) return a.abi < b.abi;
    return static_cast<std::uint32_t>(raw(a.nr)) < static_cast<std::uint32_t>(raw(b.nr));
  });
  for (std::size_t error = 1; error < chunk.calls().errors().size(); ++error) {
    if (chunk.calls().errors()[error]) entry.errors.push_back(static_cast<std::uint16_t>(error));
  }
  return entry;
}

// Bytes that an event takes in a chunk besides its fixed fields.
std::size_t payload_of(const Call& call) {
  std::size_t total = call.stack.size_bytes();
  for (const Block& block : call.blocks) total += block.data.size();
  return total;
}
std::size_t payload_of(const Signal& event) { return event.siginfo.size() + event.fault.size() + event.stack.size_bytes(); }
std::size_t payload_of(const TaskNew& event) { return event.comm.size(); }
std::size_t payload_of(const Exec& event) { return event.path.size(); }
std::size_t payload_of(const FdFact& event) {
  return event.path.size() + event.local.size() + event.peer.size() + event.extra.size();
}
std::size_t payload_of(const Snapshot& event) { return event.data.size(); }
std::size_t payload_of(const End& event) { return event.message.size(); }
template <typename Event>
std::size_t payload_of(const Event&) {
  return 0;
}

}  // namespace

struct ReelWriter::State {
  State(UniqueFd descriptor, const ChunkPolicy& chunk_policy)
      : out(std::move(descriptor)), policy(chunk_policy) {
    policy.events = std::clamp<std::uint32_t>(policy.events, 1, limits::chunk_events / 2 - 256);
    policy.bytes = std::min(policy.bytes, (limits::content_bytes - limits::event_bytes) / 4);
    struct stat status {};
    seekable = ::fstat(out.get(), &status) == 0 && S_ISREG(status.st_mode) && (::fcntl(out.get(), F_GETFL) & O_APPEND) == 0;
    if (seekable) origin = std::max<off_t>(::lseek(out.get(), 0, SEEK_CUR), 0);
  }

  template <typename Event>
  void add(const Event& event, std::size_t payload = 0) {
    ++totals.events;
    if (payload > limits::event_bytes) {
      chunk.add(Loss{time_of(event), time_of(event), LossCause::too_large, 1, kind_of<Event> != kind_of<Call>});
    } else {
      chunk.add(event);
    }
    // Adding up all columns costs more than an event, so that small events are looked at now and then only.
    const std::uint64_t events = chunk.facts().events;
    if (events % 256 != 0 && payload < 4096) return;
    chunk_bytes = chunk.bytes();
    if (events >= 2 * policy.events || chunk_bytes >= 2 * policy.bytes) (void)cut(chunk.facts().last_time);
  }

  Result<void> cut(Nanos now);
  Result<void> write_chunk();
  // Makes the reel end where the last whole chunk ends, if the output can.
  void take_back() {
    if (!seekable) return;
    if (::ftruncate(out.get(), origin + static_cast<off_t>(offset)) == 0) ::lseek(out.get(), origin + static_cast<off_t>(offset), SEEK_SET);
  }
  void fail(const Error& error) {
    if (!failure) failure = error;
  }

  UniqueFd out;
  ChunkPolicy policy;
  Compressor compressor;
  ChunkEncoder chunk;
  std::size_t chunk_bytes = 0;  // of the chunk in work, as of the last look
  std::vector<IndexEntry> index;
  std::optional<Error> failure;
  WriterTotals totals;
  Nanos last_cut;
  std::uint64_t offset = 0;  // bytes of the reel that are whole
  off_t origin = 0;          // where the reel begins in its file
  std::uint64_t unstated_loss = 0;  // events that could not be written, not yet stated in a chunk
  Nanos unstated_from;
  Nanos unstated_to;
  bool seekable = false;
  bool broken = false;  // a part of a chunk stands in an output that cannot take it back: nothing may follow
  bool checkpoint = false;
};

Result<void> ReelWriter::State::cut(Nanos now) {
  last_cut = now;
  if (chunk.facts().events == 0) return {};
  if (unstated_loss != 0) {
    chunk.add(Loss{unstated_from, unstated_to, LossCause::writer, unstated_loss, false});
  }
  Result<void> written = write_chunk();
  if (written.ok()) {
    unstated_loss = 0;
  } else {
    fail(written.error());
    const ChunkFacts& facts = chunk.facts();
    const std::uint64_t lost = facts.events - (unstated_loss != 0 ? 1 : 0);
    if (unstated_loss == 0) unstated_from = facts.first_time;
    unstated_to = facts.last_time;
    unstated_loss += lost;
    totals.unwritten += lost;
  }
  chunk.clear();
  chunk_bytes = 0;
  checkpoint = false;
  return written;
}

Result<void> ReelWriter::State::write_chunk() {
  if (broken) return *failure;
  const ByteSpan message = chunk.message(totals.chunks);
  const bool slow = chunk.facts().events < policy.events / 2 && message.size() < policy.bytes / 2;
  const Result<ByteSpan> frame = compressor.compress(message, slow ? policy.slow_zstd_level : policy.zstd_level, chunk.seams());
  if (!frame) return frame.error();

  const ChunkFacts& facts = chunk.facts();
  ChunkHeader header;
  header.sequence = totals.chunks;
  header.first_time = facts.first_time;
  header.last_time = facts.last_time;
  header.events = facts.events;
  header.lost_calls = facts.lost_calls;
  header.lost_others = facts.lost_others;
  header.loss_causes = facts.loss_causes;
  header.frame_bytes = static_cast<std::uint32_t>(frame->size());
  header.content_bytes = message.size();
  header.frame_checksum = checksum(*frame);
  header.checkpoint = checkpoint;
  const auto header_frame = chunk_header_frame(header);

  Result<void> written = write_all(out.get(), header_frame);
  if (written) written = write_all(out.get(), *frame);
  if (!written) {
    take_back();
    broken = !seekable;
    return written;
  }
  index.push_back(index_entry(chunk));
  index.back().offset = offset;
  index.back().checkpoint = checkpoint;
  offset += header_frame.size() + frame->size();
  totals.bytes = offset;
  ++totals.chunks;
  return {};
}

ReelWriter::ReelWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ReelWriter::ReelWriter(ReelWriter&&) noexcept = default;
ReelWriter& ReelWriter::operator=(ReelWriter&&) noexcept = default;
ReelWriter::~ReelWriter() = default;

Result<ReelWriter> ReelWriter::open(UniqueFd out, const Header& header, const ChunkPolicy& policy) {
  auto state = std::make_unique<State>(std::move(out), policy);
  const Bytes preamble = preamble_frame(encode_header(header));
  if (Result<void> written = write_all(state->out.get(), preamble); !written) return written.error();
  state->offset = state->totals.bytes = preamble.size();
  state->last_cut = header.started;
  return ReelWriter(std::move(state));
}

template <typename Event>
void ReelWriter::take(const Event& event) {
  state_->add(event, payload_of(event));
}
#define KIND(number, Event, field) template void ReelWriter::take(const Event&);
SYSREEL_EVENT_KINDS(KIND)
#undef KIND

void ReelWriter::append(std::span<const Call> calls) {
  for (const Call& call : calls) state_->add(call, payload_of(call));
}

bool ReelWriter::due(Nanos now) const {
  const State& state = *state_;
  return now - state.last_cut >= state.policy.age || state.chunk.facts().events >= state.policy.events ||
         state.chunk_bytes >= state.policy.bytes;
}

void ReelWriter::mark_checkpoint() { state_->checkpoint = true; }

Result<void> ReelWriter::cut(Nanos now) { return state_->cut(now); }

Result<void> ReelWriter::close(const End& end) {
  on(end);
  return finish();
}

Result<void> ReelWriter::finish() {
  Result<void> last = state_->cut(state_->chunk.facts().last_time);
  if (state_->broken) return *state_->failure;
  const Bytes index = index_frame(encode_index(state_->index));
  Footer footer;
  footer.index_offset = state_->offset;
  footer.index_bytes = index.size();
  footer.chunks = state_->totals.chunks;
  for (const IndexEntry& entry : state_->index) footer.events += entry.events;
  Result<void> written = write_all(state_->out.get(), index);
  if (written) written = write_all(state_->out.get(), footer_frame(footer));
  if (!written) {
    state_->take_back();
    state_->fail(written.error());
    return written;
  }
  state_->totals.bytes = state_->offset += index.size() + footer_bytes;
  if (!last) return last;
  state_->out.reset();
  return {};
}

const std::optional<Error>& ReelWriter::failure() const { return state_->failure; }
WriterTotals ReelWriter::totals() const { return state_->totals; }

}  // namespace sysreel
