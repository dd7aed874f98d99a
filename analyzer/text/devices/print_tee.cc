// Trusted execution environments: commands in a buffer, with parameters behind them. uapi linux/tee.h.
#include "analyzer/text/network/network.h"
#include "format/abi/flags.h"

namespace sysreel::text {
namespace {

constexpr unsigned parameter_size = 32;

void print_parameter(CallPrinter& p, ByteSpan bytes) {
  constexpr std::uint64_t type_mask = 0xff;
  enum Type : std::uint64_t { none = 0, value_input = 1, value_inout = 3, memref_input = 5, memref_inout = 7 };
  const auto word = [&](std::size_t index) { return number_in<std::uint64_t>(bytes, 8 * index); };
  const std::uint64_t attribute = word(0), type = attribute & type_mask;
  Braces fields(p);
  fields.name("attr");
  print_one_of(p, abi::tee_param_types, type);
  if (const std::uint64_t rest = attribute & ~type_mask) {
    p.out.put('|');
    print_flags(p, abi::tee_param_attributes, rest);
  }
  if (type == none) return;
  const bool memory = type >= memref_input && type <= memref_inout;
  fields.name(memory ? "shm_offs" : "a");
  p.out.hex(word(1));
  fields.name(memory ? "size" : "b");
  p.out.hex(word(2));
  fields.name(memory ? "shm_id" : "c");
  memory ? p.out.decimal(word(3)) : p.out.hex(word(3));
}

// {buf_len=…, buf_ptr={…, num_params=1, params=[…]}}: `head` prints the `size` bytes in front of the parameters, of which
// the last four say how many there are.
template <typename PrintHead>
void print_buffer(CallPrinter& p, const abi::Type& type, std::uint64_t address, std::size_t size, PrintHead head) {
  if (!follow(p, type, address)) return;
  const auto buffer = p.memory.input(address, 16);
  if (!buffer) return print_address(p.out, address);
  const auto pointer = number_in<std::uint64_t>(*buffer, 0), length = number_in<std::uint64_t>(*buffer, 8);
  Braces outer(p);
  outer.name("buf_len");
  p.out.decimal(length);
  outer.name("buf_ptr");
  const auto bytes = pointer != 0 && length >= size ? p.memory.input(pointer, size) : std::nullopt;
  const std::uint64_t count = bytes ? number_in<std::uint32_t>(*bytes, size - 4) : 0;
  if (!bytes || length != size + count * parameter_size) return print_address(p.out, pointer);
  Braces fields(p);
  head(fields, *bytes);
  fields.name("num_params");
  p.out.decimal(count);
  fields.name("params");
  print_array(p, abi::Flow::in, pointer + size, count, parameter_size,
              [&](std::uint64_t, ByteSpan parameter) { print_parameter(p, parameter); });
}

void print_number(CallPrinter& p, Braces& fields, const char* name, ByteSpan bytes, std::size_t offset) {
  fields.name(name);
  p.out.decimal(number_in<std::uint32_t>(bytes, offset));
}

// Who asks, and by what identity: a group's number, or a UUID.
void print_client(CallPrinter& p, Braces& fields, ByteSpan bytes) {
  constexpr std::size_t login_offset = 32, uuid_offset = 16, uuid_size = 16;
  enum Login : std::uint32_t { by_group = 2, group_application = 6 };
  const auto login = number_in<std::uint32_t>(bytes, login_offset);
  fields.name("clnt_login");
  print_one_of(p, abi::tee_login_types, login);
  if (login == by_group || login == group_application) return print_number(p, fields, "clnt_uuid", bytes, uuid_offset);
  if (name_of(abi::tee_login_types, login)) return;
  fields.name("clnt_uuid");
  print_byte_array(p, bytes.subspan(uuid_offset, uuid_size));
}

}  // namespace

void print_tee_invoke(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_buffer(p, type, value, 24, [&](Braces& fields, ByteSpan bytes) {
    print_number(p, fields, "func", bytes, 0);
    fields.name("session");
    p.out.hex(number_in<std::uint32_t>(bytes, 4));
    print_number(p, fields, "cancel_id", bytes, 8);
  });
}

void print_tee_open_session(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_buffer(p, type, value, 56, [&](Braces& fields, ByteSpan bytes) {
    fields.name("uuid");
    print_uuid(p, bytes.first(16));
    print_client(p, fields, bytes);
    print_number(p, fields, "cancel_id", bytes, 36);
  });
}

void print_tee_supplicant_receive(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_buffer(p, type, value, 8, [&](Braces& fields, ByteSpan bytes) { print_number(p, fields, "func", bytes, 0); });
}

void print_tee_supplicant_send(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_buffer(p, type, value, 8, [](Braces&, ByteSpan) {});
}

}  // namespace sysreel::text
