#include "analyzer/diagnosis/wording.h"

#include "analyzer/errors/call_shape.h"
#include "analyzer/errors/failure_object.h"
#include "format/abi/abi.h"

namespace sysreel {

std::string_view call_name(const Call& call) {
  const abi::SyscallRow* row = abi::row_of(call.abi, call.nr);
  return row ? row->name : "";
}

std::string descriptor_text(const Call& call, const Scene& scene) {
  constexpr errors::CallShape first_argument{.descriptor = 0};
  return errors::object_of(call, first_argument, scene.model).text;
}

std::string path_text(const Call& call) {
  const errors::CallShape& shape = errors::shape_of(call.abi, call.nr);
  return shape.path < 0 ? std::string() : errors::quoted(errors::path_at(call, shape.path));
}

}  // namespace sysreel
