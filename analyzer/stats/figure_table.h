// Figures of calls, a row for each group.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/stats/call_figures.h"

namespace sysreel {

// One row: what is grouped, and its figures, which its table owns.
struct StatsRow {
  std::string name;
  const CallFigures* figures;
};

// Mergeable: several reels, or the chunks of one, may each fill their own. Memory is bounded: what comes when there are
// group_limit groups already shares one row.
class FigureTable {
 public:
  static constexpr std::size_t group_limit = 65536;

  // The figures of a group, made if it is new. They stay where they are.
  CallFigures& of(std::string_view name);
  void merge(const FigureTable& other);

  bool empty() const { return groups_.empty(); }
  // By name. Groups in which nothing was counted are left out.
  std::vector<StatsRow> rows() const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, CallFigures, Hash, std::equal_to<>> groups_;
};

}  // namespace sysreel
