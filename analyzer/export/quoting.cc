#include "analyzer/export/quoting.h"

#include <fmt/format.h>

#include <iterator>

#include "analyzer/text/value_printer.h"

namespace sysreel {

std::string json_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < 0x20 || byte >= 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out.push_back(c);
    }
  }
  return out + "\"";
}

std::string csv_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

std::string printable(std::string_view text) {
  text::Out out;
  text::put_escaped(out, text::HexStrings::none, text, {});
  return std::string(out.view());
}

}  // namespace sysreel
