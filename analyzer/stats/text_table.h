// Rows of text in columns as wide as they need to be.
#pragma once

#include <string>
#include <vector>

namespace sysreel {

// The first row is the heading. Cells stand to the right, those of the last column to the left, with nothing behind them.
class TextTable {
 public:
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  // A line between the row before and the row that follows.
  void add_rule() { rules_.push_back(rows_.size()); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> rules_;  // numbers of the rows before which they stand
};

}  // namespace sysreel
