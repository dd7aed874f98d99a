#include "format/chunk_view.h"

#include <capnp/dynamic.h>
#include <capnp/serialize.h>

#include <optional>
#include <vector>

#include "format/call_decoder.h"
#include "format/capnp_guard.h"
#include "format/event_kind.h"
#include "format/event_rows.h"
#include "format/reel.capnp.h"
#include "format/task_table.h"

namespace sysreel {
namespace {

ByteSpan bytes_of(capnp::Data::Reader data) { return {reinterpret_cast<const std::byte*>(data.begin()), data.size()}; }

// The columns of a kind that this version knows, in no particular order.
std::vector<NamedColumn> columns_of(const capnp::DynamicStruct::Reader& rows) {
  std::vector<NamedColumn> columns;
  for (const auto field : rows.getSchema().getFields()) {
    const auto name = field.getProto().getName();
    columns.push_back({{name.cStr(), name.size()}, bytes_of(rows.get(field).as<capnp::Data>())});
  }
  return columns;
}

struct Run {
  std::uint64_t kind;
  std::uint64_t count;
};

Error damaged(const char* message) { return {ErrorKind::damaged, message}; }

}  // namespace

struct ChunkView::State {
  Result<void> load();
  Result<void> replay(EventSink& sink, bool with_calls);
  Result<void> deliver_run(const Run& run, EventSink& sink, bool with_calls);
  template <typename Event>
  Result<void> deliver_rows(std::uint64_t count, EventSink& sink);
  Nanos next_call_end() const;

