// Small devices: PTP clocks, UBI volumes, IDE disks. uapi linux/ptp_clock.h, mtd/ubi-user.h, linux/hdreg.h.
#include <algorithm>

#include "analyzer/text/network/network.h"
#include "analyzer/text/time/print_time.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::uint64_t nanoseconds = 1'000'000'000;

void print_ptp_time_at(CallPrinter& p, const abi::Type& type, std::uint64_t address, ByteSpan bytes) {
  print_struct(p, *type.layout, type.copy.flow, address, bytes);
  print_date_note(p, number_in<std::int64_t>(bytes, 0), number_in<std::uint32_t>(bytes, 8), nanoseconds);
}

}  // namespace

void print_ptp_time(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr unsigned size = 16;
  const std::uint64_t count = p.elements(type, value);
  if (count > 1) {
    return print_array(p, type.copy.flow, value, count, size,
                       [&](std::uint64_t address, ByteSpan bytes) { print_ptp_time_at(p, type, address, bytes); });
  }
  const auto bytes = p.fetch(type.copy.flow, value, size);
  if (!bytes) return print_address(p.out, value);
  print_ptp_time_at(p, type, value, *bytes);
}

void print_ptp_samples(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::uint64_t most = 25;
  abi::Type samples = type;
  samples.copy.count = abi::times(static_cast<std::uint32_t>(2 * std::min(p.field_value(0), most) + 1));
  if (samples.copy.count.count > 1) return print_ptp_time(p, samples, value);
  p.out.put('[');
  print_ptp_time(p, samples, value);
  p.out.put(']');
}

void print_counted_name(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::int64_t longest = 127;  // UBI_MAX_VOLUME_NAME
  const auto length = static_cast<std::int16_t>(p.count(type.copy.count2, value));
  const auto bytes = p.fetch(type.copy.flow, value, longest + 1);
  if (!bytes) return print_address(p.out, value);
  const auto shown = static_cast<std::size_t>(std::clamp<std::int64_t>(length, 0, longest));
  const auto text = bytes->first(shown + 1);
  const auto end = std::find(text.begin(), text.end(), std::byte{0});
  print_quoted(p, text.first(std::min<std::size_t>(static_cast<std::size_t>(end - text.begin()), shown)), end == text.end());
}

void print_ubi_attach(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const auto asked = p.memory.input(value, abi::size_of(*type.layout, p.call.abi));
  if (!asked) return print_address(p.out, value);
  print_struct(p, *type.layout, abi::Flow::in, value, *asked);
  const auto number = p.failed() ? std::nullopt : p.output<std::int32_t>(value);
  if (!number) return;
  p.out.put(" => [");
  p.out.signed_decimal(*number);
  p.out.put(']');
}

void print_ubi_renames(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::int64_t most = 32;  // UBI_MAX_RNVOL
  const auto count = std::clamp<std::int64_t>(static_cast<std::int64_t>(p.field_value(0)), 0, most);
  print_array(p, type.copy.flow, value, static_cast<std::uint64_t>(count), abi::size_of(*type.layout, p.call.abi),
              [&](std::uint64_t address, ByteSpan bytes) { print_struct(p, *type.layout, type.copy.flow, address, bytes); });
}

void print_ata_command(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  constexpr std::size_t header = 4, sector = 512;
  const auto asked = value != 0 && p.verbose() ? p.memory.input(value, header) : std::nullopt;
  if (!asked) return print_address(p.out, value);
  const auto byte = [](ByteSpan bytes, std::size_t index) { return number_in<std::uint8_t>(bytes, index); };
  {
    Braces fields(p);
    fields.name("command");
    print_one_of(p, abi::ata_commands, byte(*asked, 0));
    const char* const names[] = {"sector_number", "feature", "sector_count"};
    for (std::size_t i = 0; i < std::size(names); ++i) {
      fields.name(names[i]);
      p.out.decimal(byte(*asked, i + 1));
    }
  }
  const auto given = p.failed() ? std::nullopt : p.memory.output(value, header);
  if (!given) return;
  p.out.put(" => ");
  Braces fields(p);
  fields.name("status");
  p.out.hex(byte(*given, 0));
  fields.name("error");
  p.out.decimal(byte(*given, 1));
  fields.name("nsector");
  p.out.decimal(byte(*given, 2));
  const std::size_t length = byte(*asked, 3) * sector;
  if (length == 0) return;
  fields.name("buf");
  const std::size_t shown = std::min<std::size_t>(length, p.options.string_limit);
  const auto data = p.fetch(type.copy.flow, value + header, shown);
  data ? print_hex_string(p, *data, shown < length) : print_address(p.out, value + header);
}

}  // namespace sysreel::text
