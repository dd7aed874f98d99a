// Strings and user data: quoting as -x asks for, cutting as -s does, and the arrays of strings of execve.
#include <algorithm>
#include <array>

#include "analyzer/text/value_printer.h"

namespace sysreel::text {
namespace {

enum class Escape : std::uint8_t { none, backslash, code };

struct ByteRow {
  Escape escape;
  char letter;  // behind the backslash
};

constexpr std::array<ByteRow, 256> byte_rows = [] {
  std::array<ByteRow, 256> rows{};
  for (unsigned c = 0; c < 256; ++c) rows[c] = {c >= ' ' && c <= '~' ? Escape::none : Escape::code, 0};
  rows['"'] = {Escape::backslash, '"'};
  rows['\\'] = {Escape::backslash, '\\'};
  rows['\n'] = {Escape::backslash, 'n'};
  rows['\t'] = {Escape::backslash, 't'};
  rows['\v'] = {Escape::backslash, 'v'};
  rows['\f'] = {Escape::backslash, 'f'};
  rows['\r'] = {Escape::backslash, 'r'};
  return rows;
}();

void put_hex(Out& out, unsigned char c) {
  out.put("\\x");
  out.hex_digits(c, 2);
}

// \0, or \000 where an octal digit follows that would be taken for a part of it.
void put_octal(Out& out, unsigned char c, bool digit_follows) {
  const auto digit = [&](unsigned shift) { out.put(static_cast<char>('0' + ((c >> shift) & 7))); };
  out.put('\\');
  if (digit_follows || c >= 0100) digit(6);
  if (digit_follows || c >= 010) digit(3);
  digit(0);
}

// Whether -x turns this string into hexadecimal as a whole: something in it is neither printable ASCII nor white space.
bool wants_hex(HexStrings style, std::string_view text) {
  if (style == HexStrings::all) return true;
  if (style != HexStrings::non_ascii) return false;
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > '~' || (byte < ' ' && (byte < '\t' || byte > '\r'));
  });
}

// Whether all of eight bytes print as they are. May be false where they do, beside one that does not.
bool prints_as_it_is(const char* at) {
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t word) { return (word - ones) & ~word & highs; };
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  const std::uint64_t below_blank = (word - ones * ' ') & ~word;
  const std::uint64_t above_tilde = word + ones;
  return (((word | below_blank | above_tilde) & highs) | has_zero(word ^ (ones * '"')) | has_zero(word ^ (ones * '\\'))) == 0;
}

// How many of the first bytes print as they are, eight at a time: a few that would may be left over.
std::size_t surely_plain(std::string_view text) {
  std::size_t plain = 0;
  while (plain + 8 <= text.size() && prints_as_it_is(text.data() + plain)) plain += 8;
  const bool at_the_rest = text.size() >= 8 && text.size() - plain < 8;
  return at_the_rest && prints_as_it_is(text.data() + text.size() - 8) ? text.size() : plain;
}

std::string_view as_text(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

// Length of the string in `text`, the whole if there is no NUL.
std::size_t length_to_nul(std::string_view text) { return std::min(text.find('\0'), text.size()); }

}  // namespace

void put_escaped(Out& out, HexStrings style, std::string_view text, std::string_view special) {
  if (wants_hex(style, text)) {
    for (const char c : text) put_hex(out, static_cast<unsigned char>(c));
    return;
  }
  std::size_t plain = 0;  // beginning of the run of characters that print as they are
  for (std::size_t i = special.empty() ? surely_plain(text) : 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const ByteRow row = byte_rows[c];
    if (row.escape == Escape::none && (special.empty() || special.find(text[i]) == std::string_view::npos)) continue;
    out.put(text.substr(plain, i - plain));
    plain = i + 1;
    if (row.escape == Escape::backslash) {
      out.put('\\');
      out.put(row.letter);
    } else if (style == HexStrings::non_ascii_chars) {
      put_hex(out, c);
    } else {
      put_octal(out, c, i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '7');
    }
  }
  out.put(text.substr(plain));
}

bool prints_in_hex(const CallPrinter& p, ByteSpan bytes) { return wants_hex(p.options.hex_strings, as_text(bytes)); }

void print_quoted(CallPrinter& p, ByteSpan bytes, bool more) {
  p.out.put('"');
  put_escaped(p.out, p.options.hex_strings, as_text(bytes), {});
  p.out.put('"');
  if (more) p.out.put("...");
}

void print_in_angle_brackets(Out& out, const TextOptions& options, std::string_view text) {
  out.put('<');
  put_escaped(out, options.hex_strings, text, "<>");
  out.put('>');
}

void print_quoted_field(CallPrinter& p, ByteSpan bytes) {
  const std::size_t length = length_to_nul(as_text(bytes));
  const bool terminated = length < bytes.size();
  print_quoted(p, bytes.first(terminated || bytes.empty() ? length : length - 1), !terminated);
}

