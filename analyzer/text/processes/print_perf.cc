// struct perf_event_attr (uapi linux/perf_event.h): a structure that says its own size.
#include <array>

#include "analyzer/text/processes/print_remark.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr std::uint32_t size_first = 64, size_known = 128, size_abbreviated = 48;
constexpr std::uint32_t type_hardware = 0, type_software = 1, type_tracepoint = 2, type_cache = 3, type_breakpoint = 5;

// The bits behind read_format, in order; precise_ip is two bits wide and always shown.
struct Bit {
  std::string_view name;
  unsigned width = 1;
};
constexpr std::array<Bit, 37> bits = {
    {{"disabled"}, {"inherit"}, {"pinned"}, {"exclusive"}, {"exclude_user"}, {"exclude_kernel"}, {"exclude_hv"}, {"exclude_idle"},
     {"mmap"}, {"comm"}, {"freq"}, {"inherit_stat"}, {"enable_on_exec"}, {"task"}, {"watermark"}, {"precise_ip", 2}, {"mmap_data"},
     {"sample_id_all"}, {"exclude_host"}, {"exclude_guest"}, {"exclude_callchain_kernel"}, {"exclude_callchain_user"}, {"mmap2"},
     {"comm_exec"}, {"use_clockid"}, {"context_switch"}, {"write_backward"}, {"namespaces"}, {"ksymbol"}, {"bpf_event"}, {"aux_output"},
     {"cgroup"}, {"text_poke"}, {"build_id"}, {"inherit_thread"}, {"remove_on_exec"}, {"sigtrap"}}};
constexpr unsigned bits_known = 38;
constexpr unsigned bit_freq = 10, bit_watermark = 14, bit_use_clockid = 25;

class Attr {
 public:
  explicit Attr(ByteSpan bytes) : bytes_(bytes) {}
  template <typename T>
  T at(std::size_t offset) const {
    T value{};
    if (offset + sizeof value <= bytes_.size()) std::memcpy(&value, bytes_.data() + offset, sizeof value);
    return value;
  }
  bool bit(unsigned index) const { return (at<std::uint64_t>(40) >> index & 1) != 0; }

 private:
  ByteSpan bytes_;
};

void put_name(CallPrinter& p, std::string_view name) {
  p.out.put(", ");
  p.out.put(name);
  p.out.put('=');
}

// Generalised cache events pack three numbers, the result above the operation above the cache.
void print_cache_config(CallPrinter& p, std::uint64_t config) {
  const auto put_part = [&](std::uint64_t part, unsigned shift) {
    if (part == 0) return;
    p.out.hex(part);
    p.out.put("<<");
    p.out.decimal(shift);
    p.out.put('|');
  };
  put_part(config >> 24, 24);
  print_one_of(p, abi::perf_cache_results, config >> 16 & 0xff);
  p.out.put("<<16|");
  print_one_of(p, abi::perf_cache_ops, config >> 8 & 0xff);
  p.out.put("<<8|");
  print_one_of(p, abi::perf_caches, config & 0xff);
}

void print_config(CallPrinter& p, const Attr& attr) {
  const auto config = attr.at<std::uint64_t>(8);
  const std::uint64_t pmu = config >> 32;  // of a hybrid processor
  switch (attr.at<std::uint32_t>(0)) {
    case type_hardware:
    case type_cache:
      if (pmu != 0) {
        p.out.hex(pmu);
        p.out.put("<<32|");
      }
      if (attr.at<std::uint32_t>(0) == type_cache) return print_cache_config(p, config & 0xffffffff);
      return print_one_of(p, abi::perf_hardware, config & 0xffffffff);
    case type_software: return print_one_of(p, abi::perf_software, config);
    case type_tracepoint: return p.out.decimal(config);
    default: return p.out.hex(config);
  }
}

void print_bits(CallPrinter& p, std::uint64_t word) {
  unsigned position = 0;
  for (const Bit& bit : bits) {
    const std::uint64_t value = word >> position & ((1u << bit.width) - 1);
    position += bit.width;
    if (value == 0 && bit.width == 1 && p.abbreviated()) continue;
    put_name(p, bit.name);
    p.out.decimal(value);
    if (bit.width == 1) continue;
    constexpr std::array<std::string_view, 4> skid = {"arbitrary skid", "constant skid", "requested to have 0 skid", "must have 0 skid"};
    print_note(p, skid[value]);
  }
  const std::uint64_t rest = word >> bits_known;
  if (rest == 0) return;
  put_name(p, "__reserved_1");
  p.out.hex(rest);
  print_note(p, "Bits 63..38");
}

// A gap that should be zero: " /* bytes 110..111: 0x1 */".
void print_gap(CallPrinter& p, unsigned first, unsigned last, std::uint64_t value) {
  if (value == 0) return;
  p.out.put(" /* bytes ");
  p.out.decimal(first);
  p.out.put("..");
  p.out.decimal(last);
  p.out.put(": ");
  p.out.hex(value);
  p.out.put(" */");
}

