// What io_uring is asked about itself: a list of headers, each followed by what it asks for. uapi linux/io_uring/query.h.
#include <algorithm>
#include <array>

#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"
#include "format/abi/layout.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::size_t header_size = 40;
constexpr std::uint64_t most_headers = 1000;  // the kernel stops there

// By the number of the query.
const std::array data_layouts = std::to_array<const abi::Struct*>(
    {&abi::io_uring_query_opcodes_layout, &abi::io_uring_query_zcrx_layout, &abi::io_uring_query_scq_layout,
     &abi::io_uring_query_zcrx_event_layout});

// The fields of one header, with what it points to, up to the address of the next one.
void print_header(CallPrinter& p, std::uint64_t address, ByteSpan bytes) {
  const auto data = number_in<std::uint64_t>(bytes, 8);
  const auto query = number_in<std::uint32_t>(bytes, 16), size = number_in<std::uint32_t>(bytes, 20);
  p.out.put("{query_data=");
  print_address(p.out, data);
  constexpr unsigned query_field = 2, behind_last = 6;
  print_fields(p, abi::io_uring_query_layout, abi::Flow::in, address, bytes, query_field, behind_last);
  if (data != 0 && size > 0) {
    p.out.put(", query_data=");
    query < data_layouts.size() ? print_struct_at(p, *data_layouts[query], abi::Flow::in, data) : print_address(p.out, data);
  }
  p.out.put(", next_entry=");
}

}  // namespace

void print_io_uring_query(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (static_cast<std::uint32_t>(p.call.args[3]) != 0) return print_address(p.out, value);
  if (!follow(p, type, value)) return;
  const std::uint64_t most = p.abbreviated() ? std::min<std::uint64_t>(p.options.string_limit, most_headers) : most_headers;
  std::uint64_t headers = 0;
  for (std::uint64_t at = value;; ++headers) {
    const auto bytes = at != 0 ? p.memory.input(at, header_size) : std::nullopt;
    if (!bytes || headers == most) {
      print_address(p.out, at);
      if (bytes) print_note(p, "...");
      break;
    }
    print_header(p, at, *bytes);
    at = number_in<std::uint64_t>(*bytes, 0);
  }
  while (headers-- > 0) p.out.put('}');
}

}  // namespace sysreel::text