namespace {

// Nothing is there to be shown, and not because nothing was to be copied (-s 0).
bool unreadable(const MemoryImage::Run& run) { return run.faulted || (run.bytes.empty() && !run.cut_by_limit); }

}  // namespace

void print_string_at(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::size_t limit) {
  if (address == 0) return print_address(p.out, address);
  const MemoryImage::Run run = p.fetch_run(flow, address, limit + 1);
  const std::size_t length = length_to_nul(as_text(run.bytes));
  if (length < run.bytes.size()) return print_quoted(p, run.bytes.first(length), false);
  if (unreadable(run)) return print_address(p.out, address);
  print_quoted(p, run.bytes.first(std::min(length, limit)), true);
}

// A string that the kernel does not read past `length` bytes, NUL or not.
void print_string_within(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::size_t length) {
  if (address == 0) return print_address(p.out, address);
  const MemoryImage::Run run = p.fetch_run(flow, address, length);
  const std::size_t shown = length_to_nul(as_text(run.bytes));
  if (shown == run.bytes.size() && shown < length && unreadable(run)) return print_address(p.out, address);
  print_quoted(p, run.bytes.first(shown), shown == run.bytes.size() && shown < length);
}

void print_bytes_at(CallPrinter& p, abi::Flow flow, std::uint64_t address, std::uint64_t length) {
  if (address == 0) return print_address(p.out, address);
  if (length == 0) return print_quoted(p, {}, false);
  const std::uint64_t limit = p.options.string_limit;
  // One byte more than is shown must be readable, too.
  const auto wanted = static_cast<std::size_t>(std::min(length, limit + 1));
  const MemoryImage::Run run = p.fetch_run(flow, address, wanted);
  if (run.bytes.size() < wanted && unreadable(run)) return print_address(p.out, address);
  const auto shown = static_cast<std::size_t>(std::min<std::uint64_t>(run.bytes.size(), limit));
  print_quoted(p, run.bytes.first(shown), length > shown);
}

void print_bytes(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (is_lost(p, type)) return print_address(p.out, value);
  print_bytes_at(p, type.copy.flow, value, p.elements(type, value));
}

void print_string(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (is_lost(p, type)) return print_address(p.out, value);
  // A string that is embedded in a structure ends with its field.
  if (type.copy.extent == abi::Extent::elements) {
    const auto bytes = p.fetch(type.copy.flow, value, static_cast<std::size_t>(p.elements(type, value)));
    return bytes ? print_quoted_field(p, *bytes) : print_address(p.out, value);
  }
  const std::uint64_t within = p.elements(type, value);
  if (within > p.options.string_limit) return print_string_at(p, type.copy.flow, value, p.options.string_limit);
  print_string_within(p, type.copy.flow, value, static_cast<std::size_t>(within));
}

void print_path(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t path_max = 4096;
  if (is_lost(p, type)) return print_address(p.out, value);
  if (type.copy.extent == abi::Extent::elements) {
    const auto bytes = p.fetch(type.copy.flow, value, static_cast<std::size_t>(p.elements(type, value)));
    return bytes ? print_quoted_field(p, *bytes) : print_address(p.out, value);
  }
  print_string_at(p, type.copy.flow, value, path_max - 1);
}

void print_string_vector(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (value == 0 || !p.verbose()) return print_address(p.out, value);
  const abi::Flow flow = type.copy.flow;
  for (std::uint64_t i = 0;; ++i) {
    const std::uint64_t at = value + i * p.word();
    const auto string = p.fetch_word(flow, at);
    if (!string && i == 0) return print_address(p.out, value);
    if (i == 0) p.out.put('[');
    if (string && *string == 0) break;
    if (i != 0) p.out.put(", ");
    if (!string) {
      print_array_end(p, flow, at, p.word());
      break;
    }
    if (p.abbreviated() && i >= p.options.string_limit) {
      p.out.put("...");
      break;
    }
    print_string_at(p, flow, *string, p.options.string_limit);
  }
  p.out.put(']');
}

void print_environment(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!p.abbreviated()) return print_string_vector(p, type, value);
  print_address(p.out, value);
  if (value == 0 || !p.verbose()) return;
  std::uint64_t count = 0;
  for (;; ++count) {
    const auto string = p.fetch_word(type.copy.flow, value + count * p.word());
    if (string && *string == 0) break;
    if (string) continue;
    if (count == 0) return;
    p.out.put(" /* ");
    p.out.decimal(count);
    return p.out.put(count == 1 ? " var, unterminated */" : " vars, unterminated */");
  }
  p.out.put(" /* ");
  p.out.decimal(count);
  p.out.put(count == 1 ? " var */" : " vars */");
}

}  // namespace sysreel::text
