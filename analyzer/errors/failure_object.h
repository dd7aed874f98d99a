// What a failed call was about: the path, address or descriptor that its failure concerns, first as a number, which is
// cheap, and on demand as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "analyzer/errors/call_shape.h"
#include "analyzer/model/model.h"
#include "format/event.h"

namespace sysreel::errors {

// Identifies an object, or part of its name. Equal objects have equal keys; that different ones do not is only very likely.
using Key = std::uint64_t;

Key key_of(std::string_view text);
constexpr Key mixed(Key a, Key b) {
  Key mix = (a ^ (b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccd;
  return mix ^ (mix >> 33);
}

enum class ObjectKind : std::uint8_t { path, address, descriptor, none };

// As it prints, escaped: "/etc/passwd" in quotes, 127.0.0.1:80, 3</dev/null>. Empty where there is none.
struct FailureObject {
  ObjectKind kind = ObjectKind::none;
  std::string text;
  std::string name;   // the path, address or descriptor's path as it is, for comparisons
  std::string start;  // where a relative path starts; empty if it is absolute or that is unknown
};

// Traced text, made fit to print: with escapes for what is no plain character, and in quotes besides.
std::string escaped(std::string_view text);
std::string quoted(std::string_view text);

// The bytes of a path argument without the NUL; empty if they are not known.
std::string_view path_at(const Call& call, int argument);
// Its last component: "b" of "/a/b" and of "/a/b/".
std::string_view last_component(std::string_view path);
// What is in front of the last component, "/" at least: empty if there is no slash.
std::string_view parent_of(std::string_view path);
// The sockaddr in the address argument; empty if it is not known.
std::string_view address_at(const Call& call, const CallShape& shape);

// The path of a path or a unix socket; empty for other objects.
std::string_view path_of(const FailureObject& object);

// Which argument of this call its failure concerns.
ObjectKind object_kind(const Call& call, const CallShape& shape);
// Path and start together. `path` is what path_at() returned for that argument.
Key path_key(const Call& call, const CallShape& shape, std::string_view path, const Model& model);
// Of whatever object_kind() says, with descriptors as the model knows them at this moment. Connections to one service
// are one object, whatever port they come from.
Key object_key(const Call& call, const CallShape& shape, const Model& model);

FailureObject object_of(const Call& call, const CallShape& shape, const Model& model);

}  // namespace sysreel::errors