// Fields behind the bits, as far as `size` says that there are any. Returns where what was printed ends.
std::uint32_t print_tail(CallPrinter& p, const Attr& attr, std::uint32_t size) {
  constexpr std::uint64_t sample_branch_stack = 1u << 11, sample_stack_user = 1u << 13;
  const bool breakpoint = attr.at<std::uint32_t>(0) == type_breakpoint;
  const auto sample_type = attr.at<std::uint64_t>(24);
  put_name(p, attr.bit(bit_watermark) ? "wakeup_watermark" : "wakeup_events");
  p.out.decimal(attr.at<std::uint32_t>(48));
  if (breakpoint) {
    put_name(p, "bp_type");
    print_flags(p, abi::perf_breakpoint_types, attr.at<std::uint32_t>(52));
  }
  put_name(p, breakpoint ? "bp_addr" : "config1");
  p.out.hex(attr.at<std::uint64_t>(56));
  if (size <= 64) return 64;
  put_name(p, breakpoint ? "bp_len" : "config2");
  if (breakpoint) p.out.decimal(attr.at<std::uint64_t>(64));
  else p.out.hex(attr.at<std::uint64_t>(64));
  if (size <= 72) return 72;
  if ((sample_type & sample_branch_stack) != 0) {
    put_name(p, "branch_sample_type");
    print_flags(p, abi::perf_branch_types, attr.at<std::uint64_t>(72));
  }
  if (size <= 80) return 80;
  put_name(p, "sample_regs_user");
  p.out.hex(attr.at<std::uint64_t>(80));
  if (size <= 88) return 88;
  if ((sample_type & sample_stack_user) != 0) {
    put_name(p, "sample_stack_user");
    p.out.hex(attr.at<std::uint32_t>(88));
  }
  if (size <= 92) return 92;
  if (attr.bit(bit_use_clockid)) {
    put_name(p, "clockid");
    print_one_of(p, abi::clocks, attr.at<std::uint32_t>(92));
  }
  if (size <= 96) return 96;
  put_name(p, "sample_regs_intr");
  p.out.hex(attr.at<std::uint64_t>(96));
  if (size <= 104) return 104;
  put_name(p, "aux_watermark");
  p.out.decimal(attr.at<std::uint32_t>(104));
  if (size <= 108) return 108;
  put_name(p, "sample_max_stack");
  p.out.decimal(attr.at<std::uint16_t>(108));
  if (size <= 110) return 110;
  print_gap(p, 110, 111, attr.at<std::uint16_t>(110));
  if (size <= 112) return 112;
  put_name(p, "aux_sample_size");
  p.out.decimal(attr.at<std::uint32_t>(112));
  if (size <= 116) return 116;
  print_gap(p, 116, 119, attr.at<std::uint32_t>(116));
  if (size <= 120) return 120;
  put_name(p, "sig_data");
  p.out.hex(attr.at<std::uint64_t>(120));
  return size_known;
}

}  // namespace

// A kernel that finds the structure too large or too small writes the size it knows (E2BIG).
void print_perf_attr(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  constexpr int e2big = 7;
  const auto given = p.input<std::uint32_t>(value + 4);
  if (!given || (*given != 0 && *given < size_first)) return print_address(p.out, value);
  const std::uint32_t size = *given == 0 ? size_first : *given;
  const auto bytes = p.memory.input(value, p.abbreviated() ? size_abbreviated : std::min(size, size_known));
  if (!bytes) return print_address(p.out, value);
  const Attr attr(*bytes);
  p.out.put("{type=");
  print_one_of(p, abi::perf_types, attr.at<std::uint32_t>(0));
  put_name(p, "size");
  print_one_of(p, abi::perf_attr_sizes, *given);
  const auto wanted = p.error() == e2big ? p.output<std::uint32_t>(value + 4) : given;
  if (wanted && *wanted != *given) {
    p.out.put(" => ");
    print_one_of(p, abi::perf_attr_sizes, *wanted);
  }
  put_name(p, "config");
  print_config(p, attr);
  put_name(p, attr.bit(bit_freq) ? "sample_freq" : "sample_period");
  p.out.decimal(attr.at<std::uint64_t>(16));
  put_name(p, "sample_type");
  print_flags(p, abi::perf_sample_types, attr.at<std::uint64_t>(24));
  put_name(p, "read_format");
  print_flags(p, abi::perf_read_formats, attr.at<std::uint64_t>(32));
  print_bits(p, attr.at<std::uint64_t>(40));
  if (p.abbreviated()) return p.out.put(", ...}");
  if (size > print_tail(p, attr, size)) p.out.put(", ...");
  p.out.put('}');
}

}  // namespace sysreel::text
