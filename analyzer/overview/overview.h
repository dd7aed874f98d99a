// One page about a recording: what ran, how long, how it ended, where the time went, what failed, what was found.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/analysis.h"
#include "analyzer/diagnosis/diagnosis.h"

namespace sysreel {

// One pass. Memory grows with the number of different calls and errors, not with the reel. Used by one thread.
class Overview final : public Analysis {
 public:
  using EventSink::on;
  void begin(const Header& header) override { header_ = header; }
  void on(const Call& call) override;
  void on(const TaskNew& task) override;
  void on(const Exec& exec) override;
  void on(const TaskExit& exit) override;
  void on(const End& end) override;

  // The page. `diagnosis` is of the same reel, and finished.
  std::string text(const DiagnosisResult& diagnosis) const;

 private:
  struct Tally {
    std::uint64_t calls = 0, errors = 0;
    Nanos time{};
  };
  std::string subject() const;
  std::string ending() const;
  void add_top_calls(std::string& out) const;
  void add_top_errors(std::string& out) const;

  static constexpr std::size_t names_kept = 8;
  Header header_;
  std::map<std::pair<Abi, SyscallNr>, Tally> calls_;
  std::map<std::pair<int, std::pair<Abi, SyscallNr>>, std::uint64_t> errors_;  // by errno and call
  std::vector<std::string> attached_;  // names of the first processes that were there before
  std::vector<std::string> programs_;  // the first different programs executed
  std::uint64_t processes_ = 0, threads_ = 0, execs_ = 0;
  Nanos last_{};
  int command_status_ = -1;
  EndReason reason_ = EndReason::unknown;
  Pid launched_{};
};

}  // namespace sysreel
