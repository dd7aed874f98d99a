// statmount, listmount and listns.
#include "analyzer/text/files/extensible.h"
#include "format/abi/flags.h"
#include "format/abi/structs.h"

namespace sysreel::text {
namespace {

constexpr std::initializer_list<std::uint32_t> mount_request_sizes = {24, 32};  // MNT_ID_REQ_SIZE_VER0, VER1
constexpr std::initializer_list<std::uint32_t> namespace_request_sizes = {32};  // NS_ID_REQ_SIZE_VER0

// An id, by its name where it has one.
void print_id(CallPrinter& p, FieldPrinter& fields, const char* field, const abi::Names& names) {
  fields.begin(field);
  const std::uint64_t id = *fields.value(field);
  if (name_of(names, id)) {
    print_one_of(p, names, id);
  } else {
    p.out.hex(id);
  }
}

}  // namespace

void print_statmount_request(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_self_sized(p, type, value, mount_request_sizes, [&](FieldPrinter& fields) {
    fields.print("mnt_ns_fd");
    print_id(p, fields, "mnt_id", abi::listmount_ids);
    fields.begin("param");
    print_flags(p, abi::statmount_mask, *fields.value("param"));
    fields.print("mnt_ns_id");
  });
}

void print_listmount_request(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_self_sized(p, type, value, mount_request_sizes, [&](FieldPrinter& fields) {
    fields.print("mnt_ns_fd");
    print_id(p, fields, "mnt_id", abi::listmount_ids);
    fields.print("param");
    fields.print("mnt_ns_id");
  });
}

void print_listns_request(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  print_self_sized(p, type, value, namespace_request_sizes, [&](FieldPrinter& fields) {
    if (*fields.value("spare") != 0) fields.print("spare");
    fields.print("ns_id");
    fields.print("ns_type");
    if (*fields.value("spare2") != 0) fields.print("spare2");
    print_id(p, fields, "user_ns_id", abi::listns_users);
  });
}

void print_kernel_ids(CallPrinter& p, const abi::Type& type, std::uint64_t value) {
  if (value != 0 && p.call.args[2] == 0) return p.out.put("[]");
  print(p, abi::with_kind(type, abi::Kind::hex64), value);
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
  fields.print("mask");
  if ((mask & 0x1) != 0) {
    for (const char* name : {"sb_dev_major", "sb_dev_minor", "sb_magic", "sb_flags"}) fields.print(name);
  }
  if ((mask & 0x20) != 0) print_text("fs_type", 0x20);
  if ((mask & 0x2) != 0) {
    for (const char* name : {"mnt_id", "mnt_parent_id", "mnt_id_old", "mnt_parent_id_old", "mnt_attr", "mnt_propagation",
                             "mnt_peer_group", "mnt_master"}) {
      fields.print(name);
    }
  }
  if ((mask & 0x4) != 0) fields.print("propagate_from");
  if ((mask & 0x8) != 0) print_text("mnt_root", 0x8);
  if ((mask & 0x10) != 0) print_text("mnt_point", 0x10);
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
