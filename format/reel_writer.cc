#include "format/reel_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "format/checksum.h"
#include "format/chunk_encoder.h"
#include "format/frame_io.h"
#include "format/limits.h"
#include "format/messages.h"
#include "format/unwritten.h"

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

// What stays free in a reel of limited length for a last chunk that says how the recording ended.
constexpr std::uint64_t ending_reserve = 2048;

// No index entry is longer.
std::uint64_t index_bytes_of(const IndexEntry& entry) {
  return 160 + 8 * (entry.tids.size() + entry.calls.size() + entry.errors.size());
}

// What is owed to the reel if the event is not in it. A state that is told now and then is no loss, and of a call in flight the end
// is still to come.
template <typename Event>
std::optional<Loss> loss_of(const Event& event) {
  constexpr bool is_call = std::is_same_v<Event, Call>;
  if constexpr (std::is_same_v<Event, Loss>) {
    return event;
  } else if constexpr (is_call) {
    if (event.has(call_in_flight)) return std::nullopt;
  } else if constexpr (std::is_same_v<Event, FdFact> || std::is_same_v<Event, Snapshot> || std::is_same_v<Event, ClockSample> ||
                       std::is_same_v<Event, End>) {
    return std::nullopt;
  }
  return Loss{time_of(event), time_of(event), LossCause::writer, 1, !is_call};
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
    if (full) {
      ++totals.unwritten;
      if (const auto loss = loss_of(event)) owed.add(*loss);
      return;
    }
    note_pending(event);
    if (payload > limits::event_bytes) {
      chunk.add(Loss{time_of(event), time_of(event), LossCause::too_large, 1, kind_of<Event> != kind_of<Call>});
    } else {
      chunk.add(event);
    }
    // Adding up all columns costs more than an event, so that small events are looked at now and then only.
    const std::uint64_t events = chunk.facts().events;
    if (events % 256 != 0 && payload < 4096) return;
    chunk_bytes = chunk.bytes();
    const bool may_not_fit = policy.reel_bytes != 0 && static_cast<double>(chunk_bytes) * ratio > static_cast<double>(room());
    if (events >= 2 * policy.events || chunk_bytes >= 2 * policy.bytes || may_not_fit) (void)cut(chunk.facts().last_time);
  }

  // What a chunk may take of a reel of limited length.
  std::uint64_t room() const {
    if (policy.reel_bytes == 0) return UINT64_MAX;
    const std::uint64_t taken = offset + index_bytes + footer_bytes + ending_reserve;
    return policy.reel_bytes - std::min(policy.reel_bytes, taken);
  }

  // What will be owed if the chunk in work gets lost. Of calls, a count is enough: the chunk knows its times.
  template <typename Event>
  void note_pending(const Event& event) {
    if constexpr (std::is_same_v<Event, Call>) {
      pending_calls += !event.has(call_in_flight);
    } else if (const auto loss = loss_of(event)) {
      pending.add(*loss);
    }
  }

  // The chunk in work gives account of what earlier ones could not bring.
  void state_owed() {
    owed.each([this](const Loss& loss) {
      chunk.add(loss);
      ++accounts;
    });
  }

  // The chunk in work did not get through.
  void note_unwritten() {
    const ChunkFacts& facts = chunk.facts();
    totals.unwritten += facts.events - accounts;
    owed.add(pending);
    owed.add(Loss{facts.first_time, facts.last_time, LossCause::writer, pending_calls, false});
  }

  void begin_chunk() {
    chunk.clear();
    chunk_bytes = 0;
    checkpoint = false;
    pending.clear();
    pending_calls = accounts = 0;
  }

  Result<void> cut(Nanos now);
  Result<void> write_chunk();
  Result<void> write_ending(const End& end);
  // Makes the reel end where the last whole chunk ends, if the output can. If it cannot, nothing may follow.
  void take_back() {
    const off_t end = origin + static_cast<off_t>(offset);
    broken = !seekable || ::ftruncate(out.get(), end) != 0 || ::lseek(out.get(), end, SEEK_SET) != end;
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
  std::uint64_t index_bytes = 1024;  // at most, of all entries
  double ratio = 0.75;               // compressed to uncompressed, a pessimist's guess from the last chunk
  std::optional<Error> failure;
  WriterTotals totals;
  Nanos last_cut;
  std::uint64_t offset = 0;  // bytes of the reel that are whole
  off_t origin = 0;          // where the reel begins in its file
  Unwritten owed;                   // by the next chunk
  Unwritten pending;                // would be, if the chunk in work got lost …
  std::uint64_t pending_calls = 0;  // … and so would these
  std::uint64_t accounts = 0;       // events of the chunk in work that only state what is owed
  bool seekable = false;
  bool broken = false;  // a part of a chunk stands in an output that cannot take it back: nothing may follow
  bool checkpoint = false;
  bool full = false;
};

