#include "analyzer/stats/text_table.h"

#include <algorithm>

namespace sysreel {
namespace {

constexpr std::size_t longest_rule = 32;  // under the last column, whose texts may be as long as a stack

}  // namespace

std::string TextTable::text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (std::size_t number = 0; number < rows_.size(); ++number) {
    const auto& row = rows_[number];
    if (std::find(rules_.begin(), rules_.end(), number) != rules_.end()) {
      for (std::size_t i = 0; i < widths.size(); ++i) {
        const bool last = i + 1 == widths.size();
        out.append(i == 0 ? 0 : 2, ' ').append(last ? std::min(widths[i], longest_rule) : widths[i], '-');
      }
      out += '\n';
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i != 0) out += "  ";
      const bool last = i + 1 == row.size();
      if (!last) out.append(widths[i] - row[i].size(), ' ');
      out += row[i];
    }
    out += '\n';
  }
  return out;
}

}  // namespace sysreel
