// ENOENT, ENOTDIR: a path does not lead where the program thinks it does.
#include <fmt/format.h>

#include "analyzer/errors/rules/rule.h"

namespace sysreel::errors {
namespace {

constexpr std::uint64_t o_creat = 0x40;  // uapi asm-generic/fcntl.h

// What is odd about the spelling: signs of a variable that was not set or not expanded.
void look_at_spelling(std::string_view path, ErrorGroup& group) {
  if (path.empty()) group.facts.push_back("the path is empty: perhaps it comes from a variable that is not set");
  if (path.find("//") != std::string_view::npos) {
    group.facts.push_back("the path has an empty component (//): perhaps a variable in it is not set");
  }
  if (path.size() > 1 && path[0] == '/' && path.find('/', 1) == std::string_view::npos) {
    group.facts.push_back("the path is directly under /: perhaps a variable in front of it is not set");
  }
  if (path.find('$') != std::string_view::npos) {
    group.facts.push_back("the path has a $ in it: a variable that was not expanded, as only a shell does");
  }
  if (path.starts_with("~")) group.facts.push_back("the path begins with ~, which only a shell expands: use $HOME or the full path");
  if (path.starts_with("\"") || path.starts_with("'")) group.facts.push_back("the path has quotes in it: they were not removed");
  if (!path.empty() && (path.back() == '\r' || path.back() == '\n' || path.back() == ' ')) {
    group.facts.push_back("the path ends in white space: perhaps a file with DOS line ends, or an untrimmed value");
  }
}

bool creates(const Scene& scene) {
  return scene.shape.deed == Deed::make ||
         (scene.shape.deed == Deed::open && scene.shape.path >= 0 &&
          (scene.call.args[static_cast<std::size_t>(scene.shape.path) + 1] & o_creat) != 0);
}

void look_at_parent(const Scene& scene, const std::string& path, ErrorGroup& group) {
  const std::string parent(parent_of(path));
  if (parent.empty()) return;
  if (creates(scene)) {
    group.facts.push_back(fmt::format("it would have been created, so the folder {} does not exist", quoted(parent)));
  } else if (parent != "/" && scene.knowledge.known_to_exist(parent)) {
    group.facts.push_back(fmt::format("the folder {} exists: other paths in it were found", quoted(parent)));
  }
}

}  // namespace

void observe_missing_path(const Scene& scene, ErrorGroup& group) {
  if (group.object.kind == ObjectKind::address) {
    group.facts.push_back("no socket of this name exists: its server does not run, or uses another path");
    return;
  }
  if (group.object.kind != ObjectKind::path) return;
  look_at_spelling(group.object.name, group);
  const std::string path = absolute_path(group.object);
  if (!group.object.name.starts_with('/') && !group.object.start.empty()) {
    group.facts.push_back(fmt::format("the path is relative and was looked up as {}", quoted(path)));
  }
  if (path.empty()) return;
  if (group.deed == Deed::run && scene.knowledge.known_to_exist(path)) {
    group.facts.push_back("the file itself exists: its interpreter (the #! line, or the loader of the ELF file) does not");
  } else if (scene.knowledge.known_as_link(path) && !scene.knowledge.known_to_exist(path)) {
    group.facts.push_back("a link of this name exists: what it points to does not");
  }
  look_at_parent(scene, path, group);
}

std::string next_missing_path(const ErrorGroup& group) {
  if (group.object.kind == ObjectKind::address) return "start the server, or correct the socket's path";
  if (group.deed == Deed::run) return "install the program, or correct PATH or the script's first line";
  if (group.object.kind != ObjectKind::path) return "see the line below for what the call wanted";
  if (!group.object.name.starts_with('/')) return "check the folder the program was started in, or give the full path";
  return "check that the path is right, then create it or correct where it is configured";
}

}  // namespace sysreel::errors
