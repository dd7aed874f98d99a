#include "format/messages.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstring>
#include <string>

#include "format/capnp_guard.h"
#include "format/column.h"
#include "format/reel.capnp.h"

namespace sysreel {
namespace {

capnp::Data::Reader data(ByteSpan bytes) {
  return {reinterpret_cast<const capnp::byte*>(bytes.data()), bytes.size()};
}
capnp::Data::Reader data(const std::string& text) { return data(std::as_bytes(std::span(text))); }
ByteSpan bytes_of(capnp::Data::Reader data) { return {reinterpret_cast<const std::byte*>(data.begin()), data.size()}; }
std::string text(capnp::Data::Reader data) { return {reinterpret_cast<const char*>(data.begin()), data.size()}; }

Bytes flat(capnp::MessageBuilder& message) {
  const kj::Array<capnp::word> words = capnp::messageToFlatArray(message);
  const auto* begin = reinterpret_cast<const std::byte*>(words.begin());
  return {begin, begin + words.size() * sizeof(capnp::word)};
}

// A message as Cap'n Proto wants it: in aligned words.
std::vector<std::uint64_t> aligned(ByteSpan message) {
  std::vector<std::uint64_t> words(message.size() / sizeof(std::uint64_t));
  if (!words.empty()) std::memcpy(words.data(), message.data(), words.size() * sizeof(std::uint64_t));
  return words;
}
kj::ArrayPtr<const capnp::word> as_words(const std::vector<std::uint64_t>& words) {
  return {reinterpret_cast<const capnp::word*>(words.data()), words.size()};
}

void set_texts(capnp::List<capnp::Data>::Builder list, const std::vector<std::string>& texts) {
  for (unsigned i = 0; i < texts.size(); ++i) list.set(i, data(texts[i]));
}
std::vector<std::string> texts(capnp::List<capnp::Data>::Reader list) {
  std::vector<std::string> result;
  for (const auto entry : list) result.push_back(text(entry));
  return result;
}

std::uint64_t number_of(CallKey key) {
  return std::uint64_t{static_cast<std::uint8_t>(key.abi)} << 32 | static_cast<std::uint32_t>(raw(key.nr));
}
CallKey key_of(std::uint64_t number) {
  return {static_cast<Abi>(number >> 32 & 0xff), SyscallNr{static_cast<std::int32_t>(number & 0xffffffff)}};
}

// An ascending set, as the differences between its members.
template <typename Set, typename ToNumber>
ColumnWriter differences(const Set& set, ToNumber to_number) {
  ColumnWriter column;
  std::uint64_t last = 0;
  for (const auto& member : set) {
    const auto number = static_cast<std::uint64_t>(to_number(member));
    column.put(number - last);
    last = number;
  }
  return column;
}
template <typename FromNumber>
auto set_of(capnp::Data::Reader differences, FromNumber from_number) {
  std::vector<decltype(from_number(std::uint64_t{}))> set;
  ColumnReader column(bytes_of(differences));
  std::uint64_t number = 0;
  while (!column.at_end()) set.push_back(from_number(number += column.get()));
  return set;
}

}  // namespace

Bytes encode_header(const Header& header) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::Header>();
  out.setRecorderVersion(data(header.recorder_version));
  out.setEngine(data(header.engine));
  out.setHost(data(header.host));
  out.setKernel(data(header.kernel));
  out.setMachine(data(header.machine));
  out.setBootId(data(header.boot_id));
  out.setNativeAbi(static_cast<std::uint8_t>(header.native_abi));
  out.setPageSize(header.page_size);
  out.setClockTicks(header.clock_ticks);
  out.setStarted(header.started.value);
  out.setStartedRealtime(header.started_realtime.value);
  set_texts(out.initCommand(static_cast<unsigned>(header.command.size())), header.command);
  auto targets = out.initTargets(static_cast<unsigned>(header.targets.size()));
  for (unsigned i = 0; i < header.targets.size(); ++i) targets.set(i, header.targets[i]);
  set_texts(out.initOptions(static_cast<unsigned>(header.options.size())), header.options);
  out.setFilter(data(header.filter));
  out.setStringLimit(header.string_limit);
  out.setFollowForks(header.follow_forks);
  out.setStrictFilter(header.strict_filter);
  out.setFailedOnly(header.failed_only);
  out.setDurations(header.durations);
  out.setRedacted(header.redacted);
  out.setStacks(header.stacks);
  out.setCountsOnly(header.counts_only);
  return flat(message);
}