Result<void> ReelWriter::State::cut(Nanos now) {
  last_cut = now;
  if (chunk.facts().events == 0) return {};
  state_owed();
  Result<void> written = write_chunk();
  if (written.ok()) {
    owed.clear();
  } else {
    if (!full) fail(written.error());
    note_unwritten();
  }
  begin_chunk();
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
  IndexEntry entry = index_entry(chunk);
  entry.offset = offset;
  entry.checkpoint = checkpoint;
  const std::uint64_t length = header_frame.size() + frame->size();
  // The last chunk of a full reel is small, and room was kept for it.
  if (!full && length + index_bytes_of(entry) > room()) {
    full = true;
    return Error{ErrorKind::io, "the reel has its full length"};
  }

  const auto began = std::chrono::steady_clock::now();
  Result<void> written = write_all(out.get(), header_frame);
  if (written) written = write_all(out.get(), *frame);
  totals.writing = totals.writing + Nanos{std::chrono::nanoseconds(std::chrono::steady_clock::now() - began).count()};
  if (!written) {
    fail(written.error());
    take_back();
    return written;
  }
  index_bytes += index_bytes_of(entry);
  index.push_back(std::move(entry));
  offset += length;
  totals.bytes = offset;
  ratio = std::min(0.75, 1.5 * static_cast<double>(length) / static_cast<double>(message.size()));
  // So little room is left that it is not worth a chunk.
  full = room() < policy.reel_bytes / 64;
  ++totals.chunks;
  return {};
}

// The last chunk of a reel that had no room for the one that was to be its last, be it for its length or for the disk's.
Result<void> ReelWriter::State::write_ending(const End& end) {
  begin_chunk();
  state_owed();
  End ending = end;
  // It ended, but the reel did before.
  if (end.reason == EndReason::target_ended) ending.reason = full ? EndReason::size : EndReason::output_failed;
  chunk.add(ending);
  const Result<void> written = write_chunk();
  if (written) owed.clear();
  begin_chunk();
  return written;
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
  if (policy.reel_bytes != 0 && state->room() < ending_reserve) {
    return Error{ErrorKind::usage, "a reel of " + std::to_string(policy.reel_bytes) + " bytes has no room for a chunk; allow " +
                                       std::to_string(preamble.size() + state->index_bytes + footer_bytes + 2 * ending_reserve) + " at least"};
  }
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
  State& state = *state_;
  const bool was_full = state.full;
  Result<void> last;
  if (!was_full) {
    on(end);
    last = state.cut(end.time);
  }
  if (was_full || (!last && state.full)) {
    last = state.write_ending(end);
  } else if (!last) {
    static_cast<void>(state.write_ending(end));  // little may fit where much did not
  }
  const Result<void> finished = finish();
  return last ? finished : last;
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
  // Some file systems, NFS among them, tell at the end only that they could not keep what they had taken.
  if (::close(state_->out.release()) != 0 && errno != EINTR) {
    state_->fail(Error::from_errno("closing the reel", errno));
    return *state_->failure;
  }
  return {};
}

bool ReelWriter::full() const { return state_->full; }
const std::optional<Error>& ReelWriter::failure() const { return state_->failure; }
WriterTotals ReelWriter::totals() const { return state_->totals; }

}  // namespace sysreel
