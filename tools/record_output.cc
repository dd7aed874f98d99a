#include "tools/record_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "recorder/clock.h"
#include "tools/record_signals.h"

namespace sysreel::tools {
namespace {

constexpr std::size_t kept_dumps = 20;
constexpr Nanos same_reason_again{10'000'000'000};  // before that a reason that stays makes no further reel
constexpr std::uint64_t mebibyte = 1u << 20;

std::uint64_t default_memory(const RecordCommand& command) {
  const std::uint64_t rings = std::max<std::uint64_t>(command.record.buffer_bytes, std::thread::hardware_concurrency() * 64 * mebibyte);
  const std::uint64_t kept = command.flight ? command.flight->bytes / 8 * 9 : 0;
  return 1024 * mebibyte + rings + kept;
}

std::string folder_of(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : name.substr(0, slash);
}

}  // namespace

RecordOutput::RecordOutput(const RecordCommand& command, std::string name) : command_(command), name_(std::move(name)) {
  if (command.rotate) series_.emplace(name_, command.rotate->keep, command.force);
  if (command.flight) series_.emplace(name_, kept_dumps, command.force);
}

Result<void> RecordOutput::open() {
  const bool files = name_ != "-";
  UniqueFd place(files ? ::open(folder_of(name_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!place) return Error::from_errno(fmt::format("folder of '{}'", name_), errno);
  guard_.emplace(std::move(place), GuardLimits{command_.keep_free, command_.max_memory.value_or(default_memory(command_))});
  if (command_.flight) return {};
  auto file = command_.rotate ? series_->next() : open_reel_output(name_, command_.force);
  if (!file) return file.error();
  file_ = std::move(*file);
  return {};
}

Result<ReelWriter> RecordOutput::begin(const Header& header, PumpOptions& options) {
  header_ = header;
  options.guard = [this](Nanos now) { return guard_->check(now); };
  if (command_.flight) {
    flight_.emplace(header, *command_.flight);
    trigger_.emplace(command_.triggers);
    RecordSignals::take_dump_requests();
    options.rotation = Rotation{flight_->part_bytes(), flight_->part_time(), [this] { return flight_->next(); }};
    options.watch = &*trigger_;
    options.dump_wanted = [this] { return dump_wanted(); };
    options.dump = [this](Nanos now) { dump(now); };
    return flight_->next();
  }
  ChunkPolicy policy;
  if (command_.rotate) {
    options.rotation = Rotation{command_.rotate->bytes, {}, [this] { return next_of_series(); }};
  } else if (command_.max_size) {
    policy.reel_bytes = *command_.max_size;
  } else if (const auto space = disk_space_of(file_.fd.get())) {
    policy.reel_bytes = default_reel_bytes(*space);
  }
  return ReelWriter::open(std::move(file_.fd), header, policy);
}

void RecordOutput::watch(std::set<Pid> targets) {
  if (trigger_) trigger_->watch(std::move(targets));
}

Result<ReelWriter> RecordOutput::next_of_series() {
  auto file = series_->next();
  if (!file) return file.error();
  Header header = header_;
  header.started = read_clock(CLOCK_MONOTONIC);
  header.started_realtime = read_clock(CLOCK_REALTIME);
  return ReelWriter::open(std::move(file->fd), header);
}

bool RecordOutput::dump_wanted() {
  const Nanos now = read_clock(CLOCK_MONOTONIC);
  if (RecordSignals::dump_requested()) {
    why_ = "asked for by SIGUSR2";
    reason_ = EndReason::requested;
    return true;
  }
  const auto fired = trigger_->fired();
  if (!fired) return false;
  const auto [known, first] = written_for_.try_emplace(*fired, now);
  if (!first && now - known->second < same_reason_again) return false;
  known->second = now;
  why_ = *fired;
  reason_ = EndReason::triggered;
  return true;
}

void RecordOutput::dump(Nanos now) {
  auto file = series_->next();
  if (!file) return fmt::print(stderr, "trace-record: {}\n", file.error().message);
  const auto events = flight_->dump(std::move(file->fd), {now, reason_, -1, why_});
  if (!events) return fmt::print(stderr, "trace-record: {}: {}\n", file->name, events.error().message);
  if (!command_.quiet) fmt::print(stderr, "trace-record: {} events written to '{}': {}\n", *events, file->name, why_);
}

std::string RecordOutput::name() const {
  if (command_.flight || command_.rotate) return series_->pattern();
  return file_.name;
}

}  // namespace sysreel::tools
