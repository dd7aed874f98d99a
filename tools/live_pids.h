// Looks processes up in /proc while they are traced, for -Y and --decode-pids=pidns.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/text/pid_lookup.h"

namespace sysreel::tools {

// /proc may belong to another pid namespace than this process; then its numbers are not ours. Names that were seen once
// are kept: a line about a thread's end comes when /proc has forgotten it. Used by one thread.
class LivePids final : public text::PidLookup {
 public:
  LivePids();
  std::string comm(int id) override;
  int translate(Tid of, int id, text::PidKind kind) override;

 private:
  // The ids of one thread, each from the namespace of /proc inwards (the NS… lines of its status).
  using Levels = std::vector<int>;
  struct Entry {
    std::array<Levels, 4> ids;  // by PidKind
    std::string space;          // link of ns/pid
    std::string folder;         // "/proc/12/task/34"
    int tracer = 0;             // as /proc numbers it
  };
  static std::optional<Entry> read_entry(const std::string& folder);
  std::vector<std::string> all_folders(bool threads) const;
  std::optional<Entry> find_ours(int id, bool traced) const;

  std::size_t own_level_ = 0;  // index of our namespace in Levels
  std::string own_space_;
  int own_number_ = 0;         // in /proc
  std::unordered_map<int, std::string> names_;
  std::unordered_map<int, Entry> found_;  // by our number of a thread
};

}  // namespace sysreel::tools