  std::unique_ptr<std::uint64_t[]> words;
  ChunkHeader header;
  Nanos base_time;
  std::uint64_t events = 0;
  std::uint64_t call_count = 0;
  std::uint64_t delivered = 0;
  std::uint64_t unknown = 0;
  std::uint64_t calls_passed = 0;  // of the chunk's calls, by the events delivered so far
  std::vector<Run> order;
  std::vector<TaskKey> tasks;
  StringTable strings;
  CallDecoder calls;
  std::array<std::vector<NamedColumn>, event_kind_count> columns;
  std::vector<RowReader> rows;
};

Result<void> ChunkView::State::load() {
  return guarded("the chunk's message", [&]() -> Result<void> {
    const auto bytes = static_cast<std::size_t>(header.content_bytes);
    const auto* const begin = reinterpret_cast<const capnp::word*>(words.get());
    capnp::FlatArrayMessageReader message({begin, bytes / sizeof(capnp::word)}, reader_options(bytes));
    const auto chunk = message.getRoot<schema::Chunk>();
    base_time = {chunk.getBaseTime()};
    if (!load_tasks(bytes_of(chunk.getTaskPids()), bytes_of(chunk.getTaskTids()), tasks)) {
      return damaged("the table of tasks does not decode");
    }
    if (!strings.load(bytes_of(chunk.getStringLengths()), bytes_of(chunk.getStringBytes()))) {
      return damaged("the table of strings does not decode");
    }
    ColumnReader runs(bytes_of(chunk.getOrder()));
    order.clear();
    events = call_count = delivered = unknown = 0;
    while (!runs.at_end()) {
      const std::uint64_t kind = runs.get();
      const std::uint64_t count = runs.get();
      if (count > limits::chunk_events || (events += count) > limits::chunk_events) return damaged("it has too many events");
      if (kind == kind_of<Call>) call_count += count;
      order.push_back({kind, count});
    }
    if (!runs.good()) return damaged("the order of its events does not decode");

    // Columns are views into the message's words, which stay; the reader only checks and finds them.
    const capnp::DynamicStruct::Reader dynamic = chunk;
    CallDecoder::Source source;
    const auto call_columns = columns_of(dynamic.get("calls").as<capnp::DynamicStruct>());
    for (std::size_t i = 0; i < call_column_count; ++i) {
      for (const NamedColumn& column : call_columns) {
        if (column.name == call_column_names[i]) source[i] = column.data;
      }
    }
    for (std::size_t kind = 1; kind < event_kind_count; ++kind) {
      columns[kind].clear();
      if (dynamic.has(event_kind_fields[kind])) {
        columns[kind] = columns_of(dynamic.get(event_kind_fields[kind]).as<capnp::DynamicStruct>());
      }
    }
    if (events != header.events) return damaged("the chunk header counts other events than the chunk has");
    return calls.load(source, call_count, base_time, tasks);
  });
}

// Of the call behind the events delivered so far; where there is none, the chunk's base time.
Nanos ChunkView::State::next_call_end() const {
  if (calls_passed >= call_count) return base_time;
  return Nanos{calls.start()[calls_passed]} + Nanos{calls.duration()[calls_passed]};
}

template <typename Event>
Result<void> ChunkView::State::deliver_rows(std::uint64_t count, EventSink& sink) {
  RowReader& reader = rows[kind_of<Event>];
  for (std::uint64_t i = 0; i < count; ++i) {
    Event event;
    switch (reader.next(event)) {
      case Row::good:
        ++delivered;
        sink.on(event);
        break;
      case Row::unknown: ++unknown; break;
      case Row::damaged:
        return Error{ErrorKind::damaged, std::string("the columns of ") + event_kind_fields[kind_of<Event>] +
                                             " do not fit the chunk's events"};
    }
  }
  return {};
}

Result<void> ChunkView::State::deliver_run(const Run& run, EventSink& sink, bool with_calls) {
  switch (run.kind) {
    case kind_of<Call>: {
      calls_passed += run.count;
      if (!with_calls) return {};
      Call call;
      for (std::uint64_t i = 0; i < run.count; ++i) {
        calls.next(call);
        ++delivered;
        sink.on(call);
      }
      return {};
    }
    case kind_of<Signal>: return deliver_rows<Signal>(run.count, sink);
    case kind_of<JobStop>: return deliver_rows<JobStop>(run.count, sink);
    case kind_of<TaskNew>: return deliver_rows<TaskNew>(run.count, sink);
    case kind_of<Exec>: return deliver_rows<Exec>(run.count, sink);
    case kind_of<TaskExit>: return deliver_rows<TaskExit>(run.count, sink);
    case kind_of<TaskDetach>: return deliver_rows<TaskDetach>(run.count, sink);
    case kind_of<FdFact>: rows[run.kind].next_call_ends(next_call_end()); return deliver_rows<FdFact>(run.count, sink);
    case kind_of<Snapshot>: return deliver_rows<Snapshot>(run.count, sink);
    case kind_of<ClockSample>: return deliver_rows<ClockSample>(run.count, sink);
    case kind_of<Loss>: return deliver_rows<Loss>(run.count, sink);
    case kind_of<End>: return deliver_rows<End>(run.count, sink);
    default: unknown += run.count; return {};
  }
}

Result<void> ChunkView::State::replay(EventSink& sink, bool with_calls) {
  delivered = unknown = calls_passed = 0;
  rows.clear();
  for (const std::vector<NamedColumn>& source : columns) rows.emplace_back(source, tasks, strings, base_time);
  // Facts about descriptors tell their time by that of calls.
  const Columns needed = columns[kind_of<FdFact>].empty() ? Columns::none : Columns::start;
  if (Result<void> begun = with_calls ? calls.begin_calls() : calls.decode(needed); !begun) return begun;
  for (const Run& run : order) {
    if (Result<void> done = deliver_run(run, sink, with_calls); !done) return done;
  }
  for (const RowReader& reader : rows) {
    if (!reader.spent()) return damaged("a column is longer than the chunk's events");
  }
  return {};
}

ChunkView::ChunkView() : state_(std::make_unique<State>()) {}
ChunkView::ChunkView(ChunkView&&) noexcept = default;
ChunkView& ChunkView::operator=(ChunkView&&) noexcept = default;
ChunkView::~ChunkView() = default;

Result<void> ChunkView::load(std::unique_ptr<std::uint64_t[]> words, const ChunkHeader& header) {
  state_->words = std::move(words);
  state_->header = header;
  return state_->load();
}

const ChunkHeader& ChunkView::header() const { return state_->header; }
std::size_t ChunkView::calls() const { return state_->call_count; }
std::uint64_t ChunkView::events() const { return state_->events; }
std::uint64_t ChunkView::delivered() const { return state_->delivered; }
std::uint64_t ChunkView::unknown_events() const { return state_->unknown; }

Result<void> ChunkView::decode(Columns wanted) { return state_->calls.decode(wanted); }
std::span<const TaskKey> ChunkView::tasks() const { return state_->tasks; }
std::span<const CallKey> ChunkView::keys() const { return state_->calls.keys(); }
std::span<const std::uint32_t> ChunkView::task() const { return state_->calls.task(); }
std::span<const std::uint32_t> ChunkView::key() const { return state_->calls.key(); }
std::span<const std::int64_t> ChunkView::start() const { return state_->calls.start(); }
std::span<const std::int64_t> ChunkView::duration() const { return state_->calls.duration(); }
std::span<const std::int64_t> ChunkView::on_cpu() const { return state_->calls.on_cpu(); }
std::span<const std::uint16_t> ChunkView::flags() const { return state_->calls.flags(); }
std::span<const std::int64_t> ChunkView::result() const { return state_->calls.result(); }
std::span<const std::array<std::uint64_t, 6>> ChunkView::args() const { return state_->calls.args(); }

Result<void> ChunkView::replay(EventSink& sink) { return state_->replay(sink, true); }
Result<void> ChunkView::replay_others(EventSink& sink) { return state_->replay(sink, false); }

}  // namespace sysreel
