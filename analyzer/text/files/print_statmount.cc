// statmount and listmount.
#include "analyzer/text/files/extensible.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::uint32_t request_size_0 = 24, request_size_1 = 32;  // MNT_ID_REQ_SIZE_VER0, VER1

// The request tells its own size, and prints as far as that and the memory go.
template <typename PrintFields>
void print_request(CallPrinter& p, const abi::Type& type, std::uint64_t address, PrintFields print_fields) {
  if (!follow(p, type, address)) return;
  const auto size = p.fetch<std::uint32_t>(type.copy.flow, address);
  if (!size) return print_address(p.out, address);
  p.out.put("{size=");
  p.out.decimal(*size);
  if (*size < request_size_0) return p.out.put('}');
  const std::uint32_t known = *size < request_size_1 ? request_size_0 : request_size_1;
  const auto bytes = p.fetch(type.copy.flow, address, known);
  if (!bytes) return p.out.put(", ???}");
  FieldPrinter fields(p, *type.layout, type.copy.flow, address, *bytes);
  p.out.put(", ");
  print_fields(fields);
  if (*size >= request_size_1) fields.print("mnt_ns_id");
  if (*size > known) print_extra_bytes(p, type.copy.flow, address, known, *size);
  p.out.put('}');
}

void print_mount_id(CallPrinter& p, FieldPrinter& fields) {
  fields.print("mnt_ns_fd");
  fields.begin("mnt_id");
  const std::uint64_t id = *fields.value("mnt_id");
  if (name_of(abi::listmount_ids, id)) {
    print_one_of(p, abi::listmount_ids, id);
  } else {
    p.out.hex(id);
  }
}

}  // namespace

void print_statmount_request(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_request(p, type, value, [&](FieldPrinter& fields) {
    print_mount_id(p, fields);
    fields.begin("param");
    print_flags(p, abi::statmount_mask, *fields.value("param"));
  });
}

void print_listmount_request(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_request(p, type, value, [&](FieldPrinter& fields) {
    print_mount_id(p, fields);
    fields.print("param");
  });
}

void print_statmount(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (!follow(p, type, value)) return;
  const abi::Struct& layout = abi::statmount_layout;
  const std::uint64_t known = abi::size_of(layout, p.call.abi);
  const std::uint64_t size = p.call.args[2];
  const auto bytes = p.fetch(type.copy.flow, value, static_cast<std::size_t>(std::min(size, known)));
  if (!bytes || size < sizeof(std::uint32_t)) return print_address(p.out, value);
  FieldPrinter fields(p, layout, type.copy.flow, value, *bytes);
  const std::uint64_t mask = fields.value("mask").value_or(0);
  const std::uint64_t total = std::min<std::uint64_t>(fields.value("size").value_or(0), size);

  // A string that the mask says is there, at an offset behind the structure; else the offset.
  const auto print_text = [&](const char* name, std::uint64_t bit) {
    const auto offset = fields.value(name);
    if (!offset) return;
    if ((mask & bit) == 0 || known + *offset >= total) return fields.print(name);
    fields.begin(name);
    print_string_at(p, type.copy.flow, value + known + *offset, static_cast<std::size_t>(total - known - *offset));
  };
  p.out.put('{');
  fields.print("size");
  if ((mask & 0x80) != 0) print_text("mnt_opts", 0x80);
  for (const char* name : {"mask", "sb_dev_major", "sb_dev_minor", "sb_magic", "sb_flags"}) fields.print(name);
  print_text("fs_type", 0x20);
  for (const char* name : {"mnt_id", "mnt_parent_id", "mnt_id_old", "mnt_parent_id_old", "mnt_attr", "mnt_propagation",
                           "mnt_peer_group", "mnt_master", "propagate_from"}) {
    fields.print(name);
  }
  print_text("mnt_root", 0x8);
  print_text("mnt_point", 0x10);
  if ((mask & 0x40) != 0) fields.print("mnt_ns_id");
  if ((mask & 0x100) != 0) print_text("fs_subtype", 0x100);
  if ((mask & 0x200) != 0) print_text("sb_source", 0x200);
  if ((mask & 0x400) != 0) fields.print("opt_num"), print_text("opt_array", 0x400);
  if ((mask & 0x800) != 0) fields.print("opt_sec_num"), print_text("opt_sec_array", 0x800);
  if ((mask & 0x1000) != 0) fields.print("supported_mask");
  if ((mask & 0x2000) != 0) fields.print("mnt_uidmap_num"), print_text("mnt_uidmap", 0x2000);
  if ((mask & 0x4000) != 0) fields.print("mnt_gidmap_num"), print_text("mnt_gidmap", 0x4000);
  p.out.put('}');
}

}  // namespace sysreel::text
