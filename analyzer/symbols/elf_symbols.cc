#include "analyzer/symbols/elf_symbols.h"

#include <cxxabi.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "format/unique_fd.h"

namespace sysreel {
namespace {

using ElfHandle = std::unique_ptr<Elf, int (*)(Elf*)>;

std::string demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                    &std::free);
  return status == 0 && text ? std::string(text.get()) : name;
}

std::string build_id_in(Elf_Data* notes) {
  GElf_Nhdr note;
  std::size_t name = 0, content = 0;
  for (std::size_t at = 0; (at = gelf_getnote(notes, at, &note, &name, &content)) > 0;) {
    const auto* const bytes = static_cast<const unsigned char*>(notes->d_buf);
    if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != 4 || std::memcmp(bytes + name, "GNU", 4) != 0) continue;
    std::string hex;
    for (std::size_t i = 0; i < note.n_descsz; ++i) hex += fmt::format("{:02x}", bytes[content + i]);
    return hex;
  }
  return "";
}

}  // namespace

std::optional<ElfSymbols> ElfSymbols::open(const std::string& path) {
  elf_version(EV_CURRENT);
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return std::nullopt;
  const ElfHandle elf(elf_begin(fd.get(), ELF_C_READ, nullptr), &elf_end);
  if (!elf || elf_kind(elf.get()) != ELF_K_ELF) return std::nullopt;
  ElfSymbols file;
  std::size_t segments = 0;
  elf_getphdrnum(elf.get(), &segments);
  for (std::size_t i = 0; i < segments; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf.get(), static_cast<int>(i), &segment) && segment.p_type == PT_LOAD) {
      file.segments_.push_back({segment.p_offset, segment.p_vaddr, segment.p_filesz});
    }
  }
  for (Elf_Scn* section = nullptr; (section = elf_nextscn(elf.get(), section));) {
    GElf_Shdr header;
    if (!gelf_getshdr(section, &header)) continue;
    const bool symbols = header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM;
    if (!symbols && header.sh_type != SHT_NOTE) continue;
    Elf_Data* const data = elf_getdata(section, nullptr);
    if (!data) continue;
    if (header.sh_type == SHT_NOTE && file.build_id_.empty()) file.build_id_ = build_id_in(data);
    const std::size_t count = symbols && header.sh_entsize > 0 ? header.sh_size / header.sh_entsize : 0;
    for (std::size_t i = 0; i < count; ++i) {
      GElf_Sym symbol;
      if (!gelf_getsym(data, static_cast<int>(i), &symbol)) break;
      const bool function = GELF_ST_TYPE(symbol.st_info) == STT_FUNC || GELF_ST_TYPE(symbol.st_info) == STT_GNU_IFUNC;
      const char* const name =
          function && symbol.st_shndx != SHN_UNDEF ? elf_strptr(elf.get(), header.sh_link, symbol.st_name) : nullptr;
      if (name && *name) file.symbols_.push_back({symbol.st_value, symbol.st_size, name});
    }
  }
  std::sort(file.symbols_.begin(), file.symbols_.end(),
            [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
  return file;
}

std::optional<ElfSymbols::Hit> ElfSymbols::at_file_offset(std::uint64_t offset) const {
  const auto holds = [offset](const Segment& one) { return offset >= one.offset && offset - one.offset < one.length; };
  const auto segment = std::find_if(segments_.begin(), segments_.end(), holds);
  if (segment == segments_.end()) return std::nullopt;
  const std::uint64_t address = offset - segment->offset + segment->address;
  auto after = std::upper_bound(symbols_.begin(), symbols_.end(), address,
                                [](std::uint64_t a, const Symbol& symbol) { return a < symbol.address; });
  if (after == symbols_.begin()) return std::nullopt;
  const Symbol& symbol = *std::prev(after);
  const std::uint64_t behind = address - symbol.address;
  if (symbol.size > 0 && behind >= symbol.size) return std::nullopt;
  return Hit{demangled(symbol.name), behind};
}

}  // namespace sysreel