Result<Header> decode_header(ByteSpan message) {
  const std::vector<std::uint64_t> words = aligned(message);
  return guarded("the header", [&]() -> Result<Header> {
    capnp::FlatArrayMessageReader reader(as_words(words), reader_options(message.size()));
    const auto in = reader.getRoot<schema::Header>();
    if (in.getNativeAbi() > static_cast<std::uint8_t>(Abi::aarch64)) {
      return Error{ErrorKind::unsupported, "the reel was recorded on an architecture that this version does not know"};
    }
    Header header;
    header.recorder_version = text(in.getRecorderVersion());
    header.engine = text(in.getEngine());
    header.host = text(in.getHost());
    header.kernel = text(in.getKernel());
    header.machine = text(in.getMachine());
    header.boot_id = text(in.getBootId());
    header.native_abi = static_cast<Abi>(in.getNativeAbi());
    header.page_size = in.getPageSize();
    header.clock_ticks = in.getClockTicks();
    header.started = {in.getStarted()};
    header.started_realtime = {in.getStartedRealtime()};
    header.command = texts(in.getCommand());
    for (const std::int32_t target : in.getTargets()) header.targets.push_back(target);
    header.options = texts(in.getOptions());
    header.filter = text(in.getFilter());
    header.string_limit = in.getStringLimit();
    header.follow_forks = in.getFollowForks();
    header.strict_filter = in.getStrictFilter();
    header.failed_only = in.getFailedOnly();
    header.durations = in.getDurations();
    header.redacted = in.getRedacted();
    header.stacks = in.getStacks();
    header.counts_only = in.getCountsOnly();
    return header;
  });
}

Bytes encode_index(const std::vector<IndexEntry>& entries) {
  capnp::MallocMessageBuilder message;
  auto chunks = message.initRoot<schema::Index>().initChunks(static_cast<unsigned>(entries.size()));
  for (unsigned i = 0; i < entries.size(); ++i) {
    const IndexEntry& entry = entries[i];
    auto out = chunks[i];
    out.setOffset(entry.offset);
    out.setFirstTime(entry.first_time.value);
    out.setLastTime(entry.last_time.value);
    out.setFirstEnd(entry.first_end.value);
    out.setEvents(entry.events);
    out.setLost(entry.lost);
    out.setCheckpoint(entry.checkpoint);
    out.setOthers(entry.others);
    out.setTids(data(differences(entry.tids, [](Tid tid) { return static_cast<std::uint32_t>(raw(tid)); }).bytes()));
    out.setCalls(data(differences(entry.calls, number_of).bytes()));
    out.setErrors(data(differences(entry.errors, [](std::uint16_t error) { return error; }).bytes()));
  }
  return flat(message);
}

Result<std::vector<IndexEntry>> decode_index(ByteSpan message) {
  const std::vector<std::uint64_t> words = aligned(message);
  return guarded("the index", [&]() -> Result<std::vector<IndexEntry>> {
    capnp::FlatArrayMessageReader reader(as_words(words), reader_options(message.size()));
    std::vector<IndexEntry> entries;
    for (const auto in : reader.getRoot<schema::Index>().getChunks()) {
      IndexEntry entry;
      entry.offset = in.getOffset();
      entry.first_time = {in.getFirstTime()};
      entry.last_time = {in.getLastTime()};
      entry.first_end = std::max(entry.first_time, Nanos{in.getFirstEnd()});
      entry.events = in.getEvents();
      entry.lost = in.getLost();
      entry.checkpoint = in.getCheckpoint();
      entry.others = in.getOthers();
      entry.tids = set_of(in.getTids(), [](std::uint64_t tid) { return Tid{static_cast<std::int32_t>(tid)}; });
      entry.calls = set_of(in.getCalls(), key_of);
      entry.errors = set_of(in.getErrors(), [](std::uint64_t error) { return static_cast<std::uint16_t>(error); });
      entries.push_back(std::move(entry));
    }
    return entries;
  });
}

}  // namespace sysreel
