// Lists in the rows of redaction: words with commas between them.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace sysreel {

inline std::vector<std::string> words_of_list(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    words.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return words;
}

}  // namespace sysreel
