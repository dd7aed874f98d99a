#include "analyzer/text/files/fields.h"

namespace sysreel::text {

std::optional<unsigned> FieldPrinter::index_of(std::string_view name) const {
  for (unsigned i = 0; i < layout_.fields.size(); ++i) {
    if (layout_.fields[i].name && name == layout_.fields[i].name) return i;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> FieldPrinter::value(std::string_view name) const {
  const auto index = index_of(name);
  if (!index) return std::nullopt;
  const CallPrinter::Frame outer = p_.frame;
  p_.frame = {&layout_, bytes_, address_};
  const std::uint64_t value = p_.field_value(*index);
  p_.frame = outer;
  return value;
}

void FieldPrinter::print(std::string_view name) {
  const auto index = index_of(name);
  if (!index) return;
  // print_fields separates from what is before by the field's number, so the separator is ours only for the first.
  const std::size_t before = p_.out.size();
  if (*index == 0 && any_) p_.out.put(", ");
  print_fields(p_, layout_, flow_, address_, bytes_, *index, *index + 1);
  if (!any_ && *index != 0 && p_.out.size() > before + 2) {
    const std::string text(p_.out.view_from(before + 2));
    p_.out.truncate(before);
    p_.out.put(text);
  }
  any_ = any_ || p_.out.size() > before;
}

void FieldPrinter::begin(std::string_view name) {
  if (any_) p_.out.put(", ");
  any_ = true;
  p_.out.put(name);
  p_.out.put('=');
}

}  // namespace sysreel::text
