#include "recorder/build_ids.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "format/unique_fd.h"
#include "recorder/proc.h"

namespace sysreel {
namespace {

constexpr std::size_t files_remembered = 10'000;
constexpr std::size_t largest_notes = 64 * 1024;

// Reads exactly `length` bytes at `offset`; less is nothing.
std::vector<char> read_at(int fd, std::uint64_t offset, std::size_t length) {
  std::vector<char> bytes(length);
  const ssize_t got = ::pread(fd, bytes.data(), length, static_cast<off_t>(offset));
  if (got != static_cast<ssize_t>(length)) bytes.clear();
  return bytes;
}

// Looks through a segment of notes, which are headers, names and contents, each padded to 4 bytes.
std::string build_id_in(const std::vector<char>& notes) {
  const auto padded = [](std::size_t size) { return (size + 3) & ~std::size_t{3}; };
  for (std::size_t at = 0; at + sizeof(Elf64_Nhdr) <= notes.size();) {
    Elf64_Nhdr note;
    std::memcpy(&note, notes.data() + at, sizeof note);
    const std::size_t name = at + sizeof note;
    const std::size_t content = name + padded(note.n_namesz);
    at = content + padded(note.n_descsz);
    if (at > notes.size() || at <= name) break;
    const bool is_it =
        note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(notes.data() + name, "GNU", 4) == 0;
    if (!is_it) continue;
    std::string hex;
    for (std::size_t i = 0; i < note.n_descsz; ++i)
      hex += fmt::format("{:02x}", static_cast<unsigned char>(notes[content + i]));
    return hex;
  }
  return "";
}

template <typename Header, typename Segment>
std::string build_id_in_segments(int fd) {
  const std::vector<char> start = read_at(fd, 0, sizeof(Header));
  if (start.empty()) return "";
  Header header;
  std::memcpy(&header, start.data(), sizeof header);
  if (header.e_phentsize != sizeof(Segment)) return "";
  const std::vector<char> table = read_at(fd, header.e_phoff, std::size_t{header.e_phnum} * sizeof(Segment));
  for (std::size_t i = 0; i * sizeof(Segment) < table.size(); ++i) {
    Segment segment;
    std::memcpy(&segment, table.data() + i * sizeof segment, sizeof segment);
    if (segment.p_type != PT_NOTE || segment.p_filesz > largest_notes) continue;
    std::string id = build_id_in(read_at(fd, segment.p_offset, segment.p_filesz));
    if (!id.empty()) return id;
  }
  return "";
}

// The path of a line of /proc/PID/maps that maps a file executable; empty for any other line.
std::string_view executable_file(std::string_view line) {
  const std::size_t permissions = line.find(' ');
  const std::size_t path = line.find('/');
  if (permissions == std::string_view::npos || path == std::string_view::npos || line.size() < permissions + 4)
    return {};
  return line[permissions + 3] == 'x' ? line.substr(path) : std::string_view{};
}

}  // namespace

std::string build_id_of(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return "";
  const std::vector<char> ident = read_at(fd.get(), 0, EI_NIDENT);
  if (ident.empty() || std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0) return "";
  return ident[EI_CLASS] == ELFCLASS64 ? build_id_in_segments<Elf64_Ehdr, Elf64_Phdr>(fd.get())
                                       : build_id_in_segments<Elf32_Ehdr, Elf32_Phdr>(fd.get());
}

std::string BuildIds::lines_for(Pid pid, std::string_view maps) {
  std::string text;
  std::set<std::string_view> seen;
  while (!maps.empty()) {
    const std::string_view line = maps.substr(0, maps.find('\n'));
    maps.remove_prefix(std::min(maps.size(), line.size() + 1));
    const std::string_view path = executable_file(line);
    if (path.empty() || !seen.insert(path).second) continue;
    // Through the process's own root: it may live in a container.
    const std::string file = proc::path_of(pid, "root") + std::string(path);
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    if (known_.size() >= files_remembered) known_.clear();
    const auto [entry, is_new] = known_.try_emplace(FileId{status.st_dev, status.st_ino});
    if (is_new) entry->second = build_id_of(file);
    if (!entry->second.empty()) text += fmt::format("{}\t{}\n", path, entry->second);
  }
  return text;
}

}  // namespace sysreel
