#include "analyzer/stats/figure_table.h"

#include <algorithm>

namespace sysreel {

CallFigures& FigureTable::of(std::string_view name) {
  const auto known = groups_.find(name);
  if (known != groups_.end()) return known->second;
  constexpr std::string_view others = "(all others)";
  if (groups_.size() >= group_limit) return groups_[std::string(others)];
  return groups_[std::string(name)];
}

void FigureTable::merge(const FigureTable& other) {
  for (const auto& [name, figures] : other.groups_) of(name).merge(figures);
}

std::vector<StatsRow> FigureTable::rows() const {
  std::vector<StatsRow> rows;
  for (const auto& [name, figures] : groups_) {
    if (figures.calls != 0) rows.push_back({name, &figures});
  }
  std::sort(rows.begin(), rows.end(), [](const StatsRow& a, const StatsRow& b) { return a.name < b.name; });
  return rows;
}

}  // namespace sysreel
